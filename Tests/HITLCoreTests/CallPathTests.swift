import HITLCore
import Testing

private let surroundings = PathSurroundings(workspace: "/w", home: "/home/casey")

private func call(
    _ tool: String, _ kind: ToolKind, _ arguments: JSONValue, performer: Performer = .unobserved, facts: Facts = Facts()
) -> ToolCall {
    ToolCall(
        tool: tool, kind: kind, arguments: arguments.object ?? JSONObject(),
        origin: Origin(agent: "scout", session: "s"), directory: "/w", performer: performer, facts: facts)
}

/// What one rule about paths makes of a call, with all that the analysis finds.
private func effect(_ action: Rule.Action, _ glob: String, _ call: ToolCall) throws -> Effect {
    let rule = Rule(name: "r", source: "x", when: Condition([.path([try Pattern(pathGlob: glob)])]), action: action)
    let context = RiskAssessor(in: surroundings) { nil }.context(of: call, at: nil)
    return Policy(rules: [rule], timeout: nil, version: "1").evaluate(call, in: context).effect
}

@Suite struct `A rule about paths` {
    @Test(arguments: [
        call("Read", .read, ["file_path": "/site/secret/a"]), call("Read", .read, ["file_path": "../site/secret/a"]),
        call("Read", .read, ["file_path": "file:///site/secret/a"]),
        call("Read", .read, ["file_path": "/site/%73ecret/a"]),
        call("Bash", .execute, ["command": "cat /site/secret/a"]),
        call("Bash", .execute, ["command": "cd /site && cat secret/a"]),
        call("Bash", .execute, ["command": "ls > /site/secret/a"]),
        call("mcp__fs__get", .other, ["path": "/site/secret/a"]),
        call("batch", .other, ["calls": [["tool": "Read", "arguments": ["file_path": "/site/secret/a"]]]]),
        call(
            "Read", .read, ["file_path": "notes"],
            facts: Facts(paths: [.init(given: "notes", resolved: "/site/secret/a")])),
        // Of which nobody looked at the world, as `policy explain` states it.
        call("readFile", .read, ["path": "/site/secret/a"], performer: .desk),
    ])
    func `stops whatever names such a file, whoever carries it out`(_ call: ToolCall) throws {
        #expect(try effect(.block, "/site/secret/**", call) == .deny)
        #expect(try effect(.block, "/site/other/**", call) == .ask)
    }

    @Test func `allows what others do only where each file is known, and beneath it`() throws {
        #expect(try effect(.allow, "/w/**", call("Read", .read, ["file_path": "/w/a"])) == .allow)
        #expect(try effect(.allow, "/w/**", call("Read", .read, ["file_path": "a"])) == .allow)
        for other in [
            call("Read", .read, ["file_path": "/w/../etc/hosts"]), call("Read", .read, [:]),
            // To a tool that knows URLs, or decodes.
            call("Read", .read, ["file_path": "file:///etc/hosts"]),
            call("Read", .read, ["file_path": "/w/%2e%2e/etc/hosts"]),
            call("Read", .read, ["file_path": "$X/a"]), call("Read", .read, ["file_path": "/w/a", "path": "/srv/b"]),
            call(
                "Read", .read, ["file_path": "/w/a"],
                facts: Facts(paths: [.init(given: "/w/a", resolved: "/srv/data/a")])),
            // What else a tool that no table has, or a command that nobody knows, may touch is not known.
            call("mcp__fs__get", .other, ["path": "/w/a", "also": "/etc/hosts"]),
            call("Bash", .execute, ["command": "frobnicate /w/a"]),
            call("batch", .read, ["path": "/w/a", "calls": [["tool": "x", "arguments": ["n": 1]]]]),
        ] {
            #expect(try effect(.allow, "/w/**", other) == .ask, "\(other.arguments)")
        }
    }
}
