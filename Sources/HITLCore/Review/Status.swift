/// Where a request stands. It leaves `pending` once.
///
/// What belongs to a case is kept apart, so that whatever holds a status, most of them pending, stays small.
public enum Status: Sendable, Equatable {
    case pending
    indirect case rejected(Review)
    case expired
    indirect case withdrawn(by: Principal, reason: String)
    case superseded(by: Int64)
    indirect case approved(Review)

    public var word: String {
        switch self {
        case .pending: "pending"
        case .rejected: "rejected"
        case .expired: "expired"
        case .withdrawn: "withdrawn"
        case .superseded: "superseded"
        case .approved: "approved"
        }
    }

    /// What a reviewer said, where one decided.
    public var review: Review? {
        switch self {
        case .approved(let review), .rejected(let review): review
        case .pending, .expired, .withdrawn, .superseded: nil
        }
    }
}

/// What became of a call that was permitted.
public struct Outcome: Sendable, Equatable {
    public enum Status: String, Sendable, CaseIterable {
        /// Nobody knows whether it happened: the process that ran it ended in between. Never retried by itself.
        case unknown
        case failed
        case succeeded
    }

    public let status: Status
    /// One sentence for people: what happened, or why not.
    public let summary: String?
    /// What the tool gave back: an object whose members depend on the tool.
    public let result: JSONValue?
    public let executionTime: Milliseconds?

    public init(
        status: Status, summary: String? = nil, result: JSONValue? = nil, executionTime: Milliseconds? = nil
    ) {
        self.status = status
        self.summary = summary
        self.result = result
        self.executionTime = executionTime
    }
}
