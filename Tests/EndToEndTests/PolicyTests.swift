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
        #expect(
            said.out.hasSuffix(
                """

                A person is asked: no rule covers the call [default, built-in]
                   Rules that do not apply:
                     block: self-protection (built-in): does not hold: it would touch files of the gate itself
                     allow: autoApproveThreshold (default): does not hold: it only reads, beneath the workspace
                     allow: confinedReads (default): does not hold: it only reads where it is confined (read-only)

                """), "\(said.out)")
    }

    @Test func `explains every rule, those that do not match too`() async throws {
        let home = try Home(
            configuration: """
                policy:
                  rules:
                    - { name: paint, when: { tool: paint, arguments: { amount: { gt: 3 } } }, action: block }
                    - { name: off, when: { tool: paint }, action: block, enabled: false }
                    - { name: words, when: { command: "rm **" }, action: warn }
                """)
        let call = #"{"tool": "paint", "arguments": {"amount": 2}}"#
        let said = try await home.run(["policy", "explain", "--json", "--call", call])
        let verdict = try JSONValue(parsing: said.out).object
        let outcomes = verdict?["explanation"]?.array?.compactMap { rule -> String? in
            let rule = rule.object
            return [rule?["name"], rule?["outcome"], rule?["because"]].map { $0?.string ?? "-" }.joined(
                separator: " | ")
        }
        #expect(
            outcomes == [
                "self-protection | notMatched | does not hold: it would touch files of the gate itself",
                "paint | notMatched | does not hold: `amount` is greater than 3", "off | disabled | -",
                "words | notMatched | does not hold: a command matches `rm **`",
                "autoApproveThreshold | notMatched | does not hold: it only reads, beneath the workspace",
                "confinedReads | notMatched | does not hold: it only reads where it is confined (read-only)",
            ])
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

    /// Read-only git counts as neither: it is allowed only where it runs confined.
    @Test func `lets no gated case of the corpus through, refuses no benign one and seldom asks about one`()
        async throws
    {
        guard let corpus = Corpus.lines("policy-cases.jsonl") else { return }
        let home = try Home()
        let calls = corpus.map {
            JSONValue.members(["args": $0["args"], "id": $0["id"], "tool": $0["tool"]]).canonicalText
        }
        try home.write(calls.joined(separator: "\n"), to: "calls.jsonl")
        let said = try await home.run(["policy", "explain", "--json", "--calls", home.path("calls.jsonl")])
        let verdicts = try said.out.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)).object }
        #expect(verdicts.count == corpus.count)
        var (benign, asked, blocked, toBlock) = (0, 0, 0, 0)
        for (one, verdict) in zip(corpus, verdicts) {
            let (expected, effect) = (one["expect"]?.string, verdict?["effect"]?.string)
            let id = one["id"]?.string ?? ""
            #expect(verdict?["id"] == one["id"])
            if expected == "allow" {
                #expect(effect != "deny", "\(id)")
                guard one["category"] != "benign-git" else { continue }
                benign += 1
                asked += effect == "ask" ? 1 : 0
            } else {
                #expect(effect == "ask" || effect == "deny", "\(id)")
                toBlock += expected == "block" ? 1 : 0
                blocked += expected == "block" && effect == "deny" ? 1 : 0
            }
        }
        #expect(blocked * 100 >= toBlock * 95, "\(blocked) of \(toBlock)")
        #expect(asked * 100 <= benign * 15, "\(asked) of \(benign)")
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
        #expect(mended.code == 0 && mended.out.hasPrefix("The policy is in order: ") && mended.err == "")
    }

    @Test func `says what a sink is given where the ledger is encrypted`() async throws {
        let home = try Home()
        try home.write("audit: { sinks: [/tmp/none] }\nsecurity: { encryptAuditLogs: true }\n", to: "sealed.yaml")
        let said = try await home.run(["policy", "check", "--config", home.path("sealed.yaml")])
        #expect(said.code == 0)
        #expect(said.err.contains("`audit.sinks` are given every record unencrypted"), "\(said)")
        let json = try await home.run(["policy", "check", "--json", "--config", home.path("sealed.yaml")])
        #expect(json.code == 0 && json.out.contains("are given every record unencrypted"), "\(json)")
    }
}

/// `hitl config trust`: what lets the file of a workspace loosen the gate.
@Suite(.oneAtATime) struct `A workspace's configuration` {
    private static let file = "hitl:\n  timeout: 20m\n"

    @Test func `loosens nothing until a person has seen it and said so, and never after a change`() async throws {
        let home = try Home()
        try home.write(Self.file, to: "w/hitl.yaml", mode: 0o644)
        func timeout() async throws -> String {
            let desk = try await Desk.open(home)
            defer { desk.terminal.send("/quit\r") }
            return try await desk.enter("/hitl config hitl.timeout").joined()
        }
        #expect(try await timeout() == "hitl.timeout = 5m   (default)")
        try await trust("w/hitl.yaml", in: home, answer: "yes", hears: "Nothing changed.")
        #expect(try await timeout() == "hitl.timeout = 5m   (default)")
        try await trust("w/hitl.yaml", in: home, answer: "trust", hears: "Trusted, until it changes.")
        #expect(try await timeout().hasPrefix("hitl.timeout = 20m   ("))
        #expect(home.mode(of: "h/.local/state/hitl/trusted") == 0o600)
        try home.write(Self.file + "  enabled: true\n", to: "w/hitl.yaml", mode: 0o644)
        #expect(try await timeout() == "hitl.timeout = 5m   (default)")
        try home.write(Self.file, to: "w/hitl.yaml", mode: 0o644)
        #expect(try await timeout().hasPrefix("hitl.timeout = 20m   ("))
        let list = try await home.hitl("config", "list")
        #expect(list.code == 0 && list.out.hasSuffix(" \(home.path("w/hitl.yaml"))\n"), "\(list)")
        #expect(try await home.hitl("config", "untrust", home.path("w/hitl.yaml")).code == 0)
        #expect(try await home.hitl("config", "untrust", home.path("w/hitl.yaml")).code == 1)
        #expect(try await timeout() == "hitl.timeout = 5m   (default)")
    }

    @Test func `is not trusted by a process without a terminal`() async throws {
        let home = try Home()
        try home.write(Self.file, to: "w/hitl.yaml")
        let said = try await home.hitl("config", "trust", home.path("w/hitl.yaml"))
        #expect(said.code == 1 && said.err.contains("a person at a terminal"), "\(said)")
        #expect(!home.exists("h/.local/state/hitl/trusted"))
    }

    @Test func `is trusted by nobody where others could have written the list`() async throws {
        let home = try Home()
        try home.write(Self.file, to: "w/hitl.yaml")
        for directory in ["h/.local", "h/.local/state", "h/.local/state/hitl"] { try home.makeDirectory(directory) }
        try home.write("sha256:0 /x\n", to: "h/.local/state/hitl/trusted", mode: 0o666)
        let said = try await home.hitl("loop", "--enable-hitl", "--agent", "none")
        #expect(said.code == 2 && said.err.contains("trusted"), "\(said)")
    }

    private func trust(_ name: String, in home: Home, answer: String, hears words: String) async throws {
        let terminal = try PseudoTerminal.spawn(
            [Home.hitl, "config", "trust", home.path(name)], environment: home.environment, columns: 100, rows: 40,
            directory: home.workspace)
        try await terminal.until(.seconds(15)) { $0.contains("Type `trust`") && $0.contains("timeout: 20m") }
        terminal.send(answer + "\r")
        try await terminal.until(.seconds(15)) { $0.contains(words) }
        _ = try await terminal.waitForExit()
    }
}

/// `hitl policy import`: what is printed is a policy, and prefixes in it are no longer prefixes of text.
@Suite(.oneAtATime) struct `An imported policy` {
    @Test func `is in order, and lets nothing stand behind what it allows`() async throws {
        let home = try Home()
        try home.makeDirectory("w/.claude")
        try home.write(
            #"{"permissions": {"allow": ["Bash(git:*)", "Bash(npm run test:*)", "Bash(echo:*)"], "deny": ["Bash(sudo:*)"]}}"#,
            to: "w/.claude/settings.json")
        let imported = try await home.hitl("policy", "import", "claude", home.path("w/.claude/settings.json"))
        #expect(imported.code == 0 && imported.err == "3 rules; 0 entries were not carried over\n", "\(imported)")
        try home.write(imported.out, to: "imported.yaml")
        let checked = try await home.hitl("policy", "check", "--config", home.path("imported.yaml"))
        #expect(checked.code == 0, "\(checked)")
        let commands = [
            ("git status", "allow"), ("npm run test -- -x", "allow"), ("echo a b | git status", "allow"),
            ("timeout 5 git status", "allow"), ("sh -c 'git status'", "allow"), ("git status; rm -rf x", "ask"),
            ("git status; rm -rf /", "deny"),
            ("git status && touch x", "ask"), ("git status | sh", "ask"), ("git status & touch x", "ask"),
            ("git status\ntouch x", "ask"), ("git status\r\ntouch x", "ask"), ("git $(touch x)", "ask"),
            ("git `touch x`", "ask"), ("git status > x", "ask"), ("git status >> x", "ask"),
            ("echo x > Makefile", "ask"),
            ("GIT_SSH_COMMAND=x git fetch", "ask"), ("PATH=. git status", "ask"), ("PATH=.; git status", "ask"),
            ("env X=1 git status", "ask"), ("sudo git status", "deny"), ("cd x && sudo -u y git log", "deny"),
            ("git -c core.pager=sh log", "ask"), ("git push --force", "ask"), ("./git status", "ask"),
            ("/x/timeout 5 git status", "ask"), ("bash --rcfile x -c 'git status'", "ask"), ("gitx", "ask"),
            ("xargs git", "ask"), ("git() { touch x; }; git status", "ask"), ("echo {a,b}", "ask"),
            ("ssh h git status", "ask"), ("eval git status", "ask"), ("time git status; touch x", "ask"),
        ]
        let calls = commands.map { command in
            JSONValue.members(["args": .members(["command": .string(command.0)]), "tool": "Bash"]).canonicalText
        }
        try home.write(calls.joined(separator: "\n"), to: "calls.jsonl")
        let said = try await home.run(
            [
                "policy", "explain", "--json", "--config", home.path("imported.yaml"), "--calls",
                home.path("calls.jsonl"),
            ])
        let effects = try said.out.split(separator: "\n").map {
            try JSONValue(parsing: Array($0.utf8)).object?["effect"]?.string ?? ""
        }
        #expect(effects.count == commands.count)
        for (command, effect) in zip(commands, effects) { #expect(effect == command.1, "\(command.0)") }
    }

    @Test func `needs a file that has rules`() async throws {
        let home = try Home()
        try home.write("[]", to: "settings.json")
        let wrong = try await home.hitl("policy", "import", "claude", home.path("settings.json"))
        #expect(wrong.code == 1 && wrong.out == "" && wrong.err.contains("no object with `permissions`"), "\(wrong)")
        #expect(try await home.hitl("policy", "import", "gemini", home.path("settings.json")).code == 2)
        #expect(try await home.hitl("policy", "import", "claude").code == 2)
        #expect(try await home.hitl("policy", "import", "codex", home.path("none.rules")).code == 2)
    }
}
