/// The checkpoints that a ledger was held against.
public struct VerifiedCheckpoints: Sendable, Equatable {
    /// How many there are.
    public var count = 0

    /// The size of the largest one whose root the ledger has.
    public var last: Int64?

    public var signatures = Signatures.notChecked

    public enum Signatures: Sendable, Equatable {
        /// No key is known: whoever could write the file could have made them.
        case notChecked
        /// All of them were made by one of these keys, or are among the failures.
        case checked(by: [String])
    }

    public init() {}
}
