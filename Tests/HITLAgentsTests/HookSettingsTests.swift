import HITLAgents
import HITLCore
import Testing

@Suite struct `An agent's settings with the hook` {
    private static let claude = HookSettings(
        agent: .claude, program: "/opt/hitl", socket: "/run/o'neil/desk.sock", deskKey: "/k")

    private func install(_ text: String?, _ settings: HookSettings = claude) throws -> String {
        String(decoding: try settings.installed(in: text.map { Array($0.utf8) }), as: UTF8.self)
    }

    private func uninstall(_ text: String, _ settings: HookSettings = claude) throws -> String {
        String(decoding: try settings.uninstalled(from: Array(text.utf8)), as: UTF8.self)
    }

    private static let fresh = """
        {
          "hooks": {
            "PreToolUse": [
              {
                "matcher": "*",
                "hooks": [
                  {
                    "type": "command",
                    "command": "'/opt/hitl' hook claude --socket '/run/o'\\\\''neil/desk.sock' --desk-key '/k' --timeout 86390s || exit 2",
                    "timeout": 86400,
                    "onFailure": "block"
                  }
                ]
              }
            ]
          }
        }

        """

    @Test func `are a file of their own where there was none`() throws {
        #expect(try install(nil) == Self.fresh)
        #expect(try install("  \n") == Self.fresh)
        #expect(try install(Self.fresh) == Self.fresh)
    }

    @Test func `give the other agents a time in their own unit`() throws {
        let codex = HookSettings(agent: .codex, program: "/opt/hitl", socket: "/s", deskKey: "/k")
        #expect(
            codex.group.canonicalText
                == #"{"hooks":[{"command":"'/opt/hitl' hook codex --socket '/s' --desk-key '/k' --timeout 86390s || exit 2","timeout":86400,"type":"command"}],"matcher":"*"}"#
        )
        let gemini = HookSettings(agent: .gemini, program: "/opt/hitl", socket: "/s", deskKey: "/k")
        #expect(
            gemini.group.canonicalText
                == #"{"hooks":[{"command":"'/opt/hitl' hook gemini --socket '/s' --desk-key '/k' --timeout 86390s || exit 2","timeout":86400000,"type":"command"}],"matcher":"*"}"#
        )
        #expect(try install(nil, gemini).contains("\"BeforeTool\": ["))
    }

    @Test(arguments: [
        "{\"a\": [1, 2 ,3],\n\t\"b\":{ }}",
        "{}",
        "{ }\n",
        "{\n  \"hooks\": {\n    \"Stop\": [{\"hooks\": []}]\n  },\n  \"model\": \"x\"\n}\n",
        "{\n    \"hooks\": {\n        \"PreToolUse\": [\n            {\"matcher\": \"Bash\", \"hooks\": [{\"type\": \"command\", \"command\": \"lint \\\"]}\\\"\"}]}\n        ]\n    }\n}",
        "{\"s\":\"{\\\\\\\"hooks\\\\\\\":\",\"n\":-1.50e3}",
    ]) func `keep every other byte, and give the file back when the hook goes`(_ text: String) throws {
        let installed = try install(text)
        #expect(installed != text)
        #expect(try install(installed) == installed)
        // The former text without its blanks is still there, in order.
        var rest = installed.utf8.makeIterator()
        let isKept = text.utf8.filter { $0 > 0x20 }.allSatisfy { byte in
            while let next = rest.next() { if next == byte { return true } }
            return false
        }
        #expect(isKept, "\(installed)")
        let given = try uninstall(installed)
        #expect(given.filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace })
        if text.contains("Stop") || text.contains("Bash") || text.contains("model") { #expect(given == text) }
    }

    @Test func `replace an older form of the same hook, and no other hook`() throws {
        let old = HookSettings(agent: .claude, program: "/old/hitl", socket: "/s", deskKey: "/k")
        let file = try install(try install("{\"z\": 1}", old))
        #expect(!file.contains("/old/hitl") && file.contains("'/opt/hitl' hook claude"))
        let codex = HookSettings(agent: .codex, program: "/opt/hitl", socket: "/s", deskKey: "/k")
        #expect(try install(file, codex).contains("hook claude"))
        #expect(try uninstall(file, codex) == file)
    }

    @Test(arguments: ["/opt/hitl-0.2", "/opt/my tools/hitl", "/opt/o'neil/hitl"])
    func `know their own hook again, whatever the program is called`(_ program: String) throws {
        let own = HookSettings(agent: .claude, program: program, socket: "/s", deskKey: "/k")
        let once = try install("{\"z\": 1}", own)
        #expect(try install(once, own) == once)
        #expect(!(try uninstall(once, own)).contains("hook claude"))
    }

    @Test(arguments: [
        "[]", "{\"hooks\": []}", "{\"hooks\": {\"PreToolUse\": {}}}", "{\"a\":1,\"a\":2}", "{ // a note\n}",
    ])
    func `are not made of a file that is something else`(_ text: String) {
        #expect(throws: HookSettings.Flaw.self) { try install(text) }
    }
}
