public import HITLCore
public import HITLLedger

/// Questions to the ledger that people ask: what was decided, how often, how fast.
public struct Records: Sendable {
    public let events: EventLedger

    public init(_ ledger: Ledger) {
        self.init(events: EventLedger(ledger))
    }

    /// What is kept of many stretches together.
    let sums: Outline.Kind

    init(events: EventLedger, sums: Outline.Kind = StretchFacts.sums()) {
        self.events = events
        self.sums = sums
    }

    /// What is kept beside a ledger so that these questions are answered without reading all of it. What others are
    /// derived from comes before them.
    package static let outlines = [StretchFacts.kind, StretchFacts.sums(), TextFilter.kind]

    public struct Query: Sendable {
        public var last: Int?
        public var tool: String?
        /// One of the contract's words: `approved`, `rejected`, `expired`, …
        public var decision: String?
        public var since: WallTime?
        /// A text in any record about it, as it is written there: letter by letter.
        public var text: String?

        public init(
            last: Int? = nil, tool: String? = nil, decision: String? = nil, since: WallTime? = nil, text: String? = nil
        ) {
            self.last = last
            self.tool = tool
            self.decision = decision
            self.since = since
            self.text = text
        }
    }

    /// Decisions that match, oldest first; of many, the newest `last`.
    ///
    /// Reads from the newest entry backwards and stops as soon as it has enough, so that the cost is
    /// that of what is shown and not of the ledger's length.
    public func history(_ query: Query) throws(EventLedgerError) -> [RequestHistory] {
        if let text = query.text { return try search(for: text, query) }
        var found: [RequestHistory] = []
        let passing = query.decision.map { decision in
            let walk = StretchWalk(events.ledger, sums: sums)
            return { (before: Int64) in Self.passing(before, in: walk, without: decision, tool: query.tool) }
        }
        // Only these two kinds carry a tool as their label. Asking for both, a tool of which there are none of one kind
        // would be looked for through all of the other.
        var lists =
            if let tool = query.tool {
                [Backwards(events, kind: nil, label: tool, passing: passing, first: query.last)]
            } else {
                [EventIndex.closed, EventIndex.ruled].map {
                    Backwards(events, kind: $0, passing: passing, first: query.last)
                }
            }
        while query.last.map({ found.count < $0 }) ?? true {
            guard let entry = try nextNewest(of: &lists) else { break }
            if let since = query.since, entry.time < since.milliseconds { break }
            if let decision = query.decision {
                guard try RecordedDecision(entry)?.word.utf8.elementsEqual(decision.utf8) ?? false else { continue }
            }
            guard let name = entry.index.subject, let subject = Subject(name) else { continue }
            found.append(try events.history(of: subject))
        }
        return found.reversed()
    }

    /// Goes back from an entry over stretches of which the outline says that nothing was decided so.
    private static func passing(
        _ before: Int64, in walk: StretchWalk, without decision: String, tool: String?
    ) -> Int64 {
        guard before > 1, before != .max else { return before }
        let stretch = Int((before - 2) / Outline.stretch)
        // What came after the outline is looked through.
        guard stretch < walk.outline.count else { return before }
        let last = walk.last(upTo: stretch, with: decision, tool: tool)
        return last == stretch ? before : Int64(last + 1) * Outline.stretch + 1
    }

    private func nextNewest(of lists: inout [Backwards]) throws(EventLedgerError) -> Entry? {
        var newest: (place: Int, sequence: Int64)?
        for place in lists.indices {
            guard let entry = try lists[place].peek() else { continue }
            if newest.map({ entry.sequence > $0.sequence }) ?? true { newest = (place, entry.sequence) }
        }
        guard let newest else { return nil }
        return lists[newest.place].take()
    }

    /// Every request and ruled call from the beginning, one at a time, each with the person whose session
    /// it belongs to: for exports.
    ///
    /// - Throws: also at the end, where the index by which each request's entries are found hides some that stand in the
    ///   ledger, or gives others.
    public func forEach(
        since: WallTime? = nil, _ body: (RequestHistory) throws(EventLedgerError) -> Void
    ) throws(EventLedgerError) {
        // The starts of sessions, read only where there is anything to tell of.
        var operators: Operators?
        let end = try events.read { ledger throws(LedgerError) in try ledger.head.size }
        // Of a part, the index gives what stands before it too.
        var agreement = since == nil ? IndexAgreement(upTo: end) : nil
        var after = try since.map { since throws(EventLedgerError) in try start(since: since) - 1 } ?? 0
        while after < end {
            let (start, limit) = (after, min(500, Int(end - after)))
            let page = try events.read { ledger throws(LedgerError) in
                try ledger.entries(from: start + 1, limit: limit, briefs: since == nil ? .derived : .omitted)
            }
            guard let last = page.last else { break }
            for entry in page {
                try agreement?.pass(entry)
                guard [EventIndex.opened, EventIndex.ruled].contains(entry.index.kind) else { continue }
                if let since, entry.time < since.milliseconds { continue }
                guard let name = entry.index.subject, let subject = Subject(name) else { continue }
                let entries = try events.entries(of: subject)
                agreement?.find(entries)
                var history = try RequestHistory(subject: subject, entries: entries)
                if operators == nil { operators = try Operators(events) }
                if let session = history.call?.origin.session {
                    history.operatorName = operators?.name(in: session, at: entry.sequence)
                }
                try body(history)
            }
            after = last.sequence
        }
        try agreement?.finish()
    }

    /// An entry before which everything was recorded before `since`, whatever the clock did.
    func start(since: WallTime) throws(EventLedgerError) -> Int64 {
        let walk = StretchWalk(events.ledger, sums: sums)
        var next = 0
        while next < walk.outline.count {
            let (stretches, facts) = walk.part(from: next) { $0.latest < since.milliseconds }
            guard let facts, facts.latest < since.milliseconds else { break }
            next = stretches.upperBound
        }
        return Int64(next) * Outline.stretch + 1
    }
}

/// Who sat at the desk in which session: all of its starts, read as far as they are needed.
private struct Operators {
    private var starts: [(sequence: Int64, session: Event.Session)] = []
    private var names: [ByteKey: String] = [:]

    init(_ events: EventLedger) throws(EventLedgerError) {
        var list = Backwards(events, kind: EventIndex.sessionStarted)
        while try list.peek() != nil, let entry = list.take() {
            guard case .sessionStarted(let session) = try EventLedger.event(of: entry) else { continue }
            starts.append((entry.sequence, session))
        }
    }

    /// - Parameter sequence: not smaller than at the last call.
    mutating func name(in session: String, at sequence: Int64) -> String? {
        while let next = starts.last, next.sequence < sequence {
            names[ByteKey(next.session.id)] = next.session.operatorName
            starts.removeLast()
        }
        return names[ByteKey(session)]
    }
}

/// Entries of one kind or label from the newest to the oldest, read in pages.
private struct Backwards {
    private let events: EventLedger
    private let kind: String?
    private let label: String?
    /// Where to go on from before an entry: what lies in between is not looked for.
    private let passing: ((Int64) -> Int64)?
    private var page: ArraySlice<Entry> = []
    private var before = Int64.max
    private var pageSize: Int
    private var exhausted = false

    /// - Parameter first: how many are wanted, where that is known: no more are read at first.
    init(
        _ events: EventLedger, kind: String?, label: String? = nil, passing: ((Int64) -> Int64)? = nil,
        first: Int? = nil
    ) {
        self.events = events
        pageSize = max(min(first ?? 16, 16), 1)
        self.passing = passing
        self.kind = kind
        self.label = label
    }

    mutating func peek() throws(EventLedgerError) -> Entry? {
        if page.isEmpty, !exhausted {
            if let passing { before = passing(before) }
            let (kind, label, before, limit) = (kind, label, before, pageSize)
            let entries = try events.read { ledger throws(LedgerError) in
                try ledger.latest(kind: kind, label: label, before: before, limit: limit, briefs: .omitted)
            }
            page = entries[...]
            exhausted = entries.count < pageSize
            pageSize = 500
        }
        return page.first
    }

    mutating func take() -> Entry? {
        let entry = page.popFirst()
        if let entry { before = entry.sequence }
        return entry
    }
}

extension Records {
    /// What nobody has decided, for readers of a ledger that no desk has open.
    public func pending() throws(EventLedgerError) -> [ApprovalRequest] {
        var requests: [ApprovalRequest] = []
        for (subject, brief) in try events.unfinished() {
            switch brief {
            case .pending, .extended:
                if let request = try events.history(of: subject).request { requests.append(request) }
            case .approved, .started: continue
            }
        }
        return requests
    }
}
