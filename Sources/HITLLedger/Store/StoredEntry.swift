/// What a store keeps of an entry. The store believes none of it: `LedgerReading` users get an `Entry`
/// only after `checked(in:)`.
package struct StoredEntry: Sendable {
    package var sequence: Int64
    package var time: Int64
    /// The stored hash of the entry before (of the first: the genesis hash); nil where there is none.
    package var previous: Digest?
    package var hash: Digest?
    package var record: [UInt8]
    package var claim: String?
    package var subject: String?
    package var kind: String
    package var label: String?
    package var standing: StandingCode
}

extension StoredEntry {
    init(_ entry: Entry) {
        self.init(
            sequence: entry.sequence, time: entry.time, previous: entry.previous, hash: entry.hash,
            record: entry.record, claim: entry.index.claim, subject: entry.index.subject,
            kind: entry.index.kind, label: entry.index.label, standing: entry.index.standing.code
        )
    }

    /// The entry, after its own hash was recomputed: whatever reads the ledger, changed bytes are
    /// found before they are believed.
    ///
    /// - Parameter briefs: `.omitted` for who does without, which spares reading most records for them.
    func checked(path: String, indexer: Indexer, briefs: Briefs = .derived) throws(LedgerError) -> Entry {
        guard let previous else { throw .damaged(path: path, .missing(sequence: sequence - 1)) }
        let removed = RemovedRecord(record)
        let leaf =
            removed != nil
            ? hash ?? .zero
            : record.withUnsafeBytes {
                Chain.leaf(sequence: sequence, time: time, previous: previous, record: $0)
            }
        guard leaf == hash else { throw .damaged(path: path, .changed(sequence: sequence)) }

        let standing: Standing
        switch self.standing {
        case .unchanged: standing = .unchanged
        case .settled: standing = .settled
        case .open where briefs == .omitted:
            standing = .open(brief: [])
        case .open:
            // The brief is not kept with the entry; its record has it.
            guard let index = indexer(record), case .open = index.standing else {
                throw .damaged(path: path, .index(sequence: sequence))
            }
            standing = index.standing
        }
        return Entry(
            sequence: sequence, time: time, previous: previous, record: record, hash: leaf,
            index: Index(claim: claim, subject: subject, kind: kind, label: label, standing: standing),
            removedBy: removed?.by
        )
    }
}
