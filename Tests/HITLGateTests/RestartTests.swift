import HITLCore
import HITLGate
import HITLLedger
import HITLTestSupport
import Testing

@Suite struct `I10 An effect happens at most once` {
    private static let interrupted = Outcome(
        status: .unknown, summary: "the desk ended while it ran; nobody knows whether it happened")

    @Test func `and a call that ran while the desk died is unknown, once, and never runs again`() async throws {
        let former = try await GateFixture()
        let call = ToolCall.deleting("a.txt")
        former.workshop.hold()
        let asking = await former.ask(call, id: RequestID(bits: 7))
        _ = try await former.gate.review(1, Cast.ada.approval())
        await former.workshop.somethingRuns()

        // The desk dies here; its successors find what it left.
        for _ in 0..<3 {
            let fixture = try await former.successor(ids: CountingIDs(after: 1000))
            #expect(try fixture.story == ["opened 1", "approved 1", "started 1", "unknown 1"])
            #expect(try fixture.history(1).finished?.value == Self.interrupted)
            #expect(await fixture.ask(call, id: RequestID(bits: 7)).ending.refusal == .alreadyStarted)
            #expect(
                await reviewError { () throws(ReviewError) in
                    try await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
                } == .alreadyClosed(.approved(Cast.ada.approval())))
            #expect(fixture.workshop.effects == [])
        }
        // If the first one lives after all, its word comes too late for the record.
        former.workshop.release()
        #expect(await asking.ending.outcome?.status == .succeeded)
        #expect(try former.history(1).finished?.value == Self.interrupted)
        #expect(try former.ledger.count(kind: "finished") == 1)
    }

    @Test func `and a rule's call that ran while the desk died is unknown too`() async throws {
        let former = try await GateFixture(rules: [
            Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow)
        ])
        former.workshop.hold()
        let asking = await former.ask(.reading("a.txt"), from: Cast.scout)
        await former.workshop.somethingRuns()
        let fixture = try await former.successor()
        #expect(try fixture.story.last == "unknown evt_0000000000000001")
        former.workshop.release()
        _ = await asking.ending
    }

    @Test func `and a thousand calls in doubt are each unknown once`() async throws {
        let ledger = try GateFixture.memory(ManualClock())
        let events = EventLedger(ledger)
        for number in 1...1000 {
            try await events.append([
                .started(subject: .call(RequestID(bits: UInt64(number))), digest: CallDigest("hmac-sha256:00"))
            ])
        }
        let fixture = try await GateFixture(ledger: ledger)
        #expect(try ledger.count(kind: "finished") == 1000)
        _ = try await fixture.successor()
        #expect(try ledger.count(kind: "finished") == 1000)
    }

    @Test func `and an approval of a call whose agent is gone runs it once, where hitl itself can`() async throws {
        let former = try await GateFixture()
        let askings = [await former.pending(.deleting("a.txt")), await former.pending(.running("make"))]
        await former.close()
        for asking in askings { _ = await asking.ending }

        let fixture = try await former.successor()
        _ = try await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
        _ = try await fixture.gate.review(2, Cast.ada.approval(), executor: fixture.workshop)
        #expect(await fixture.queue.outcome(of: .request(1), within: .minutes(1))?.status == .succeeded)
        #expect(fixture.workshop.effects.map(\.subject) == [.request(1)])
        #expect(fixture.workshop.faults == [])
        // The second one's agent would have to come for it.
        #expect(try fixture.history(2).started == nil)
        #expect(try fixture.history(2).decision == "approved")
    }

    @Test func `and a desk's call that nobody is there to run is not started`() async throws {
        let former = try await GateFixture()
        let asking = await former.pending(.deleting("a.txt"))
        await former.close()
        _ = await asking.ending
        let fixture = try await former.successor()
        _ = try await fixture.gate.review(1, Cast.ada.approval(), executor: nil)
        #expect(try fixture.story == ["opened 1", "approved 1"])
        #expect(try await fixture.successor().story == ["opened 1", "approved 1"])
    }
}

@Suite struct `The next desk` {
    @Test func `finds every request that nobody decided, whole, and knows who is not there`() async throws {
        let former = try await GateFixture()
        var facts = Facts()
        facts.preview = "two files"
        facts.command = .init(argv: ["rm", "a"], executable: "/bin/rm", environment: [.init(name: "A", value: nil)])
        let call = ToolCall.deleting(
            "\u{1F600} \u{202E}gpj.exe", claims: Claims(reason: "tidy", confidence: JSONNumber("0.50")), facts: facts)
        let first = await former.ask(call)
        let second = try await former.gate.post(.running("make"), from: Cast.mason)
        let third = await former.pending(.deleting("c.txt"))
        _ = try await former.gate.review(3, Cast.ada.rejection())
        _ = await third.ending
        let fourth = await former.pending(.deleting("d.txt"))
        _ = try await former.gate.supersede(4, with: .deleting("e.txt"), by: Cast.ada)
        _ = try await former.queue.extend(2, by: .minutes(10))

        let fixture = try await former.successor()
        #expect(await fixture.queue.waiting.map(\.number).sorted() == [1, 2, 5])
        #expect(try await fixture.queue.open(1) == first.request)
        #expect(try await fixture.queue.open(1).call.json == call.json)
        #expect(try await fixture.queue.open(2).call == second.call)
        #expect(try await fixture.queue.open(2).deadline == ManualClock.start + .minutes(15))
        #expect(try await fixture.queue.open(5).supersedes == 4)
        #expect(await fixture.queue.requesterOf(1) == .orphaned)
        #expect(await fixture.queue.requesterOf(2) == .detached)
        #expect(try Records(former.ledger).pending().map(\.number) == [1, 5, 2])
        await former.close()
        _ = await first.ending
        _ = await fourth.ending
    }

    @Test func `goes on with the numbers, whatever order they were written in`() async throws {
        let clock = ManualClock()
        let ledger = try GateFixture.memory(clock)
        let events = EventLedger(ledger)
        func request(_ number: Int64) -> Event {
            let call = ToolCall.deleting("\(number)")
            return .opened(
                .init(
                    ApprovalRequest(
                        number: number, id: RequestID(bits: UInt64(number)), call: call,
                        digest: GateFixture.digest(call),
                        verdict: Verdict(
                            effect: .ask, rules: [], risk: Risk(factors: []), timeout: nil, policyVersion: "1"),
                        requester: Cast.mason, attendance: .connected, openedAt: clock.wall, deadline: nil)))
        }
        func closed(_ number: Int64) throws -> Event {
            let history = try events.history(of: .request(number))
            var request = try #require(history.request)
            _ = try request.apply(.withdraw(by: Cast.mason, reason: ""), at: clock.wall)
            return .closed(.init(request, waited: Milliseconds(0)))
        }
        // Six requests at once: 6 and 5 were written before 4, and are over.
        for number in [1, 2, 3, 6, 5, 4] as [Int64] { try await events.append([request(number)]) }
        for number in [6, 5] as [Int64] { try await events.append([closed(number)]) }
        let fixture = try await GateFixture(ledger: ledger, clock: clock, ids: CountingIDs(after: 100))
        #expect(await fixture.pending().number == 7)
        await fixture.close()
    }

    @Test func `gives no number twice in ten thousand requests that are opened at once`() async throws {
        let former = try await GateFixture()
        let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
            for place in 0..<10_000 {
                group.addTask { try await former.gate.post(.deleting("\(place)"), from: Cast.mason).number }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(numbers) == Set(1...10_000))
        let fixture = try await former.successor(ids: CountingIDs(after: 10_000))
        #expect(await fixture.queue.pendingCount == 10_000)
        #expect(try await fixture.gate.post(.deleting("x"), from: Cast.mason).number == 10_001)
    }

    @Test func `does not open on a ledger whose unfinished requests it cannot read`() async throws {
        let clock = ManualClock()
        let store = try MemoryStore()
        let ledger = try Ledger(
            reading: store, writing: store, file: nil, indexer: EventIndex.index(of:),
            clock: { clock.wall.milliseconds })
        let former = try await GateFixture(ledger: ledger, clock: clock)
        _ = try await former.gate.post(.deleting("a"), from: Cast.mason)
        let sound = store.state(of: "1")
        for brief in [[], [0], [1], [1, 9, 0, 0], [5], [2, 0], sound.dropLast(9), [3, 3]] as [[UInt8]] {
            store.tamper { state in
                state.unresolved[ByteKey("1")] = Unresolved(subject: "1", sequence: 1, brief: brief)
            }
            await #expect(
                throws: EventLedgerError.unreadable(
                    sequence: 1, because: "the note about what is unfinished is not readable")
            ) { try await former.successor() }
        }
        store.tamper { $0.unresolved[ByteKey("x")] = Unresolved(subject: "x", sequence: 1, brief: sound) }
        await #expect(throws: EventLedgerError.self) { try await former.successor() }
    }
}

extension MemoryStore {
    fileprivate func state(of subject: String) -> [UInt8] {
        var brief: [UInt8] = []
        tamper { brief = $0.unresolved[ByteKey(subject)]?.brief ?? [] }
        return brief
    }
}

@Suite struct `A requester that asks again with its id` {
    private static let id = RequestID(bits: 0x7a9f_2c1b_04d3_5e68)

    @Test func `meets its request where the call is the same, and is refused where it is another`() async throws {
        let former = try await GateFixture()
        let call = ToolCall.running("make", "all")
        let first = await former.ask(call, id: Self.id)
        #expect(first.request?.id == Self.id)
        await former.close()
        _ = await first.ending

        let fixture = try await former.successor()
        #expect(await fixture.ask(.running("make", "clean"), id: Self.id).ending.refusal == .idInUse)
        #expect(await fixture.ask(.running("make", "all", agent: "scout"), id: Self.id).ending.refusal == .idInUse)
        #expect(try await fixture.queue.open(1).call == call)
        // Another story about the same call is the same call.
        let retold = ToolCall(
            tool: call.tool, kind: call.kind, arguments: call.arguments, origin: call.origin, directory: call.directory,
            claims: Claims(reason: "please"), performer: call.performer)
        let back = await fixture.ask(retold, id: Self.id)
        #expect(back.number == 1)
        #expect(await fixture.queue.requesterOf(1) == .connected)
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(await back.ending.refusal == nil)
        #expect(try fixture.story == ["opened 1", "approved 1", "started 1"])
    }

    @Test func `hears what was decided meanwhile, as it was decided`() async throws {
        let former = try await GateFixture()
        var ids: [RequestID] = []
        for place in 0..<4 {
            let id = RequestID(bits: UInt64(100 + place))
            ids.append(id)
            let asking = await former.ask(.running("make", "\(place)"), id: id)
            #expect(asking.number == Int64(place) + 1)
        }
        await former.close()
        let fixture = try await former.successor()
        _ = try await fixture.gate.review(1, Cast.ada.rejection("no"))
        _ = try await fixture.queue.withdraw(2, by: Cast.ada, reason: "not needed")
        _ = try await fixture.gate.review(3, Cast.ada.approval())
        let changes = await fixture.queue.changes()
        fixture.clock.advance(by: .minutes(5))
        for await change in changes { if case .closed = change { break } }

        #expect(
            await fixture.ask(.running("make", "0"), id: ids[0]).ending.refusal == .rejected(Cast.ada.rejection("no")))
        #expect(
            await fixture.ask(.running("make", "1"), id: ids[1]).ending.refusal
                == .withdrawn(by: Cast.ada, reason: "not needed"))
        #expect(await fixture.ask(.running("make", "2"), id: ids[2]).ending.refusal == nil)
        #expect(await fixture.ask(.running("make", "3"), id: ids[3]).ending.refusal == .expired)
        #expect(try fixture.ledger.count(kind: "opened") == 4)
    }

    @Test func `goes on waiting for what edits have made of it`() async throws {
        let former = try await GateFixture()
        let call = ToolCall.deleting("a.txt")
        let first = await former.ask(call, id: Self.id)
        await former.close()
        _ = await first.ending
        let fixture = try await former.successor()
        _ = try await fixture.gate.supersede(1, with: .deleting("b.txt"), by: Cast.ada)
        _ = try await fixture.gate.supersede(2, with: .deleting("c.txt"), by: Cast.ada)
        let back = await fixture.ask(call, id: Self.id)
        #expect(back.number == 3)
        _ = try await fixture.gate.review(3, Cast.ada.approval())
        #expect(await back.ending.outcome?.status == .succeeded)
        #expect(fixture.workshop.effects == [.init(subject: .request(3), call: .deleting("c.txt"))])
        #expect(await fixture.ask(call, id: Self.id).ending.refusal == .alreadyStarted)
    }

    @Test func `is refused where the ledger cannot be read`() async throws {
        let fixture = try await GateFixture()
        fixture.ledger.close()
        #expect(
            await fixture.ask(.running("make"), id: Self.id).ending.refusal
                == .ledgerUnavailable(because: "The ledger was closed. Nothing was recorded."))
    }
}
