import HITLCore
import HITLTestSupport
import Testing

/// What somebody meets who tries each command for the first time.
@Suite(.oneAtATime) struct `A new user` {
    @Test func `is told names of commands that can be typed`() async throws {
        let home = try Home()
        for (words, answer) in [
            (["audit", "prove"], "`hitl audit prove` needs `ID`. See `hitl audit prove --help`."),
            (
                ["audit"],
                "`hitl audit` needs to know what to do: verify, export, report, checkpoint, prove, witness, repair, erase, retention or purge. See `hitl audit --help`."
            ),
            (
                ["keys"],
                "`hitl keys` needs to know what to do: new, list, export, trust or revoke. See `hitl keys --help`."
            ),
            (["audit", "witness"], "`hitl audit witness` needs `FILE`. See `hitl audit witness --help`."),
            (
                ["audit", "repair", "--json"],
                "`hitl audit repair` has no option `--json`. See `hitl audit repair --help`."
            ),
            (["audit", "verify", "x"], "`hitl audit verify` does not expect `x`."),
            (["audit", "checkpoint", "x"], "`hitl audit checkpoint` does not expect `x`."),
            (["policy", "test"], "`hitl policy test` needs `FILE`. See `hitl policy test --help`."),
            (["policy", "check", "x"], "`hitl policy check` does not expect `x`."),
            (["policy", "replay"], "`hitl policy replay` needs `--policy FILE`. See `hitl policy replay --help`."),
            (["keys", "trust"], "`hitl keys trust` needs `FILE`. See `hitl keys trust --help`."),
            (["mcp", "list", "x"], "`hitl mcp list` does not expect `x`."),
            (["grants", "revoke"], "`hitl grants revoke` needs `N`. See `hitl grants revoke --help`."),
            (
                ["config", "trust", "--frob"],
                "`hitl config trust` has no option `--frob`. See `hitl config trust --help`."
            ),
        ] {
            #expect(try await home.run(words) == Said(code: 2, err: "hitl: \(answer)\n"), "\(words)")
        }
        let forEver = Said(
            code: 0,
            out:
                "Nothing is past its time: entries are kept for ever. `audit.retention` in hitl.yaml can say otherwise, `7y` for example.\n"
        )
        #expect(try await home.run(["audit", "retention"]) == forEver)
        for words in [
            ["audit", "prove"], ["keys", "trust"], ["mcp", "list"], ["grants", "revoke"], ["config", "trust"],
        ] {
            #expect(try await home.run(words + ["--help"]).code == 0, "\(words)")
        }
    }

    @Test func `is not promised that another desk takes up what the demo leaves`() async throws {
        let home = try Home()
        let said = try await home.script(["/hitl approve 1", "/hitl rollback 1"], "--enable-hitl")
        #expect(
            said.out.contains(
                " stays pending in the demo's own ledger. A program that still waits asks the next desk anew.\n"),
            "\(said)")
        #expect(!said.out.contains("for the next desk"), "\(said)")
    }

    @Test(arguments: ["0s", "999ms", "86391s", "60", "-1s", "soon", ""]) func `cannot install a hook for no time`(
        _ time: String
    ) async throws {
        let home = try Home()
        let said = try await home.hitl("hook", "install", "claude", "--socket", "/s", "--timeout", time)
        #expect(said.code == 2 && said.out == "" && said.err.contains("is no value for `--timeout`"), "\(said)")
    }

    @Test func `installs a hook that answers in the time that was said, before its agent gives up`() async throws {
        let home = try Home()
        let claude = try await home.hitl("hook", "install", "claude", "--socket", "/s", "--timeout", "5m")
        #expect(claude.code == 0 && claude.out.contains("--timeout 300s || exit 2"), "\(claude)")
        #expect(claude.out.contains(#""timeout": 310,"#), "\(claude)")
        let gemini = try await home.hitl("hook", "install", "gemini", "--socket", "/s", "--timeout", "1500ms")
        #expect(gemini.out.contains("--timeout 1s || exit 2") && gemini.out.contains(#""timeout": 11000"#), "\(gemini)")
        let removal = try await home.hitl("hook", "uninstall", "claude", "--timeout", "5m")
        #expect(removal.code == 2, "\(removal)")
    }

    @Test func `has hooks written where the agent looks for them, and is told where`() async throws {
        let home = try Home()
        let written = try await home.hitl("hook", "install", "claude", "--socket", "/s", "--write")
        #expect(written.code == 0 && home.exists("h/.claude/settings.json"), "\(written)")
        #expect(written.err == "hitl: `\(home.path("h/.claude/settings.json"))` is written.\n")
        try home.makeDirectory("codex")
        try home.makeDirectory("claude")
        let named = ["CODEX_HOME": home.path("codex"), "CLAUDE_CONFIG_DIR": home.path("claude")]
        _ = try await home.hitl("hook", "install", "codex", "--socket", "/s", "--write", environment: named)
        #expect(home.exists("codex/hooks.json"))
        _ = try await home.hitl("mcp", "install", "claude", "x", "--write", "--", "server", environment: named)
        let key = home.path("h/.local/state/hitl/desk.key")
        #expect(home.read("claude/.claude.json")?.contains("\"--desk-key\",\n") == true)
        #expect(home.read("claude/.claude.json")?.contains("\"\(key)\"") == true)
        _ = try await home.hitl("mcp", "install", "gemini", "x", "--write", "--", "server")
        #expect(home.exists("h/.gemini/settings.json"))
        // A home that is none, or not this user's: that of the password database. Nothing is written there.
        for other in ["h", "/nonexistent", "/etc/passwd"] {
            let shown = try await home.hitl(
                "hook", "install", "gemini", "--socket", "/s", environment: ["HOME": other])
            #expect(shown.code == 0 && !shown.err.contains(other + "/.gemini"), "\(shown)")
            #expect(shown.err.hasSuffix("/.gemini/settings.json` would be. --write puts it there.\n"), "\(shown)")
        }
    }

    @Test func `gets JSON wherever the option is taken`() async throws {
        let home = try Home()
        try home.write(
            #"{"permissions": {"allow": ["Bash(git log:*)", "!x"], "deny": ["Bash(sudo:*)"]}}"#, to: "settings.json")
        let imported = try await home.hitl("policy", "import", "claude", home.path("settings.json"), "--json")
        #expect(imported.code == 0 && imported.err == "")
        let policy = try JSONValue(parsing: imported.out).object
        let rules = policy?["rules"]?.array ?? []
        #expect(rules.count == 3)
        #expect(rules.allSatisfy { $0.object?["rule"]?.object?["action"]?.string != nil })
        #expect(policy?["notCarriedOver"]?.array?.first?.object?["origin"]?.string != nil)

        let desk = try await Desk.open(home)
        for _ in 1...5 {
            let asked = try await home.ask("paint", "--arg", "wall=east")
            #expect(try await home.hitl("approve", "\(asked)").code == 0)
        }
        let suggested = try await home.hitl("policy", "suggest", "--json")
        #expect(
            suggested
                == Said(
                    code: 0,
                    out: #"{"suggestions":[{"answered":5,"approved":["1","2","3","4","5"],"decisions":5,"#
                        + #""rule":{"action":"allow","examples":{"matches":[{"agent":"ask","arguments":{"wall":"east"},"#
                        + #""kind":"other","tool":"paint"}],"notMatches":[{"agent":"ask","arguments":{},"kind":"other","#
                        + #""tool":"paint"}]},"name":"suggested-1","when":{"agent":"ask","arguments":{"/wall":{"eq":"east"}},"#
                        + #""tool":"paint"}}}]}"# + "\n"), "\(suggested)")
        // An export is JSON by itself, and in no other form where it is asked to be.
        let export = try await home.hitl("audit", "export", "--format", "csv", "--json")
        #expect(
            export
                == Said(
                    code: 2,
                    err: "hitl: `hitl audit export` has no option `--json`. Did you mean `--format jsonl`?\n"),
            "\(export)")
        for words in [
            ["status"], ["show", "1"], ["history"], ["config"], ["stats"], ["why", "1"], ["grants"], ["doctor"],
            ["audit", "verify"], ["audit", "checkpoint"], ["audit", "prove", "1"], ["policy", "check"],
            ["policy", "suggest"], ["keys", "list"], ["mcp", "list"],
        ] {
            let said = try await home.run(words + ["--json"])
            #expect(throws: Never.self, "\(words): \(said)") { _ = try JSONValue(parsing: said.out) }
        }
        #expect(try await home.ask("paint") == 6)
        let extended = try await home.hitl("extend", "6", "--json").out
        #expect(extended.hasPrefix(#"{"expiresAt":""#) && extended.hasSuffix(#"","number":6}"# + "\n"), "\(extended)")
        #expect(
            try await home.hitl("withdraw", "6", "--reason", "late", "--json")
                == Said(code: 0, out: #"{"decision":"withdrawn","number":6,"reason":"late","tool":"paint"}"# + "\n"))
        #expect(
            try await home.hitl("withdraw", "6", "--json")
                == Said(code: 1, err: "hitl: Request 6 was already withdrawn: late.\n"))
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `hears that an answer could not be written, and nothing where its reader has enough`() async throws {
        let home = try Home()
        func shell(_ line: String) async throws -> Said {
            try await home.run(program: "/bin/bash", ["-c", "set -o pipefail; " + line, "sh", Home.hitl])
        }
        for command in ["--version", "--help", "history", "config", "doctor", "status"] {
            let said = try await shell("\"$1\" \(command) >/dev/full")
            #expect(
                said
                    == Said(
                        code: 1, err: "hitl: Standard output cannot be written: No space left on device.\n"),
                "\(command): \(said)")
            // Whether the signal ends it or the failed write does not.
            let piped = try await shell("\"$1\" \(command) | true; trap '' PIPE; \"$1\" \(command) | true")
            #expect(piped.err == "" && [0, 141].contains(piped.code), "\(command): \(piped)")
        }
    }

    /// A stream that was closed is none of the program's own files.
    @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
    func `may close a stream, and nothing else takes its place`(
        _ closed: String
    ) async throws {
        let home = try Home()
        func shell(_ line: String) async throws -> Said {
            try await home.run(program: "/bin/sh", ["-c", line, "sh", Home.hitl], input: "/hitl status\n")
        }
        let loop = try await shell("exec \"$1\" loop --enable-hitl --agent none \(closed)")
        #expect(loop.code == 0, "\(loop)")
        #expect(loop.out.contains("hitl > /hitl status") == (closed == "2>&-"), "\(loop)")
        #expect(loop.out.contains("The desk is open.") == ["<&-", "2>&-"].contains(closed), "\(loop)")
        let status = try await shell("exec \"$1\" status \(closed)")
        #expect(status.code == (["<&-", "2>&-"].contains(closed) ? 0 : 1), "\(status)")
        #expect(try await home.hitl("audit", "verify").code == 0)
    }

    @Test func `hears what was meant, and where it is typed`() async throws {
        let home = try Home()
        try home.write("hitl:\n\tenabled: true\n", to: "tab.yaml")
        for (words, answer) in [
            (["session"], "`/session` is typed at the prompt of `hitl loop`."),
            (["quit"], "`/quit` is typed at the prompt of `hitl loop`."),
            (["ask", ""], "`` is no value for `TOOL`: expected a name of 1 to 256 bytes."),
            (
                ["loop", "--scenario", "demo", "--agent", "none"],
                "--scenario is for the agent `simulated`, and --agent names `none`."
            ),
            (
                ["loop", "--workspace", home.path("tab.yaml")],
                "`\(home.path("tab.yaml"))` is no directory. Choose another with --workspace."
            ),
            (
                ["loop", "--config", home.path("tab.yaml")],
                "\(home.path("tab.yaml")):2:1: a tab cannot indent YAML; use spaces\n<U+0009>enabled: true\n^"
            ),
        ] {
            #expect(try await home.run(words) == Said(code: 2, err: "hitl: \(answer)\n"))
        }
        #expect(
            try await home.hitl("history", "--last", "0") == Said(code: 0, out: "None was asked for: `--last 0`.\n"))
        #expect(try await home.hitl("config", "list") == Said(code: 0, out: "No file is trusted.\n"))
        let section = try await home.hitl("config", "queue").out
        #expect(
            section.split(separator: "\n").map { $0.prefix { $0 != " " } }
                == ["queue.priorityOrder", "queue.maxPendingPerUser"], "\(section)")
        // Set to nothing is not set, for the home directory as for the rest.
        let ledger = try await home.hitl("config", "audit.path", environment: ["HOME": ""]).out
        #expect(!ledger.hasPrefix("audit.path = /.local"), "\(ledger)")
    }

    @Test func `who names a scenario gets it, whatever agent the configuration names`() async throws {
        let home = try Home(configuration: "agent: { name: none }\n")
        let desk = try await Desk.open(
            home, ["--enable-hitl", "--scenario", "demo"], columns: 200, firstPrompt: "hitl (2) >")
        try await desk.sees("New request 1:", "Tool: deleteFile")
        #expect(
            try await desk.enter("/hitl config trust") == ["`hitl config trust` is typed in a shell.", ""])
        #expect(try await desk.enter("/exit") == ["There is no command `/exit`. Did you mean `/quit`?", ""])
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: ["--versoin", "-V", "-v", "version"]) func `finds the version`(_ word: String) async throws {
        let said = try await Home().hitl(word)
        #expect(said == Said(code: 2, err: "hitl: There is no command `\(word)`. Did you mean `hitl --version`?\n"))
    }

    @Test func `sees what a loop in this directory would have, without a desk`() async throws {
        let home = try Home(configuration: "hitl: { timeout: 10m }\n")
        try home.write("hitl: { timeout: 7m }\n", to: "w/hitl.yaml")
        let said = try await home.hitl("config", "hitl.timeout")
        #expect(said.code == 0 && said.out.hasPrefix("hitl.timeout = 7m   ("), "\(said)")
        #expect(said.out.contains("/w/hitl.yaml:1:9)"), "\(said)")
    }

    @Test func `hears of the option that named a missing file`() async throws {
        let home = try Home()
        let policy = try await home.hitl("policy", "replay", "--policy", "/none")
        #expect(policy.code == 2 && policy.err.contains("--policy") && !policy.err.contains("--config"), "\(policy)")
        let configuration = try await home.hitl("policy", "check", "--config", "/none")
        #expect(configuration.code == 2 && configuration.err.contains("--config"), "\(configuration)")
    }

    @Test func `is told the truth about calls that nobody is asked for`() async throws {
        let home = try Home(
            configuration: """
                policy:
                  rules:
                    - { name: never, when: { tool: paint }, action: block }
                    - { name: always, when: { tool: look }, action: allow }

                """)
        func explained(_ tool: String) async throws -> String {
            try await home.hitl("policy", "explain", "--call", #"{"tool":"\#(tool)","arguments":{}}"#).out
        }
        let denied = try await explained("paint")
        #expect(denied.contains("   Denied because: the tool is named in the list [never, "), "\(denied)")
        let allowed = try await explained("look")
        #expect(allowed.contains("   Allowed because: the tool is named in the list [always, "), "\(allowed)")
        for text in [denied, allowed] {
            #expect(
                !text.contains("Asked because") && !text.contains("Approving") && !text.contains("Expires"), "\(text)")
        }
        let asked = try await explained("other")
        #expect(
            asked.contains("Asked because") && asked.contains("Approving") && asked.contains("Expires"), "\(asked)")

        let desk = try await Desk.open(home)
        #expect(try await home.hitl("ask", "look").code == 0)
        #expect(try await home.ask("mix") == 1)
        #expect(try await home.hitl("reject", "1").code == 0)
        let history = try JSONValue(parsing: try await home.hitl("history", "--json").out).object?["history"]?.array
        let verdicts = (history ?? []).map { $0.object?["verdict"]?.object }
        #expect(verdicts.map { $0?["effect"]?.string } == ["allow", "ask"])
        #expect(verdicts.map { $0?["timeout"] != nil } == [false, true])
        #expect(try await desk.quit() == .exited(0))
    }
}
