/// What has been taken out of a ledger.
public struct RemovedEntries: Sendable, Equatable {
    /// How many entries have lost their contents.
    public var erased: Int64 = 0

    /// The entries from the first to this one are gone; 0 where none is.
    public var purgedThrough: Int64 = 0

    /// The entries after that which have lost their contents, ascending, by the entry that records it.
    var places: [Int64: [Int64]] = [:]

    public init() {}
}
