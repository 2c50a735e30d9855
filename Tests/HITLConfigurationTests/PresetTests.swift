import HITLCore
import Testing

@testable import HITLConfiguration

@Suite struct `A preset` {
    private func load(_ yaml: String, workspace: String? = nil) throws -> Configuration {
        let home = TemporaryHome()
        home.write(yaml)
        if let workspace { home.write(workspace, to: "shop/hitl.yaml") }
        return try home.load(workspace: workspace != nil)
    }

    private func shown(_ configuration: Configuration, _ names: String...) throws -> [String] {
        try names.map { name in
            let setting = try configuration.setting(name)
            return "\(setting.text) (\(setting.source))"
        }
    }

    @Test(arguments: CompliancePreset.allCases)
    func `sets what nobody set, and says so`(_ preset: CompliancePreset) throws {
        let configuration = try load("policy: { compliance: [\(preset.rawValue)] }\n")
        #expect(
            try shown(configuration, "hitl.enabled", "hitl.requireReason", "hitl.timeout") == [
                "true (preset \(preset.rawValue))", "approve, reject (preset \(preset.rawValue))",
                "15m (preset \(preset.rawValue))",
            ])
        #expect(
            try shown(configuration, "policy.compliance")
                == ["\(preset.rawValue) (~/.config/hitl/hitl.yaml:1:11)"])
    }

    @Test func `stands below the file's own values, as long as they are not weaker`() throws {
        let configuration = try load(
            "hitl: { timeout: 2m, requireReason: [reject, approve] }\npolicy: { compliance: [sox, hipaa] }\n")
        #expect(
            try shown(configuration, "hitl.timeout", "audit.durability", "policy.compliance") == [
                "2m (~/.config/hitl/hitl.yaml:1:9)", "strict (preset sox)",
                "hipaa, sox (~/.config/hitl/hitl.yaml:2:11)",
            ])
    }

    @Test func `refuses what contradicts it, with the line that does`() throws {
        do {
            _ = try load(
                """
                policy:
                  compliance: [sox]
                  autoApproveThreshold: low
                hitl:
                  enabled: false
                  timeout: never
                  requireReason: [reject]
                audit: { durability: group }
                """)
            Issue.record("it was loaded")
        } catch let error as Diagnostics {
            #expect(
                error.description == """
                    ~/.config/hitl/hitl.yaml:3:3: `policy.autoApproveThreshold` is `low`; with `compliance: sox` it must be `never` or `none`
                      autoApproveThreshold: low
                      ^
                    ~/.config/hitl/hitl.yaml:5:3: `hitl.enabled` is `false`; with `compliance: sox` it must be `true`
                      enabled: false
                      ^
                    ~/.config/hitl/hitl.yaml:6:3: `hitl.timeout` is `never`; with `compliance: sox` it must be at most `1h`
                      timeout: never
                      ^
                    ~/.config/hitl/hitl.yaml:7:3: `hitl.requireReason` is `reject`; with `compliance: sox` it must have `approve` and `reject`
                      requireReason: [reject]
                      ^
                    ~/.config/hitl/hitl.yaml:8:10: `audit.durability` is `group`; with `compliance: sox` it must be `strict`
                    audit: { durability: group }
                             ^
                    """)
        }
    }

    @Test func `is not undone at the prompt, by a variable or by a workspace that is not trusted`() throws {
        let configuration = try load("policy: { compliance: [gdpr] }\n", workspace: "policy: { compliance: [] }\n")
        #expect(configuration.compliance.value == [.gdpr])
        #expect(throws: Diagnostics.self) { try configuration.setting("hitl.timeout", to: "never") }
        #expect(throws: Diagnostics.self) { try configuration.setting("hitl.requireReason", to: "none") }
        #expect(try configuration.setting("hitl.timeout", to: "1m").timeout.value == .after(.minutes(1)))
        let home = TemporaryHome()
        home.write("policy: { compliance: [gdpr] }\n")
        #expect(throws: Diagnostics.self) { try home.load(environment: ["HITL_TIMEOUT": "2h"]) }
    }

    @Test func `names what it demands and this version does not have`() throws {
        let configuration = try load("policy: { compliance: [hipaa] }\n")
        let missing = CompliancePreset.hipaa.demands.filter {
            $0.value != nil && ConfigurationKey.named($0.key)?.isAvailable == false
        }
        #expect(configuration.notices.count == missing.count)
        #expect(CompliancePreset.allCases.flatMap(\.demands).allSatisfy { ConfigurationKey.named($0.key) != nil })
    }

    @Test func `that is not known is an error with the nearest one`() throws {
        do {
            _ = try load("policy: { compliance: [hippa] }\n")
            Issue.record("it was loaded")
        } catch let error as Diagnostics {
            #expect(error.description.contains("— did you mean `hipaa`?"))
        }
    }
}
