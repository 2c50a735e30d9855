import Glibc
import HITLConfiguration
import HITLCore
import HITLManual
import Testing

/// What `hitl.yaml(5)` shows of rules.
@Suite struct `An example of a rule in the manual` {
    /// Its own examples are tried while it is loaded.
    @Test(arguments: RuleExample.all.map(\.title)) func `is accepted as it stands`(_ title: String) throws {
        let example = try #require(RuleExample.all.first { $0.title == title })
        let home = TemporaryHome()
        try home.write(example.yaml + "\n", to: "hitl.yaml")
        let configuration = try Configuration.load(
            ConfigurationSources(
                environment: [:], home: home.path, user: getuid(), file: home.path + "/hitl.yaml", workspace: nil,
                options: [], trustEnvironment: true))
        let policy = configuration.policy { _ in "0" }
        let changed = configuration.settings.filter { $0.source.contains("hitl.yaml") }
        #expect(changed.count > 0 && (policy.rules.count > 1 || changed.allSatisfy { !$0.key.hasSuffix("ules") }))
    }

    /// Every key that a rule can have stands in one of them, and every action.
    @Test func `leaves no key of a rule out`() {
        let text = RuleExample.all.map(\.yaml).joined(separator: "\n")
        let keys = [
            "tool", "kind", "arguments", "content", "riskAtLeast", "confidenceBelow", "agent", "session", "cwd", "time",
            "path", "command", "days", "hours", "zone", "eq", "ne", "lt", "le", "gt", "ge", "in", "matches", "glob",
            "exists", "rate", "budget", "calls", "within", "per", "most", "sandbox", "harmlessWithin",
            "name", "when", "action", "severity", "message", "timeout", "enabled", "examples", "notMatches",
        ]
        for key in keys { #expect(text.contains("\(key):"), "\(key)") }
        for action in ["block", "require_approval", "redact", "warn", "log", "allow"] {
            #expect(text.contains("action: \(action)"), "\(action)")
        }
    }
}
