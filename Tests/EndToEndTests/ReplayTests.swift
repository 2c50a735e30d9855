import HITLCore
import HITLTestSupport
import Testing

/// `hitl policy replay`: what another policy would have made of real decisions.
@Suite(.oneAtATime) struct `A policy that is tried on the decisions of a ledger` {
    /// Of four calls one was rejected, one approved, one allowed by a rule and one denied by one.
    private static func home() async throws -> Home {
        let home = try Home(
            configuration: """
                policy:
                  rules:
                    - { name: look, when: { tool: look }, action: allow }
                    - { name: burn, when: { tool: burn }, action: block }
                """)
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "wall=east") == 1)
        #expect(try await home.ask("paint", "--arg", "wall=" + String(repeating: "west ", count: 40)) == 2)
        #expect(try await home.hitl("reject", "1").code == 0)
        #expect(try await home.hitl("approve", "2").code == 0)
        #expect(try await home.hitl("ask", "look").code == 0)
        #expect(try await home.hitl("ask", "burn").code == 5)
        #expect(try await desk.quit() == .exited(0))
        return home
    }

    private func replay(_ home: Home, _ policy: String, _ words: String...) async throws -> Said {
        try home.write(policy, to: "new.yaml")
        let said = try await home.run(["policy", "replay", "--policy", home.path("new.yaml")] + words)
        let text = masked(said.out, in: home)
            .replacing("HOME/new.yaml", with: "new.yaml")
        return Said(code: said.code, out: text, err: said.err)
    }

    @Test func `names each that would have come out differently, and counts`() async throws {
        let home = try await Self.home()
        let said = try await replay(
            home,
            """
            policy:
              rules:
                - { name: look, when: { tool: look }, action: require_approval }
                - { name: west, when: { tool: paint, arguments: { wall: { matches: "^west" } } }, action: allow }
                - { name: east, when: { tool: paint, arguments: { wall: { eq: east } } }, action: block }
            """)
        #expect(
            said
                == Said(
                    code: 0,
                    out: """
                        1. TIME paint { wall: "east" }: asked, rejected by OPERATOR (human@socket) → would be denied by east (new.yaml:5:7)
                        2. TIME paint { wall: "west west west west west west west west " [144 bytes] " west west west " }: asked, approved by OPERATOR (human@socket) → would be allowed by west (new.yaml:4:7)
                        EVT. TIME look {}: allowed by look (~/.config/hitl/hitl.yaml:3:7) → a person would be asked by look (new.yaml:3:7)
                        EVT. TIME burn {}: denied by burn (~/.config/hitl/hitl.yaml:4:7) → a person would be asked by default (built-in)
                        4 decisions: 4 would have come out differently.
                           2 asked: 1 would be allowed, 1 denied, 0 asked
                           1 allowed by rules: 0 would be allowed, 0 denied, 1 asked
                           1 denied by rules: 0 would be allowed, 0 denied, 1 asked

                        """), "\(said.out)\(said.err)")
    }

    @Test func `fails loudly where it would allow what a person rejected`() async throws {
        let home = try await Self.home()
        let policy = "policy: { rules: [{ name: all, action: allow }] }\n"
        let said = try await replay(home, policy)
        #expect(said.code == 1)
        #expect(
            said.out.hasSuffix(
                """
                   1 allowed by rules: 1 would be allowed, 0 denied, 0 asked
                   1 denied by rules: 1 would be allowed, 0 denied, 0 asked
                ⚠ ATTENTION: it would allow 1 of the calls that people rejected.

                """), "\(said.out)")
        #expect(try await replay(home, policy, "--last", "2").out.hasPrefix("EVT. TIME burn {}: denied by burn"))
        #expect(
            try await replay(home, policy, "--since", "2100-01-01").out
                == "0 decisions: 0 would have come out differently.\n")
        let json = try await replay(home, policy, "--json")
        let document = try JSONValue(parsing: json.out).object
        #expect(json.code == 1)
        #expect(
            document?["summary"]?.canonicalText
                == #"{"allowed":{"allow":1,"ask":0,"deny":0},"asked":{"allow":2,"ask":0,"deny":0},"changed":3,"decisions":4,"denied":{"allow":1,"ask":0,"deny":0},"rejectedAndAllowed":1}"#
        )
    }

    @Test func `is judged by the clock of then, and changes nothing`() async throws {
        let home = try await Self.home()
        let before = try await home.hitl("audit", "verify").out
        // It is never that year again.
        let said = try await replay(
            home,
            """
            policy:
              rules:
                - { name: rate, when: { tool: paint, time: { hours: "00:00-24:00", zone: Europe/Berlin } }, action: block }
            """)
        #expect(said.code == 0 && said.out.contains("2 asked: 0 would be allowed, 2 denied, 0 asked"), "\(said)")
        #expect(try await home.hitl("audit", "verify").out == before)
    }

    @Test func `must be in order, and be named`() async throws {
        let home = try Home()
        try home.write("policy: { rule: [] }\n", to: "new.yaml")
        let wrong = try await home.hitl("policy", "replay", "--policy", home.path("new.yaml"))
        #expect(wrong.code == 2 && wrong.err.contains("new.yaml:1:11") && wrong.err.contains("`rules`"), "\(wrong)")
        #expect(try await home.hitl("policy", "replay").code == 2)
        #expect(try await home.hitl("policy", "check", "--last", "3").code == 2)
    }
}
