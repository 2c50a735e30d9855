public import HITLCore
import HITLLedger

/// Which requests and ruled calls a question is about.
public struct RecordScope: Sendable, Equatable {
    /// Entries from and through which calls were asked for or decided.
    public var from: Int64
    public var through: Int64

    /// Asked for since then.
    public var since: WallTime?

    /// What the agent calls its session.
    public var agentSession: String?

    public init(from: Int64 = 1, through: Int64 = .max, since: WallTime? = nil, agentSession: String? = nil) {
        self.from = from
        self.through = through
        self.since = since
        self.agentSession = agentSession
    }

    func contains(_ history: RequestHistory) -> Bool {
        if let since, let openedAt = history.openedAt, openedAt < since { return false }
        guard let agentSession else { return true }
        return history.call.map { $0.origin.session.utf8.elementsEqual(agentSession.utf8) } ?? false
    }
}

/// One run of a desk, from its start to the next one's.
public struct DeskRun: Sendable, Equatable {
    public let session: Event.Session
    public let startedAt: WallTime
    public let scope: RecordScope
}

extension Records {
    /// The run of a desk that has this session, or the latest; nil where there is none.
    ///
    /// Goes backwards from the newest, so the cost is that of the runs since.
    public func deskRun(_ session: String? = nil) throws(EventLedgerError) -> DeskRun? {
        var before = Int64.max
        while true {
            let place = before
            let newest = try events.read { ledger throws(LedgerError) in
                try ledger.latest(kind: EventIndex.sessionStarted, label: nil, before: place, limit: 1)
            }
            guard let entry = newest.first else { return nil }
            guard case .sessionStarted(let started) = try EventLedger.event(of: entry) else { return nil }
            if session.map({ $0.utf8.elementsEqual(started.id.utf8) }) ?? true {
                return DeskRun(
                    session: started, startedAt: WallTime(milliseconds: entry.time),
                    scope: RecordScope(from: entry.sequence, through: before == .max ? .max : before - 1))
            }
            before = entry.sequence
        }
    }

    /// What was asked for or decided in the scope, in the order of the ledger; each once.
    public func forEach(
        in scope: RecordScope, _ body: (RequestHistory) throws(EventLedgerError) -> Void
    ) throws(EventLedgerError) {
        var next = scope.from
        if let since = scope.since { next = max(next, try start(since: since)) }
        while next <= scope.through {
            let start = next
            let page = try events.read { ledger throws(LedgerError) in
                try ledger.entries(from: start, limit: 500, briefs: .omitted)
            }
            guard let last = page.last else { return }
            for entry in page where entry.sequence <= scope.through {
                guard let name = entry.index.subject, let subject = Subject(name) else { continue }
                let kind = entry.index.kind
                guard kind == EventIndex.opened || kind == EventIndex.ruled || kind == EventIndex.closed else {
                    continue
                }
                let history = try events.history(of: subject)
                // Of a request that was opened in the scope too, the opening stands for both.
                if kind == EventIndex.closed, history.sequence >= scope.from { continue }
                if scope.contains(history) { try body(history) }
            }
            next = last.sequence + 1
        }
    }
}
