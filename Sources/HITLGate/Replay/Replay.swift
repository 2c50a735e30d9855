public import HITLCore

/// What another policy would have made of a call that was decided.
///
/// Pure: the call is judged with the facts that were found out then and by the clock of then, and nothing is looked at.
public struct Replay: Sendable {
    public let history: RequestHistory
    public let call: ToolCall
    /// What the policy of then made of it.
    public let before: Effect
    /// What this one makes of it.
    public let after: Verdict

    public var isChange: Bool { before != after.effect }

    /// Whether it would let through what a person said no to.
    public var overridesRejection: Bool {
        guard case .rejected? = history.status else { return false }
        return after.effect == .allow
    }
}

/// Judges decisions of a ledger, the oldest first, as if another policy had been in force.
public struct Replayer: Sendable {
    private let policy: Policy
    private let assessor: RiskAssessor
    /// What was permitted and counted so far: rules with limits look at the calls before.
    private var used: [UsageKey: [Use]] = [:]

    private struct Use: Sendable {
        let at: WallTime
        let amount: ExactDecimal
    }

    public init(_ policy: Policy, _ assessor: RiskAssessor) {
        self.policy = policy
        self.assessor = assessor
    }

    /// - Returns: nil where nothing was decided yet.
    public mutating func replay(_ history: RequestHistory) -> Replay? {
        guard let call = history.call, let before = history.effect else { return nil }
        let at = history.openedAt
        let after = judge(call, at: at)
        // What was refused then, or would be now, uses nothing up.
        if let at, history.wasPermitted, after.effect != .deny {
            for charge in after.charges { used[charge.key, default: []].append(Use(at: at, amount: charge.amount)) }
        }
        return Replay(history: history, call: call, before: before, after: after)
    }

    private func judge(_ call: ToolCall, at time: WallTime?) -> Verdict {
        var context = assessor.context(of: call, at: time)
        let used = used
        context.usage = { key in
            guard let time else { return nil }
            return used[key, default: []].reduce(.some(0)) { (sum: ExactDecimal?, use) in
                use.at + key.limit.within > time ? sum?.adding(use.amount) : sum
            }
        }
        return policy.evaluate(call, in: context)
    }
}

extension RequestHistory {
    /// What the policy made of it; nil while nobody has decided.
    fileprivate var effect: Effect? {
        if let ruled { return ruled.verdict.effect }
        guard let status, status != .pending else { return nil }
        return .ask
    }

    fileprivate var wasPermitted: Bool {
        if let ruled { return ruled.verdict.effect == .allow }
        guard case .approved? = status else { return false }
        return true
    }
}

/// Counts over many replays.
public struct ReplaySummary: Sendable, Equatable {
    public private(set) var decisions = 0
    public private(set) var changed = 0
    /// By what became of them then, what would now.
    private var counts: [Effect: [Effect: Int]] = [:]
    /// What people rejected and the policy would allow.
    public private(set) var rejectedAndAllowed = 0

    public init() {}

    public mutating func count(_ replay: Replay) {
        decisions += 1
        if replay.isChange { changed += 1 }
        if replay.overridesRejection { rejectedAndAllowed += 1 }
        counts[replay.before, default: [:]][replay.after.effect, default: 0] += 1
    }

    public func count(_ before: Effect) -> Int { counts[before, default: [:]].values.reduce(0, +) }
    public func count(_ before: Effect, becoming after: Effect) -> Int { counts[before]?[after] ?? 0 }
}
