import HITLCore
import Testing

@testable import HITLConfiguration

@Suite struct `A value in force` {
    private let home = TemporaryHome()

    /// Every combination of the four layers, for keys of every form.
    @Test(arguments: 0..<16) func `comes from the strongest of the layers that have it`(layers: Int) throws {
        let (hasFile, hasNeuroLink, hasVariable, hasOption) =
            (layers & 1 != 0, layers & 2 != 0, layers & 4 != 0, layers & 8 != 0)
        var environment: [String: String] = [:]
        var options: [ConfigurationOption] = []
        if hasFile {
            home.write(
                "hitl:\n  timeout: 1s\n  requireApproval: [one]\n  confidenceThreshold: 0.1\n  mode: synchronous")
        }
        if hasNeuroLink {
            environment["NEUROLINK_HITL_TIMEOUT"] = "2000"
            environment["NEUROLINK_HITL_REQUIRE_APPROVAL"] = "two"
            environment["NEUROLINK_HITL_CONFIDENCE_THRESHOLD"] = "0.2"
        }
        if hasVariable {
            environment["HITL_TIMEOUT"] = "3s"
            environment["HITL_REQUIRE_APPROVAL"] = "three, drei"
            environment["HITL_CONFIDENCE_THRESHOLD"] = "0.3"
        }
        if hasOption {
            options = [
                ConfigurationOption("hitl.timeout", .text("4s"), option: "--timeout"),
                ConfigurationOption("hitl.requireApproval", .text("four"), option: "--require-approval"),
                ConfigurationOption("hitl.confidenceThreshold", .text("0.4"), option: "--confidence"),
            ]
        }
        let configuration = try home.load(environment: environment, options: options)
        let listing = try ["hitl.timeout", "hitl.requireApproval", "hitl.confidenceThreshold", "hitl.mode"].map { key in
            let setting = try configuration.setting(key)
            return "\(setting.text) from \(setting.source)"
        }

        let file = "~/.config/hitl/hitl.yaml"
        let expected =
            if hasOption {
                ["4s from --timeout", "four from --require-approval", "0.4 from --confidence"]
            } else if hasVariable {
                [
                    "3s from HITL_TIMEOUT", "three, drei from HITL_REQUIRE_APPROVAL",
                    "0.3 from HITL_CONFIDENCE_THRESHOLD",
                ]
            } else if hasNeuroLink {
                [
                    "2s from NEUROLINK_HITL_TIMEOUT", "two from NEUROLINK_HITL_REQUIRE_APPROVAL",
                    "0.2 from NEUROLINK_HITL_CONFIDENCE_THRESHOLD",
                ]
            } else if hasFile {
                ["1s from \(file):2:3", "one from \(file):3:3", "0.1 from \(file):4:3"]
            } else {
                ["5m from default", "none from default", "none from default"]
            }
        let mode = hasFile ? "synchronous from \(file):5:3" : "synchronous from default"
        #expect(listing == expected + [mode])
    }

    @Test func `is the default where nobody wrote anything`() throws {
        let listing = try home.load().settings.map { "\($0.key) = \($0.text.replacing(home.path, with: "HOME"))" }
        #expect(
            listing.joined(separator: "\n") == """
                hitl.enabled = false
                hitl.mode = synchronous
                hitl.timeout = 5m
                hitl.autoApproveOnTimeout = false
                hitl.allowArgumentModification = true
                hitl.auditLogging = true
                hitl.requireReason = none
                hitl.dangerousActions = none
                hitl.requireApproval = none
                hitl.confidenceThreshold = none
                hitl.contentPatterns = none
                hitl.customRules = none
                hitl.debug = false
                policy.compliance = none
                policy.autoApproveThreshold = none
                policy.autoApproveSandboxed = none
                policy.autoRejectThreshold = never
                policy.askInsteadOfBlock = none
                policy.rules = none
                agent.name = simulated
                agent.scenario = demo
                agent.command = none
                agent.sandbox = none
                agent.writable = none
                queue.priorityOrder = severity_desc
                queue.maxPendingPerUser = 50
                audit.storage = database
                audit.path = HOME/.local/state/hitl/ledger.db
                audit.durability = group
                audit.sinks = none
                audit.retention = forever
                security.redactSensitiveData = true
                security.signingKey = own
                security.encryptAuditLogs = false
                security.auditKeys = none
                terminal.bell = true
                terminal.notify = none
                tools.outbox = HOME/.local/state/hitl/outbox
                tools.commandTimeout = 10m
                tools.outputLimit = 1048576
                """)
    }

    @Test func `can come from every variable that is documented`() throws {
        let environment = [
            "HITL_ENABLED": "true", "HITL_MODE": "synchronous", "HITL_TIMEOUT": "never",
            "HITL_AUTO_APPROVE_ON_TIMEOUT": "false", "HITL_ALLOW_ARGUMENT_MODIFICATION": "false",
            "HITL_AUDIT_ENABLED": "true", "HITL_REQUIRE_REASON": "reject,approve", "HITL_DANGEROUS_ACTIONS": "drop",
            "HITL_REQUIRE_APPROVAL": "writeFile", "HITL_CONFIDENCE_THRESHOLD": "1", "HITL_AUDIT_STORAGE": "database",
            "HITL_AUDIT_PATH": "~/l.db", "HITL_AUDIT_DURABILITY": "strict", "HITL_SOCKET": "/run/s",
            "HITL_DEBUG": "true",
        ]
        let configuration = try home.load(environment: environment)
        let listing = configuration.settings.filter { $0.sources != [.fallback] }
            .map { "\($0.source) \($0.key) = \($0.text.replacing(home.path, with: "HOME"))" }
        #expect(
            listing.joined(separator: "\n") == """
                HITL_ENABLED hitl.enabled = true
                HITL_MODE hitl.mode = synchronous
                HITL_TIMEOUT hitl.timeout = never
                HITL_AUTO_APPROVE_ON_TIMEOUT hitl.autoApproveOnTimeout = false
                HITL_ALLOW_ARGUMENT_MODIFICATION hitl.allowArgumentModification = false
                HITL_AUDIT_ENABLED hitl.auditLogging = true
                HITL_REQUIRE_REASON hitl.requireReason = approve, reject
                HITL_DANGEROUS_ACTIONS hitl.dangerousActions = drop
                HITL_REQUIRE_APPROVAL hitl.requireApproval = writeFile
                HITL_CONFIDENCE_THRESHOLD hitl.confidenceThreshold = 1.0
                HITL_DEBUG hitl.debug = true
                HITL_AUDIT_STORAGE audit.storage = database
                HITL_AUDIT_PATH audit.path = HOME/l.db
                HITL_AUDIT_DURABILITY audit.durability = strict
                """)
        #expect(configuration.notices == [])
    }

    @Test func `is not taken from an empty variable`() throws {
        home.write("hitl: { requireApproval: [writeFile] }")
        #expect(try home.load(environment: ["HITL_REQUIRE_APPROVAL": ""]).requireApproval.value.names == ["writeFile"])
    }

    @Test func `that a variable cannot have is an error that names the variable, beside all others`() {
        home.write("hitl: { timeot: 5m }")
        let said = complaint { () throws(Diagnostics) in
            _ = try home.load(
                environment: [
                    "HITL_ENABLED": "1", "NEUROLINK_HITL_TIMEOUT": "soon", "HITL_REQUIRE_REASON": "reject, aprove",
                    "HITL_CONFIDENCE_THRESHOLD": "nan", "HITL_AUDIT_DB_URL": "postgres://db",
                    "HITL_AUDIT_ENABLED": "false",
                ],
                options: [
                    ConfigurationOption("hitl.timeout", .text("60"), option: "--timeout"),
                    ConfigurationOption("agent.name", .text("simulatd"), option: "--agent"),
                ])
        }
        #expect(
            said == """
                ~/.config/hitl/hitl.yaml:1:9: unknown key `timeot` — did you mean `timeout`?
                hitl: { timeot: 5m }
                        ^
                HITL_ENABLED: expected `true` or `false`, found `1`
                NEUROLINK_HITL_TIMEOUT: expected a duration such as `30s`, `5m` or `2h`, found `soon`
                HITL_AUDIT_ENABLED: the record cannot be switched off: what cannot be recorded does not run
                HITL_REQUIRE_REASON: expected `approve` or `reject`, found `aprove` — did you mean `approve`?
                HITL_CONFIDENCE_THRESHOLD: expected a number from 0 to 1, found `nan`
                HITL_AUDIT_DB_URL: `audit.databaseUrl` is not available in this version
                --timeout: `60` has no unit; write `60s` for seconds or `60ms` for milliseconds
                --agent: expected `none`, `simulated`, `exec`, `acp`, `claude` or `codex`, found `simulatd` — did you mean `simulated`?
                """)
    }

    @Test func `is not expected from a misspelt variable, which is told`() throws {
        let environment = [
            "HITL_TIMEOT": "5m", "NEUROLINK_HITL_REQUIRE_APPROVALS": "x", "HITL_SHOE": "1", "HITLIST": "x",
            "NEUROLINK_X": "",
        ]
        #expect(
            try home.load(environment: environment).notices.map(\.description) == [
                "HITL_SHOE: no variable of this name is read",
                "HITL_TIMEOT: no variable of this name is read — did you mean `HITL_TIMEOUT`?",
                "NEUROLINK_HITL_REQUIRE_APPROVALS: no variable of this name is read — "
                    + "did you mean `NEUROLINK_HITL_REQUIRE_APPROVAL`?",
            ])
    }
}
