import HITLCore
import Testing

@testable import HITLConfiguration

@Suite struct `A configuration file` {
    /// What is wrong with `text` as the operator's file.
    private func errors(_ text: String) -> String {
        let home = TemporaryHome()
        home.write(text)
        return complaint { () throws(Diagnostics) in _ = try home.load() }
    }

    @Test(arguments: ["", "# nothing\n", "hitl:\n", "hitl:\n  # timeout: 5m\naudit: {}\n"])
    func `may say nothing`(text: String) throws {
        let home = TemporaryHome()
        home.write(text)
        #expect(try home.load().settings.allSatisfy { $0.sources == [.fallback] })
    }

    @Test func `names the nearest key`() {
        #expect(
            errors("hitl:\n  enabled: true\n    # a comment\n  timeot: 300000\n") == """
                ~/.config/hitl/hitl.yaml:4:3: unknown key `timeot` — did you mean `timeout`?
                  timeot: 300000
                  ^
                """)
    }

    @Test func `names the key of another section`() {
        #expect(
            errors("timeout: 5m\nhtil: {}\naudit:\n  requireReason: [reject]\n  shoe: 1\n") == """
                ~/.config/hitl/hitl.yaml:1:1: unknown key `timeout` — did you mean `hitl.timeout`?
                timeout: 5m
                ^
                ~/.config/hitl/hitl.yaml:2:1: unknown key `htil` — did you mean `hitl`?
                htil: {}
                ^
                ~/.config/hitl/hitl.yaml:4:3: unknown key `requireReason` — did you mean `hitl.requireReason`?
                  requireReason: [reject]
                  ^
                ~/.config/hitl/hitl.yaml:5:3: unknown key `shoe`
                  shoe: 1
                  ^
                """)
    }

    @Test(arguments: [
        ("hitl: { enabled: on }", "expected `true` or `false`, found the text `on`"),
        ("hitl: { mode: sync }", "expected `synchronous` or `asynchronous`, found the text `sync`"),
        (
            "hitl: { mode: asynchronos }",
            "expected `synchronous` or `asynchronous`, found the text `asynchronos` — did you mean `asynchronous`?"
        ),
        ("hitl: { timeout: 5 minutes }", "expected a duration such as `30s`, `5m` or `2h`, found the text `5 minutes`"),
        ("hitl: { timeout: ~ }", "expected a duration such as `30s`, `5m` or `2h`, found nothing"),
        (
            "hitl: { autoApproveOnTimeout: true }",
            "a request that nobody answered cannot approve itself: only rules that are declared read-only may, "
                + "and there are none in this version"
        ),
        ("hitl: { allowArgumentModification: 1 }", "expected `true` or `false`, found `1`"),
        ("hitl: { auditLogging: false }", "the record cannot be switched off: what cannot be recorded does not run"),
        ("hitl: { requireReason: reject }", "expected a list of `approve` and `reject`, found the text `reject`"),
        (
            "hitl: { requireReason: [reject, approves] }",
            "expected `approve` or `reject`, found the text `approves` — did you mean `approve`?"
        ),
        ("hitl: { dangerousActions: [delete, '--'] }", "`--` has no letter or digit, so it names no word"),
        ("hitl: { dangerousActions: [true] }", "expected text, found `true`"),
        ("hitl: { requireApproval: writeFile }", "expected a list of names, found the text `writeFile`"),
        ("hitl: { requireApproval: ['*transfer*'] }", "`*transfer*` is a pattern; this list has whole names of tools"),
        ("hitl: { requireApproval: [\"a\\u200Bb\"] }", "`a<U+200B>b` has characters that cannot be seen"),
        ("hitl: { requireApproval: [''] }", "a tool's name is not empty"),
        ("hitl: { confidenceThreshold: 85 }", "expected a number from 0 to 1, found `85`"),
        ("hitl: { confidenceThreshold: high }", "expected a number from 0 to 1, found the text `high`"),
        ("hitl: { contentPatterns: ['x('] }", "`x(`: the group that begins here has no `)` (at byte 2 of the pattern)"),
        ("hitl: { customRules: [{ name: x }] }", "the key `action` is missing"),
        ("hitl: { debug: loud }", "expected `true` or `false`, found the text `loud`"),
        (
            "policy: { autoApproveThreshold: high }",
            "expected `never`, `none`, `low` or `medium`, found the text `high`"
        ),
        (
            "policy: { autoRejectThreshold: none }",
            "expected `low`, `medium`, `high`, `critical` or `never`, found the text `none`"
        ),
        ("policy: { rules: [{ name: x }] }", "the key `action` is missing"),
        (
            "agent: { name: simulate }",
            "expected `none`, `simulated`, `exec`, `acp`, `claude` or `codex`, found the text `simulate` — did you mean `simulated`?"
        ),
        ("agent: { scenario: '' }", "expected text that is not empty, found the text ``"),
        ("agent: { command: ./agent }", "expected a list of words, found the text `./agent`"),
        (
            "queue: { priorityOrder: LIFO }",
            "expected `severity_desc`, `fifo` or `lifo`, found the text `LIFO` — did you mean `lifo`?"
        ),
        ("queue: { maxPendingPerUser: 0 }", "expected a whole number from 1 to 100000, found `0`"),
        ("audit: { sinks: [sink] }", "expected an absolute path, or one that begins with `~/`, found the text `sink`"),
        ("audit: { sinks: [[]] }", "expected a program and its arguments, found a list"),
        ("audit: { sinks: [[cat]] }", "expected a program by its absolute path, and its arguments, found a list"),
        ("audit: { storage: postgres }", "expected `database` or `file`, found the text `postgres`"),
        (
            "audit: { path: ledger.db }",
            "expected an absolute path, or one that begins with `~/`, found the text `ledger.db`"
        ),
        (
            "audit: { path: ~bob/ledger.db }",
            "expected an absolute path, or one that begins with `~/`, found the text `~bob/ledger.db`"
        ),
        ("audit: { path: \"/tmp/a\\0b\" }", "expected text that is not empty, found the text `/tmp/a<U+0000>b`"),
        ("audit: { durability: fast }", "expected `group` or `strict`, found the text `fast`"),
        ("audit: { retention: soon }", "expected a time such as `30d` or `7y`, or `forever`, found the text `soon`"),
        ("audit: { retention: 0d }", "expected a time such as `30d` or `7y`, or `forever`, found the text `0d`"),
        ("audit: { databaseUrl: postgres://x }", "`audit.databaseUrl` is not available in this version"),
        ("security: { redactSensitiveData: sometimes }", "expected `true` or `false`, found the text `sometimes`"),
        (
            "security: { signingKey: id_ed25519 }",
            "expected `own`, `agent`, `agent:SHA256:…`, `off`, or a path that begins with `/` or `~/`, found the text `id_ed25519`"
        ),
        (
            "security: { signingKey: agent:mine }",
            "expected `own`, `agent`, `agent:SHA256:…`, `off`, or a path that begins with `/` or `~/`, found the text `agent:mine`"
        ),
        ("security: { encryptAuditLogs: 'false' }", "expected `true` or `false`, found the text `false`"),
        (
            "security: { auditKeys: [key] }",
            "expected a path that begins with `/` or `~/`, `env:NAME` or `command:/PROGRAM WORDS`, found the text `key`"
        ),
        ("terminal: { bell: loud }", "expected `true` or `false`, found the text `loud`"),
        (
            "terminal: { notify: osc99 }",
            "expected `none`, `osc9` or `osc777`, found the text `osc99` — did you mean `osc9`?"
        ),
        (
            "tools: { outbox: outbox }",
            "expected an absolute path, or one that begins with `~/`, found the text `outbox`"
        ),
        ("tools: { commandTimeout: never }", "expected a duration such as `30s`, `5m` or `2h`, found the text `never`"),
        ("tools: { outputLimit: 10 }", "expected a whole number from 1024 to 1073741824, found `10`"),
        ("hitl: []", "expected a map, found a list"),
        ("[]", "expected a map, found a list"),
    ])
    func `is refused with the reason`(text: String, expected: String) throws {
        let home = TemporaryHome()
        home.write(text)
        do throws(Diagnostics) {
            _ = try home.load()
            Issue.record("\(text) was accepted")
        } catch {
            #expect(error.all.map(\.fault.description) == [expected])
            #expect(error.all[0].description.hasPrefix("~/.config/hitl/hitl.yaml:1:"))
            // The caret stands below the column that is named.
            let lines = error.description.split(separator: "\n")
            guard lines.count == 3, case .file(let place) = error.all[0].source else {
                Issue.record("\(error)")
                return
            }
            #expect(lines[2].utf8.count >= place.column)
        }
    }

    @Test func `accepts a key of a later version with the value that holds anyway`() throws {
        let home = TemporaryHome()
        home.write(
            """
            hitl: { contentPatterns: [], customRules: [], autoApproveOnTimeout: false, auditLogging: true, debug: false }
            policy: { rules: [], autoRejectThreshold: never, autoApproveThreshold: none }
            audit: { retention: forever, databaseUrl: ~, storage: database }
            security: { redactSensitiveData: false, encryptAuditLogs: false }
            """)
        #expect(try home.load().notices == [])
    }

    @Test func `with everything in it is in force`() throws {
        let home = TemporaryHome()
        home.write(
            """
            hitl:
              enabled: true
              mode: synchronous
              timeout: 90000
              autoApproveOnTimeout: false
              allowArgumentModification: false
              auditLogging: true
              requireReason: [approve, reject]
              dangerousActions: [delete, remove, drop]
              requireApproval:
                - writeFile
                - deleteFile
              confidenceThreshold: 0.85
            policy: { autoApproveThreshold: never }
            agent: { name: none, scenario: ~/demo.yaml }
            queue: { priorityOrder: lifo, maxPendingPerUser: 7 }
            audit: { storage: file, path: ~/ledger.db, durability: strict, sinks: [~/sink, [/bin/cat, -u]] }
            terminal: { bell: false, notify: osc777 }
            security: { signingKey: ~/.ssh/id_ed25519 }
            tools: { outbox: /var/outbox, commandTimeout: 30s, outputLimit: 4096 }
            """)
        let listing = try home.load().settings.map { setting in
            "\(setting.key) | \(setting.text.replacing(home.path, with: "HOME")) | "
                + "\(setting.json.canonicalText.replacing(home.path, with: "HOME")) | \(setting.source)"
        }
        let file = "~/.config/hitl/hitl.yaml"
        #expect(
            listing.joined(separator: "\n") == """
                hitl.enabled | true | true | \(file):2:3
                hitl.mode | synchronous | "synchronous" | \(file):3:3
                hitl.timeout | 90s | 90000 | \(file):4:3
                hitl.autoApproveOnTimeout | false | false | \(file):5:3
                hitl.allowArgumentModification | false | false | \(file):6:3
                hitl.auditLogging | true | true | \(file):7:3
                hitl.requireReason | approve, reject | ["approve","reject"] | \(file):8:3
                hitl.dangerousActions | delete, remove, drop | ["delete","remove","drop"] | \(file):9:3
                hitl.requireApproval | writeFile, deleteFile | ["writeFile","deleteFile"] | \(file):10:3
                hitl.confidenceThreshold | 0.85 | 0.85 | \(file):13:3
                hitl.contentPatterns | none | [] | default
                hitl.customRules | none | [] | default
                hitl.debug | false | false | default
                policy.compliance | none | [] | default
                policy.autoApproveThreshold | never | "never" | \(file):14:11
                policy.autoApproveSandboxed | none | "none" | default
                policy.autoRejectThreshold | never | "never" | default
                policy.askInsteadOfBlock | none | [] | default
                policy.rules | none | [] | default
                agent.name | none | "none" | \(file):15:10
                agent.scenario | HOME/demo.yaml | "HOME/demo.yaml" | \(file):15:22
                agent.command | none | [] | default
                agent.sandbox | none | "none" | default
                agent.writable | none | [] | default
                queue.priorityOrder | lifo | "lifo" | \(file):16:10
                queue.maxPendingPerUser | 7 | 7 | \(file):16:31
                audit.storage | file | "file" | \(file):17:10
                audit.path | HOME/ledger.db | "HOME/ledger.db" | \(file):17:25
                audit.durability | strict | "strict" | \(file):17:44
                audit.sinks | HOME/sink, /bin/cat, -u | ["HOME/sink",["/bin/cat","-u"]] | \(file):17:64
                audit.retention | forever | "forever" | default
                security.redactSensitiveData | true | true | default
                security.signingKey | HOME/.ssh/id_ed25519 | "HOME/.ssh/id_ed25519" | \(file):19:13
                security.encryptAuditLogs | false | false | default
                security.auditKeys | none | [] | default
                terminal.bell | false | false | \(file):18:13
                terminal.notify | osc777 | "osc777" | \(file):18:26
                tools.outbox | /var/outbox | "/var/outbox" | \(file):20:10
                tools.commandTimeout | 30s | 30000 | \(file):20:31
                tools.outputLimit | 4096 | 4096 | \(file):20:52
                """)
    }

    @Test func `is not read for ever when everything in it is wrong`() {
        let text = "{ " + (0..<20_000).map { "key\($0): x" }.joined(separator: ", ") + " }\n"
        #expect(errors(text).split(separator: "\n").filter { $0.contains("unknown key") }.count == 100)
    }

    /// The example of the interface, which shows keys of later versions too: none of them is passed over.
    @Test func `as documented is accepted`() {
        let said = errors(
            #"""
            hitl:
              enabled: true
              mode: synchronous                 # synchronous | asynchronous
              timeout: 300000                   # ms or "5m"; per rule too
              autoApproveOnTimeout: false
              allowArgumentModification: true
              auditLogging: true
              requireReason: [reject]           # approve, reject
              dangerousActions: [delete, remove, drop]
              requireApproval: [writeFile, deleteFile, executeCode, sendEmail]
              confidenceThreshold: 0.85
              contentPatterns: ['\b\d{3}-\d{2}-\d{4}\b']
              customRules: []                   # same shape as policy.rules
            policy:
              autoApproveThreshold: none        # none | low | medium
              autoRejectThreshold: critical     # risk level from which a call is refused
              rules:
                - name: high-value-transfer
                  action: require_approval
            agent:   { name: simulated, scenario: demo }
            queue:   { priorityOrder: severity_desc, maxPendingPerUser: 50 }
            audit:   { storage: database, path: ~/.local/state/hitl/ledger.db, retention: 7y }
            security: { redactSensitiveData: true, encryptAuditLogs: false }
            """#)
        #expect(said == "")
    }
}
