/// The check of a ledger's newest entries when it is opened: cheap, and enough to notice a torn end.
/// All of it is checked by `verify`.
struct Tail {
    private let store: any LedgerReading
    private let indexer: Indexer
    private let sealing: RecordSealing

    static let length = 64

    init(_ store: any LedgerReading, indexer: @escaping Indexer, sealing: RecordSealing) {
        self.store = store
        self.sealing = sealing
        self.indexer = indexer
    }

    /// - Returns: the head that the next entry follows.
    func checked() throws(LedgerError) -> Head {
        let head = try store.head()
        let first = max(1, head.size - Int64(Tail.length) + 1)
        let stored = try store.entries(from: first, limit: Tail.length)

        var next = first
        var last: [ByteKey: Entry] = [:]
        for stored in stored {
            guard stored.sequence == next else { throw .damaged(path: store.path, .missing(sequence: next)) }
            // A key that is missing is no damage.
            _ = try sealing.record(of: stored, in: store.identity, path: store.path)
            let entry = try stored.checked(path: store.path, indexer: indexer)
            guard indexer(entry.record) == entry.index else {
                throw .damaged(path: store.path, .index(sequence: next))
            }
            if let subject = entry.index.subject, entry.index.standing != .unchanged {
                last[ByteKey(subject)] = entry
            }
            next += 1
        }
        guard next == head.size + 1 else { throw .damaged(path: store.path, .missing(sequence: next)) }

        for (subject, entry) in last {
            let expected: Unresolved? =
                switch entry.index.standing {
                case .open(let brief): Unresolved(subject: subject.text, sequence: entry.sequence, brief: brief)
                case .unchanged, .settled: nil
                }
            guard try store.unresolved(subject.text) == expected else {
                throw .damaged(path: store.path, .unresolved(sequence: entry.sequence))
            }
        }
        return head
    }
}
