import HITLCore

extension ConfigurationKey {
    package static let all: [ConfigurationKey] = gate + policy + agent + queue + audit + security + terminal + tools

    /// The sections of `hitl.yaml`, in the order of the manual.
    package static let sections: [String] = all.reduce(into: []) { sections, key in
        if !sections.contains(key.section) { sections.append(key.section) }
    }

    private static let gate: [ConfigurationKey] = [
        ConfigurationKey(
            "hitl.enabled", { $1(&$0.enabled, .flag, untrusted: .only(true)) },
            variables: ["HITL_ENABLED"], example: "enabled: true",
            "Whether the agent's calls pass the gate; `--enable-hitl` turns it on."),
        ConfigurationKey(
            "hitl.mode", { $1(&$0.mode, .word(of: "hitl.mode", later: ["asynchronous"])) },
            variables: ["HITL_MODE"], example: "mode: synchronous",
            "Whether an agent waits for the decision or fetches it later."),
        ConfigurationKey(
            "hitl.timeout", { $1(&$0.timeout, .timeout, untrusted: .sooner) },
            variables: ["HITL_TIMEOUT"], settable: true, example: "timeout: 5m",
            "How long a request waits; then it expires and nothing runs. A bare integer is milliseconds."),
        ConfigurationKey(
            "hitl.autoApproveOnTimeout", { $1(&$0.autoApproveOnTimeout, .neverByTimeout) },
            variables: ["HITL_AUTO_APPROVE_ON_TIMEOUT"], example: "autoApproveOnTimeout: false",
            "Always false: a request that nobody answered expires."),
        ConfigurationKey(
            "hitl.allowArgumentModification", { $1(&$0.allowArgumentModification, .flag, untrusted: .only(false)) },
            variables: ["HITL_ALLOW_ARGUMENT_MODIFICATION"], settable: true, example: "allowArgumentModification: true",
            "Whether a reviewer may edit a call's arguments; an edit makes a new request."),
        ConfigurationKey(
            "hitl.auditLogging", { $1(&$0.auditLogging, .alwaysRecorded) },
            variables: ["HITL_AUDIT_ENABLED", "HITL_AUDIT_LOGGING"], example: "auditLogging: true",
            "Always true: what cannot be recorded does not run."),
        ConfigurationKey(
            "hitl.requireReason", { $1(&$0.requireReason, .reasons, untrusted: .additions) },
            variables: ["HITL_REQUIRE_REASON"], settable: true, example: "requireReason: [reject]",
            "Which decisions need a reason."),
        ConfigurationKey(
            "hitl.dangerousActions", { $1(&$0.dangerousActions, .wordsOfTools, untrusted: .additions) },
            variables: ["HITL_DANGEROUS_ACTIONS"], settable: true, example: "dangerousActions: [delete, remove, drop]",
            "Words of a tool's name that make a call ask: `delete` is in `deleteFile`, not in `undeleted`."),
        ConfigurationKey(
            "hitl.requireApproval", { $1(&$0.requireApproval, .namesOfTools, untrusted: .additions) },
            variables: ["HITL_REQUIRE_APPROVAL"], settable: true, example: "requireApproval: [writeFile, deleteFile]",
            "Tools whose calls ask, whatever else would allow them."),
        ConfigurationKey(
            "hitl.confidenceThreshold", { $1(&$0.confidenceThreshold, .confidence, untrusted: .higher) },
            variables: ["HITL_CONFIDENCE_THRESHOLD"], settable: true, example: "confidenceThreshold: 0.85",
            "A call whose confidence is below, or not given, asks."),
        ConfigurationKey(
            "hitl.contentPatterns", { $1(&$0.contentPatterns, .contentPatterns, untrusted: .rules) },
            example: "contentPatterns: ['\\b\\d{3}-\\d{2}-\\d{4}\\b']",
            "Patterns that make a call ask where they occur in its arguments."),
        ConfigurationKey(
            "hitl.customRules", { $1(&$0.customRules, .rules, untrusted: .rules) },
            example: "customRules: []",
            "The same as policy.rules."),
        ConfigurationKey(
            "hitl.debug", { $1(&$0.debug, .flag) },
            variables: ["HITL_DEBUG"], example: "debug: false",
            "Whether the loop says on standard error what the gate does with each call."),
    ]

    private static let policy: [ConfigurationKey] = [
        ConfigurationKey(
            "policy.compliance", { $1(&$0.compliance, .presets) },
            example: "compliance: []",
            "Presets: each sets what its regulation demands of reviews and records, and refuses what contradicts it."),
        ConfigurationKey(
            "policy.autoApproveThreshold",
            { $1(&$0.autoApproveThreshold, .word(of: "policy.autoApproveThreshold"), untrusted: .smaller) },
            settable: true, example: "autoApproveThreshold: none",
            "Up to which risk level a call needs nobody: `none` lets proven reads pass, `never` asks for them too."),
        ConfigurationKey(
            "policy.autoApproveSandboxed",
            { $1(&$0.autoApproveSandboxed, .word(of: "policy.autoApproveSandboxed"), untrusted: .smaller) },
            settable: true, example: "autoApproveSandboxed: workspace",
            "Within which sandbox commands that can do no harm there (builds, tests, formatters) run without a question."
        ),
        ConfigurationKey(
            "policy.autoRejectThreshold",
            { $1(&$0.autoRejectThreshold, .word(of: "policy.autoRejectThreshold"), untrusted: .smaller) },
            settable: true, example: "autoRejectThreshold: critical",
            "From which risk level a call is refused."),
        ConfigurationKey(
            "policy.askInsteadOfBlock", { $1(&$0.askInsteadOfBlock, .liftable, untrusted: .only([])) },
            example: "askInsteadOfBlock: []",
            "What the built-in analysis refuses and a person shall be asked about instead, by risk factor. Nothing lifts the gate's protection of itself."
        ),
        ConfigurationKey(
            "policy.rules", { $1(&$0.policyRules, .rules, untrusted: .rules) },
            example: "rules: []",
            "Rules by tool, arguments, content, path, command, risk, time and agent."),
    ]

    private static let agent: [ConfigurationKey] = [
        ConfigurationKey(
            "agent.name", { $1(&$0.agentName, .word(of: "agent.name")) },
            example: "name: simulated",
            "The agent that the loop runs; `none` is the desk alone."),
        ConfigurationKey(
            "agent.scenario", { $1(&$0.agentScenario, .nameOrPath) },
            example: "scenario: demo",
            "What the simulated agent plays: `demo`, or the path of a scenario file."),
        ConfigurationKey(
            "agent.command", { $1(&$0.agentCommand, .words) },
            example: "command: [my-agent, --acp]",
            "Program and arguments of an agent that the loop starts."),
        ConfigurationKey(
            "agent.sandbox", { $1(&$0.agentSandbox, .word(of: "agent.sandbox"), untrusted: .smaller) },
            example: "sandbox: workspace+network",
            "To what the kernel holds such an agent and all that it starts: nothing, or what `sandbox` in a rule says."),
        ConfigurationKey(
            "agent.writable", { $1(&$0.agentWritable, .directories) },
            example: "writable: [~/.claude, ~/.cache]",
            "Directories that a confined agent may read and write beside the workspace: where it keeps its own things."),
    ]

    private static let queue: [ConfigurationKey] = [
        ConfigurationKey(
            "queue.priorityOrder", { $1(&$0.priorityOrder, .word(of: "queue.priorityOrder")) },
            settable: true, example: "priorityOrder: severity_desc",
            "Which pending request is shown first."),
        ConfigurationKey(
            "queue.maxPendingPerUser", { $1(&$0.maxPendingPerUser, .count(1...100_000), untrusted: .smaller) },
            settable: true, example: "maxPendingPerUser: 50",
            "How many requests of one agent may be pending; one more is refused."),
    ]

    private static let audit: [ConfigurationKey] = [
        ConfigurationKey(
            "audit.storage", { $1(&$0.auditStorage, .word(of: "audit.storage")) },
            variables: ["HITL_AUDIT_STORAGE"], example: "storage: database",
            "How the ledger is kept: in one SQLite database, or in files of JSON lines."),
        ConfigurationKey(
            "audit.path", { $1(&$0.auditPath, .path) },
            variables: ["HITL_AUDIT_PATH"], example: "path: ~/.local/state/hitl/ledger.db",
            "The ledger's file; `ledger.jsonl` in the same directory where it is kept in files."),
        ConfigurationKey(
            "audit.durability", { $1(&$0.auditDurability, .word(of: "audit.durability"), untrusted: .only(.strict)) },
            variables: ["HITL_AUDIT_DURABILITY"], example: "durability: group",
            "Whether a call that a rule allows waits for the disk (`strict`) or is synced within a second (`group`)."),
        ConfigurationKey(
            "audit.sinks", { $1(&$0.auditSinks, .sinks) },
            example: "sinks: []",
            "Where every entry goes beside the ledger, in order: paths of files or FIFOs, and commands as lists of words."
        ),
        ConfigurationKey(
            "audit.retention", { $1(&$0.auditRetention, .retention, untrusted: .larger) },
            example: "retention: 7y",
            "How long entries have to be kept, in days or years, or `forever`. Nothing is removed by itself."),
        ConfigurationKey(
            later: "audit.databaseUrl", "a URL", variables: ["HITL_AUDIT_DB_URL"], inForce: \.isNull,
            example: "databaseUrl: null", "A database that several desks share."),
    ]

    private static let security: [ConfigurationKey] = [
        ConfigurationKey(
            "security.redactSensitiveData", { $1(&$0.redactSensitiveData, .flag, untrusted: .only(true)) },
            settable: true, example: "redactSensitiveData: true",
            "Whether secrets are masked in what is shown, and a keyed digest stands for them in what is recorded."),
        ConfigurationKey(
            "security.signingKey", { $1(&$0.signingKey, .signingKey) },
            example: "signingKey: own",
            "The Ed25519 key that signs your decisions: `own` (made at first use), one in `ssh-agent`, or an OpenSSH key file."
        ),
        ConfigurationKey(
            "security.encryptAuditLogs", { $1(&$0.encryptAuditLogs, .flag) },
            example: "encryptAuditLogs: false",
            "Whether records are encrypted (AES-256-GCM) before they enter the ledger."),
        ConfigurationKey(
            "security.auditKeys", { $1(&$0.auditKeys, .keySources) },
            example: "auditKeys: [~/keys/audit, env:FORMER_KEY]",
            "The keys of encrypted records, the one in use first: paths, `env:NAME`, `command:/PROGRAM WORDS`. Without one, a key is made at first use."
        ),
    ]

    private static let terminal: [ConfigurationKey] = [
        ConfigurationKey(
            "terminal.bell", { $1(&$0.bell, .flag) },
            settable: true, example: "bell: true",
            "Whether the terminal rings when a request arrives."),
        ConfigurationKey(
            "terminal.notify", { $1(&$0.notify, .word(of: "terminal.notify")) },
            settable: true, example: "notify: osc9",
            "The escape sequence that asks the terminal for a desktop notification."),
    ]

    private static let tools: [ConfigurationKey] = [
        ConfigurationKey(
            "tools.outbox", { $1(&$0.outbox, .path) },
            example: "outbox: ~/.local/state/hitl/outbox",
            "The directory that `sendEmail` writes messages into."),
        ConfigurationKey(
            "tools.commandTimeout", { $1(&$0.commandTimeout, .duration, untrusted: .smaller) },
            settable: true, example: "commandTimeout: 10m",
            "How long a command may run before it is killed."),
        ConfigurationKey(
            "tools.outputLimit", { $1(&$0.outputLimit, .count(1024...(1 << 30)), untrusted: .smaller) },
            settable: true, example: "outputLimit: 1048576",
            "How many bytes of a command's output are kept; the rest is counted."),
    ]
}

extension Form where Value == Bool {
    fileprivate static let neverByTimeout = fixed(
        false,
        because: "a request that nobody answered cannot approve itself: only rules that are declared "
            + "read-only may, and there are none in this version")
    fileprivate static let alwaysRecorded = fixed(
        true, because: "the record cannot be switched off: what cannot be recorded does not run")
}

extension Form where Value == NameList {
    fileprivate static let wordsOfTools = names("a list of words") { name in
        ToolName.words(of: name).isEmpty ? "\(quoted(name)) has no letter or digit, so it names no word" : nil
    }
    fileprivate static let namesOfTools = names("a list of tool names") { name in
        if name.isEmpty { return "a tool's name is not empty" }
        guard name.utf8.contains(UInt8(ascii: "*")) else { return nil }
        return "\(quoted(name)) is a pattern; this list has whole names of tools"
    }
}

extension Tightening where Value == NameList {
    fileprivate static var additions: Self { .stricter { old, new in new.names.isEmpty ? nil : old.adding(new) } }
}

extension Tightening where Value == Set<Obligation> {
    fileprivate static var additions: Self { .stricter { old, new in new.isEmpty ? nil : old.union(new) } }
}

extension Tightening where Value == Configuration.Timeout {
    fileprivate static var sooner: Self {
        .stricter { old, new in
            switch (old, new) {
            case (.never, .after): new
            case (.after(let old), .after(let duration)): duration < old ? new : nil
            case (.never, .never), (.after, .never): nil
            }
        }
    }
}

extension Tightening where Value == Configuration.ConfidenceThreshold {
    fileprivate static var higher: Self {
        .stricter { old, new in
            switch (old, new) {
            case (.unset, .below): new
            case (.below(let old), .below(let threshold)): threshold > old ? new : nil
            case (.unset, .unset), (.below, .unset): nil
            }
        }
    }
}
