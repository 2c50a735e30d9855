import HITLCore
import Testing

private let assessor = RiskAssessor(
    in: PathSurroundings(directory: "/w", workspace: "/w", home: "/home/casey", gateFiles: ["/srv/desk"])
) { nil }

private let everything = Rule(name: "all", source: "x", when: .anyCall, action: .allow)

private func verdict(_ command: String, asking factors: [String], _ rules: [Rule] = [everything]) -> Verdict {
    let call = ToolCall(
        tool: "bash", kind: .execute, arguments: JSONObject([.init("command", .string(command))]),
        origin: Origin(agent: "scout", session: "s"), directory: "/w", performer: .desk)
    return Policy(
        rules: rules, obligations: [], timeout: nil, version: "1", askInsteadOfBlock: factors
    ).evaluate(call, in: assessor.context(of: call, at: nil))
}

@Suite struct `A refusal of the analysis that an operator leaves to a person` {
    @Test(arguments: [
        ("dd if=/dev/zero of=/dev/sda", "device"), ("rm -rf /mnt", "whole_tree"), (":(){ :|:& };:", "resources"),
        ("docker run --privileged alpine", "privilege"), ("kill -9 -1", "process_control"),
    ])
    func `is a question of critical severity, and never an allow`(command: String, factor: String) {
        #expect(verdict(command, asking: []).effect == .deny)
        let others = Finding.liftable.filter { $0 != factor }
        #expect(verdict(command, asking: others).effect == .deny)
        let asked = verdict(command, asking: Finding.liftable)
        #expect(asked.effect == .ask && asked.severity == .critical)
        #expect(asked.rules.contains { $0.name == "analysis" && $0.fact.contains("policy.askInsteadOfBlock") })
    }

    @Test(arguments: [
        "echo x >> ~/.bashrc", "echo x > /srv/desk/hitl.yaml", "cp x .git/hooks/pre-commit", "hitl approve 1",
        "echo '{}' > ~/.claude/settings.json", "crontab evil", "echo y > /dev/tty", "",
        // Beneath them lie the gate's files, and what shells run.
        "rm -rf /", "rm -rf ~", "rm -rf /mnt && echo x >> ~/.bashrc",
    ])
    func `is never one of the gate's protection of itself`(command: String) {
        let before = verdict(command, asking: [])
        #expect(before.effect == .deny, "\(before.rules)")
        #expect(
            verdict(command, asking: Finding.liftable + ["self_modification", "persistence", "empty"]).effect == .deny)
    }

    @Test func `is denied all the same where a rule blocks it`() {
        let block = Rule(name: "b", source: "x", when: .anyCall, action: .block)
        #expect(verdict("rm -rf /", asking: ["whole_tree"], [block]).effect == .deny)
    }
}
