package import HITLCore
import HITLLedger

extension Records {
    /// Requests and ruled calls that match and have the text in one of their records, oldest first; of many, those whose
    /// record with it is newest.
    ///
    /// Goes back from the newest record over stretches that may have it. What the filter beside the ledger says never
    /// makes a record match; it only spares reading.
    func search(for text: String, _ query: Query) throws(EventLedgerError) -> [RequestHistory] {
        let bytes = RecordText.written(text)
        guard !bytes.isEmpty else { return [] }
        let filter = events.ledger.outline(TextFilter.kind)
        let outline = events.ledger.outline(StretchFacts.kind)
        var found: [RequestHistory] = []
        var seen: Set<Subject> = []
        var end = try events.read { ledger throws(LedgerError) in try ledger.head.size }
        while end > 0, query.last.map({ found.count < $0 }) ?? true {
            let stretch = Int((end - 1) / Outline.stretch)
            let range = Outline.entries(of: stretch).lowerBound...end
            end = range.lowerBound - 1
            if let since = query.since, stretch < outline.count,
                let facts = outline[stretch].flatMap({ StretchFacts($0) }), facts.latest < since.milliseconds
            {
                continue
            }
            if stretch < filter.count, let bits = filter[stretch], !TextFilter.mayHave(bytes, in: bits) { continue }
            try search(range, for: bytes, query, &seen, &found)
        }
        return found.reversed()
    }

    /// Whether a record about it has the text, as it is written there.
    package func has(_ text: String, about subject: Subject) throws(EventLedgerError) -> Bool {
        let bytes = RecordText.written(text)
        for entry in try events.entries(of: subject) {
            let found = try events.read { ledger throws(LedgerError) in
                try ledger.sequences(having: bytes, in: entry.sequence...entry.sequence)
            }
            if !found.isEmpty { return true }
        }
        return false
    }

    private func search(
        _ range: ClosedRange<Int64>, for bytes: [UInt8], _ query: Query, _ seen: inout Set<Subject>,
        _ found: inout [RequestHistory]
    ) throws(EventLedgerError) {
        let sequences = try events.read { ledger throws(LedgerError) in
            try ledger.sequences(having: bytes, in: range)
        }
        for sequence in sequences {
            if let last = query.last, found.count >= last { return }
            let entry = try events.read { ledger throws(LedgerError) in try ledger.entry(at: sequence) }
            guard let name = entry?.index.subject, let subject = Subject(name), seen.insert(subject).inserted else {
                continue
            }
            let history = try events.history(of: subject)
            if let tool = query.tool, !(history.call?.tool.utf8.elementsEqual(tool.utf8) ?? false) { continue }
            if let decision = query.decision, history.decision != decision { continue }
            if let since = query.since, (history.decidedAt ?? history.openedAt).map({ $0 < since }) ?? true { continue }
            found.append(history)
        }
    }
}

/// How a text stands in a record: canonical JSON, which escapes everything outside printable ASCII.
enum RecordText {
    static func written(_ text: String) -> [UInt8] {
        Array(JSONValue.string(text).canonical.dropFirst().dropLast())
    }
}
