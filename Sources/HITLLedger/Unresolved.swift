/// A subject that a record left open.
public struct Unresolved: Sendable, Equatable {
    public let subject: String

    /// The entry that opened it: the last one about it whose standing was `.open`.
    public let sequence: Int64

    public let brief: [UInt8]

    public init(subject: String, sequence: Int64, brief: [UInt8]) {
        self.subject = subject
        self.sequence = sequence
        self.brief = brief
    }

    public static func == (one: Unresolved, other: Unresolved) -> Bool {
        ByteKey(one.subject) == ByteKey(other.subject)
            && one.sequence == other.sequence && one.brief == other.brief
    }
}
