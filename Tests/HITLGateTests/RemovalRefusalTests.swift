import HITLTestSupport
import Testing

@testable import HITLCore
@testable import HITLGate
@testable import HITLLedger

/// What keeps something in the ledger although somebody asked for its removal, or says that it was approved.
@Suite struct `A removal` {
    private static let month = Milliseconds(30 * 86_400_000)

    private static func rejected(_ desk: ErasingDesk) async throws -> (GateFixture, ErasurePlan) {
        let fixture = try await desk.fixture(try desk.open())
        _ = try await desk.decide(fixture, "anna.txt", .reject, reason: "not hers")
        return (fixture, try Records(fixture.ledger).erasure(of: [.request(1)]))
    }

    private static func isWhole(_ ledger: Ledger) throws -> Bool {
        try ledger.entries(from: 1, limit: 100).allSatisfy { $0.removedBy == nil }
    }

    private static func changed(_ call: ToolCall, _ name: String, to value: JSONValue) -> ToolCall {
        var arguments = call.arguments
        arguments[name] = value
        return ToolCall(
            tool: call.tool, kind: call.kind, arguments: arguments, origin: call.origin, performer: call.performer,
            facts: call.facts)
    }

    @Test func `is refused where what would be left is not what was approved`() async throws {
        let desk = try ErasingDesk(.memory)
        let (fixture, plan) = try await Self.rejected(desk)
        let call = RecordKeeping.call(toErase: plan, reason: nil, session: "s")
        for forged in [
            Self.changed(call, "left", to: .string(String(repeating: "0", count: 64))),
            Self.changed(call, "left", to: .null),
            Self.changed(call, "entries", to: .array(plan.entries.dropLast().map { .integer($0) })),
            Self.changed(call, "entries", to: .array((plan.entries + [99]).map { .integer($0) })),
            Self.changed(call, "entries", to: .array([])),
        ] {
            #expect(try await desk.approve(forged, fixture)?.status == .failed)
        }
        #expect(try Self.isWhole(fixture.ledger))
        #expect(try await desk.approve(call, fixture)?.status == .succeeded)
        await fixture.close()
    }

    @Test func `is refused of what a request still waits for, whoever names its entries`() async throws {
        let desk = try ErasingDesk(.memory)
        let (fixture, plan) = try await Self.rejected(desk)
        let waiting = await fixture.pending(.deleting("bo.txt"))
        let entries = try fixture.ledger.entries(of: "2")
        let left = try entries.map { try #require(try Event.left(of: $0)) }
        let call = Self.changed(
            Self.changed(
                RecordKeeping.call(toErase: plan, reason: nil, session: "s"), "entries",
                to: .array(entries.map { .integer($0.sequence) })), "left", to: .string(Event.Erased.left(left)))
        let outcome = try await desk.approve(call, fixture)
        #expect(outcome?.status == .failed)
        #expect(try Self.isWhole(fixture.ledger))
        await fixture.close()
        _ = await waiting.ending
    }

    @Test func `is refused where entries are kept for ever`() async throws {
        let desk = try ErasingDesk(.memory)
        let (fixture, _) = try await Self.rejected(desk)
        desk.clock.advance(by: Self.month)
        desk.clock.advance(by: Self.month)
        let report = try Records(fixture.ledger).retention(floor: Self.month, now: desk.clock.wall)
        #expect(report.removable == 2)
        let call = RecordKeeping.call(
            toPurge: report, floor: Self.month, export: String(repeating: "a", count: 64), reason: nil, session: "s")
        #expect(try await desk.approve(call, fixture)?.status == .failed)
        #expect(try Self.isWhole(fixture.ledger))
        await fixture.close()
    }

    @Test func `is no call of an agent, whatever that calls its tool`() {
        func call(_ tool: String, _ performer: Performer, _ agent: String, _ lineage: [String] = []) -> ToolCall {
            ToolCall(
                tool: tool, kind: .delete, arguments: JSONObject(),
                origin: Origin(agent: agent, session: "s", lineage: lineage), performer: performer)
        }
        #expect(RemovalTool(call("eraseRecords", .desk, "hitl")) == .erase)
        #expect(RemovalTool(call("purgeRecords", .desk, "hitl")) == .purge)
        #expect(RemovalTool(call("eraseRecords", .desk, "mason")) == nil)
        #expect(RemovalTool(call("eraseRecords", .desk, "hitl", ["hitl"])) == nil)
        #expect(RemovalTool(call("eraseRecords", .requester, "hitl")) == nil)
        #expect(RemovalTool(call("eraseRecords", .unobserved, "hitl")) == nil)
        #expect(RemovalTool(call("deleteRecords", .desk, "hitl")) == nil)
    }

    @Test(arguments: [Keeping.database, .files])
    func `leaves nothing else than its record says`(_ keeping: Keeping) async throws {
        let desk = try ErasingDesk(keeping)
        let (fixture, plan) = try await Self.rejected(desk)
        let ledger = fixture.ledger
        let event = Event.erased(
            .init(
                request: 7, entries: plan.entries.map { .init(sequence: $0, left: String(repeating: "0", count: 64)) },
                reason: nil, by: Cast.ada))
        let by = try await ledger.append([Draft(event)])[0].sequence
        await #expect(throws: LedgerError.damaged(path: ledger.path, .removed(sequence: plan.entries[0]))) {
            try await ledger.carryOut(removalBy: by, residue: Event.residue(of:))
        }
        #expect(try Self.isWhole(ledger))
        // Nor a record of another kind, nor one from after it.
        try await ledger.carryOut(removalBy: 1, residue: Event.residue(of:))
        let later = Event.purged(
            .init(
                request: 8, through: by + 1, lastNumber: 1, floor: Self.month, export: "", reason: nil, by: Cast.ada))
        let purging = try await ledger.append([Draft(later)])[0].sequence
        await #expect(throws: LedgerError.self) {
            try await ledger.carryOut(removalBy: purging, residue: Event.residue(of:))
        }
        #expect(try Self.isWhole(ledger))
        await fixture.close()
        ledger.close()
    }

    @Test func `lets no number be given a second time`() async throws {
        let desk = try ErasingDesk(.memory)
        let ledger = try desk.open()
        let event = Event.purged(
            .init(
                request: 9, through: 0, lastNumber: 50, floor: Self.month, export: "", reason: nil, by: Cast.ada))
        try await ledger.append([Draft(event)])
        let fixture = try await desk.fixture(ledger)
        let next = await fixture.pending()
        #expect(next.number == 51)
        await fixture.close()
        _ = await next.ending
    }

    @Test(arguments: [Int64(2), 4]) func `of more than was approved is found`(_ through: Int64) async throws {
        let desk = try ErasingDesk(.memory, floor: Self.month)
        let (fixture, _) = try await Self.rejected(desk)
        _ = try await desk.decide(fixture, "bo.txt", .reject)
        desk.clock.advance(by: Self.month)
        desk.clock.advance(by: .minutes(1))
        var report = try Records(fixture.ledger).retention(floor: Self.month, now: desk.clock.wall)
        report.removable = 2
        let call = RecordKeeping.call(
            toPurge: report, floor: Self.month, export: String(repeating: "a", count: 64), reason: nil, session: "s")
        let request = try await fixture.gate.post(call, from: Principal(role: .gate, name: "purge", channel: "desk"))
        _ = try await fixture.gate.review(request.number, Review(answer: .approve, reviewer: Cast.ada))
        let started = Event.started(subject: .request(request.number), digest: request.digest)
        try await fixture.ledger.append([Draft(started)])
        let event = Event.purged(
            .init(
                request: request.number, through: through, lastNumber: 2, floor: Self.month, export: "", reason: nil,
                by: Cast.ada))
        let by = try await fixture.ledger.append([Draft(event)])[0].sequence
        try await fixture.ledger.carryOut(removalBy: by, residue: Event.residue(of:))
        let (verification, signatures) = try await desk.check(fixture.ledger)
        #expect(verification.failures == [] && verification.removed.purgedThrough == through)
        #expect(
            signatures.failures == (through == 2 ? [] : [.unapprovedRemoval(request: request.number, entry: by)]))
        await fixture.close()
    }
}
