import HITLCore
import HITLTestSupport
import Testing

/// `hitl policy`: the policy without a desk.
@Suite(.oneAtATime) struct `The policy at the command line` {
    @Test func `explains one call in full and in words`() async throws {
        let home = try Home()
        let said = try await home.run(
            [
                "policy", "explain", "--call",
                #"{"tool": "sendEmail", "args": {"to": "a\u001b[31mb"}, "directory": "/d"}"#,
            ])
        #expect(said.code == 0 && said.err == "")
        #expect(said.out.hasPrefix("1. Tool: sendEmail\n   Args: { to: \"a<U+001B>[31mb\" }\n"), "\(said.out)")
        #expect(said.out.hasSuffix("\nA person is asked: no rule covers the call [default, built-in]\n"), "\(said.out)")
    }

    @Test func `gives a verdict a line, and refuses what states no call`() async throws {
        let home = try Home()
        try home.write(
            """
            {"id": "a", "tool": "deleteFile", "arguments": {"path": "x"}}
            {"id": "b", "tool": "deleteFile", "arguments": {}, "args": {}}
            {"id": "c", "tool": "deleteFile", "arguments": {"path": "x", "path": "y"}}
            {"id": "d", "tool": "deleteFile", "reaso": "typing error"}
            """, to: "calls.jsonl")
        let calls = home.path("calls.jsonl")
        let said = try await home.run(["policy", "explain", "--calls", calls, "--json"])
        #expect(said.code == 1)
        let verdicts = try said.out.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)).object }
        #expect(verdicts.map { $0?["id"] } == ["a", "b", 3, "d"])
        #expect(verdicts.map { $0?["effect"] } == ["ask", "deny", "deny", "deny"])
        #expect(said.err.split(separator: "\n").count == 3)
    }

    @Test func `tests cases, and fails where one does`() async throws {
        let home = try Home(configuration: "hitl: { requireApproval: [paint] }\n")
        try home.write(
            """
            {"id": "one", "tool": "paint", "expect": "ask", "why": "it is named"}
            {"id": "two", "tool": "paint", "expect": "allow"}
            {"id": "three", "tool": "pa\\u202eint", "expect": "sanitise"}
            """, to: "cases.jsonl")
        let cases = home.path("cases.jsonl")
        let said = try await home.run(["policy", "test", cases])
        #expect(said.code == 1)
        #expect(
            said.out == """
                TAP version 14
                1..3
                ok 1 - one
                not ok 2 - two
                  ---
                  message: expected allow, is ask: the tool is named in the list [requireApproval, ~/.config/hitl/hitl.yaml:1:9]
                  ...
                ok 3 - three
                # 2 of 3 passed

                """, "\(said.out)")
    }

    @Test func `names all that is wrong with the configuration`() async throws {
        let home = try Home()
        let file = home.path("wrong.yaml")
        try home.write("hitl:\n  timeot: 5m\n  requireApproval: 7\n", to: "wrong.yaml")
        let said = try await home.run(["policy", "check", "--config", file])
        #expect(said.code == 2 && said.out == "")
        #expect(said.err.contains("\(file):2:3") && said.err.contains("\(file):3:20"), "\(said.err)")
        try home.write("hitl:\n  requireApproval: [paint]\n", to: "wrong.yaml")
        let mended = try await home.run(["policy", "check", "--config", file])
        #expect(mended.code == 0 && mended.out.hasPrefix("The policy is in order: "))
    }
}
