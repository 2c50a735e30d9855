import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLCore
@testable import HITLGate
@testable import HITLLedger

/// A reviewer's key: signs, refuses, or takes as long as the test wants.
private final class Keyholder: Signer {
    let key: SigningKey
    private let state = Locked<(refusal: String?, held: FirstValue<Void>?, asked: FirstValue<Void>)>(
        (nil, nil, .init()))

    init(seed: UInt8 = 7) throws {
        key = try #require(SigningKey(seed: [UInt8](repeating: seed, count: 32)))
    }

    var known: KnownKey { KnownKey(reviewer: "ada", key: key.verifying) }

    func refuse(_ sentence: String?) { state.withLock { $0.refusal = sentence } }

    /// From now on somebody has to confirm; `asked` is set when that is asked for.
    func hold() -> (asked: FirstValue<Void>, confirm: FirstValue<Void>) {
        state.withLock { state in
            let confirm = FirstValue<Void>()
            state = (nil, confirm, FirstValue())
            return (state.asked, confirm)
        }
    }

    func sign(
        _ statement: @Sendable (String) -> [UInt8]
    ) async throws(SigningFailure) -> (key: String, bytes: [UInt8]) {
        let (refusal, held, asked) = state.withLock { $0 }
        asked.set(())
        await held?.value
        if let refusal { throw SigningFailure(refusal) }
        do { return (key.verifying.name, try key.sign(statement(key.verifying.name))) } catch {
            throw SigningFailure("\(error)")
        }
    }
}

extension GateFixture {
    fileprivate func check(
        _ keys: [KnownKey], _ requirement: SignatureRequirement = .onceBegun
    ) async throws -> SignatureFindings {
        try await SignatureAudit(ledger, keys: keys, requirement: requirement).run()
    }
}

extension Ledger {
    /// What somebody makes of it who can write the file: other records, and the chain over them computed again.
    ///
    /// - Parameter identity: of another ledger, where they are to be taken for its own.
    fileprivate func rewritten(
        identity: [UInt8]? = nil, at time: Int64? = nil, _ change: (Event) -> Event
    ) async throws -> Ledger {
        let store = try MemoryStore(identity: identity ?? self.identity)
        let now = Locked<Int64>(0)
        let copy = try Ledger(
            reading: store, writing: store, file: nil, indexer: EventIndex.index(of:),
            clock: { now.withLock { $0 } })
        for entry in try entries(from: 1, limit: .max) {
            now.withLock { $0 = time ?? entry.time }
            let (event, commitment) = try Event.reading(entry.record)
            let changed = change(event)
            _ = try await copy.append([Draft(record: changed.record(commitment), index: Index(changed))])
        }
        #expect(try await copy.verify().failures == [])
        return copy
    }
}

extension Event {
    /// The same decision with another review, where it is one on this request.
    fileprivate func withReview(of number: Int64, _ change: (Review) -> Status) -> Event {
        guard case .closed(let closed) = self, closed.request == number, let review = closed.status.review else {
            return self
        }
        return .closed(
            .init(
                request: closed.request, tool: closed.tool, performer: closed.performer, status: change(review),
                digest: closed.digest, waited: closed.waited))
    }
}

extension Review {
    fileprivate func with(
        answer: Answer? = nil, reviewer: Principal? = nil, reason: String? = nil, conditions: [String]? = nil,
        shownAt: WallTime? = nil, hiddenLines: Int? = nil
    ) -> Review {
        Review(
            answer: answer ?? self.answer, reviewer: reviewer ?? self.reviewer, reason: reason ?? self.reason,
            conditions: conditions ?? self.conditions, shownAt: shownAt ?? self.shownAt,
            hiddenLines: hiddenLines ?? self.hiddenLines, signature: signature, words: words)
    }
}

@Suite struct `A decision` {
    /// Approved for a reason and under a condition, seen whole; and rejected.
    private func decided(_ keyholder: Keyholder) async throws -> GateFixture {
        let fixture = try await GateFixture(signer: keyholder)
        let first = await fixture.pending()
        _ = try await fixture.gate.review(
            1,
            Review(
                answer: .approve, reviewer: Cast.ada, reason: "seen", conditions: ["keep a copy"],
                shownAt: fixture.clock.wall, hiddenLines: 0))
        _ = await first.ending
        fixture.clock.advance(by: .seconds(1))
        let second = await fixture.pending()
        _ = try await fixture.gate.review(2, Cast.ada.rejection("not this one"))
        _ = await second.ending
        return fixture
    }

    @Test func `is signed over everything that it says, and the signature holds`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await decided(keyholder)

        let review = try #require(try fixture.status(1)?.review)
        let signature = try #require(review.signature)
        #expect(signature.key == keyholder.key.verifying.name)
        #expect(signature.at == ManualClock.start)
        let findings = try await fixture.check([keyholder.known], .always)
        #expect(findings.signed == 2 && findings.unsigned == 0 && findings.failures == [])
        #expect(try await fixture.ledger.verify().failures == [])
    }

    @Test func `has vectors, which another program signed`() async throws {
        var (held, refused) = (0, 0)
        for vector in try Neighbourhood.vectors("signatures.jsonl") {
            let about = vector["about"]?.string ?? ""
            let key = try #require(VerifyingKey(openSSH: vector["key"]?.string ?? ""), "\(about)")
            #expect(vector["name"]?.string == key.name)
            let identity = try #require(Digest(hex: vector["ledger"]?.string ?? "")).bytes
            let store = try MemoryStore(identity: identity)
            let ledger = try Ledger(
                reading: store, writing: store, file: nil, indexer: EventIndex.index(of:), clock: { 0 })
            for name in ["opened", "closed"] {
                let record = Array((vector[name]?.string ?? "").utf8)
                _ = try await ledger.append([Draft(record: record, index: Index(try Event(record: record)))])
            }
            let findings = try await SignatureAudit(
                ledger, keys: [KnownKey(reviewer: "alice", key: key)], requirement: .always
            ).run()
            if vector["refused"] == nil {
                #expect(findings.signed == 1 && findings.failures == [], "\(about)")
                held += 1
            } else {
                #expect(findings.failures == [.invalid(request: 1, key: key.name)], "\(about)")
                refused += 1
            }
        }
        #expect(held == 4 && refused == 13)
    }

    @Test func `whose record was changed, and the chain computed again, is found by its signature`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await decided(keyholder)
        let changes: [(String, (Review) -> Status)] = [
            ("reason", { .approved($0.with(reason: "I did not look")) }),
            ("conditions", { .approved($0.with(conditions: [])) }),
            ("answer", { .rejected($0.with(answer: .reject)) }),
            ("reviewer", { .approved($0.with(reviewer: Cast.bo)) }),
            ("channel", { .approved($0.with(reviewer: Principal(role: .person, name: "ada", channel: "socket"))) }),
            ("role", { .approved($0.with(reviewer: Principal(role: .script, name: "ada", channel: "tty"))) }),
            ("shown at", { .approved($0.with(shownAt: WallTime(milliseconds: 1))) }),
            ("hidden lines", { .approved($0.with(hiddenLines: 5)) }),
        ]
        for (what, change) in changes {
            let ledger = try await fixture.ledger.rewritten { $0.withReview(of: 1, change) }
            let findings = try await SignatureAudit(ledger, keys: [keyholder.known]).run()
            #expect(findings.failures == [.invalid(request: 1, key: keyholder.key.verifying.name)], "\(what)")
            #expect(findings.signed == 1)
        }
        let same = try await fixture.ledger.rewritten { $0 }
        #expect(try await SignatureAudit(same, keys: [keyholder.known]).run().failures == [])
    }

    @Test func `on a call that the record tells otherwise is found by its signature`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await decided(keyholder)
        let ledger = try await fixture.ledger.rewritten { event in
            guard case .opened(let opened) = event, opened.number == 1 else { return event }
            let request = opened.request
            // The keyed digest stays: whoever verifies without the key could not tell.
            return .opened(
                .init(
                    ApprovalRequest(
                        number: 1, id: request.id, call: .deleting("b.txt"), digest: request.digest,
                        verdict: request.verdict, requester: request.requester, attendance: request.attendance,
                        openedAt: request.openedAt, deadline: request.deadline)))
        }
        let findings = try await SignatureAudit(ledger, keys: [keyholder.known]).run()
        #expect(findings.failures == [.invalid(request: 1, key: keyholder.key.verifying.name)])
    }

    @Test func `does not lend its signature to another request`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await GateFixture(signer: keyholder)
        // The same call twice, approved in the same words at the same time.
        for number in Int64(1)...2 {
            let asking = await fixture.pending()
            _ = try await fixture.gate.review(number, Cast.ada.approval("fine"))
            _ = await asking.ending
        }
        let stolen = try #require(try fixture.status(1)?.review?.signature)
        let ledger = try await fixture.ledger.rewritten { event in
            event.withReview(of: 2) { .approved($0.signed(stolen)) }
        }
        let findings = try await SignatureAudit(ledger, keys: [keyholder.known]).run()
        #expect(findings.failures == [.invalid(request: 2, key: keyholder.key.verifying.name)])
    }

    @Test func `of another ledger does not count in this one`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await decided(keyholder)
        let other = try await GateFixture()
        let replayed = try await fixture.ledger.rewritten(identity: other.ledger.identity) { $0 }
        let findings = try await SignatureAudit(replayed, keys: [keyholder.known]).run()
        let key = keyholder.key.verifying.name
        #expect(findings.failures == [.invalid(request: 1, key: key), .invalid(request: 2, key: key)])
        #expect(findings.signed == 0)
    }

    @Test func `counts with a revoked key if it came before that, also where the record is backdated`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await decided(keyholder)
        let key = keyholder.key.verifying
        func check(_ ledger: Ledger, _ end: WallTime) async throws -> SignatureFindings {
            try await SignatureAudit(ledger, keys: [KnownKey(reviewer: "ada", key: key, revokedAt: end)]).run()
        }
        let between = ManualClock.start + Milliseconds(500)
        let findings = try await check(fixture.ledger, between)
        #expect(findings.signed == 1)
        #expect(findings.failures == [.revoked(request: 2, key: key.name, at: between)])
        // At the very moment it does not count any more.
        #expect(try await check(fixture.ledger, ManualClock.start).signed == 0)
        #expect(try await check(fixture.ledger, ManualClock.start + Milliseconds(1)).signed == 1)
        #expect(try await check(fixture.ledger, ManualClock.start + .seconds(2)).signed == 2)
        // Whoever stole the key signs any time; the entry has its own.
        let late = try await fixture.ledger.rewritten(at: (ManualClock.start + .seconds(9)).milliseconds) { $0 }
        #expect(try await check(late, between).signed == 0)
    }

    @Test func `with a key that nobody knows, or of somebody else, does not count`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await decided(keyholder)
        let key = keyholder.key.verifying
        #expect(
            try await fixture.check([Keyholder(seed: 8).known]).failures == [
                .unknownKey(request: 1, key: key.name), .unknownKey(request: 2, key: key.name),
            ])
        let bo = try await fixture.check([KnownKey(reviewer: "bo", key: key)])
        #expect(bo.failures.first == .otherPerson(request: 1, key: key.name, reviewer: "ada", owner: "bo"))
        #expect(bo.signed == 0)
    }

    @Test func `without a signature is noticed once signing has begun, and where all must be signed`() async throws {
        let keyholder = try Keyholder()
        let unsigned = try await GateFixture()
        for number in Int64(1)...2 {
            let asking = await unsigned.pending()
            _ = try await unsigned.gate.review(number, Cast.ada.approval())
            _ = await asking.ending
        }
        let fixture = try await GateFixture(
            ledger: unsigned.ledger, clock: unsigned.clock, ids: CountingIDs(after: 100), signer: keyholder)
        let signed = await fixture.pending()
        _ = try await fixture.gate.review(3, Cast.ada.approval())
        _ = await signed.ending
        let keys = [keyholder.known]

        var findings = try await fixture.check(keys)
        #expect(findings.signed == 1 && findings.unsigned == 2 && findings.failures == [])
        #expect(
            try await fixture.check(keys, .always).failures == [.unsigned(request: 1), .unsigned(request: 2)])

        let after = await unsigned.successor(with: fixture.ledger)
        let last = await after.pending()
        _ = try await after.gate.review(4, Cast.ada.rejection("no"))
        _ = await last.ending
        findings = try await fixture.check(keys)
        #expect(findings.failures == [.unsigned(request: 4)] && findings.unsigned == 2 && findings.failed == 1)
        findings = try await fixture.check(keys, .never)
        #expect(findings.failures == [] && findings.unsigned == 3)

        // Stripping a signature is the same as never having signed.
        let stripped = try await fixture.ledger.rewritten { event in
            event.withReview(of: 3) { .approved($0.signed(nil)) }
        }
        findings = try await SignatureAudit(stripped, keys: keys).run()
        #expect(findings.signed == 0 && findings.unsigned == 4)
        #expect(try await SignatureAudit(stripped, keys: keys, requirement: .always).run().failed == 4)
    }

    @Test func `finds the oldest hundred of many that are wrong`() async throws {
        let fixture = try await GateFixture(signer: Keyholder())
        for number in Int64(1)...130 {
            let asking = await fixture.pending()
            _ = try await fixture.gate.review(number, Cast.ada.rejection("no"))
            _ = await asking.ending
        }
        let findings = try await fixture.check([])
        #expect(findings.failed == 130 && findings.failures.map(\.request) == Array(1...100))
    }
}

extension GateFixture {
    /// A desk without a key on a ledger that another had.
    fileprivate func successor(with ledger: Ledger) async -> GateFixture {
        do {
            return try await GateFixture(ledger: ledger, clock: clock, ids: CountingIDs(after: 1000))
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

@Suite struct `A decision that cannot be signed` {
    @Test func `is not made: nothing is recorded, nothing runs, and the request goes on waiting`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await GateFixture(signer: keyholder)
        let asking = await fixture.pending()
        keyholder.refuse("the agent is locked.")
        for review in [Cast.ada.approval(), Cast.ada.rejection()] {
            let error = await reviewError { () throws(ReviewError) in try await fixture.gate.review(1, review) }
            #expect(error == .notSigned(because: "the agent is locked."))
        }
        #expect(try fixture.story == ["opened 1"])
        #expect(await fixture.queue.pendingCount == 1)
        #expect(fixture.workshop.effects.isEmpty)

        // The approval was not used up.
        keyholder.refuse(nil)
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(await asking.ending.outcome?.status == .succeeded)
        #expect(try fixture.story == ["opened 1", "approved 1", "started 1", "succeeded 1"])
    }

    @Test func `because the requester left meanwhile is told so`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await GateFixture(signer: keyholder)
        let asking = await fixture.pending()
        let (asked, confirm) = keyholder.hold()
        let deciding = Task {
            await reviewError { () throws(ReviewError) in try await fixture.gate.review(1, Cast.ada.approval()) }
        }
        await asked.value
        asking.task.cancel()
        #expect(await asking.ending.refusal == .withdrawn(by: .desk, reason: "mason is gone"))
        confirm.set(())
        #expect(await deciding.value == .alreadyClosed(.withdrawn(by: .desk, reason: "mason is gone")))
        #expect(try fixture.story == ["opened 1", "withdrawn 1"])
    }

    @Test func `before the desk closes is left to the next one`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await GateFixture(signer: keyholder)
        let asking = await fixture.pending()
        let (asked, confirm) = keyholder.hold()
        let deciding = Task {
            await reviewError { () throws(ReviewError) in try await fixture.gate.review(1, Cast.ada.approval()) }
        }
        await asked.value
        await fixture.close()
        #expect(await asking.ending.refusal == .deskClosing)
        confirm.set(())
        #expect(await deciding.value == .deskClosing)
        #expect(try fixture.story == ["opened 1"])
        #expect(await (try fixture.successor()).queue.pendingCount == 1)
    }

    @Test func `at once holds its request open beyond the deadline`() async throws {
        let keyholder = try Keyholder()
        let fixture = try await GateFixture(signer: keyholder)
        let asking = await fixture.pending()
        fixture.clock.advance(by: .seconds(299))
        let (asked, confirm) = keyholder.hold()
        let deciding = Task { try await fixture.gate.review(1, Cast.ada.approval()) }
        await asked.value
        // It was decided in time; that somebody has to confirm it at another place takes none of it away.
        fixture.clock.advance(by: .seconds(5))
        confirm.set(())
        let closed = try await deciding.value
        #expect(closed.status.review?.signature?.at == ManualClock.start + .seconds(299))
        #expect(await asking.ending.outcome?.status == .succeeded)
    }
}
