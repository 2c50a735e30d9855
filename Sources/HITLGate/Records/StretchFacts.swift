import HITLCore
import HITLLedger

/// What a stretch of entries comes to: when, how it was decided, by whom, and how long that took. Statistics are sums of
/// these, and who looks for decisions passes over stretches that have none.
struct StretchFacts: Sendable, Equatable {
    static let kind = Outline.Kind(suffix: ".outline") { StretchFacts($0).bytes }

    /// Of so many stretches together: who sums up ten million entries reads a hundred of these and not thousands.
    static func sums(every: Int = 64) -> Outline.Kind {
        Outline.Kind(suffix: ".sums", of: kind, every: every) { pieces in
            var sum = StretchFacts([])
            for piece in pieces {
                guard let facts = StretchFacts(piece) else { return nil }
                sum.add(facts)
            }
            return sum.bytes
        }
    }

    /// Of any entry, in milliseconds.
    private(set) var earliest = Int64.max
    private(set) var latest = Int64.min

    /// When the first of what was decided here was asked for.
    private(set) var earliestOpening = Int64.max

    /// What a decision is counted under.
    struct Key: Hashable, Comparable {
        let decision: ByteKey
        let name: ByteKey

        init(_ decision: String, _ name: String) {
            (self.decision, self.name) = (ByteKey(decision), ByteKey(name))
        }

        static func < (one: Key, other: Key) -> Bool {
            one.decision == other.decision ? one.name < other.name : one.decision < other.decision
        }
    }

    private(set) var perTool: [Key: Int] = [:]
    private(set) var perReviewer: [Key: Int] = [:]

    /// How often people took so many milliseconds.
    private(set) var responseTimes: [Int64: Int] = [:]

    init(_ entries: [Entry]) {
        for entry in entries {
            earliest = min(earliest, entry.time)
            latest = max(latest, entry.time)
            // Records that cannot be read are found by whoever reads them.
            do throws(EventLedgerError) {
                if let decision = try RecordedDecision(entry) { add(decision) }
            } catch {}
        }
    }

    private mutating func add(_ decision: RecordedDecision) {
        earliestOpening = min(earliestOpening, decision.openedAt.milliseconds)
        perTool[Key(decision.word, decision.tool), default: 0] += 1
        guard let reviewer = decision.reviewer else { return }
        perReviewer[Key(decision.word, reviewer), default: 0] += 1
        responseTimes[Statistics.kept(decision.waited), default: 0] += 1
    }

    private mutating func add(_ facts: StretchFacts) {
        earliest = min(earliest, facts.earliest)
        latest = max(latest, facts.latest)
        earliestOpening = min(earliestOpening, facts.earliestOpening)
        perTool.merge(facts.perTool, uniquingKeysWith: +)
        perReviewer.merge(facts.perReviewer, uniquingKeysWith: +)
        responseTimes.merge(facts.responseTimes, uniquingKeysWith: +)
    }

    /// Whether anything was decided so, of this tool where one is given.
    func has(_ decision: String, tool: String?) -> Bool {
        let word = ByteKey(decision)
        return perTool.keys.contains { $0.decision == word && (tool.map { ByteKey($0) } ?? $0.name) == $0.name }
    }
}

/// A decision as one record has it, without the call that it is about.
struct RecordedDecision {
    let word: String
    let tool: String
    /// Who decided; nil where no person did.
    let reviewer: String?
    let openedAt: WallTime
    let waited: Milliseconds

    /// Nil for an entry of another kind.
    init?(_ entry: Entry) throws(EventLedgerError) {
        guard entry.index.kind == EventIndex.closed || entry.index.kind == EventIndex.ruled else { return nil }
        let at = WallTime(milliseconds: entry.time)
        switch try EventLedger.event(of: entry) {
        case .closed(let closed):
            (word, tool, waited) = (closed.status.word, closed.tool, closed.waited)
            reviewer = closed.status.review?.reviewer.name
            openedAt = WallTime(milliseconds: at.milliseconds - closed.waited.count)
        case .ruled(let ruled):
            (word, tool, waited) = (ruled.decision, ruled.call.tool, Milliseconds(0))
            reviewer = nil
            openedAt = at
        default: return nil
        }
    }
}

// MARK: - In bytes

/// Integers of eight bytes, most significant first; a text is its length and its UTF-8; a list is its length and its
/// members, in order of their keys.
extension StretchFacts {
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        func put(_ number: Int64) { withUnsafeBytes(of: number.bigEndian) { bytes += $0 } }
        func put(_ key: ByteKey) {
            put(Int64(key.text.utf8.count))
            bytes += key.text.utf8
        }
        for number in [earliest, latest, earliestOpening] { put(number) }
        for counts in [perTool, perReviewer] {
            put(Int64(counts.count))
            for (key, count) in counts.sorted(by: { $0.key < $1.key }) {
                put(key.decision)
                put(key.name)
                put(Int64(count))
            }
        }
        put(Int64(responseTimes.count))
        for (time, count) in responseTimes.sorted(by: { $0.key < $1.key }) {
            put(time)
            put(Int64(count))
        }
        return bytes
    }

    /// More than any piece counts. A file beside the ledger may say anything, and whoever adds it up must come to an end.
    private static let most: Int64 = 1 << 32

    /// Nil for bytes that `bytes` does not give.
    ///
    /// - Parameter times: whether response times are wanted, which are most of it.
    init?(_ bytes: [UInt8], times: Bool = true) {
        var rest = bytes[...]
        func number() -> Int64? {
            guard rest.count >= 8 else { return nil }
            defer { rest = rest.dropFirst(8) }
            return rest.withUnsafeBytes { Int64(bigEndian: $0.loadUnaligned(as: Int64.self)) }
        }
        func amount() -> Int? {
            number().flatMap { (0...Self.most).contains($0) ? Int($0) : nil }
        }
        func text() -> String? {
            guard let count = number(), count >= 0, count <= rest.count else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return String(decoding: rest.prefix(Int(count)), as: UTF8.self)
        }
        func counts() -> [Key: Int]? {
            guard let members = number(), members >= 0, members <= rest.count else { return nil }
            var counts: [Key: Int] = [:]
            for _ in 0..<members {
                guard let decision = text(), let name = text(), let count = amount() else { return nil }
                counts[Key(decision, name)] = count
            }
            return counts
        }
        guard let earliest = number(), let latest = number(), let opening = number(), let tools = counts(),
            let reviewers = counts(), let members = number(), members >= 0, members <= rest.count
        else { return nil }
        (self.earliest, self.latest, earliestOpening) = (earliest, latest, opening)
        (perTool, perReviewer) = (tools, reviewers)
        guard times else { return }
        responseTimes.reserveCapacity(Int(members))
        for _ in 0..<members {
            guard let time = number(), let count = amount() else { return nil }
            responseTimes[time] = count
        }
        guard rest.isEmpty else { return nil }
    }
}
