import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

@Suite struct `I2 What is decided or shown is in the ledger before` {
    private let store: FickleStore
    private let fixture: GateFixture
    private static let full = "No space is left for the ledger `memory`. Nothing was recorded; make room and try again."

    init() async throws {
        store = try FickleStore()
        let clock = ManualClock()
        fixture = try await GateFixture(ledger: store.ledger(clock), clock: clock)
    }

    @Test func `anybody hears of it`() async throws {
        let seen = Locked<[String]>([])
        let ledger = fixture.ledger
        let changes = await fixture.queue.changes()
        let listener = Task {
            for await change in changes {
                let key: String? =
                    switch change {
                    case .opened(let request): "opened/\(request.id)"
                    case .closed(let request): "closed/\(request.number)"
                    case .finished(let subject, _, _): "finished/\(subject)"
                    case .extended, .overflowed, .mark: nil
                    }
                guard let key else { continue }
                let isThere = try ledger.claimed(key) != nil
                seen.withLock { $0.append("\(key) \(isThere)") }
            }
        }
        let asking = await fixture.gate.rule(on: .reading("x"), from: Cast.scout, opening: seen, in: ledger)
        _ = try await fixture.queue.extend(1, by: .minutes(1))
        _ = try await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
        await fixture.gate.finish(.request(1), tool: "readFile", Outcome(status: .succeeded))
        await asking.value
        await fixture.close()
        try await listener.value
        #expect(
            seen.withLock { $0 } == [
                "callback true", "opened/evt_0000000000000001 true", "closed/1 true", "finished/1 true",
            ])
    }

    @Test func `a request is shown, and a request that cannot be written is refused`() async throws {
        store.breakDown()
        let asking = await fixture.ask(.deleting("a.txt"))
        #expect(await asking.ending.refusal == .ledgerUnavailable(because: Self.full))
        #expect(asking.request == nil)
        #expect(await fixture.queue.pendingCount == 0)
        #expect(try fixture.story == [])
        store.mend()
        let again = await fixture.ask(.deleting("a.txt"))
        #expect(try fixture.story == ["opened 2"])
        _ = try await fixture.gate.review(again.number, Cast.ada.approval())
        #expect(await again.ending.outcome?.status == .succeeded)
    }

    @Test func `a permit exists, and an approval that cannot be written is not used up`() async throws {
        let asking = await fixture.pending()
        store.failOnce(after: 0)
        let error = await reviewError { () throws(ReviewError) in
            try await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
        }
        #expect(error == .notRecorded(because: Self.full))
        #expect(fixture.workshop.effects == [])
        #expect(try fixture.story == ["opened 1"])
        #expect(try await fixture.queue.open(1).status == .pending)

        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(await asking.ending.outcome?.status == .succeeded)
        #expect(try fixture.story == ["opened 1", "approved 1", "started 1", "succeeded 1"])
    }

    @Test func `a rejection is told, and one that cannot be written leaves the request open`() async throws {
        let asking = await fixture.pending()
        store.failOnce(after: 0)
        let error = await reviewError { () throws(ReviewError) in
            try await fixture.gate.review(1, Cast.ada.rejection())
        }
        #expect(error == .notRecorded(because: Self.full))
        #expect(await fixture.queue.pendingCount == 1)
        _ = try await fixture.gate.review(1, Cast.ada.rejection("no"))
        #expect(await asking.ending.refusal == .rejected(Cast.ada.rejection("no")))
    }

    @Test func `and an outcome that cannot be written leaves the call in doubt and is told with that`() async throws {
        let asking = await fixture.pending()
        let changes = await fixture.queue.changes()
        store.failOnce(after: 1)
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        // The agent hears what really happened; the people hear that the record does not have it.
        #expect(
            await asking.ending.outcome == Outcome(status: .succeeded, summary: "done", executionTime: Milliseconds(0)))
        var told: Outcome?
        for await change in changes {
            guard case .finished(_, _, let outcome) = change else { continue }
            told = outcome
            break
        }
        #expect(told?.summary == "done (not recorded: \(Self.full))")
        #expect(try fixture.story == ["opened 1", "approved 1", "started 1"])
        #expect(try await fixture.successor().story.last == "unknown 1")
    }

    @Test func `and a result that cannot be written does not take its outcome with it`() async throws {
        let asking = await fixture.pending()
        var deep: JSONValue = "deep"
        for _ in 0..<100 { deep = [deep] }
        fixture.workshop.willEnd(Outcome(status: .succeeded, summary: "done", result: deep))
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(await asking.ending.outcome?.result == deep)
        #expect(
            try fixture.history(1).finished?.value
                == Outcome(
                    status: .succeeded, summary: "done (what it gave back could not be recorded)",
                    executionTime: Milliseconds(0)))
    }

    @Test func `and arguments that could not be read back are refused before anybody sees them`() async throws {
        var deep: JSONValue = "deep"
        for _ in 0..<64 { deep = [deep] }
        let twice = JSONObject([.init("path", "a"), .init("path", "b")])
        let alike = JSONObject([.init("\u{E9}", "a"), .init("e\u{301}", "b")])
        for (arguments, fault) in [
            (JSONObject([.init("deep", deep)]), "nested deeper than 64 levels"),
            (twice, "a name occurs twice in one object"), (alike, "a name occurs twice in one object"),
        ] {
            let call = ToolCall.deleting("a.txt").with(arguments: arguments)
            #expect(
                await fixture.ask(call).ending.refusal
                    == .ledgerUnavailable(because: "It cannot be put down in a record: \(fault)."))
            await #expect(throws: Refusal.ledgerUnavailable(because: "It cannot be put down in a record: \(fault).")) {
                try await fixture.gate.post(call, from: Cast.mason)
            }
        }
        #expect(try fixture.story == [])
    }

    @Test func `and a withdrawal, an extension, an edit and an expiry that cannot be written did not happen`()
        async throws
    {
        let asking = await fixture.pending()
        let deadline = try #require(asking.request?.deadline)
        store.breakDown()
        let failed = ReviewError.notRecorded(because: Self.full)
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.queue.withdraw(1, by: Cast.mason, reason: "")
            } == failed)
        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.queue.extend(1, by: .minutes(9)) } == failed
        )
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.supersede(1, with: .deleting("b.txt"), by: Cast.ada)
            } == failed)
        #expect(try await fixture.queue.open(1).deadline == deadline)
        #expect(try await fixture.queue.open(1).call == .deleting("a.txt"))

        // Past its deadline it can be decided by nobody, and it is tried again each second until it is written.
        await fixture.clock.somebodySleeps(for: .minutes(5))
        fixture.clock.advance(by: .minutes(5))
        await fixture.clock.somebodySleeps(for: .seconds(1))
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
            } == failed)
        store.mend()
        fixture.clock.advance(by: .seconds(1))
        #expect(await asking.ending.refusal == .expired)
        #expect(try fixture.story == ["opened 1", "expired 1"])
        #expect(fixture.workshop.effects == [])
    }

    @Test func `and an approval costs two syncs, the outcome none of its own`() async throws {
        let asking = await fixture.pending()
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        _ = await asking.ending
        #expect(store.commits.map { "\($0)" } == ["synced", "synced", "written"])
    }

    @Test func `and what a rule decides is written at once and synced with the next`() async throws {
        let clock = ManualClock()
        let rules = try await GateFixture(
            ledger: fixture.ledger, clock: clock, ids: CountingIDs(after: 50),
            rules: [
                Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow),
                Rule(name: "deletes", source: "built-in", when: .toolWord(["delete"]), action: .block),
            ])
        _ = await rules.ask(.reading("a.txt")).ending
        _ = await rules.ask(.deleting("a.txt")).ending
        #expect(store.commits.map { "\($0)" } == ["written", "written", "written"])
        #expect(
            try rules.story == [
                "ruled allow readFile", "started evt_0000000000000033", "succeeded evt_0000000000000033",
                "ruled deny deleteFile",
            ])
    }
}

extension Gate {
    /// Asks, and notes whether the ledger had the request when the callback came.
    fileprivate func rule(
        on call: ToolCall, from requester: Principal, opening seen: Locked<[String]>, in ledger: Ledger
    ) async -> Task<Void, Never> {
        let opened = FirstValue<Void>()
        let task = Task {
            _ = await rule(on: call, from: requester) { request in
                let isThere = (try? ledger.claimed("opened/\(request.id)")) != nil
                seen.withLock { $0.append("callback \(isThere)") }
                opened.set(())
            }
        }
        await opened.value
        return task
    }
}
