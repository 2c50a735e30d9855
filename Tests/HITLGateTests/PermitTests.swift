import HITLCore
import HITLGate
import HITLLedger
import HITLTestSupport
import Testing

@Suite struct `I1 Nothing runs without a permit` {
    private enum End: CaseIterable {
        case denied, rejected, withdrawn, cancelled, expired, late, byItsOwnRequester, ofAnotherCall
    }

    @Test func `and a thousand proposals that nobody approves have no effect`() async throws {
        var random = SplitMix(seed: 1)
        let fixture = try await GateFixture(
            rules: [Rule(name: "drops", source: "test", when: .toolWord(["drop"]), action: .block)])
        var ends: [End: Int] = [:]
        for round in 0..<1000 {
            let end = End.allCases.randomElement(using: &random) ?? .denied
            ends[end, default: 0] += 1
            let performer = [Performer.desk, .requester, .unobserved].randomElement(using: &random) ?? .desk
            var call = ToolCall.deleting("file-\(round)", by: performer)
            if end == .denied {
                call = ToolCall(
                    tool: "drop_table", kind: .other, arguments: call.arguments, origin: call.origin,
                    performer: performer)
            }
            let asking = await fixture.ask(call)
            let number = asking.number
            switch end {
            case .denied: break
            case .rejected: _ = try await fixture.gate.review(number, Cast.bo.rejection())
            case .withdrawn: _ = try await fixture.queue.withdraw(number, by: Cast.mason, reason: "no need")
            case .cancelled: asking.task.cancel()
            case .expired: fixture.clock.advance(by: .minutes(5))
            case .late:
                fixture.clock.suspend(for: .minutes(5))
                let late = try? await fixture.gate.review(number, Cast.bo.approval(), executor: fixture.workshop)
                #expect(late?.status == .expired)
                fixture.clock.resume()
            case .byItsOwnRequester:
                let error = await reviewError { () throws(ReviewError) in
                    try await fixture.gate.review(number, Cast.mason.approval(), executor: fixture.workshop)
                }
                #expect(error == .ownRequest(Cast.mason))
                _ = try await fixture.gate.review(number, Cast.ada.rejection())
            case .ofAnotherCall:
                let other = GateFixture.digest(.deleting("another"))
                let error = await reviewError { () throws(ReviewError) in
                    try await fixture.gate.review(number, Cast.bo.approval(), shown: other, executor: fixture.workshop)
                }
                #expect(error == .digestMismatch(shown: other, current: GateFixture.digest(call)))
                _ = try await fixture.gate.review(number, Cast.ada.rejection())
            }
            #expect(await asking.ending.refusal != nil)
        }
        #expect(ends.count == End.allCases.count && ends.values.allSatisfy { $0 > 50 }, "\(ends)")
        #expect(fixture.workshop.effects == [])
        #expect(try fixture.ledger.count(kind: "started") == 0)
        #expect(await fixture.queue.pendingCount == 0)
    }

    @Test(arguments: [Performer.desk, .requester, .unobserved])
    func `and a permit is spent once, whoever asks for it again`(performer: Performer) async throws {
        let fixture = try await GateFixture()
        let call = ToolCall.deleting("a.txt", by: performer)
        let asking = await fixture.ask(call, id: RequestID(bits: 7))
        _ = try await fixture.gate.review(asking.number, Cast.ada.approval())
        #expect(await asking.ending.refusal == nil)

        for _ in 0..<3 {
            #expect(await fixture.ask(call, id: RequestID(bits: 7)).ending.refusal == .alreadyStarted)
        }
        let successor = try await fixture.successor()
        #expect(await successor.ask(call, id: RequestID(bits: 7)).ending.refusal == .alreadyStarted)
        #expect(fixture.workshop.effects.count == 1)
        #expect(successor.workshop.effects == [])
        #expect(fixture.workshop.faults == [])
    }

    @Test(arguments: [Performer.desk, .requester, .unobserved])
    func `and an approval that was given to nobody is collected once`(performer: Performer) async throws {
        let former = try await GateFixture()
        let call = ToolCall.deleting("a.txt", by: performer)
        let asking = await former.ask(call, id: RequestID(bits: 7))
        await former.close()
        #expect(await asking.ending.refusal == .deskClosing)

        let fixture = try await former.successor()
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(try fixture.history(1).started == nil)
        let endings = await withTaskGroup(of: GateFixture.Ending.self) { group in
            for _ in 0..<20 { group.addTask { await fixture.ask(call, id: RequestID(bits: 7)).ending } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(endings.filter { $0.refusal == nil }.count == 1)
        #expect(endings.filter { $0.refusal == .alreadyStarted }.count == 19)
        #expect(fixture.workshop.effects.count == 1)
        #expect(fixture.workshop.faults == [])
    }

    @Test(arguments: [Performer.desk, .requester, .unobserved], [true, false])
    func `and two desks that share a ledger file spend one permit`(performer: Performer, executes: Bool) async throws {
        let directory = LedgerDirectory()
        let clock = ManualClock()
        let ledger = try GateFixture.onDisk(directory.ledger, clock)
        defer { ledger.close() }
        let here = try await GateFixture(ledger: ledger, clock: clock)
        var askings: [GateFixture.Asking] = []
        for place in 0..<12 { askings.append(await here.ask(.deleting("file-\(place)", by: performer))) }
        let there = try await here.successor()
        #expect(await there.queue.pendingCount == 12)

        await withTaskGroup(of: Void.self) { group in
            for asking in askings {
                for desk in [here, there] {
                    group.addTask {
                        let executor = executes ? desk.workshop : nil
                        _ = try? await desk.gate.review(asking.number, Cast.ada.approval(), executor: executor)
                    }
                }
            }
        }
        var refused = 0
        for asking in askings {
            switch await asking.ending {
            case .ran: break
            case .refused(let refused1):
                #expect(refused1.refusal == .alreadyStarted)
                refused += 1
            }
        }
        await here.queue.allEnded()
        await there.queue.allEnded()
        let effects = here.workshop.effects + there.workshop.effects
        #expect(Set(effects.map(\.subject)).count == effects.count, "nothing ran twice")
        #expect(try ledger.count(kind: "started") == 12)
        #expect(try ledger.count(kind: "closed") == 12)
        #expect(there.workshop.effects.count == refused)
        #expect(here.workshop.faults + there.workshop.faults == [])
        #expect(await here.queue.pendingCount == 0)
    }

    @Test func `and no rule's permit is made before the ledger has it`() async throws {
        let store = try FickleStore()
        let clock = ManualClock()
        let fixture = try await GateFixture(
            ledger: store.ledger(clock), clock: clock,
            rules: [Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow)])
        #expect(await fixture.ask(.reading("a.txt"), from: Cast.scout).ending.outcome?.status == .succeeded)
        #expect(fixture.workshop.faults == [])
        store.breakDown()
        let refusal = await fixture.ask(.reading("a.txt"), from: Cast.scout).ending.refusal
        #expect(
            refusal
                == .ledgerUnavailable(
                    because: "No space is left for the ledger `memory`. Nothing was recorded; make room and try again.")
        )
        #expect(fixture.workshop.effects.count == 1)
    }
}
