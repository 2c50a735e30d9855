import HITLCore
import HITLTestSupport
import Testing

@testable import HITLGate

extension ToolCall {
    /// What mason asks for a second time and a third.
    fileprivate static func writing(
        _ path: String, _ content: String = "x", tool: String = "writeFile", agent: String = "mason",
        session: String = "sess_1", lineage: [String] = [], warnings: [String] = [], kind: ToolKind = .edit
    ) -> ToolCall {
        ToolCall(
            tool: tool, kind: kind,
            arguments: JSONObject([.init("path", .string(path)), .init("content", .string(content))]),
            origin: Origin(agent: agent, session: session, lineage: lineage), directory: "/w", performer: .desk,
            facts: Facts(paths: [.init(given: path, resolved: "/w/" + path)], warnings: warnings))
    }
}

@Suite struct `A grant` {
    private func granted(
        _ terms: GrantTerms, with call: ToolCall = .writing("a")
    ) async throws -> (fixture: GateFixture, grant: Grant) {
        let fixture = try await GateFixture(rules: [])
        let asking = await fixture.pending(call)
        let request = try #require(asking.request)
        _ = try await fixture.gate.review(request.number, Cast.ada.approval())
        _ = await asking.ending
        return (fixture, try await fixture.gate.grant(terms, with: request, by: Cast.ada))
    }

    /// Whether the call waits for a person.
    private func asks(_ call: ToolCall, _ fixture: GateFixture) async -> Bool {
        let asking = await fixture.ask(call)
        guard asking.request != nil else {
            _ = await asking.ending
            return false
        }
        asking.task.cancel()
        _ = await asking.ending
        return true
    }

    private static let forever = GrantTerms(scope: .exact, duration: nil, uses: nil)

    @Test func `answers for the same call and for no other`() async throws {
        let (fixture, _) = try await granted(Self.forever)
        #expect(await asks(.writing("a"), fixture) == false)
        #expect(await asks(.writing("a", "y"), fixture))
        #expect(await asks(.writing("b"), fixture))
        #expect(await asks(.writing("a", tool: "writeFile2"), fixture))
        #expect(await asks(.writing("a", warnings: ["a link"]), fixture))
        #expect(await asks(.writing("a", kind: .delete), fixture))
    }

    // grant-04
    @Test func `takes text that only looks the same for other text`() async throws {
        let (fixture, _) = try await granted(Self.forever, with: .writing("a", "hi\u{37E} x"))
        #expect(await asks(.writing("a", "hi; x"), fixture))
        #expect(await asks(.writing("a", "hi\u{37E} x"), fixture) == false)
    }

    // grant-09
    @Test func `is for the agent, the session and the line of sub-agents that asked`() async throws {
        let terms = GrantTerms(scope: .tool, duration: nil, uses: nil)
        let (fixture, _) = try await granted(terms)
        #expect(await asks(.writing("b", "z"), fixture) == false)
        #expect(await asks(.writing("a", agent: "other"), fixture))
        #expect(await asks(.writing("a", session: "sess_2"), fixture))
        #expect(await asks(.writing("a", lineage: ["main", "child"]), fixture))
    }

    @Test func `by path is for the same paths, whatever is written`() async throws {
        let (fixture, _) = try await granted(GrantTerms(scope: .path, duration: nil, uses: nil))
        #expect(await asks(.writing("a", "other"), fixture) == false)
        #expect(await asks(.writing("aa"), fixture))
    }

    // grant-08
    @Test func `ends with its time, also where the civil clock is set back`() async throws {
        let (fixture, grant) = try await granted(GrantTerms(scope: .exact, duration: .minutes(10), uses: nil))
        #expect(grant.until == fixture.clock.wall + .minutes(10))
        fixture.clock.advance(by: .seconds(599))
        #expect(await asks(.writing("a"), fixture) == false)
        fixture.clock.setWall(by: .minutes(-60))
        fixture.clock.advance(by: .seconds(1))
        #expect(await asks(.writing("a"), fixture))
        #expect(fixture.gate.grants.standing == [])
    }

    @Test func `answers as often as it was given, and never once more in a race`() async throws {
        let (fixture, _) = try await granted(GrantTerms(scope: .exact, duration: nil, uses: 5))
        let asked = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 { group.addTask { await asks(.writing("a"), fixture) } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(asked == 45)
    }

    @Test func `is over when it is revoked, and the ledger has both`() async throws {
        let (fixture, grant) = try await granted(Self.forever)
        #expect(try await fixture.gate.revoke(grant: grant.request, by: Cast.bo))
        #expect(try await fixture.gate.revoke(grant: grant.request, by: Cast.bo) == false)
        #expect(await asks(.writing("a"), fixture))
        let events = try fixture.events
        #expect(events.contains(.granted(grant)) && events.contains(.revoked(grant: 1, by: Cast.bo)))
    }

    @Test func `never lifts a denial`() async throws {
        let fixture = try await GateFixture(
            rules: [Rule(name: "no", source: "test", when: .toolNamed(["writeFile"]), action: .block)])
        let request = ApprovalRequest(
            number: 1, id: RequestID(bits: 1), call: .writing("a"), digest: GateFixture.digest(.writing("a")),
            verdict: fixture.gate.judge(.writing("a", tool: "other")), requester: Cast.mason, attendance: .connected,
            openedAt: ManualClock.start, deadline: nil)
        _ = try await fixture.gate.grant(
            GrantTerms(scope: .tool, duration: nil, uses: nil), with: request, by: Cast.ada)
        let asking = await fixture.ask(.writing("a"))
        guard case .refused(let refused) = await asking.ending, case .denied = refused.refusal else {
            Issue.record("it was not denied")
            return
        }
    }

    @Test func `is not given for what deletes, is risky, undoes or is not analysed`() async throws {
        let fixture = try await GateFixture()
        let calls: [ToolCall] = [
            .writing("a", kind: .delete), .writing("a", warnings: ["a link"]), .writing("a").undoing(.request(9)),
            .writing("a", tool: "transferPayment", kind: .execute),
        ]
        for call in calls {
            let asking = await fixture.pending(call)
            let request = try #require(asking.request)
            await #expect(throws: GrantRefusal.self) {
                try await fixture.gate.grant(Self.forever, with: request, by: Cast.ada)
            }
            asking.task.cancel()
            _ = await asking.ending
        }
        #expect(fixture.gate.grants.standing == [])
    }

    @Test func `does not outlive its desk`() async throws {
        let (fixture, _) = try await granted(Self.forever)
        let next = try await fixture.successor()
        #expect(await asks(.writing("a"), next))
    }

    // grant-07
    @Test func `does not come of a rejection`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending(.writing("a"))
        _ = try await fixture.gate.review(asking.number, Cast.ada.rejection())
        _ = await asking.ending
        #expect(await asks(.writing("a"), fixture))
    }
}
