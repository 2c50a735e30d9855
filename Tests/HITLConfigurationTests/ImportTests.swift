import HITLCore
import Testing

@testable import HITLConfiguration

/// What `hitl policy import` makes of other programs' rules.
@Suite struct `Imported rules` {
    private static let paths = Paths(environment: [:], home: "/home/ada")

    private func claude(
        _ permissions: String, file: String = "/proj/.claude/settings.json"
    ) throws -> ImportedPolicy {
        let policy = try ClaudePermissions.read(
            Array(#"{"permissions": \#(permissions)}"#.utf8), file: file, home: "/home/ada")
        #expect(policy.faults(paths: Self.paths).map(\.description) == [])
        return policy
    }

    /// Each rule as action and condition.
    private func rules(_ policy: ImportedPolicy) -> [String] {
        policy.rules.filter { !$0.name.contains("-risky") }
            .map { "\($0.action.rawValue) \(YAMLText.flow(.object($0.when)))" }
    }

    private func reasons(_ policy: ImportedPolicy) -> [String] { policy.remarks.map { "\($0.origin): \($0.reason)" } }

    @Test func `of Claude Code's commands look at words of analysed commands`() throws {
        let policy = try claude(
            #"{"allow": ["Bash(npm run test:*)", "Bash(git log *)", "Bash(npm run build*)", "Bash(ls)"], "deny": ["Bash(rm -rf:*)", "Bash(foo* bar)"], "ask": ["Bash(git push *)"]}"#
        )
        #expect(
            rules(policy) == [
                #"block { kind: execute, command: "rm -rf **" }"#,
                #"block { kind: execute, command: ["foo* bar", "foo* ** bar"] }"#,
                #"require_approval { kind: execute, command: "git push **" }"#,
                #"allow { tool: Bash, command: ["npm run test **", "git log **", "npm run build*", "npm run build* **", ls] }"#,
            ])
        #expect(policy.rules[0].name == "claude-risky" && policy.rules[0].action == .requireApproval)
        #expect(reasons(policy) == [])
    }

    @Test func `never allow what only a shell could read, or what runs anything`() throws {
        let entries = [
            "Bash", "Bash(*)", "Bash(:*)", "Bash(python3:*)", "Bash(bash -c:*)", "Bash(sudo:*)", "Bash(/usr/bin/env:*)",
            "Bash(find:*)", "Bash(* --help)", "Bash(g* status)", "Bash(a && b)", "Bash(ls; rm x)", "Bash(ls > out)",
            "Bash(X=1 make)", "Bash(echo $(x))", "Bash(echo `x`)", "Bash(cat <(x))", "Bash(echo \\\"a b\\\")",
            "Bash(ls\\nrm)", "Bash(ls &)", "Bash(ls #)", "Bash(**/)", "Bash(echo ~)", "Bash({a,b})", "mcp__*", "*",
            "mcp__*__x",
            "Write(x)", "Task(x)", "Read(!x)", "WebFetch(domain:a b)", "WebFetch(url:x)", "Bash(ls", "(x)", "Ba sh",
        ]
        for entry in entries {
            let policy = try claude(#"{"allow": ["\#(entry)"]}"#)
            // `bash -c` alone is a text for a shell; what is in it is analysed.
            if entry == "Bash(bash -c:*)" {
                #expect(rules(policy) == [#"allow { tool: Bash, command: "bash -c **" }"#])
                continue
            }
            #expect(rules(policy) == [] && policy.remarks.count == 1, "\(entry): \(rules(policy))")
        }
    }

    @Test func `stop by the text where words cannot say it, and by the whole tool where nothing can`() throws {
        let policy = try claude(
            #"{"deny": ["Bash(curl * | sh)", "Bash(a && b:*)"], "ask": ["Task(x)"]}"#)
        #expect(
            rules(policy) == [
                #"block { kind: execute, arguments: { command: { matches: "(?s)\\Acurl .* \\| sh\\z" } } }"#,
                #"block { kind: execute, arguments: { command: { matches: "(?s)\\Aa && b( .*)?\\z" } } }"#,
                "require_approval { tool: Task }",
            ])
    }

    @Test func `of paths follow gitignore, from the project, the home or the root`() throws {
        let entries =
            #"["Read(./src/**)", "Read(.env)", "Read(//etc/*)", "Read(~/.ssh/**)", "Edit(/docs/*.md)", "Read(a/b/)"]"#
        #expect(
            rules(try claude(#"{"deny": \#(entries)}"#)) == [
                #"block { kind: [read, search], path: "/proj/src/**" }"#,
                #"block { kind: [read, search], path: ["/proj/**/.env", "/proj/**/.env/**"] }"#,
                #"block { kind: [read, search], path: ["/etc/*", "/etc/*/**"] }"#,
                #"block { kind: [read, search], path: "~/.ssh/**" }"#,
                #"block { kind: [edit, move, delete], path: ["/proj/docs/*.md", "/proj/docs/*.md/**"] }"#,
                #"block { kind: [read, search], path: "/proj/a/b/**" }"#,
            ])
        let readers = "[Read, Grep, Glob, LS, NotebookRead]"
        #expect(
            rules(try claude(#"{"allow": \#(entries)}"#)).prefix(2) == [
                #"allow { tool: \#(readers), path: "/proj/src/**" }"#,
                #"allow { tool: \#(readers), path: "/proj/**/.env" }"#,
            ])
        // A person's own settings belong to no project: what allows is left out, what stops holds everywhere.
        let own = "/home/ada/.claude/settings.json"
        let allowed = try claude(#"{"allow": ["Read(./src/**)"], "defaultMode": "acceptEdits"}"#, file: own)
        #expect(rules(allowed) == [] && allowed.remarks.count == 2)
        #expect(
            rules(try claude(#"{"deny": ["Read(./.env)"]}"#, file: own))
                == [#"block { kind: [read, search], path: ["/**/.env", "/**/.env/**"] }"#])
    }

    @Test func `of hosts compare the host and not the text`() throws {
        let policy = try claude(#"{"allow": ["WebFetch(domain:example.com)"], "deny": ["WebFetch(domain:evil.com)"]}"#)
        func effect(_ url: String) throws -> String {
            let document = try YAMLDocument(Array(policy.yaml(from: "x").utf8), file: "x")
            let reading = Reading(document)
            let rules = reading.root.anyMap()?["policy"]?.anyMap()?["rules"]
                .flatMap { RuleReader(paths: Self.paths).rules($0) }
            let call = ToolCall(
                tool: "WebFetch", kind: .fetch, arguments: JSONObject([.init("url", .string(url))]),
                origin: Origin(agent: "a", session: "s"), performer: .unobserved)
            return Policy(rules: rules ?? [], timeout: nil, version: "").evaluate(call, risk: Risk(factors: [])).effect
                .rawValue
        }
        for url in ["https://example.com", "https://EXAMPLE.com/a?b#c", "https://example.com:443/"] {
            #expect(try effect(url) == "allow", "\(url)")
        }
        for url in [
            "http://example.com/", "https://example.com.evil.io/", "https://example.com@evil.io/",
            "https://a.example.com/",
            "https://example.com:8080/", "https://example.com\\@evil.io/", "https://evil.io/?https://example.com/",
            "https://example.com/\nx", " https://example.com/", "https://example\u{3002}com/",
        ] { #expect(try effect(url) == "ask", "\(url)") }
        for url in ["https://evil.com", "http://x.EVIL.com./", "https://evil.com:1/", "https://a@evil.com/"] {
            #expect(try effect(url) == "deny", "\(url)")
        }
        for url in ["https://notevil.com/", "https://evil.com.example/"] { #expect(try effect(url) == "ask", "\(url)") }
    }

    @Test func `carry over modes only as far as they do not let everything through`() throws {
        for mode in ["plan", "bypassPermissions", "dontAsk", "auto", "new"] {
            let policy = try claude(#"{"defaultMode": "\#(mode)"}"#)
            #expect(policy.rules.isEmpty && policy.remarks.count == 1)
        }
        #expect(
            rules(try claude(#"{"defaultMode": "acceptEdits"}"#))
                == [#"allow { tool: [Edit, Write, MultiEdit, NotebookEdit], path: "/proj/**" }"#])
        #expect(throws: ClaudePermissions.Failure.self) { try claude("[]") }
    }

    @Test func `of Codex are its prefixes with its examples, and nothing that would have to be run`() throws {
        let text = #"""
            # what it may
            prefix_rule(
                pattern = ["git", ["push", 'fetch']],
                decision = "prompt",
                justification = "ask \"first\"",
                match = [["git", "push", "origin"], "git fetch 'a b'", "git fetch --all"],
                not_match = ["git status"],
            )
            prefix_rule(pattern = ["cargo", "test"]); prefix_rule(pattern = ["rm"], decision = "forbidden")
            prefix_rule(pattern = ["bash"], decision = "allow")
            prefix_rule(pattern = names, decision = "allow")
            prefix_rule(pattern = ["ls"] + ["x"])
            prefix_rule(pattern = ["a b"])
            prefix_rule(pattern = ["ls"], decision = "maybe")
            prefix_rule(pattern = ["ls"], colour = "red")
            prefix_rule(pattern = ["ls"
            """#
        let policy = CodexRules.read(Array(text.utf8))
        #expect(policy.faults(paths: Self.paths).map(\.description) == [])
        #expect(
            rules(policy) == [
                #"require_approval { kind: execute, command: ["git push **", "git fetch **"] }"#,
                #"allow { kind: execute, command: ["cargo test **"] }"#,
                #"block { kind: execute, command: ["rm **"] }"#,
            ])
        #expect(policy.rules[1].message == #"ask "first""#)
        #expect(policy.rules[1].matches.count == 2)
        #expect(
            policy.remarks.map(\.reason) == [
                "it is no plain command",
                "bash runs whatever it is told to: allow the commands that you mean, word by word",
                "only calls with literal arguments are read", "only calls with literal arguments are read",
                "a word of it has blanks or characters that cannot be seen",
                "its decision is neither allow nor prompt nor forbidden", "it has an argument that is not known",
                "only calls with literal arguments are read",
            ])
    }

    @Test func `of Codex are read to the end, whatever is in the file`() {
        let ends: [[UInt8]] = [
            [0x22, 0xFF, 0x22], Array("x = 'a".utf8), Array("f('".utf8), [0x27, 0x80, 0x27, 0x0A], [],
        ]
        for end in ends { #expect(CodexRules.read(end).rules.isEmpty) }
    }

    /// Whatever an entry says, the file is in order, and a comment cannot become a rule.
    @Test func `are in order, whatever was written`() throws {
        var random = SmallRandom(state: 7)
        let pieces = [
            "Bash(", "Read(", "Edit(", "WebFetch(domain:", ")", "*", ":*", " ", "/", "//", "~/", "./", "**", "[", "]",
            "!", "a",
            "rm", "-rf", "\n", "\u{0}", "\u{202E}", "\u{1F600}", "\"", "\\", "'", "#", ": ", "- ", "{", "}", "é",
            "mcp__", "__",
            "$", "(", ";", "|", "\n- name: x\n  action: allow\n", "?",
        ]
        for _ in 0..<2000 {
            let entries = (0..<3).map { _ in
                JSONValue.string((0..<random.below(7)).map { _ in pieces[random.below(pieces.count)] }.joined())
            }
            let text = JSONValue.members([
                "permissions": .members(["allow": .array(entries), "deny": .array(entries)])
            ])
            let policy = try ClaudePermissions.read(
                text.canonical, file: "/p[r]*oj/.claude/settings.json", home: "/home/ada")
            let faults = policy.faults(paths: Self.paths)
            if !faults.isEmpty { Issue.record("\(entries): \(faults)") }
            let rules = CodexRules.read(
                Array(entries.map { "prefix_rule(pattern=[\($0.string ?? ""), \"x\"])" }.joined(separator: "\n").utf8))
            #expect(rules.faults(paths: Self.paths).isEmpty)
        }
    }
}

private struct SmallRandom {
    var state: UInt64

    mutating func below(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(count))
    }
}
