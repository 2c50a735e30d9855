/// The lines of a file ledger up to where they ended at one moment.
final class FileSnapshot: LedgerSnapshot, @unchecked Sendable {
    // Sendable because `LedgerSnapshot` is used by one thread at a time, and its state is not changed.
    private let path: String
    private let segments: [FileSegment]
    private let end: FilePosition
    private let index: FileIndex
    private let flaw: LedgerError?
    private let indexer: Indexer
    let tornBytes: Int64

    init(
        path: String, segments: [FileSegment], end: FilePosition, index: FileIndex, flaw: LedgerError?,
        tornBytes: Int64,
        indexer: @escaping Indexer
    ) {
        (self.path, self.segments, self.end) = (path, segments, end)
        (self.index, self.flaw, self.tornBytes, self.indexer) = (index, flaw, tornBytes, indexer)
    }

    /// Beyond a flaw nothing is counted, but something is there: what is wrong is found before the end.
    var size: Int64 { flaw == nil ? Int64(index.count) : .max }

    private func scan(
        _ visit: (_ entry: FileLine, _ line: UnsafeRawBufferPointer) -> Bool
    ) throws(LedgerError) {
        var scanner = FileScanner(segments, to: flaw == nil ? end : nil)
        var wasStopped = false
        try scanner.run { line, at throws(LedgerError) in
            if at.offset == 0 { return true }
            guard let entry = FileLine(line) else {
                throw flaw
                    ?? .damaged(path: path, .structure("`\(segments[at.segment].path)` has a line that is no entry"))
            }
            wasStopped = !visit(entry, line)
            return !wasStopped
        }
        // The chain holds as far as it was read, and yet something was wrong with the files.
        if !wasStopped, let flaw { throw flaw }
    }

    func scanChain(_ visit: (borrowing ChainRow) -> Bool) throws(LedgerError) {
        try scan { entry, line in
            entry.hash.withUnsafeBytes { hash in
                entry.withRecord(in: line) { record in
                    visit(ChainRow(sequence: entry.sequence, time: entry.time, hash: hash, record: record))
                }
            }
        }
    }

    /// A file ledger keeps no index, so what its record gives is all that it can say.
    func scanIndex(_ visit: (borrowing IndexRow) -> Bool) throws(LedgerError) {
        try scan { entry, line in
            let index = indexer(entry.record(in: line))
            return entry.withRecord(in: line) { record in
                withBytes(of: index?.claim) { claim in
                    withBytes(of: index?.subject) { subject in
                        withBytes(of: index?.label) { label in
                            Array((index?.kind ?? "").utf8).withUnsafeBytes { kind in
                                visit(
                                    IndexRow(
                                        sequence: entry.sequence, record: record, claim: claim, subject: subject,
                                        kind: kind, label: label,
                                        standing: (index?.standing.code ?? .unchanged).rawValue))
                            }
                        }
                    }
                }
            }
        }
    }

    func scanList(
        _ list: IndexColumn, _ visit: (UnsafeRawBufferPointer, Int64) -> Bool
    ) throws(LedgerError) {
        for (key, places) in index.list(list) {
            for place in places {
                guard Array(key.text.utf8).withUnsafeBytes({ visit($0, Int64(place) + 1) }) else { return }
            }
        }
    }

    func unresolved() throws(LedgerError) -> [Unresolved] { index.sortedUnresolved }

    func tallies() throws(LedgerError) -> [Tally] { index.sortedTallies }

    private func withBytes<Value>(of text: String?, _ body: (UnsafeRawBufferPointer?) -> Value) -> Value {
        guard let text else { return body(nil) }
        return Array(text.utf8).withUnsafeBytes { body($0) }
    }
}
