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
    }

    public enum Obstacle: Sendable, Equatable {
        case unknown(String)
        /// It waits for a decision, or for its outcome.
        case unfinished(Subject)
        case nothingLeft(Subject)
        /// A text that was looked for is in what these entries keep: the name of a tool, an agent, a session or a
        /// requester, or the condition of a grant.
        case kept(entries: [Int64])
    }

    public internal(set) var items: [Item] = []
    public internal(set) var obstacles: [Obstacle] = []

    public var entries: [Int64] { items.flatMap(\.entries).sorted() }
}

extension Records {
    /// The contents of these requests and calls, and of all in whose records one of `texts` occurs.
    ///
    /// A text is found as it stands in the records, whatever the case of its ASCII letters. The whole ledger is read
    /// for it, in memory bounded by one page and what is found.
    public func erasure(
        of subjects: [Subject], containing texts: [String] = []
    ) throws(EventLedgerError) -> ErasurePlan {
        var plan = ErasurePlan()
        var wanted = subjects
        var alone: [Int64] = []
        if !texts.isEmpty {
            let needles = texts.map { ContentSearch($0) }
            var kept: [Int64] = []
            try forEachEntry { entry throws(EventLedgerError) in
                guard needles.contains(where: { $0.occurs(in: entry.record) }) else { return }
                let rest = entry.removedBy == nil ? Event.residue(of: entry.record) ?? entry.record : entry.record
                if needles.contains(where: { $0.occurs(in: rest) }) { kept.append(entry.sequence) }
                guard entry.removedBy == nil else { return }
                if let name = entry.index.subject, let subject = Subject(name) {
                    if !wanted.contains(subject) { wanted.append(subject) }
                } else if try Event.isErasable(entry) {
                    alone.append(entry.sequence)
                }
            }
            if !kept.isEmpty { plan.obstacles.append(.kept(entries: kept)) }
        }
        let unfinished = Set(try events.unfinished().map { $0.0.description })
        for subject in wanted { try add(subject, isUnfinished: unfinished.contains(subject.description), to: &plan) }
        for sequence in alone {
            guard let entry = try events.read({ ledger throws(LedgerError) in try ledger.entry(at: sequence) }) else {
                continue
            }
            plan.items.append(
                .init(subject: nil, tool: nil, at: WallTime(milliseconds: entry.time), entries: [sequence]))
        }
        return plan
    }

    private func add(
        _ subject: Subject, isUnfinished: Bool, to plan: inout ErasurePlan
    ) throws(EventLedgerError) {
        let entries = try events.read { ledger throws(LedgerError) in try ledger.entries(of: subject.description) }
        guard let first = entries.first else { return plan.obstacles.append(.unknown(subject.description)) }
        guard !isUnfinished else { return plan.obstacles.append(.unfinished(subject)) }
        var sequences: [Int64] = []
        for entry in entries where try Event.isErasable(entry) { sequences.append(entry.sequence) }
        guard !sequences.isEmpty else { return plan.obstacles.append(.nothingLeft(subject)) }
        let history = try RequestHistory(subject: subject, entries: entries)
        plan.items.append(
            .init(
                subject: subject, tool: history.call?.tool, at: WallTime(milliseconds: first.time), entries: sequences))
    }

    func forEachEntry(
        from first: Int64 = 1, _ body: (Entry) throws(EventLedgerError) -> Void
    ) throws(EventLedgerError) {
        var next = first
        while true {
            let start = next
            let page = try events.read { ledger throws(LedgerError) in try ledger.entries(from: start, limit: 500) }
            guard let last = page.last else { return }
            for entry in page { try body(entry) }
            next = last.sequence + 1
        }
    }
}

extension Event {
    /// Whether the entry has contents that are still there.
    static func isErasable(_ entry: Entry) throws(EventLedgerError) -> Bool {
        guard entry.removedBy == nil else { return false }
        return try EventLedger.event(of: entry).hasContent
    }

    /// What is left of a record when its contents are taken out; nil where it has none.
    static func residue(of record: [UInt8]) -> [UInt8]? {
        guard let event = try? Event(record: record), event.hasContent else { return nil }
        let sha256 = { (bytes: [UInt8]) in Digest(hashing: bytes).hex }
        return event.erased(sha256: sha256).record(.erased(was: sha256(record)))
    }
}

/// Looks for a text in records, as canonical JSON spells it.
struct ContentSearch {
    private let needle: [UInt8]

    init(_ text: String) {
        needle = JSONValue.string(text).canonical.dropFirst().dropLast().map(Self.folded)
    }

    func occurs(in record: [UInt8]) -> Bool {
        guard let first = needle.first, record.count >= needle.count else { return false }
        return record.withUnsafeBufferPointer { record in
            var place = 0
            while place + needle.count <= record.count {
                if Self.folded(record[place]) == first,
                    needle.indices.allSatisfy({ Self.folded(record[place + $0]) == needle[$0] })
                {
                    return true
                }
                place += 1
            }
            return false
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
