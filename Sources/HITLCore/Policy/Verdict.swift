/// What a rule does with a call, the least permissive first: several combine to the smallest.
public enum Effect: String, Sendable, CaseIterable, Comparable {
    case deny, ask, allow

    private var rank: Int { Effect.allCases.firstIndex(of: self) ?? 0 }

    public static func < (left: Effect, right: Effect) -> Bool { left.rank < right.rank }
}

/// What must be fulfilled for a verdict's effect to hold.
public enum Obligation: String, Sendable, CaseIterable {
    case reasonToApprove, reasonToReject
}

/// How urgent a request is for the people who look at it.
public enum Severity: String, Sendable, CaseIterable, Comparable {
    case critical, high, medium, low

    /// 0 is the most urgent.
    public var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }

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

    public init(name: String, source: String, fact: String) {
        self.name = name
        self.source = source
        self.fact = fact
    }
}

/// What the policy says of a call.
public struct Verdict: Sendable, Equatable {
    public let effect: Effect
    /// All that matched, the ones that did not decide too.
    public let rules: [RuleReference]
    public let risk: Risk
    public let severity: Severity
    public let obligations: Set<Obligation>
    /// How long a request may wait; nil is for ever.
    public let timeout: Milliseconds?
    /// Digest of the policy in force, so that a record says which one it was.
    public let policyVersion: String

    public init(
        effect: Effect, rules: [RuleReference], risk: Risk, severity: Severity? = nil,
        obligations: Set<Obligation> = [], timeout: Milliseconds?, policyVersion: String
    ) {
        self.effect = effect
        self.rules = rules
        self.risk = risk
        self.severity = severity ?? Severity(risk.level)
        self.obligations = obligations
        self.timeout = timeout
        self.policyVersion = policyVersion
    }

    /// The same verdict for a requester that waits no longer than `patience`.
    public func within(_ patience: Milliseconds?) -> Verdict {
        guard let patience, timeout.map({ patience < $0 }) ?? true else { return self }
        return Verdict(
            effect: effect, rules: rules, risk: risk, severity: severity, obligations: obligations, timeout: patience,
            policyVersion: policyVersion)
    }
}
