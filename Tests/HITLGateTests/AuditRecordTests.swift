import HITLCore
import HITLGate
import HITLLedger
import HITLTestSupport
import Testing

@Suite struct `The audit record` {
    /// The examples of `docs/formats/audit-record.md`: each fenced block that is one line of JSON.
    private static func documented() throws -> [String] {
        let document = try Neighbourhood.document("formats/audit-record.md")
        return document.split(separator: "\n").filter { $0.hasPrefix("{\"action\"") }.map(String.init)
    }

    private func lines(_ fixture: GateFixture) throws -> [String] {
        var lines: [String] = []
        try Records(fixture.ledger).forEach { history throws(EventLedgerError) in
            lines.append(history.auditRecord.canonicalText)
        }
        return lines
    }

    @Test func `of each kind of decision is the line that the documentation shows`() async throws {
        let documented = try Self.documented()
        // Always the same ledger and the same key, so that signatures are the same too.
        let clock = ManualClock()
        let store = try MemoryStore(identity: [UInt8](repeating: 1, count: 32))
        let ledger = try Ledger(
            reading: store, writing: store, file: nil, indexer: EventIndex.index(of:),
            clock: { clock.wall.milliseconds })
        let key = try #require(SigningKey(seed: [UInt8](repeating: 2, count: 32)))
        let fixture = try await GateFixture(
            ledger: ledger, clock: clock,
            rules: [
                Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow),
                Rule(name: "drops", source: "hitl.yaml:3:5", when: .toolWord(["drop"]), action: .block),
            ], signer: FixedKey(key: key))
        let delete = ToolCall(
            tool: "deleteFile", kind: .delete, arguments: .of(["path": "/data/sensitive.csv"]),
            origin: Origin(agent: "simulated", session: "sess_abc123", lineage: ["main"]), directory: "/data",
            claims: Claims(reason: "clean\nup \u{202E}", confidence: JSONNumber("0.780")), performer: .desk)
        let alice = Principal(role: .person, name: "alice", channel: "tty")
        let agent = Principal(role: .agent, name: "simulated", channel: "process")

        await fixture.gate.ledger.note(
            .sessionStarted(.init(id: "sess_abc123", operatorName: "alice", agent: "simulated", gated: .gated)))
        let approved = await fixture.ask(delete, from: agent, id: RequestID(bits: 0x7a9f_2c1b_04d3_5e68))
        fixture.clock.advance(by: .seconds(45))
        fixture.workshop.willEnd(
            Outcome(status: .succeeded, summary: "deleted", result: ["deleted": true], executionTime: Milliseconds(234))
        )
        _ = try await fixture.gate.review(
            1,
            Review(
                answer: .approve, reviewer: alice, reason: "Authorized by manager", conditions: ["keep a copy"],
                shownAt: ManualClock.start + .seconds(2), hiddenLines: 0))
        _ = await approved.ending

        let rejected = await fixture.ask(delete, from: agent)
        fixture.clock.advance(by: Milliseconds(1))
        _ = try await fixture.gate.review(2, alice.rejection("x\n{\"decision\":\"approved\"}"))
        _ = await rejected.ending

        _ = await fixture.ask(.reading("a"), from: Cast.scout).ending
        let drop = ToolCall(
            tool: "dropTable", kind: .other, arguments: .of([:]), origin: Origin(agent: "mason", session: "sess_1"),
            performer: .requester)
        _ = await fixture.ask(drop).ending

        let expired = await fixture.ask(.running("make"))
        fixture.clock.advance(by: .minutes(5))
        _ = await expired.ending
        let withdrawn = await fixture.ask(.running("make"))
        withdrawn.task.cancel()
        _ = await withdrawn.ending
        _ = try await fixture.gate.post(.deleting("later", by: .unobserved), from: Cast.mason)
        let unobserved = await fixture.ask(.deleting("hook", by: .unobserved))
        _ = try await fixture.gate.review(6, alice.approval())
        _ = await unobserved.ending

        let edited = await fixture.ask(delete, from: agent)
        _ = try await fixture.gate.supersede(7, with: delete.with(arguments: .of(["path": "b"])), by: alice)
        fixture.workshop.hold()
        _ = try await fixture.gate.review(8, alice.approval())
        await fixture.workshop.somethingRuns()

        let lines = try lines(fixture)
        #expect(lines.count == documented.count)
        for (line, expected) in zip(lines, documented) { #expect(line == expected) }
        if lines != documented { print(lines.joined(separator: "\n")) }
        fixture.workshop.release()
        _ = await edited.ending
    }

    @Test func `is one line of printable ASCII, whatever an agent puts into it`() async throws {
        let fixture = try await GateFixture()
        let nasty = "\u{1B}[31m\u{9B}2J\r\n\u{202E}\u{2028}\u{7F}\u{0}\u{1F600}\u{E0041}\""
        let call = ToolCall(
            tool: nasty, kind: .other, arguments: .of([nasty: .string(nasty)]),
            origin: Origin(agent: nasty, session: nasty, lineage: [nasty]), directory: nasty,
            claims: Claims(reason: nasty), performer: .desk, facts: Facts(preview: nasty, warnings: [nasty]))
        let asking = await fixture.ask(call)
        fixture.workshop.willEnd(Outcome(status: .failed, summary: nasty, result: .string(nasty)))
        _ = try await fixture.gate.review(1, Cast.ada.approval(nasty, conditions: [nasty]))
        #expect(await asking.ending.outcome?.status == .failed)
        for line in try lines(fixture) {
            #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            #expect(try JSONValue(parsing: line).object?["action"]?.object?["tool"] == .string(nasty))
        }
        for entry in try fixture.ledger.entries(from: 1, limit: 100) {
            #expect(entry.record.allSatisfy { (0x20...0x7E).contains($0) })
        }
    }
}

/// Signs at once.
private struct FixedKey: Signer {
    let key: SigningKey

    nonisolated(nonsending) func sign(
        _ statement: @Sendable (String) -> [UInt8]
    ) async throws(SigningFailure) -> (key: String, bytes: [UInt8]) {
        do { return (key.verifying.name, try key.sign(statement(key.verifying.name))) } catch {
            throw SigningFailure("\(error)")
        }
    }
}
