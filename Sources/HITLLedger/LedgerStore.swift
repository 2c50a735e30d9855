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

/// Whether the index of an entry that is read has the brief of what it left open, which only its record has.
package enum Briefs: Sendable { case derived, omitted }

/// How a standing is kept beside the entry; the brief is kept with what is unresolved.
package enum StandingCode: Int64, Sendable {
    case unchanged = 0, open = 1, settled = 2
}

extension Standing {
    var code: StandingCode {
        switch self {
        case .unchanged: .unchanged
        case .open: .open
        case .settled: .settled
        }
    }
}

/// Where entries are read. Every function may be called from any thread, beside a writer, and sees
/// whole groups only.
package protocol LedgerReading: AnyObject, Sendable {
    /// What errors call the ledger.
    var path: String { get }

    /// 32 random bytes, made when the ledger was.
    var identity: [UInt8] { get }

    func head() throws(LedgerError) -> Head
    func entry(at sequence: Int64) throws(LedgerError) -> StoredEntry?
    func entry(claiming key: String) throws(LedgerError) -> StoredEntry?
    func entries(of subject: String) throws(LedgerError) -> [StoredEntry]
    func entries(from sequence: Int64, limit: Int) throws(LedgerError) -> [StoredEntry]
    func latest(kind: String?, label: String?, before: Int64, limit: Int) throws(LedgerError) -> [StoredEntry]

    /// The sequences in `range` whose stored record has these bytes, newest first.
    func matches(_ text: [UInt8], in range: ClosedRange<Int64>) throws(LedgerError) -> [Int64]

    /// The stored hashes of up to `limit` entries without a gap, the first at `sequence`.
    func hashes(from sequence: Int64, limit: Int) throws(LedgerError) -> [Digest]

    /// After it returns, all that could be read before is on the disk.
    func makeDurable() throws(LedgerError)

    /// By sequence.
    func unresolved() throws(LedgerError) -> [Unresolved]
    func unresolved(_ subject: String) throws(LedgerError) -> Unresolved?
    func tallies() throws(LedgerError) -> [Tally]

    /// All of it as it is now, unharmed by later appends.
    func snapshot() throws(LedgerError) -> any LedgerSnapshot

    func close()
}

/// Where entries are written. Used by one thread at a time; `insert` between `begin` and `commit` or `rollback`.
package protocol LedgerWriting: AnyObject, Sendable {
    /// - Parameter durability: what `commit` will promise.
    func begin(_ durability: Durability) throws(LedgerError)

    /// Sees what was inserted since `begin`.
    func claimant(of key: String) throws(LedgerError) -> StoredEntry?

    /// Whether there is an entry about the subject, inserted since `begin` or earlier.
    func hasEntries(of subject: String) throws(LedgerError) -> Bool

    func insert(_ entry: Entry) throws(LedgerError)

    /// After it returns the inserted entries are in the store, and with `.synced` on the disk. When it
    /// throws, `rollback` has to follow.
    func commit() throws(LedgerError)

    /// After it returns nothing since `begin` is in the store, nor will be after a crash. Where it
    /// throws, `begin` throws too until that is so.
    func rollback() throws(LedgerError)

    /// Makes all earlier commits durable.
    func sync() throws(LedgerError)

    /// Puts other bytes in the place of records, and sees to it that the former ones are in none of its files any more.
    /// Outside of `begin` and `commit`. Each record is as before or as after, whatever happens in between; where it
    /// throws, some are.
    func replace(_ replacement: Replacement) throws(LedgerError)

    /// What `replace` does last, for who was stopped before that: the former bytes of what was replaced are in no file any
    /// more, whatever happens from here on.
    func endReplacing() throws(LedgerError)

    /// Whether `maintain` has something to do.
    var needsMaintenance: Bool { get }

    /// What need not happen before an append is acknowledged.
    func maintain() throws(LedgerError)

    func close()
}

/// The rows of a ledger at one moment, as they are stored, for verification. Used by one thread at a
/// time. `visit` returns false to stop; the bytes it is given are valid until it returns.
package protocol LedgerSnapshot: AnyObject, Sendable {
    var size: Int64 { get }

    func scanChain(_ visit: (borrowing ChainRow) -> Bool) throws(LedgerError)
    func scanIndex(_ visit: (borrowing IndexRow) -> Bool) throws(LedgerError)

    /// One of the lists by which entries are found, in its own order. `place` is the entry's sequence; in a list of runs,
    /// the number of the run, from 0.
    func scanList(
        _ list: IndexColumn, _ visit: (_ key: UnsafeRawBufferPointer, _ place: Int64) -> Bool
    ) throws(LedgerError)

    /// How many entries a place in the list stands for. Of a list of runs only full ones are in it, and once for each key.
    func runLength(of list: IndexColumn) -> Int64

    func unresolved() throws(LedgerError) -> [Unresolved]
    func tallies() throws(LedgerError) -> [Tally]

    /// How many bytes follow the last entry that are of an append which was not finished; nobody is finishing it.
    var tornBytes: Int64 { get }

    /// What is wrong with how the store finds its rows, which whoever reads them all in order does not see. In the store's words.
    func flaw() throws(LedgerError) -> String?
}

extension LedgerSnapshot {
    package func runLength(of list: IndexColumn) -> Int64 { 1 }

    /// A store with transactions has none.
    package var tornBytes: Int64 { 0 }

    /// A store whose order is that of its bytes has nothing else to find them by.
    package func flaw() throws(LedgerError) -> String? { nil }
}

package struct ChainRow: ~Copyable {
    package let sequence: Int64
    package let time: Int64
    package let hash: UnsafeRawBufferPointer
    package let record: UnsafeRawBufferPointer
}

package struct IndexRow: ~Copyable {
    package let sequence: Int64
    package let record: UnsafeRawBufferPointer
    package let claim: UnsafeRawBufferPointer?
    package let subject: UnsafeRawBufferPointer?
    package let kind: UnsafeRawBufferPointer
    package let label: UnsafeRawBufferPointer?
    package let standing: Int64
}

/// What verification calls the parts of an index.
public enum IndexColumn: String, Sendable, CaseIterable {
    case claim, subject, kind, label, standing
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
