import HITLCore
import HITLLedger

extension Records {
    /// What stands in the ledger from one entry on, as news.
    public enum News: Sendable {
        case opened(RequestHistory)
        /// By a person, a rule, time or whoever asked.
        case decided(RequestHistory)
    }

    /// The size of the ledger now.
    public func end() throws(EventLedgerError) -> Int64 {
        try events.read { ledger throws(LedgerError) in try ledger.head.size }
    }

    /// What was opened and decided after an entry, in order, and the last entry that was looked at.
    public func news(after sequence: Int64) throws(EventLedgerError) -> (news: [News], last: Int64) {
        var news: [News] = []
        var last = sequence
        while true {
            let start = last + 1
            let page = try events.read { ledger throws(LedgerError) in try ledger.entries(from: start, limit: 500) }
            guard let newest = page.last else { return (news, last) }
            last = newest.sequence
            for entry in page {
                let isOpening = entry.index.kind == EventIndex.opened
                guard isOpening || entry.index.kind == EventIndex.closed || entry.index.kind == EventIndex.ruled,
                    let name = entry.index.subject, let subject = Subject(name)
                else { continue }
                let history = try events.history(of: subject)
                news.append(isOpening ? .opened(history) : .decided(history))
            }
        }
    }
}
