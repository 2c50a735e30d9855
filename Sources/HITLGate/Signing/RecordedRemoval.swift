public import HITLCore

/// That something was taken out of a ledger.
public struct RecordedRemoval: Sendable, Equatable {
    public enum What: Sendable, Equatable {
        case contents(of: Int)
        case entries(through: Int64)
    }

    public let what: What
    /// The entry that records it, and when that was appended.
    public let entry: Int64
    public let at: WallTime
    /// Who approved it, as which request.
    public let principal: Principal
    public let request: Int64
}
