import Glibc
import HITLCore
import Testing

@testable import HITLConfiguration

@Suite struct `Who is not trusted` {
    private let home = TemporaryHome()

    init() {
        mkdir(home.path + "/shop", 0o700)
        home.write(
            """
            hitl:
              timeout: 5m
              requireApproval: [writeFile]
              requireReason: [reject]
              confidenceThreshold: 0.5
            """)
    }

    private func listing(_ configuration: Configuration) -> String {
        configuration.settings.filter { setting in
            setting.sources.contains { $0 != .fallback && !"\($0)".hasPrefix("~/.config") }
        }
        .map { "\($0.key) = \($0.text.replacing(home.path, with: "HOME")) from \($0.source)" }
        .joined(separator: "\n")
    }

    @Test func `makes things stricter in the workspace`() throws {
        home.write(
            """
            hitl:
              enabled: true
              timeout: 30s
              allowArgumentModification: false
              requireReason: [approve]
              dangerousActions: [drop]
              requireApproval: [deleteFile, writeFile]
              confidenceThreshold: 0.9
            policy: { autoApproveThreshold: never }
            queue: { maxPendingPerUser: 3 }
            audit: { durability: strict }
            tools: { commandTimeout: 1m, outputLimit: 4096 }
            """, to: "shop/hitl.yaml", mode: 0o666)
        let configuration = try home.load(workspace: true)
        #expect(
            listing(configuration) == """
                hitl.enabled = true from ~/shop/hitl.yaml:2:3
                hitl.timeout = 30s from ~/shop/hitl.yaml:3:3
                hitl.allowArgumentModification = false from ~/shop/hitl.yaml:4:3
                hitl.requireReason = approve, reject from ~/shop/hitl.yaml:5:3
                hitl.dangerousActions = drop from ~/shop/hitl.yaml:6:3
                hitl.requireApproval = writeFile, deleteFile from ~/.config/hitl/hitl.yaml:3:3, ~/shop/hitl.yaml:7:3
                hitl.confidenceThreshold = 0.9 from ~/shop/hitl.yaml:8:3
                policy.autoApproveThreshold = never from ~/shop/hitl.yaml:9:11
                queue.maxPendingPerUser = 3 from ~/shop/hitl.yaml:10:10
                audit.durability = strict from ~/shop/hitl.yaml:11:10
                tools.commandTimeout = 1m from ~/shop/hitl.yaml:12:10
                tools.outputLimit = 4096 from ~/shop/hitl.yaml:12:30
                """)
        #expect(configuration.notices == [])
    }

    @Test func `loosens nothing from the workspace, and is told with the line`() throws {
        home.write(
            """
            hitl: { allowArgumentModification: false, enabled: true, timeout: 5m, requireApproval: [writeFile],
              requireReason: [reject], confidenceThreshold: 0.5 }
            policy: { autoApproveThreshold: never }
            audit: { durability: strict }
            """)
        home.write(
            """
            hitl:
              enabled: false
              mode: synchronous
              timeout: never
              allowArgumentModification: true
              requireReason: []
              requireApproval: []
              confidenceThreshold: 0.1
            policy: { autoApproveThreshold: none }
            agent: { name: none, scenario: evil.yaml }
            queue: { priorityOrder: lifo, maxPendingPerUser: 99999 }
            audit: { path: /dev/null, durability: group }
            terminal: { bell: false }
            tools: { outbox: /tmp, commandTimeout: 9h }
            """, to: "shop/hitl.yaml")
        let configuration = try home.load(workspace: true)
        #expect(listing(configuration) == "")
        #expect(
            configuration.notices.map(\.description).joined(separator: "\n") == """
                ~/shop/hitl.yaml:2:3: ignored, because it is not trusted to loosen: `hitl.enabled` stays `true` and does not become `false`
                  enabled: false
                  ^
                ~/shop/hitl.yaml:4:3: ignored, because it is not trusted to loosen: `hitl.timeout` stays `5m` and does not become `never`
                  timeout: never
                  ^
                ~/shop/hitl.yaml:5:3: ignored, because it is not trusted to loosen: `hitl.allowArgumentModification` stays `false` and does not become `true`
                  allowArgumentModification: true
                  ^
                ~/shop/hitl.yaml:6:3: ignored, because it is not trusted to loosen: `hitl.requireReason` stays `reject` and does not become `none`
                  requireReason: []
                  ^
                ~/shop/hitl.yaml:7:3: ignored, because it is not trusted to loosen: `hitl.requireApproval` stays `writeFile` and does not become `none`
                  requireApproval: []
                  ^
                ~/shop/hitl.yaml:8:3: ignored, because it is not trusted to loosen: `hitl.confidenceThreshold` stays `0.5` and does not become `0.1`
                  confidenceThreshold: 0.1
                  ^
                ~/shop/hitl.yaml:9:11: ignored, because it is not trusted to loosen: `policy.autoApproveThreshold` stays `never` and does not become `none`
                policy: { autoApproveThreshold: none }
                          ^
                ~/shop/hitl.yaml:10:10: ignored, because it is not trusted to set `agent.name`
                agent: { name: none, scenario: evil.yaml }
                         ^
                ~/shop/hitl.yaml:10:22: ignored, because it is not trusted to set `agent.scenario`
                agent: { name: none, scenario: evil.yaml }
                                     ^
                ~/shop/hitl.yaml:11:10: ignored, because it is not trusted to set `queue.priorityOrder`
                queue: { priorityOrder: lifo, maxPendingPerUser: 99999 }
                         ^
                ~/shop/hitl.yaml:11:31: ignored, because it is not trusted to loosen: `queue.maxPendingPerUser` stays `50` and does not become `99999`
                queue: { priorityOrder: lifo, maxPendingPerUser: 99999 }
                                              ^
                ~/shop/hitl.yaml:12:10: ignored, because it is not trusted to set `audit.path`
                audit: { path: /dev/null, durability: group }
                         ^
                ~/shop/hitl.yaml:12:27: ignored, because it is not trusted to loosen: `audit.durability` stays `strict` and does not become `group`
                audit: { path: /dev/null, durability: group }
                                          ^
                ~/shop/hitl.yaml:13:13: ignored, because it is not trusted to set `terminal.bell`
                terminal: { bell: false }
                            ^
                ~/shop/hitl.yaml:14:10: ignored, because it is not trusted to set `tools.outbox`
                tools: { outbox: /tmp, commandTimeout: 9h }
                         ^
                ~/shop/hitl.yaml:14:24: ignored, because it is not trusted to loosen: `tools.commandTimeout` stays `10m` and does not become `9h`
                tools: { outbox: /tmp, commandTimeout: 9h }
                                       ^
                """)
    }

    @Test func `keeps the word of the environment and the command line in the workspace`() throws {
        home.write("hitl: { timeout: 1m, requireApproval: [x] }", to: "shop/hitl.yaml")
        let configuration = try home.load(
            environment: ["HITL_TIMEOUT": "20s", "HITL_REQUIRE_APPROVAL": "y"], workspace: true)
        #expect(
            listing(configuration) == """
                hitl.timeout = 20s from HITL_TIMEOUT
                hitl.requireApproval = y, x from HITL_REQUIRE_APPROVAL, ~/shop/hitl.yaml:1:22
                """)
    }

    @Test func `is refused with what cannot be read in the workspace, for it may have been meant strictly`() {
        home.write("hitl:\n  requireAproval: [deleteFile]\npolicy:\n  rules: [{ name: x }]\n", to: "shop/hitl.yaml")
        let said = complaint { () throws(Diagnostics) in _ = try home.load(workspace: true) }
        #expect(
            said == """
                ~/shop/hitl.yaml:2:3: unknown key `requireAproval` — did you mean `requireApproval`?
                  requireAproval: [deleteFile]
                  ^
                ~/shop/hitl.yaml:4:11: the key `action` is missing
                  rules: [{ name: x }]
                          ^
                """)
    }

    @Test func `cannot make the loop read another file or wait for a pipe`() {
        let secret = home.write("secret: hunter2\n", to: "secret.yaml")
        let path = home.path + "/shop/hitl.yaml"
        symlink(secret, path)
        #expect(
            complaint { () throws(Diagnostics) in _ = try home.load(workspace: true) }
                == "~/shop/hitl.yaml: a symbolic link, which is not followed in a workspace")
        unlink(path)
        mkfifo(path, 0o600)
        #expect(
            complaint { () throws(Diagnostics) in _ = try home.load(workspace: true) }
                == "~/shop/hitl.yaml: not a regular file")
    }

    @Test func `is trusted when the operator names that file`() throws {
        let path = home.write("hitl: { timeout: 2h }", to: "shop/hitl.yaml")
        let longer = ConfigurationOption("hitl.timeout", .text("3h"), option: "--timeout")
        #expect(try home.load(file: path, workspace: true).timeout.value.duration?.text == "2h")
        // Were it read again as the workspace's, it would make the option's three hours two.
        let configuration = try home.load(file: path, workspace: true, options: [longer])
        #expect(configuration.timeout.value.duration?.text == "3h")
        #expect(configuration.notices == [])
        chmod(path, 0o666)
        #expect(complaint { () throws(Diagnostics) in _ = try home.load(file: path, workspace: true) } != "")
    }

    @Test func `cannot loosen or redirect by a variable`() throws {
        let other = home.write("hitl: { timeout: 9h }", to: "other.yaml")
        home.write("hitl: { timeout: 9h }", to: "xdg/hitl/hitl.yaml")
        let environment = [
            "HITL_CONFIG": other, "XDG_CONFIG_HOME": home.path + "/xdg", "XDG_STATE_HOME": "/tmp/evil",
            "HITL_SOCKET": "/tmp/evil.sock", "HITL_ENABLED": "false", "HITL_TIMEOUT": "30d",
            "HITL_CONFIDENCE_THRESHOLD": "0", "HITL_AUDIT_PATH": "/dev/null", "NEUROLINK_HITL_MODE": "synchronous",
        ]
        let configuration = try home.load(environment: environment, trustEnvironment: false)
        #expect(listing(configuration) == "")
        #expect(configuration.auditPath.value == home.path + "/.local/state/hitl/ledger.db")
        #expect(configuration.paths.socket() == home.path + "/.local/state/hitl/desk.sock")
        #expect(
            configuration.notices.map(\.description) == [
                "HITL_CONFIG: ignored, because it is not trusted to set `HITL_CONFIG`",
                "HITL_TIMEOUT: ignored, because it is not trusted to loosen: `hitl.timeout` stays `5m` and does not become `30d`",
                "HITL_CONFIDENCE_THRESHOLD: ignored, because it is not trusted to loosen: `hitl.confidenceThreshold` "
                    + "stays `0.5` and does not become `0.0`",
                "HITL_AUDIT_PATH: ignored, because it is not trusted to set `audit.path`",
            ])
    }

    @Test func `makes things stricter by a variable`() throws {
        let environment = [
            "HITL_ENABLED": "true", "HITL_TIMEOUT": "1s", "HITL_REQUIRE_APPROVAL": "deleteFile",
            "HITL_REQUIRE_REASON": "approve",
        ]
        let configuration = try home.load(environment: environment, trustEnvironment: false)
        #expect(
            listing(configuration) == """
                hitl.enabled = true from HITL_ENABLED
                hitl.timeout = 1s from HITL_TIMEOUT
                hitl.requireReason = approve, reject from HITL_REQUIRE_REASON
                hitl.requireApproval = writeFile, deleteFile from ~/.config/hitl/hitl.yaml:3:3, HITL_REQUIRE_APPROVAL
                """)
    }

    @Test func `cannot attack the terminal with a line of the workspace's file`() throws {
        home.write("agent: { name: none } # \u{200B}caf\u{E9}\u{301} \u{E0041}<U+202E>\n", to: "shop/hitl.yaml")
        #expect(
            try home.load(workspace: true).notices.map(\.description) == [
                """
                ~/shop/hitl.yaml:1:10: ignored, because it is not trusted to set `agent.name`
                agent: { name: none } # <U+200B>caf\u{E9}<U+0301> <U+E0041><U+003C>U+202E>
                         ^
                """
            ])
    }

    @Test func `adds no sink, by which every record would leave`() throws {
        home.write("audit: { sinks: [/tmp/everything, [/bin/sh, -c, x]] }", to: "shop/hitl.yaml", mode: 0o666)
        let configuration = try home.load(workspace: true)
        #expect(configuration.auditSinks.value == [])
        #expect(configuration.notices.contains { $0.description.contains("audit.sinks") })
    }

    @Test func `does not say where the ledger is, nor in what`() throws {
        home.write("audit: { storage: file }", to: "shop/hitl.yaml", mode: 0o666)
        let configuration = try home.load(workspace: true)
        #expect(configuration.auditStorage.value == .database)
        #expect(configuration.auditPath.value.hasSuffix("/ledger.db"))
    }
}
