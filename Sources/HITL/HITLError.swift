/// Why a gated call did not give a result. `code` is the name that NeuroLink's users know.
public enum HITLError: Error, Sendable {
    /// A person has to decide first, and no callback asks one. The request is open; see `ToolGate.resume`.
    case confirmationRequired(ApprovalRequest)
    case rejected(number: Int64?, reason: String?, reviewer: String)
    /// Nobody decided in time.
    case timedOut(number: Int64?)
    case denied(by: [RuleReference])
    case withdrawn(number: Int64?, reason: String)
    /// The decision has been used: the call ran before.
    case alreadyExecuted(number: Int64?)
    case tooManyPending(limit: Int)
    /// A review was not taken; the request is as it was.
    case notDecided(number: Int64, ReviewError)
    case unknownRequest(Int64)
    /// Nothing is decided or run that cannot be recorded.
    case ledger(String)
    /// A key that decisions are to be signed with cannot be used; why, in a sentence.
    case signing(String)
    /// It was permitted and ran, and failed by itself.
    case executionFailed(any Error)

    public var code: String {
        switch self {
        case .confirmationRequired: "USER_CONFIRMATION_REQUIRED"
        case .rejected: "HITL_APPROVAL_REJECTED"
        case .timedOut: "HITL_APPROVAL_TIMEOUT"
        case .denied: "HITL_DENIED_BY_POLICY"
        case .withdrawn: "HITL_APPROVAL_WITHDRAWN"
        case .alreadyExecuted: "HITL_ALREADY_EXECUTED"
        case .tooManyPending: "HITL_TOO_MANY_PENDING"
        case .notDecided: "HITL_NOT_DECIDED"
        case .unknownRequest: "HITL_UNKNOWN_REQUEST"
        case .ledger: "HITL_LEDGER_UNAVAILABLE"
        case .signing: "HITL_SIGNING_UNAVAILABLE"
        case .executionFailed: "HITL_EXECUTION_FAILED"
        }
    }

    init(_ refusal: Refusal, number: Int64?) {
        self =
            switch refusal {
            case .denied(let rules): .denied(by: rules)
            case .rejected(let review):
                .rejected(number: number, reason: review.reason, reviewer: review.reviewer.name)
            case .expired: .timedOut(number: number)
            case .withdrawn(_, let reason): .withdrawn(number: number, reason: reason)
            case .superseded(let successor): .withdrawn(number: number, reason: "superseded by request \(successor)")
            case .tooManyPending(let limit): .tooManyPending(limit: limit)
            case .ledgerUnavailable(let because): .ledger(because)
            case .alreadyStarted: .alreadyExecuted(number: number)
            case .idInUse: .withdrawn(number: number, reason: "its id belongs to another call")
            case .deskClosing: .withdrawn(number: number, reason: "the gate is closing")
            }
    }
}
