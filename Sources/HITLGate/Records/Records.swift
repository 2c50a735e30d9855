public import HITLCore
public import HITLLedger

/// Questions to the ledger that people ask: what was decided, how often, how fast.
public struct Records: Sendable {
    public let events: EventLedger

    public init(_ ledger: Ledger) {
        self.init(events: EventLedger(ledger))
    }

    init(events: EventLedger) {
        self.events = events
    }

    public struct Query: Sendable {
        public var last: Int?
        public var tool: String?
        /// One of the contract's words: `approved`, `rejected`, `expired`, …
        public var decision: String?
        public var since: WallTime?

        public init(last: Int? = nil, tool: String? = nil, decision: String? = nil, since: WallTime? = nil) {
            self.last = last
            self.tool = tool
            self.decision = decision
            self.since = since
        }
    }

    /// Decisions that match, oldest first; of many, the newest `last`.
    ///
    /// Reads from the newest entry backwards and stops as soon as it has enough, so that the cost is
    /// that of what is shown and not of the ledger's length.
    public func history(_ query: Query) throws(EventLedgerError) -> [RequestHistory] {
        var found: [RequestHistory] = []
        // Only these two kinds carry a tool as their label. Asking for both, a tool of which there are none of one kind
        // would be looked for through all of the other.
        var lists =
            if let tool = query.tool {
                [Backwards(events, kind: nil, label: tool)]
            } else {
                [Backwards(events, kind: EventIndex.closed), Backwards(events, kind: EventIndex.ruled)]
            }
        while query.last.map({ found.count < $0 }) ?? true {
            guard let entry = try nextNewest(of: &lists) else { break }
            if let since = query.since, entry.time < since.milliseconds { break }
            guard let name = entry.index.subject, let subject = Subject(name) else { continue }
            let history = try events.history(of: subject)
            if let decision = query.decision, history.decision != decision { continue }
            found.append(history)
        }
        return found.reversed()
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
        _ body: (RequestHistory) throws(EventLedgerError) -> Void
    ) throws(EventLedgerError) {
        var operators: [ByteKey: String] = [:]
        let end = try events.read { ledger throws(LedgerError) in try ledger.head.size }
        var agreement = IndexAgreement(upTo: end)
        var after: Int64 = 0
        while after < end {
            let (start, limit) = (after, min(500, Int(end - after)))
            let page = try events.read { ledger throws(LedgerError) in
                try ledger.entries(from: start + 1, limit: limit)
            }
            guard let last = page.last else { break }
            for entry in page {
                try agreement.pass(entry)
                switch entry.index.kind {
                case EventIndex.sessionStarted:
                    guard case .sessionStarted(let session) = try EventLedger.event(of: entry) else { continue }
                    operators[ByteKey(session.id)] = session.operatorName
                case EventIndex.opened, EventIndex.ruled:
                    guard let name = entry.index.subject, let subject = Subject(name) else { continue }
                    let entries = try events.entries(of: subject)
                    agreement.find(entries)
                    var history = try RequestHistory(subject: subject, entries: entries)
                    history.operatorName = history.call.flatMap { operators[ByteKey($0.origin.session)] }
                    try body(history)
                default: continue
                }
            }
            after = last.sequence
        }
        try agreement.finish()
    }
}

/// Entries of one kind or label from the newest to the oldest, read in pages.
private struct Backwards {
    private let events: EventLedger
    private let kind: String?
    private let label: String?
    private var page: ArraySlice<Entry> = []
    private var before = Int64.max
    private var pageSize = 16
    private var exhausted = false

    init(_ events: EventLedger, kind: String?, label: String? = nil) {
        self.events = events
        self.kind = kind
        self.label = label
    }

    mutating func peek() throws(EventLedgerError) -> Entry? {
        if page.isEmpty, !exhausted {
            let (kind, label, before, limit) = (kind, label, before, pageSize)
            let entries = try events.read { ledger throws(LedgerError) in
                try ledger.latest(kind: kind, label: label, before: before, limit: limit)
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
