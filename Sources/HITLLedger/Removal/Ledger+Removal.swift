import HITLPlatform

extension Ledger {
    /// Does what the record of entry `by` says: takes the contents of earlier entries, or whole records, out of the
    /// ledger's files. Entries keep number, time and hash, so that chain, tree, checkpoints and proofs hold as before.
    ///
    /// The record is there and synced before anything is taken out. Whoever is killed meanwhile finds it again, and
    /// calls this once more: what is done already stays as it is, and it returns only when all of it is.
    ///
    /// - Parameter residue: what is left of a record; nil where it has nothing that could be taken out.
    /// - Throws: `damaged` where what would be left is not what the record says.
    package func carryOut(
        removalBy by: Int64, residue: @Sendable (_ record: [UInt8]) -> [UInt8]?
    ) async throws(LedgerError) {
        guard let entry = try entry(at: by), let removes = indexer(entry.record)?.removes else {
            throw .damaged(path: path, .missing(sequence: by))
        }
        switch removes {
        case .nothing: return
        case .contents(let contents):
            var records: [(sequence: Int64, record: [UInt8])] = []
            for removed in contents.sorted(by: { $0.sequence < $1.sequence }) where removed.sequence < by {
                guard let former = try self.entry(at: removed.sequence), former.removedBy == nil else { continue }
                guard let left = residue(former.record), former.hash(leaving: left) == removed.left else {
                    throw .damaged(path: path, .removed(sequence: removed.sequence))
                }
                let stored = RemovedRecord(by: by, left: try sealing.sealed(left, in: identity))
                records.append((removed.sequence, stored.bytes))
            }
            guard records.isEmpty else { return try await replace(.records(records)) }
            try await endReplacing(from: contents.map(\.sequence).min() ?? 1)
        case .prefix(let last):
            guard last > 0, last < by else { throw .damaged(path: path, .removed(sequence: last)) }
            guard try self.entry(at: last)?.removedBy ?? 0 < by else { return try await endReplacing(from: 1) }
            let record = RemovedRecord(by: by, left: nil).bytes
            try await replace(.prefix(through: last, record: record, kind: Index.removedKind))
        }
    }

    /// Looks up whether the entry that a removed one names says that this is what is left of it, then and after that entry:
    /// nobody has to believe the mark alone.
    func check(_ removed: RemovedRecord, in stored: StoredEntry, open: [UInt8]?) throws(LedgerError) {
        let says: Bool
        switch try removal(by: removed.by) {
        case .nothing: says = false
        case .contents(let lefts):
            says = lefts[stored.sequence].map { $0 == open.flatMap(stored.hash(leaving:)) } ?? false
        case .prefix(let last): says = open == nil && stored.sequence <= last
        }
        guard says else { throw .damaged(path: path, .removed(sequence: stored.sequence)) }
    }
}

extension StoredEntry {
    /// As of an entry; nil where there is none before it.
    func hash(leaving left: [UInt8]) -> Digest? {
        previous.map { previous in
            left.withUnsafeBytes { Chain.leaf(sequence: sequence, time: time, previous: previous, record: $0) }
        }
    }
}
