import HITLCore
import Testing

@testable import HITLConfiguration

/// The errors of a file that has only this under `policy`, one line each.
private func errors(_ rules: String) -> [String] {
    let home = TemporaryHome()
    home.write("policy:\n  rules:\n" + rules)
    return complaint { () throws(Diagnostics) in _ = try home.load() }
        .split(separator: "\n").filter { $0.hasPrefix("~") }
        .map { String($0.dropFirst("~/.config/hitl/hitl.yaml:".utf8.count)) }
}

private func policy(_ text: String) throws -> Policy {
    let home = TemporaryHome()
    home.write(text)
    return try home.load().policy { String(decoding: $0, as: UTF8.self) }
}

private func call(_ tool: String, _ arguments: JSONValue = [:]) -> ToolCall {
    ToolCall(
        tool: tool, kind: .other, arguments: arguments.object ?? JSONObject(),
        origin: Origin(agent: "scout", session: "s"), performer: .requester)
}

@Suite struct `A rule in the file` {
    @Test func `is the one of the documentation, and its examples hold`() throws {
        let policy = try policy(
            """
            policy:
              rules:
                - name: high-value-transfer
                  when:
                    tool: "*transfer*"
                    arguments: { amount: { gt: 10000 } }
                  action: require_approval
                  severity: high
                  message: High-value transaction requires manager approval
                  timeout: 1h
                  enabled: true
                  examples:
                    matches:    [{ tool: wire_transfer, arguments: { amount: 75000 } }]
                    notMatches: [{ tool: wire_transfer, arguments: { amount: 100 } }]
            """)
        let verdict = policy.evaluate(call("wire_transfer", ["amount": 75000]), risk: Risk(factors: []))
        #expect(verdict.effect == .ask && verdict.severity == .high && verdict.timeout == .minutes(60))
        #expect(verdict.messages == ["High-value transaction requires manager approval"])
        #expect(
            verdict.rules.map { "\($0.name) (\($0.source)): \($0.fact)" } == [
                "high-value-transfer (~/.config/hitl/hitl.yaml:3:7): the tool's name matches `*transfer*`; "
                    + "`amount` is greater than 10000"
            ])
    }

    @Test func `may name all that a rule can look at`() throws {
        let policy = try policy(
            """
            hitl:
              contentPatterns: ['\\b\\d{3}-\\d{2}-\\d{4}\\b']
              customRules: [{ name: custom, action: log }]
            policy:
              autoRejectThreshold: critical
              rules:
                - name: everything
                  action: block
                  when:
                    tool: [bash, "mcp__*"]
                    kind: [execute, other]
                    arguments:
                      command: { matches: '^git\\s', ne: git status }
                      /env/HOME: { exists: false }
                      n: { in: [1, 2.50, "x"], le: 3 }
                    content: [secret]
                    riskAtLeast: none
                    confidenceBelow: 0.9
                    agent: "sc*"
                    session: s
                    cwd: /site/**
                    path: [~/x/**, "**/.git/**"]
                    command: git push **
                    time: { days: [mon-fri, sun], hours: "09:00-17:30", zone: "+01:00" }
                    harmlessWithin: workspace+network
                    rate: { calls: 20, within: 1h, per: agent }
                    budget: { argument: amount, most: 500, within: 1d }
                - { name: builds, action: allow, sandbox: workspace, when: { harmlessWithin: workspace } }
            """)
        #expect(
            policy.rules.map { "\($0.action.rawValue) \($0.name)" } == [
                "allow autoApproveThreshold", "allow confinedReads", "block autoRejectThreshold",
                "require_approval contentPatterns",
                "log custom", "block everything", "allow builds",
            ])
        #expect(policy.rules.last?.obligations == [.confinedToWorkspace])
        let form = try #require(policy.rules.dropLast().last).when.form.canonicalText
        #expect(
            form.contains(#"{"tool":[{"named":"bash"},{"like":[{"glob":"mcp__*"}]}]}"#)
                && form.contains(#"{"time":[{"days":[0,1,2,3,4,6],"end":1050,"start":540,"zone":60}]}"#)
                && form.contains(#"{"argument":["env","HOME"],"is":[{"exists":false}]}"#))
        #expect(policy.evaluate(call("x", ["id": "123-45-6789"]), risk: Risk(factors: [])).effect == .ask)
    }

    @Test(
        arguments: [
            (
                "    - { name: a, acton: log }",
                ["3:7: the key `action` is missing", "3:18: unknown key `acton` — did you mean `action`?"]
            ),
            (
                "    - { name: a, action: block, sandbox: workspace }",
                [
                    "3:42: only a call that may run can be confined; `sandbox` goes with `allow` or `require_approval`"
                ]
            ),
            (
                "    - { name: a, action: allow, sandbox: workspaces }",
                [
                    "3:42: expected `read-only`, `workspace` or `workspace+network`, found the text `workspaces` — did you mean `workspace`?"
                ]
            ),
            ("    - { action: log }", ["3:7: the key `name` is missing"]),
            (
                "    - { name: a, action: deny }",
                [
                    "3:26: expected `block`, `require_approval`, `redact`, `warn`, `log` or `allow`, found the text `deny`"
                ]
            ),
            (
                "    - { name: a, action: log }\n    - { name: a, action: log }",
                ["4:7: the name `a` is another rule's; what it counts and its records would be mixed up"]
            ),
            ("    - { name: a, action: log, when: { tol: x } }", ["3:39: unknown key `tol` — did you mean `tool`?"]),
            (
                "    - { name: a, action: log, when: { tool: [] } }",
                ["3:45: an empty list matches no call; leave the key out where it does not matter"]
            ),
            (
                "    - { name: a, action: log, when: { content: '(a' } }",
                ["3:48: `(a`: the group that begins here has no `)` (at byte 1 of the pattern)"]
            ),
            (
                "    - { name: a, action: log, when: { arguments: { x: { matches: '(a)\\1' } } } }",
                ["3:66: `(a)\\1`: a reference to a group cannot be matched in linear time (at byte 4 of the pattern)"]
            ),
            (
                "    - { name: a, action: log, when: { path: src/* } }",
                ["3:45: `src/*`: a pattern of paths begins with `/` or `**/` (at byte 1 of the pattern)"]
            ),
            (
                "    - { name: a, action: log, when: { arguments: { x: { gt: '5' } } } }",
                ["3:61: expected a number, found the text `5`"]
            ),
            (
                "    - { name: a, action: log, when: { arguments: { x: {} } } }",
                ["3:55: expected a comparison such as `{ eq: 1 }`, found a map"]
            ),
            (
                "    - { name: a, action: log, when: { arguments: { a..b: { eq: 1 } } } }",
                ["3:52: `a..b` names no argument; write `a.b` or a JSON Pointer such as `/a/b`"]
            ),
            (
                "    - { name: a, action: log, when: { time: { hours: '9-17' } } }",
                ["3:54: expected hours such as `09:00-17:00`, found the text `9-17`"]
            ),
            (
                "    - { name: a, action: log, when: { time: { hours: '09:00-17:00' } } }",
                ["3:45: the key `zone` is missing"]
            ),
            (
                "    - { name: a, action: log, when: { tool: x }, examples: { matches: [{ tool: y }] } }",
                ["3:72: this example of what matches does not; what does not hold: the tool is named in the list"]
            ),
            (
                "    - { name: a, action: log, when: { tool: x }, examples: { notMatches: [{ tool: x }] } }",
                ["3:75: this example of what does not match does: the tool is named in the list"]
            ),
            (
                "    - { name: a, action: log, when: { arguments: { n: { gt: 1 } } }, examples: { matches: [{ tool: x, arguments: { n: '2' } }] } }",
                ["3:92: the rule cannot decide this example: `n` is not a number"]
            ),
        ]) func `that is wrong is refused at its place`(rules: String, said: [String])
    {
        #expect(errors(rules + "\n") == said)
    }

    @Test func `about refusals are the operator's alone, and name what they lift`() throws {
        let home = TemporaryHome()
        let lifted = "policy: { askInsteadOfBlock: [device, whole_tree] }"
        home.write(lifted)
        #expect(try home.load().askInsteadOfBlock.value == ["device", "whole_tree"])
        let digest = try home.load().policy { String(decoding: $0, as: UTF8.self) }.version
        #expect(digest.contains(#""askInsteadOfBlock":["device","whole_tree"]"#))
        home.write("policy: {}")
        home.write(lifted, to: "shop/hitl.yaml")
        let configuration = try home.load(workspace: true)
        #expect(configuration.askInsteadOfBlock.value == [] && configuration.notices.count == 1)
        home.write(lifted)
        home.write("policy: { askInsteadOfBlock: [] }", to: "shop/hitl.yaml")
        #expect(try home.load(workspace: true).askInsteadOfBlock.value == [])
        home.write("policy: { askInsteadOfBlock: [self_modification] }")
        #expect(throws: Diagnostics.self) { try home.load() }
    }

    @Test func `of a workspace that is not trusted may tighten and not allow`() throws {
        let home = TemporaryHome()
        home.write("policy: { rules: [{ name: mine, action: log }] }")
        home.write("policy: { rules: [{ name: theirs, action: block, when: { tool: x } }] }", to: "shop/hitl.yaml")
        #expect(
            try home.load(workspace: true).policy { _ in "" }.rules.map(\.name)
                == ["autoApproveThreshold", "confinedReads", "mine", "theirs"])
        home.write(
            "policy: { rules: [{ name: theirs, action: allow }], autoRejectThreshold: high }", to: "shop/hitl.yaml")
        let configuration = try home.load(workspace: true)
        #expect(
            configuration.policy { _ in "" }.rules.map(\.name) == [
                "autoApproveThreshold", "confinedReads", "autoRejectThreshold", "mine",
            ])
        #expect(configuration.notices.count == 1)
    }
}
