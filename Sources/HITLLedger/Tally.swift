/// How many entries there are of one kind and label.
public struct Tally: Sendable, Equatable {
    public let kind: String
    public let label: String?
    public let count: Int64

    public init(kind: String, label: String?, count: Int64) {
        self.kind = kind
        self.label = label
        self.count = count
    }

    public static func == (one: Tally, other: Tally) -> Bool {
        ByteKey(one.kind) == ByteKey(other.kind)
            && one.label.map(ByteKey.init) == other.label.map(ByteKey.init) && one.count == other.count
    }
}
