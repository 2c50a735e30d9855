import HITLCore
import HITLGate
import HITLLedger
import HITLTestSupport
import Testing

@Suite struct `I9 A rollback` {
    private static let undo = ToolCall.deleting("undo", by: .desk)

    private func done(_ fixture: GateFixture) async throws {
        let asking = await fixture.pending()
        _ = try await fixture.gate.review(asking.number, Cast.ada.approval())
        _ = await asking.ending
    }

    @Test func `is a call like any other: judged, shown, decided, and recorded`() async throws {
        let fixture = try await GateFixture()
        try await done(fixture)
        let request = try await fixture.gate.rollBack(.request(1), with: Self.undo, from: Cast.mason)
        #expect(request.call.compensates == .request(1))
        #expect(request.digest != GateFixture.digest(Self.undo))
        #expect(fixture.workshop.effects.count == 1)
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.review(2, Cast.mason.approval(), executor: fixture.workshop)
            } == .ownRequest(Cast.mason))

        _ = try await fixture.gate.review(2, Cast.ada.approval(), executor: fixture.workshop)
        #expect(await fixture.queue.outcome(of: .request(2), within: .minutes(1))?.status == .succeeded)
        #expect(fixture.workshop.effects.map(\.subject) == [.request(1), .request(2)])
        #expect(try fixture.history(1).rolledBack?.value == .request(2))
        #expect(try fixture.story.suffix(2) == ["succeeded 2", "rolled back 1 by 2"])
    }

    @Test func `that a rule denies or nobody approves undoes nothing`() async throws {
        let fixture = try await GateFixture()
        try await done(fixture)
        _ = try await fixture.gate.rollBack(.request(1), with: Self.undo, from: Cast.mason)
        _ = try await fixture.gate.review(2, Cast.ada.rejection())
        #expect(try fixture.history(1).rolledBack == nil)

        let strict = try await GateFixture(
            ledger: fixture.ledger, clock: fixture.clock, ids: CountingIDs(after: 100),
            rules: [Rule(name: "deletes", source: "x", when: .toolWord(["delete"]), action: .block)])
        do {
            _ = try await strict.gate.rollBack(.request(1), with: Self.undo, from: Cast.mason)
            Issue.record("it was not denied")
        } catch {
            guard case .refused(.denied) = error else { throw error }
        }
        #expect(fixture.workshop.effects.count == 1)
    }

    @Test func `is for what certainly happened, and once`() async throws {
        let fixture = try await GateFixture()
        #expect(throws: RollbackError.unknownCall) { try fixture.gate.undoable(.request(1)) }
        try await done(fixture)
        // Two are asked for, and the second is approved when the first has run.
        _ = try await fixture.gate.rollBack(.request(1), with: Self.undo, from: Cast.mason)
        _ = try await fixture.gate.rollBack(.request(1), with: Self.undo, from: Cast.mason)
        for number in Int64(2)...3 {
            _ = try await fixture.gate.review(number, Cast.ada.approval(), executor: fixture.workshop)
            await fixture.queue.allEnded()
        }
        #expect(
            await fixture.queue.outcome(of: .request(3), within: .minutes(1))?.summary
                == "not executed: call 1 was undone before, by call 2")
        #expect(throws: RollbackError.alreadyRolledBack(by: .request(2))) { try fixture.gate.undoable(.request(1)) }
        #expect(fixture.workshop.effects.map(\.subject) == [.request(1), .request(2)])

        fixture.workshop.willEnd(Outcome(status: .failed))
        try await done(fixture)
        #expect(throws: RollbackError.notSucceeded) { try fixture.gate.undoable(.request(4)) }
        // What did not succeed undid nothing, and can itself be tried again.
        _ = try await fixture.gate.rollBack(.request(2), with: Self.undo, from: Cast.mason)
        _ = try await fixture.gate.review(5, Cast.ada.approval(), executor: fixture.workshop)
        #expect(await fixture.queue.outcome(of: .request(5), within: .minutes(1))?.status == .failed)
        #expect(try fixture.history(2).rolledBack == nil)
    }
}
