import HITLCore
import HITLGate
import HITLLedger
import HITLTestSupport
import Testing

@Suite struct `A requester that leaves` {
    private static let gone = Refusal.withdrawn(
        by: Principal(role: .gate, name: "hitl", channel: "desk"), reason: "mason is gone")

    @Test func `takes its request along`() async throws {
        let fixture = try await GateFixture()
        let changes = await fixture.queue.changes()
        let asking = await fixture.pending()
        asking.task.cancel()
        #expect(await asking.ending.refusal == Self.gone)
        #expect(try fixture.story == ["opened 1", "withdrawn 1"])
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
            }
                == .alreadyClosed(
                    .withdrawn(by: Principal(role: .gate, name: "hitl", channel: "desk"), reason: "mason is gone")))
        await fixture.close()
        #expect(await changes.inWords() == ["opened 1", "withdrawn 1"])
        #expect(fixture.workshop.effects == [])
    }

    @Test func `and lives on is not called gone`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        Leaving.$reason.withValue("took it back") { asking.task.cancel() }
        #expect(
            await asking.ending.refusal
                == .withdrawn(
                    by: Principal(role: .gate, name: "hitl", channel: "desk"), reason: "mason took it back"))
    }

    @Test func `at whatever moment leaves nothing behind`() async throws {
        let fixture = try await GateFixture()
        for moment in 0..<200 {
            let task = fixture.begin(.deleting("\(moment)")).task
            for _ in 0..<moment % 40 { await Task.yield() }
            task.cancel()
            #expect(await task.value.refusal == Self.gone)
        }
        #expect(await fixture.queue.pendingCount == 0)
        #expect(try fixture.ledger.count(kind: "opened") == 200)
        #expect(try fixture.ledger.count(kind: "closed") == 200)
    }

    @Test func `before it asked has asked for nothing that could run`() async throws {
        let fixture = try await GateFixture()
        let task = Task { () -> Refusal? in
            withUnsafeCurrentTask { $0?.cancel() }
            switch await fixture.gate.rule(on: .deleting("a"), from: Cast.mason) {
            case .refused(let refused): return refused.refusal
            case .permitted: return nil
            }
        }
        #expect(await task.value == Self.gone)
        #expect(await fixture.queue.pendingCount == 0)
    }

    @Test func `after an edit takes the new request along`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        _ = try await fixture.gate.supersede(1, with: .deleting("b.txt"), by: Cast.ada)
        asking.task.cancel()
        #expect(await asking.ending.refusal == Self.gone)
        #expect(try fixture.story == ["opened 1", "opened 2", "superseded 1", "withdrawn 2"])
    }

    @Test func `where that cannot be written is let go, and its request is orphaned`() async throws {
        let store = try FickleStore()
        let clock = ManualClock()
        let fixture = try await GateFixture(ledger: store.ledger(clock), clock: clock)
        let asking = await fixture.pending(.running("make"))
        store.breakDown()
        asking.task.cancel()
        #expect(await asking.ending.refusal == .ledgerUnavailable(because: "the withdrawal could not be recorded"))
        #expect(await fixture.queue.requesterOf(1) == .orphaned)
        store.mend()
        // Nobody is there to carry it out: approving it starts nothing.
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(try fixture.story == ["opened 1", "approved 1"])
    }

    @Test func `on purpose is detached, and so it is again when it has looked and left`() async throws {
        let fixture = try await GateFixture()
        let call = ToolCall.running("make")
        let request = try await fixture.gate.post(call, from: Cast.mason)
        #expect(await fixture.queue.requesterOf(1) == .detached)
        let looking = await fixture.ask(call, id: request.id)
        #expect(await fixture.queue.requesterOf(1) == .connected)
        looking.task.cancel()
        #expect(await looking.ending.refusal != nil)
        #expect(await fixture.queue.requesterOf(1) == .detached)
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(try fixture.history(1).started == nil)
        #expect(await fixture.ask(call, id: request.id).ending.refusal == nil)
        #expect(try fixture.story == ["opened 1", "approved 1", "started 1"])
    }
}

@Suite struct `A desk that closes` {
    @Test func `withdraws its own sessions' requests and leaves all others pending`() async throws {
        let fixture = try await GateFixture()
        let own = await fixture.ask(.deleting("a", session: "own"))
        let other = await fixture.ask(.deleting("b", session: "other"))
        let posted = try await fixture.gate.post(.deleting("c", session: "own"), from: Cast.mason)
        await fixture.queue.close(withdrawing: ["own"], reason: "the loop ended")
        #expect(
            await own.ending.refusal
                == .withdrawn(by: Principal(role: .gate, name: "hitl", channel: "desk"), reason: "the loop ended"))
        #expect(await other.ending.refusal == .deskClosing)
        #expect(try fixture.story == ["opened 1", "opened 2", "opened 3", "withdrawn 1"])
        let next = try await fixture.successor()
        #expect(await next.queue.waiting.sorted { $0.number < $1.number }.map(\.requester) == [.orphaned, .detached])
        #expect(posted.number == 3)
    }

    @Test func `takes nothing any more, and ends everybody's changes`() async throws {
        let fixture = try await GateFixture()
        let changes = await fixture.queue.changes()
        let asking = await fixture.pending()
        let posted = try await fixture.gate.post(.running("make"), from: Cast.mason)
        await fixture.close()
        await fixture.close()
        #expect(await asking.ending.refusal == .deskClosing)
        #expect(await changes.inWords() == ["opened 1", "opened 2"])
        #expect(await fixture.queue.changes().inWords() == [])
        #expect(await fixture.ask(.deleting("x")).ending.refusal == .deskClosing)
        #expect(await fixture.ask(.running("make"), id: posted.id).ending.refusal == .deskClosing)
        await #expect(throws: Refusal.deskClosing) { try await fixture.gate.post(.deleting("x"), from: Cast.mason) }
        let closing = ReviewError.deskClosing
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
            } == closing)
        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.queue.extend(1, by: .minutes(1)) }
                == closing)
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.queue.withdraw(1, by: Cast.mason, reason: "")
            }
                == closing)
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.supersede(1, with: .deleting("y"), by: Cast.ada)
            } == closing)
        // Not even time.
        fixture.clock.advance(by: .minutes(60))
        #expect(fixture.clock.sleeps == [])
        #expect(try fixture.story == ["opened 1", "opened 2"])
    }

    @Test func `lets everybody go also where nothing can be written any more`() async throws {
        let store = try FickleStore()
        let clock = ManualClock()
        let fixture = try await GateFixture(ledger: store.ledger(clock), clock: clock)
        var askings: [GateFixture.Asking] = []
        for place in 0..<20 { askings.append(await fixture.ask(.deleting("\(place)", session: "\(place % 2)"))) }
        store.breakDown()
        await fixture.queue.close(withdrawing: ["0"], reason: "the loop ended")
        for asking in askings { #expect(await asking.ending.refusal == .deskClosing) }
        #expect(try fixture.ledger.count(kind: "closed") == 0)
    }

    @Test func `while others decide answers each requester once`() async throws {
        for round in 0..<30 {
            let fixture = try await GateFixture()
            var askings: [GateFixture.Asking] = []
            for place in 0..<20 { askings.append(await fixture.ask(.deleting("\(place)", session: "\(place % 2)"))) }
            await withTaskGroup(of: Void.self) { group in
                for asking in askings {
                    group.addTask { _ = try? await fixture.gate.review(asking.number, Cast.ada.approval()) }
                }
                group.addTask {
                    for _ in 0..<round { await Task.yield() }
                    await fixture.queue.close(withdrawing: ["0"], reason: "the loop ended")
                }
            }
            for asking in askings {
                let ending = await asking.ending
                switch try fixture.status(asking.number) {
                case .approved?: #expect(ending.outcome?.status == .succeeded)
                case .withdrawn?: #expect(ending.refusal != .deskClosing && ending.refusal != nil)
                case .pending?: #expect(ending.refusal == .deskClosing)
                default: Issue.record("unexpected status of \(asking.number)")
                }
            }
            #expect(fixture.workshop.faults == [])
        }
    }
}

@Suite struct `The limit of an agent` {
    @Test func `counts its own requests, and refuses one more with that reason`() async throws {
        let fixture = try await GateFixture(pendingPerAgent: 2)
        let first = await fixture.pending()
        let second = await fixture.pending()
        for _ in 0..<5 { #expect(await fixture.pending().ending.refusal == .tooManyPending(limit: 2)) }
        await #expect(throws: Refusal.tooManyPending(limit: 2)) {
            try await fixture.gate.post(.deleting("x"), from: Cast.mason)
        }
        // Another agent has its own.
        let other = await fixture.ask(.deleting("x", agent: "scout"), from: Cast.scout)
        #expect(other.request != nil)
        // The ledger has the attempt once, however often it is repeated.
        #expect(
            try fixture.story == [
                "opened 1", "opened 2", "attempted by mason: more than 2 requests at once", "opened 3",
            ])
        _ = try await fixture.gate.review(1, Cast.ada.rejection())
        _ = await first.ending
        let third = await fixture.pending()
        #expect(third.request != nil)
        #expect(await fixture.pending().ending.refusal == .tooManyPending(limit: 2))
        #expect(try fixture.story.last == "attempted by mason: more than 2 requests at once")
        await fixture.close()
        for asking in [second, third, other] { _ = await asking.ending }
    }

    @Test func `is given back however a request ends`() async throws {
        let store = try FickleStore()
        let clock = ManualClock()
        let fixture = try await GateFixture(ledger: store.ledger(clock), clock: clock, pendingPerAgent: 1)
        for round in 0..<40 {
            let asking = await fixture.pending()
            #expect(asking.request != nil, "round \(round)")
            switch round % 8 {
            case 0: _ = try await fixture.gate.review(asking.number, Cast.ada.approval())
            case 1: _ = try await fixture.gate.review(asking.number, Cast.ada.rejection())
            case 2: asking.task.cancel()
            case 3:
                await clock.somebodySleeps(for: .minutes(5))
                clock.advance(by: .minutes(5))
            case 4:
                let edited = try await fixture.gate.supersede(asking.number, with: .deleting("b"), by: Cast.ada)
                #expect(await fixture.pending().ending.refusal == .tooManyPending(limit: 1))
                _ = try await fixture.gate.review(edited.number, Cast.ada.rejection())
            case 5:
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<5 {
                        group.addTask { _ = try? await fixture.gate.review(asking.number, Cast.ada.rejection()) }
                    }
                }
            case 6:
                _ = try await fixture.queue.withdraw(asking.number, by: Cast.mason, reason: "")
                store.failOnce(after: 0)
                #expect(await fixture.pending().ending.refusal != nil)
            default:
                store.failOnce(after: 0)
                _ = try? await fixture.gate.review(asking.number, Cast.ada.approval())
                _ = try await fixture.queue.withdraw(asking.number, by: Cast.mason, reason: "")
            }
            _ = await asking.ending
        }
        #expect(await fixture.queue.pendingCount == 0)
    }

    @Test func `holds against a flood that does not wait for the ledger`() async throws {
        let fixture = try await GateFixture(pendingPerAgent: 10)
        let tasks = (0..<500).map { fixture.begin(.deleting("\($0)")).task }
        var opened = 0
        while opened < 10 {
            opened = await fixture.queue.pendingCount
            await Task.yield()
        }
        await fixture.close()
        var refusals: [Int] = [0, 0]
        for task in tasks {
            switch await task.value.refusal {
            case .tooManyPending(10)?: refusals[0] += 1
            case .deskClosing?: refusals[1] += 1
            default: Issue.record("neither too many nor waiting")
            }
        }
        #expect(try fixture.ledger.count(kind: "opened") == 10)
        #expect(try fixture.ledger.count(kind: "attempted") <= 1)
        #expect(refusals[1] >= 10)
    }

    @Test func `goes on counting for the next desk, by the bytes of the name`() async throws {
        let former = try await GateFixture()
        for name in ["\u{E9}", "\u{E9}", "e\u{301}"] {
            _ = try await former.gate.post(.deleting("x", agent: name), from: Cast.mason)
        }
        let fixture = try await GateFixture(
            ledger: former.ledger, clock: former.clock, ids: CountingIDs(after: 100), pendingPerAgent: 2)
        await #expect(throws: Refusal.tooManyPending(limit: 2)) {
            try await fixture.gate.post(.deleting("x", agent: "\u{E9}"), from: Cast.mason)
        }
        _ = try await fixture.gate.post(.deleting("x", agent: "e\u{301}"), from: Cast.mason)
    }
}
