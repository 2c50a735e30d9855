import HITLCore
import Testing

@testable import HITLConfiguration

@Suite struct `A setting of the session` {
    private let configuration = Configuration(paths: Paths(environment: [:], home: "/home/ada"))

    private func complaint(_ key: String, _ text: String) -> String {
        HITLConfigurationTests.complaint { () throws(Diagnostics) in _ = try configuration.setting(key, to: text) }
    }

    @Test func `is in force and says where it comes from`() throws {
        let changed = try configuration.setting("hitl.timeout", to: "90s").setting("hitl.requireApproval", to: "a, b")
        #expect(changed.timeout == Sourced(.after(.seconds(90)), from: .session))
        #expect(changed.requireApproval.value.names == ["a", "b"])
        #expect(try changed.setting("hitl.requireApproval").source == "session")
        #expect(try changed.setting("hitl.enabled").source == "default")
        #expect(try changed.setting("hitl.requireApproval", to: "none").requireApproval.value.names == [])
        #expect(try changed.setting("hitl.confidenceThreshold", to: "none").confidenceThreshold.value == .unset)
    }

    @Test(arguments: ConfigurationKey.all.filter(\.isSettable).map(\.name))
    func `can be typed as it is shown`(key: String) throws {
        let shown = try configuration.setting(key)
        let changed = try configuration.setting(key, to: shown.text).setting(key)
        #expect(changed.text == shown.text)
        #expect(changed.json == shown.json)
    }

    @Test(arguments: [
        ("hitl.timeot", "5m", "unknown key `hitl.timeot` — did you mean `hitl.timeout`?"),
        ("timeout", "5m", "unknown key `timeout` — did you mean `hitl.timeout`?"),
        ("shoe", "5m", "unknown key `shoe`"),
        ("hitl.timeout", "60", "hitl.timeout: `60` has no unit; write `60s` for seconds or `60ms` for milliseconds"),
        ("hitl.timeout", "soon", "hitl.timeout: expected a duration such as `30s`, `5m` or `2h`, found `soon`"),
        ("hitl.requireReason", "reject,maybe", "hitl.requireReason: expected `approve` or `reject`, found `maybe`"),
        ("hitl.confidenceThreshold", "2", "hitl.confidenceThreshold: expected a number from 0 to 1, found `2`"),
        (
            "hitl.enabled", "false",
            "`hitl.enabled` cannot change while the loop runs; set it in `hitl.yaml` and start again"
        ),
        ("audit.path", "/x", "`audit.path` cannot change while the loop runs; set it in `hitl.yaml` and start again"),
        (
            "policy.rules", "x",
            "`policy.rules` cannot change while the loop runs; set it in `hitl.yaml` and start again"
        ),
        ("audit.databaseUrl", "x", "audit.databaseUrl: `audit.databaseUrl` is not available in this version"),
        (
            "agent.name", "claude",
            "`agent.name` cannot change while the loop runs; set it in `hitl.yaml` and start again"
        ),
    ])
    func `is checked as in a file`(key: String, text: String, expected: String) {
        #expect(complaint(key, text) == expected)
    }

    @Test func `of a later version has no value`() {
        #expect(
            HITLConfigurationTests.complaint { () throws(Diagnostics) in
                _ = try configuration.setting("audit.databaseUrl")
            }
                == "`audit.databaseUrl` is not available in this version")
    }
}
