package import HITLCore

/// Everything that can be configured, as it is in force, each value with where it comes from.
///
/// A key's meaning, its form in YAML and its variable are in `ConfigurationKey.all`; the defaults are here.
package struct Configuration: Sendable {
    /// Whether the agent's own calls pass the gate. The desk, the ledger and `hitl ask` work either way.
    package internal(set) var enabled = Sourced(false)
    package internal(set) var mode = Sourced(Mode.synchronous)
    package internal(set) var timeout = Sourced(Timeout.after(.minutes(5)))
    package internal(set) var autoApproveOnTimeout = Sourced(false)
    package internal(set) var allowArgumentModification = Sourced(true)
    package internal(set) var auditLogging = Sourced(true)
    package internal(set) var requireReason = Sourced(Set<Obligation>())
    package internal(set) var dangerousActions = Sourced(NameList())
    package internal(set) var requireApproval = Sourced(NameList())
    package internal(set) var confidenceThreshold = Sourced(ConfidenceThreshold.unset)

    package internal(set) var debug = Sourced(false)

    package internal(set) var contentPatterns = Sourced(RuleList())
    package internal(set) var customRules = Sourced(RuleList())

    package internal(set) var compliance = Sourced<[CompliancePreset]>([])
    package internal(set) var autoApproveThreshold = Sourced(AutoApproveThreshold.none)
    package internal(set) var autoApproveSandboxed = Sourced(AutoApproveSandboxed.none)
    package internal(set) var askInsteadOfBlock: Sourced<[String]> = Sourced([])
    package internal(set) var autoRejectThreshold = Sourced(AutoRejectThreshold.never)
    package internal(set) var policyRules = Sourced(RuleList())

    package internal(set) var agentName = Sourced(AgentName.simulated)
    /// `demo`, or the path of a scenario file.
    package internal(set) var agentScenario = Sourced("demo")
    /// Program and arguments of an agent that is one.
    /// To what the kernel holds an agent that the loop starts.
    package internal(set) var agentSandbox = Sourced(AgentSandbox.none)
    /// What a confined agent may write beside the workspace: where it keeps its own things.
    package internal(set) var agentWritable = Sourced<[String]>([])
    package internal(set) var agentCommand = Sourced<[String]>([])

    package internal(set) var priorityOrder = Sourced(PriorityOrder.severity)
    package internal(set) var maxPendingPerUser = Sourced(50)

    package internal(set) var auditStorage = Sourced(AuditStorage.database)
    package internal(set) var auditPath: Sourced<String>
    package internal(set) var auditRetention = Sourced(Retention.forever)
    package internal(set) var auditDurability = Sourced(Durability.group)
    package internal(set) var auditSinks = Sourced([Sink]())

    package internal(set) var redactSensitiveData = Sourced(true)
    package internal(set) var signingKey = Sourced(SigningKeySource.own)
    package internal(set) var encryptAuditLogs = Sourced(false)
    /// Where the keys are that records are sealed with, the one in use first: a path, `env:NAME` or `command:WORDS`.
    package internal(set) var auditKeys = Sourced<[String]>([])

    package internal(set) var bell = Sourced(true)
    package internal(set) var notify = Sourced(Notify.none)

    package internal(set) var outbox: Sourced<String>
    package internal(set) var commandTimeout = Sourced(Milliseconds.minutes(10))
    /// Bytes of a command's output that are kept.
    package internal(set) var outputLimit = Sourced(1 << 20)

    package let paths: Paths
    /// What was read and not applied, in the order in which it was written.
    package internal(set) var notices: [Diagnostic] = []

    /// The defaults.
    package init(paths: Paths) {
        self.paths = paths
        auditPath = Sourced(paths.ledger)
        outbox = Sourced(paths.outbox)
    }

    /// Where nobody named the ledger's file, how it is kept does.
    mutating func nameLedger() {
        guard auditPath.source == .fallback else { return }
        switch auditStorage.value {
        case .database: auditPath = Sourced(paths.ledger)
        case .file: auditPath = Sourced(paths.ledgerOfLines)
        }
    }
}

extension Configuration {
    /// Whether an agent waits for the decision or goes on and asks for it later.
    package enum Mode: String, Sendable, CaseIterable { case synchronous }

    /// How long a request waits for people.
    package enum Timeout: Sendable, Equatable {
        case after(Milliseconds)
        case never

        package var duration: Milliseconds? { if case .after(let duration) = self { duration } else { nil } }
    }

    /// The confidence below which a call asks.
    package enum ConfidenceThreshold: Sendable, Equatable {
        /// Confidence is not looked at.
        case unset
        /// 0 to 1.
        case below(Double)
    }

    /// Up to which risk level a call needs nobody; the strictest first.
    package enum AutoApproveThreshold: String, Sendable, CaseIterable, Comparable {
        /// Everything asks.
        case never
        /// Calls of risk level none: proven reads.
        case none
        case low, medium

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Within which confinement a command that can do no harm there needs nobody; the strictest first.
    package enum AutoApproveSandboxed: String, Sendable, CaseIterable, Comparable {
        case none
        case workspace
        case workspaceWithNetwork = "workspace+network"

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        var confinement: Confinement? { Confinement(rawValue: rawValue) }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// The strictest first.
    package enum AgentSandbox: String, Sendable, CaseIterable, Comparable {
        case workspace
        case workspaceWithNetwork = "workspace+network"
        /// It may do what its user may.
        case none

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        package var confinement: Confinement? { Confinement(rawValue: rawValue) }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// From which risk level a call is refused; the strictest first.
    package enum AutoRejectThreshold: String, Sendable, CaseIterable, Comparable {
        case low, medium, high, critical
        /// Risk alone refuses nothing.
        case never

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        var level: Risk.Level? { Risk.Level(rawValue: rawValue) }
    }

    package enum AgentName: String, Sendable, CaseIterable { case none, simulated, exec, acp, claude, codex }

    package enum PriorityOrder: String, Sendable, CaseIterable {
        /// The most severe first, then the oldest.
        case severity = "severity_desc"
        case fifo, lifo
    }

    package enum AuditStorage: String, Sendable, CaseIterable { case database, file }

    /// Where every entry of the ledger goes beside it.
    package enum Sink: Sendable, Equatable {
        /// A file or FIFO, by its absolute path.
        case path(String)
        /// A program by its absolute path, with arguments.
        case command([String])
    }

    /// How long entries have to be kept.
    package enum Retention: Sendable, Equatable, Comparable {
        case days(Int64)
        case forever

        /// Nil is for ever.
        package var milliseconds: Milliseconds? {
            switch self {
            case .forever: nil
            case .days(let days): Milliseconds(days * 86_400_000)
            }
        }

        /// `7y` where it is whole years of 365 days, else `30d`.
        package var text: String {
            switch self {
            case .forever: "forever"
            case .days(let days): days % 365 == 0 ? "\(days / 365)y" : "\(days)d"
            }
        }
    }

    /// Whether a rule's *allow* waits until it is synced. A person's decision always does.
    package enum Durability: String, Sendable, CaseIterable { case group, strict }

    /// Where the key is that signs what the operator decides.
    package enum SigningKeySource: Sendable, Equatable {
        /// A key of the desk's own, made at first use.
        case own
        /// `ssh-agent` has it; its only Ed25519 key where none is named.
        case agent(key: String?)
        /// An OpenSSH private key without a passphrase.
        case file(String)
        /// Nothing is signed.
        case off
    }

    /// The escape sequence that asks a terminal for a desktop notification.
    package enum Notify: String, Sendable, CaseIterable { case none, osc9, osc777 }
}
