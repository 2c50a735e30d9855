/// A limit on how much may be done in a time: so many calls, so much of one argument.
///
/// It matches the call that would go over it. Who counts is not known here: each evaluation asks for what was
/// permitted before, by key, and says what the call at hand would add.
public struct UsageLimit: Sendable, Hashable {
    public enum Measure: Sendable, Hashable {
        case calls
        /// The argument's sum. An amount below zero is no number of this kind: the rule asks.
        case sum(of: ArgumentPath)
    }

    /// Whose uses are counted together.
    public enum Scope: String, Sendable, Hashable, CaseIterable { case everyone, agent, session }

    public let measure: Measure
    public let most: ExactDecimal
    /// Before the call at hand.
    public let within: Milliseconds
    public let scope: Scope

    public init(_ measure: Measure, most: ExactDecimal, within: Milliseconds, scope: Scope = .everyone) {
        self.measure = measure
        self.most = most
        self.within = within
        self.scope = scope
    }
}

/// Names one counter.
public struct UsageKey: Sendable, Hashable {
    /// The rule's name: two rules count apart.
    public let rule: String
    public let limit: UsageLimit
    /// The agent or session whose uses are counted; nil for everyone's.
    public let subject: String?

    public init(rule: String, limit: UsageLimit, subject: String?) {
        self.rule = rule
        self.limit = limit
        self.subject = subject
    }
}

/// What a call adds to a counter once it is permitted.
public struct Charge: Sendable, Equatable {
    public let key: UsageKey
    public let amount: ExactDecimal

    public init(key: UsageKey, amount: ExactDecimal) {
        self.key = key
        self.amount = amount
    }
}
