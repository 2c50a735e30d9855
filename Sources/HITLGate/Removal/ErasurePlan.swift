public import HITLCore
import HITLLedger

/// What would be erased of a ledger, and why some of what was named would not.
public struct ErasurePlan: Sendable, Equatable {
    public struct Item: Sendable, Equatable {
        /// Nil for an entry that is about no request or call.
        public let subject: Subject?
        public let tool: String?
        public let at: WallTime
        /// Those of it that have contents.
        public let entries: [Int64]
        /// What is left of each, as the record of the erasure says it.
        let left: [Digest]
    }

    public enum Obstacle: Sendable, Equatable {
        case unknown(String)
        /// It waits for a decision, or for its outcome.
        case unfinished(Subject)
        case nothingLeft(Subject)
        /// A text that was looked for is in what these entries keep: the name of a tool, an agent, a session or a
        /// requester, or the condition of a grant.
        case kept(entries: [Int64])
        /// Files beside the ledger that have copies of its records, and that no erasure reaches: nothing is erased as long
        /// as they are there.
        case copies([String])
    }

    public internal(set) var items: [Item] = []
    public internal(set) var obstacles: [Obstacle] = []

    /// What these replaced or undid, or were replaced or undone by, and is not among them: it has much of the same contents.
    public internal(set) var linked: [Subject] = []

    public var copies: [String] {
        for case .copies(let names) in obstacles { return names }
        return []
    }

    public var entries: [Int64] { items.flatMap(\.entries).sorted() }

    /// Of what is left of all entries.
    var left: String {
        var all: [(sequence: Int64, left: Digest)] = []
        for item in items { all += zip(item.entries, item.left).map { ($0, $1) } }
        return Event.Erased.left(all.sorted { $0.sequence < $1.sequence }.map(\.left))
    }
}
