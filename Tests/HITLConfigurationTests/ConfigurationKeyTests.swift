import Testing

@testable import HITLConfiguration

@Suite struct `The table of keys` {
    @Test func `is the reference`() {
        let table = ConfigurationKey.all.map { key in
            [key.name, key.type, key.isAvailable ? key.fallback : "later", key.variables.joined(separator: " ")]
                .joined(separator: " | ")
        }
        #expect(
            table.joined(separator: "\n") == """
                hitl.enabled | true or false | false | HITL_ENABLED
                hitl.mode | synchronous or asynchronous | synchronous | HITL_MODE
                hitl.timeout | a duration, or never | 5m | HITL_TIMEOUT
                hitl.autoApproveOnTimeout | false | false | HITL_AUTO_APPROVE_ON_TIMEOUT
                hitl.allowArgumentModification | true or false | true | HITL_ALLOW_ARGUMENT_MODIFICATION
                hitl.auditLogging | true | true | HITL_AUDIT_ENABLED HITL_AUDIT_LOGGING
                hitl.requireReason | a list of approve, reject | none | HITL_REQUIRE_REASON
                hitl.dangerousActions | a list of words | none | HITL_DANGEROUS_ACTIONS
                hitl.requireApproval | a list of tool names | none | HITL_REQUIRE_APPROVAL
                hitl.confidenceThreshold | a number from 0 to 1, or none | none | HITL_CONFIDENCE_THRESHOLD
                hitl.contentPatterns | a list of regular expressions | none | 
                hitl.customRules | a list of rules | none | 
                hitl.debug | true or false | false | HITL_DEBUG
                policy.compliance | a list of hipaa, soc2, gdpr, sox, eu-ai-act | none | 
                policy.autoApproveThreshold | never, none, low or medium | none | 
                policy.autoApproveSandboxed | none, workspace or workspace+network | none | 
                policy.autoRejectThreshold | low, medium, high, critical or never | never | 
                policy.askInsteadOfBlock | a list of risk factors | none | 
                policy.rules | a list of rules | none | 
                agent.name | none, simulated, exec, acp, claude or codex | simulated | 
                agent.scenario | a name, or a path | demo | 
                agent.command | a list of words | none | 
                agent.sandbox | workspace, workspace+network or none | none | 
                agent.writable | a list of paths | none | 
                queue.priorityOrder | severity_desc, fifo or lifo | severity_desc | 
                queue.maxPendingPerUser | a whole number from 1 to 100000 | 50 | 
                audit.storage | database or file | database | HITL_AUDIT_STORAGE
                audit.path | an absolute path, or one that begins with ~/ | $XDG_STATE_HOME/hitl/ledger.db | HITL_AUDIT_PATH
                audit.durability | group or strict | group | HITL_AUDIT_DURABILITY
                audit.sinks | a list of paths and commands | none | 
                audit.retention | a number of days or years, or forever | forever | 
                audit.databaseUrl | a URL | later | HITL_AUDIT_DB_URL
                security.redactSensitiveData | true or false | true | 
                security.signingKey | own, agent, agent:KEY, off, or a path | own | 
                security.encryptAuditLogs | true or false | false | 
                security.auditKeys | a list of paths, env:NAME or command:WORDS | none | 
                terminal.bell | true or false | true | 
                terminal.notify | none, osc9 or osc777 | none | 
                tools.outbox | an absolute path, or one that begins with ~/ | $XDG_STATE_HOME/hitl/outbox | 
                tools.commandTimeout | a duration | 10m | 
                tools.outputLimit | a whole number from 1024 to 1073741824 | 1048576 | 
                """)
    }

    @Test func `has each key once and each variable once`() {
        #expect(Set(ConfigurationKey.all.map(\.name)).count == ConfigurationKey.all.count)
        let variables = ConfigurationKey.all.flatMap(\.variables)
        #expect(Set(variables).count == variables.count)
    }

    @Test(arguments: ConfigurationKey.all.map(\.name))
    func `has examples that are accepted`(name: String) throws {
        let key = try #require(ConfigurationKey.named(name))
        #expect(key.example.hasPrefix(key.key + ":"))
        let home = TemporaryHome()
        home.write("\(key.section):\n  \(key.example)\n")
        #expect(try home.load().notices == [])
    }

    @Test func `gives every scalar of the gate a variable`() {
        // Rules and patterns are no scalars: a comma or a quote in one would be read as something else.
        let lists = ["hitl.contentPatterns", "hitl.customRules"]
        for key in ConfigurationKey.all
        where key.section == "hitl" && key.isAvailable && !lists.contains(key.name) {
            #expect(!key.variables.isEmpty, "\(key.name)")
        }
    }
}
