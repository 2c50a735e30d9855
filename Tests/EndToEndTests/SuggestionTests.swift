import HITLTestSupport
import Testing

/// `hitl policy suggest`: a rule for what people approve again and again.
@Suite(.oneAtATime) struct `A suggested rule` {
    private func home(_ decisions: [(tool: String, arguments: [String], word: String)]) async throws -> Home {
        let home = try Home()
        let desk = try await Desk.open(home)
        for decision in decisions {
            let number = try await home.run(
                ["ask", decision.tool, "--async"] + decision.arguments.flatMap { ["--arg", $0] }
            ).out.split(separator: " ").first.map(String.init)
            #expect(try await home.hitl(decision.word, number ?? "").code == 0)
        }
        let stats = try await home.hitl("stats").out
        #expect(
            stats.contains("`hitl policy suggest`")
                == (decisions.count == 5 && decisions.allSatisfy { $0.arguments == ["wall=east"] }))
        #expect(try await desk.quit() == .exited(0))
        return home
    }

    private static let five = Array(repeating: (tool: "paint", arguments: ["wall=east"], word: "approve"), count: 5)

    @Test func `comes after five approvals, with its replay and examples, and is in order`() async throws {
        let home = try await home(Self.five)
        let said = try await home.hitl("policy", "suggest")
        #expect(
            said
                == Said(
                    code: 0,
                    out: """
                        # Suggestions. Nothing of this is in force: read it, and put what you want into `hitl.yaml`.
                        policy:
                          rules:
                            # Approved 5 times and never rejected: 1, 2, 3, 4, 5
                            # Of 5 decisions it would have answered 5 requests with yes; people rejected none of them.
                            - name: suggested-1
                              when: { tool: paint, agent: ask, arguments: { "/wall": { eq: east } } }
                              action: allow
                              examples:
                                matches:
                                  - { tool: paint, kind: other, agent: ask, arguments: { wall: east } }
                                notMatches:
                                  - { tool: paint, kind: other, agent: ask, arguments: {} }

                        """), "\(said.out)")
        try home.write(said.out, to: "suggested.yaml")
        #expect(try await home.hitl("policy", "check", "--config", home.path("suggested.yaml")).code == 0)
        let replayed = try await home.hitl("policy", "replay", "--policy", home.path("suggested.yaml"))
        #expect(replayed.code == 0 && replayed.out.contains("5 asked: 5 would be allowed"), "\(replayed)")
        // Nothing was put in force by it.
        #expect(
            try await home.hitl("policy", "explain", "--call", #"{"tool":"paint","arguments":{"wall":"east"}}"#)
                .out.contains("A person is asked"))
    }

    @Test func `does not come before the fifth, after a rejection, or for what destroys or holds secrets`() async throws
    {
        let none = "# Nothing was approved 5 times in the same form without a rejection.\n"
        let four = try await home(Self.five.dropLast() + [("paint", ["wall=west"], "approve")])
        #expect(try await four.hitl("policy", "suggest").out == none)
        let rejected = try await home(Self.five + [("paint", ["wall=east"], "reject")])
        #expect(try await rejected.hitl("policy", "suggest").out == none)
        let deleting = Array(repeating: (tool: "deleteFile", arguments: ["path=a"], word: "approve"), count: 5)
        let secret = Array(
            repeating: (tool: "post", arguments: ["password=hunter2-Zq8"], word: "approve"), count: 5)
        let dangerous = try await home(deleting + secret)
        #expect(try await dangerous.hitl("policy", "suggest").out == none)
    }
}
