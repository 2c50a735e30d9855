/// The answer to a call: refused and why, or permitted and why. Never a `Bool`.
public enum Decision: Sendable, Equatable {
    case refused(Refusal)
    case permitted(Grounds)
}

/// Why a call does not run.
public enum Refusal: Error, Sendable, Equatable {
    case denied(by: [RuleReference])
    indirect case rejected(Review)
    /// Nobody decided in time. Never told as a rejection.
    case expired
    indirect case withdrawn(by: Principal, reason: String)
    case superseded(by: Int64)
    /// The agent has more requests open than it may.
    case tooManyPending(limit: Int)
    case ledgerUnavailable(because: String)
    /// The permit for this call was spent before; it never runs twice.
    case alreadyStarted
    /// The id belongs to another call.
    case idInUse
    case deskClosing
}

/// Why a call may run.
public enum Grounds: Sendable, Equatable {
    indirect case review(Review)
    case rules([RuleReference])
}
