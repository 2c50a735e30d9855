import HITLCore
import HITLTestSupport
import Testing

@testable import HITLGate

extension ToolCall {
    fileprivate static func transfer(_ amount: Int, agent: String = "mason", session: String = "sess_1") -> ToolCall {
        ToolCall(
            tool: "wireTransfer", kind: .other, arguments: .of(["amount": .integer(amount)]),
            origin: Origin(agent: agent, session: session), directory: "/site", performer: .requester)
    }
}

@Suite struct `A rule with a limit` {
    private static func limit(_ measure: UsageLimit.Measure, _ most: Int64, _ scope: UsageLimit.Scope = .everyone)
        -> Rule
    {
        Rule(
            name: "limit", source: "hitl.yaml:1:1",
            when: Condition([
                .tool([.named("wireTransfer")]),
                .usage(UsageLimit(measure, most: ExactDecimal(most), within: .minutes(60), scope: scope)),
            ]), action: .block)
    }

    private static let budget = limit(.sum(of: ArgumentPath("amount")!), 500)
    private static let allowed = Rule(name: "allowed", source: "hitl.yaml:2:1", when: .anyCall, action: .allow)

    /// `ran`, `denied`, or `asks` for a call that waits, which then is withdrawn.
    private func ask(_ call: ToolCall, _ fixture: GateFixture) async -> String {
        let asking = await fixture.ask(call)
        if asking.request != nil { asking.task.cancel() }
        let ending = await asking.ending
        return asking.request != nil ? "asks" : ending.outcome != nil ? "ran" : "denied"
    }

    @Test func `lets so many calls pass in its time and no more`() async throws {
        let fixture = try await GateFixture(rules: [Self.limit(.calls, 2), Self.allowed])
        #expect(await ask(.transfer(1), fixture) == "ran")
        fixture.clock.advance(by: .minutes(30))
        #expect(await ask(.transfer(1), fixture) == "ran")
        #expect(await ask(.transfer(1), fixture) == "denied")
        fixture.clock.advance(by: .minutes(29))
        #expect(await ask(.transfer(1), fixture) == "denied")
        // The first is an hour old, the second is not.
        fixture.clock.advance(by: .minutes(1))
        #expect(await ask(.transfer(1), fixture) == "ran")
        #expect(await ask(.transfer(1), fixture) == "denied")
    }

    @Test func `adds amounts up, and what was denied is not spent`() async throws {
        let fixture = try await GateFixture(rules: [Self.budget, Self.allowed])
        #expect(await ask(.transfer(400), fixture) == "ran")
        #expect(await ask(.transfer(101), fixture) == "denied")
        #expect(await ask(.transfer(100), fixture) == "ran")
        #expect(await ask(.transfer(1), fixture) == "denied")
        #expect(await ask(.transfer(0), fixture) == "ran")
    }

    @Test func `counts each agent or session by itself where it says so`() async throws {
        let agents = try await GateFixture(rules: [Self.limit(.calls, 1, .agent), Self.allowed])
        #expect(await ask(.transfer(1, agent: "mason"), agents) == "ran")
        #expect(await ask(.transfer(1, agent: "scout"), agents) == "ran")
        #expect(await ask(.transfer(1, agent: "mason", session: "sess_2"), agents) == "denied")
        let sessions = try await GateFixture(rules: [Self.limit(.calls, 1, .session), Self.allowed])
        #expect(await ask(.transfer(1, agent: "mason"), sessions) == "ran")
        #expect(await ask(.transfer(1, agent: "mason", session: "sess_2"), sessions) == "ran")
        #expect(await ask(.transfer(1, agent: "scout"), sessions) == "denied")
    }

    @Test func `counts what waits for a person, so that many at once do not slip through together`() async throws {
        let fixture = try await GateFixture(rules: [Self.limit(.calls, 3)])
        var asking: [GateFixture.Asking] = []
        for _ in 1...3 { asking.append(await fixture.pending(.transfer(1))) }
        #expect(await ask(.transfer(1), fixture) == "denied")

        // A rejection gives the place back, an approval does not.
        _ = try await fixture.gate.review(asking[0].number, Cast.ada.rejection("no"))
        _ = try await fixture.gate.review(asking[1].number, Cast.ada.approval())
        for one in asking.prefix(2) { _ = await one.ending }
        #expect(await ask(.transfer(1), fixture) == "asks")
        let again = await fixture.pending(.transfer(1))
        #expect(again.request != nil)
        #expect(await ask(.transfer(1), fixture) == "denied")
        // So does the end of its time, and a requester that goes away.
        again.task.cancel()
        _ = await again.ending
        #expect(await ask(.transfer(1), fixture) == "asks")
        await fixture.close()
    }

    @Test func `of a hundred calls at once lets as many pass as it says`() async throws {
        let fixture = try await GateFixture(rules: [Self.limit(.calls, 10), Self.allowed])
        let ran = await withTaskGroup(of: Bool.self) { group in
            for _ in 1...100 { group.addTask { await fixture.ask(.transfer(1)).ending.outcome != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(ran == 10)
        #expect(fixture.workshop.effects.count == 10)
    }

    @Test func `counts an edited call with what it became`() async throws {
        let fixture = try await GateFixture(rules: [Self.budget])
        let asking = await fixture.pending(.transfer(400))
        let edited = try await fixture.gate.supersede(
            asking.number, with: asking.request!.call.with(arguments: .of(["amount": 100])), by: Cast.ada)
        _ = try await fixture.gate.review(edited.number, Cast.ada.approval())
        _ = await asking.ending
        #expect(await ask(.transfer(401), fixture) == "denied")
        #expect(await ask(.transfer(400), fixture) == "asks")
    }

    @Test func `remembers after a restart what was permitted and what waits`() async throws {
        let rules = [Self.limit(.calls, 2)]
        let before = try await GateFixture(rules: rules)
        let first = await before.pending(.transfer(1))
        _ = try await before.gate.review(first.number, Cast.ada.approval())
        _ = await first.ending
        let waiting = await before.pending(.transfer(1))
        await before.close()
        _ = await waiting.ending

        let after = try await before.successor(rules: rules)
        #expect(await ask(.transfer(1), after) == "denied")
        _ = try await after.gate.review(waiting.number, Cast.ada.rejection("no"))
        #expect(await ask(.transfer(1), after) == "asks")
        // A limit that was changed meanwhile counts what was before it.
        await after.close()
        let stricter = try await after.successor(ids: CountingIDs(after: 2000), rules: [Self.limit(.calls, 1)])
        #expect(await ask(.transfer(1), stricter) == "denied")
        await stricter.close()
    }

    @Test func `asks as long as nobody has counted`() async throws {
        let fixture = try await GateFixture(rules: [Self.limit(.calls, 5), Self.allowed], counts: false)
        #expect(await ask(.transfer(1), fixture) == "asks")
        try fixture.gate.countUsage()
        #expect(await ask(.transfer(1), fixture) == "ran")
    }
}
