import HITLCore
import HITLLedger

extension Records {
    /// What stands in the ledger from one entry on, as news.
    public enum News: Sendable {
        case opened(RequestHistory)
        /// By a person, a rule, time or whoever asked.
        case decided(RequestHistory)
        /// Its call ended, with an outcome, after its decision was news.
        case ended(RequestHistory)
    }

    /// The size of the ledger now.
    public func end() throws(EventLedgerError) -> Int64 {
        try events.read { ledger throws(LedgerError) in try ledger.head.size }
    }

    /// What was opened, decided and ended after an entry, in order, and the last entry that was looked at. Each is told as
    /// it stood there, so that what was read together is told once.
    public func news(after sequence: Int64) throws(EventLedgerError) -> (news: [News], last: Int64) {
        var news: [News] = []
        var last = sequence
        while true {
            let start = last + 1
            let page = try events.read { ledger throws(LedgerError) in try ledger.entries(from: start, limit: 500) }
            guard let newest = page.last else { return (news, last) }
            last = newest.sequence
            var decided: Set<Subject> = []
            for entry in page {
                guard let name = entry.index.subject, let subject = Subject(name) else { continue }
                switch entry.index.kind {
                case EventIndex.opened: news.append(.opened(try events.history(of: subject, upTo: last)))
                case EventIndex.closed, EventIndex.ruled:
                    decided.insert(subject)
                    news.append(.decided(try events.history(of: subject, upTo: last)))
                case EventIndex.finished where !decided.contains(subject):
                    news.append(.ended(try events.history(of: subject, upTo: last)))
                default: continue
                }
            }
        }
    }
}
