/// What a rule does with a call, the least permissive first: several combine to the smallest.
public enum Effect: String, Sendable, CaseIterable, Comparable {
    case deny, ask, allow

    private var rank: Int {
        switch self {
        case .deny: 0
        case .ask: 1
        case .allow: 2
        }
    }

    public static func < (left: Effect, right: Effect) -> Bool { left.rank < right.rank }
}

/// What must be fulfilled for a verdict's effect to hold.
public enum Obligation: String, Sendable, CaseIterable {
    case reasonToApprove, reasonToReject
    /// A command of ours runs only as far as the kernel holds it there.
    case confinedToReading, confinedToWorkspace, confinedToWorkspaceWithNetwork
}

/// How urgent a request is for the people who look at it.
public enum Severity: String, Sendable, CaseIterable, Comparable {
    case critical, high, medium, low

    /// 0 is the most urgent.
    public var rank: Int {
        switch self {
        case .critical: 0
        case .high: 1
        case .medium: 2
        case .low: 3
        }
    }

    public static func < (left: Severity, right: Severity) -> Bool { left.rank > right.rank }

    public init(_ level: Risk.Level) {
        self =
            switch level {
            case .critical: .critical
            case .high: .high
            case .medium: .medium
            case .low, .none: .low
            }
    }
}

/// A rule that had a say, and where it is written.
public struct RuleReference: Sendable, Equatable {
    public let name: String
    /// `hitl.yaml:12:5`, `HITL_REQUIRE_APPROVAL`, `built-in`.
    public let source: String
    /// The fact that made it match, in our own words.
    public let fact: String
    public let action: Rule.Action
    /// For people, in the words of whoever wrote the rule.
    public let message: String?
    /// Whether it could not be decided; `fact` says why. Such a rule asks, whatever its action.
    public let isUndecided: Bool

    public init(
        name: String, source: String, fact: String, action: Rule.Action = .requireApproval, message: String? = nil,
        isUndecided: Bool = false
    ) {
        self.name = name
        self.source = source
        self.fact = fact
        self.action = action
        self.message = message
        self.isUndecided = isUndecided
    }

    init(to rule: Rule, fact: String, isUndecided: Bool = false) {
        self.init(
            name: rule.name, source: rule.source, fact: fact, action: rule.action, message: rule.message,
            isUndecided: isUndecided)
    }

    /// Compared by bytes: what a rule is called may be text of anybody.
    public static func == (left: RuleReference, right: RuleReference) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8) && left.source.utf8.elementsEqual(right.source.utf8)
            && left.fact.utf8.elementsEqual(right.fact.utf8) && left.action == right.action
            && (left.message ?? "").utf8.elementsEqual((right.message ?? "").utf8)
            && (left.message == nil) == (right.message == nil) && left.isUndecided == right.isUndecided
    }
}

/// What the policy says of a call. An object for the reason that the call is one.
public final class Verdict: Sendable, Equatable {
    public let effect: Effect
    /// All that matched, the ones that did not decide too.
    public let rules: [RuleReference]
    public let risk: Risk
    public let severity: Severity
    public let obligations: Set<Obligation>
    /// How long a request may wait; nil is for ever.
    public let timeout: Milliseconds?
    /// What the call adds to the counters of rules with a limit, once it is permitted.
    public let charges: [Charge]
    /// Digest of the policy in force, so that a record says which one it was.
    public let policyVersion: String

    public init(
        effect: Effect, rules: [RuleReference], risk: Risk, severity: Severity? = nil,
        obligations: Set<Obligation> = [], timeout: Milliseconds?, charges: [Charge] = [], policyVersion: String
    ) {
        self.effect = effect
        self.rules = rules
        self.risk = risk
        self.severity = severity ?? Severity(risk.level)
        self.obligations = obligations
        self.timeout = timeout
        self.charges = charges
        self.policyVersion = policyVersion
    }

    public static func == (left: Verdict, right: Verdict) -> Bool {
        if left === right { return true }
        return left.effect == right.effect && left.rules == right.rules && left.risk == right.risk
            && left.severity == right.severity && left.obligations == right.obligations
            && left.timeout == right.timeout && left.policyVersion == right.policyVersion
    }

    /// The same verdict for a requester that waits no longer than `patience`.
    public func within(_ patience: Milliseconds?) -> Verdict {
        guard let patience, timeout.map({ patience < $0 }) ?? true else { return self }
        return Verdict(
            effect: effect, rules: rules, risk: risk, severity: severity, obligations: obligations, timeout: patience,
            charges: charges, policyVersion: policyVersion)
    }

    /// What people are told, in the words of the rules that had a say.
    public var messages: [String] { rules.compactMap(\.message) }

    /// Rules that match and only demand something: redaction, a warning, a line in the log.
    public func demands(_ action: Rule.Action) -> Bool {
        rules.contains { $0.action == action && !$0.isUndecided }
    }

    /// Rules that could not be decided, and so asked.
    public var undecided: [RuleReference] { rules.filter(\.isUndecided) }
}
