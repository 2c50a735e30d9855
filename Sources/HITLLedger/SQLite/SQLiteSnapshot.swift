/// A read transaction on a connection of its own.
final class SQLiteSnapshot: LedgerSnapshot, @unchecked Sendable {
    // Sendable because `LedgerSnapshot` is used by one thread at a time.
    private let connection: SQLiteConnection
    private let version: Int
    let size: Int64

    /// - Parameter version: of the ledger's tables.
    init(_ connection: SQLiteConnection, version: Int) throws(LedgerError) {
        self.connection = connection
        self.version = version
        try connection.execute("BEGIN")
        size = try connection.number("SELECT coalesce(max(sequence), 0) FROM entry")
        // The transaction began with the first statement that read.
        connection.readAhead()
    }

    func scanChain(_ visit: (borrowing ChainRow) -> Bool) throws(LedgerError) {
        let rows = try connection.prepare("SELECT sequence, time, hash, record FROM entry ORDER BY sequence")
        while try rows.step() {
            let row = ChainRow(
                sequence: rows.integer(0), time: rows.integer(1), hash: rows.borrowed(2), record: rows.borrowed(3))
            guard visit(row) else { return }
        }
    }

    func scanIndex(_ visit: (borrowing IndexRow) -> Bool) throws(LedgerError) {
        let rows = try connection.prepare(
            "SELECT sequence, record, claim, subject, kind, label, standing FROM entry ORDER BY sequence")
        while try rows.step() {
            let row = IndexRow(
                sequence: rows.integer(0), record: rows.borrowed(1), claim: rows.borrowedUnlessNull(2),
                subject: rows.borrowedUnlessNull(3), kind: rows.borrowed(4), label: rows.borrowedUnlessNull(5),
                standing: rows.integer(6))
            guard visit(row) else { return }
        }
    }

    func scanList(
        _ list: IndexColumn, _ visit: (UnsafeRawBufferPointer, Int64) -> Bool
    ) throws(LedgerError) {
        guard list != .standing else { return }
        let column = list.rawValue
        let rows = try connection.prepare(
            runLength(of: list) > 1
                ? "SELECT \(column), run FROM \(column)_run ORDER BY \(column), run"
                // `INDEXED BY` makes SQLite read the index itself, or fail.
                : """
                SELECT \(column), sequence FROM entry INDEXED BY entry_\(column)
                WHERE \(column) IS NOT NULL ORDER BY \(column), sequence
                """)
        while try rows.step() {
            guard visit(rows.borrowed(0), rows.integer(1)) else { return }
        }
    }

    func runLength(of list: IndexColumn) -> Int64 {
        version >= 2 && (list == .kind || list == .label) ? SQLiteRuns.length : 1
    }

    func unresolved() throws(LedgerError) -> [Unresolved] {
        try connection.unresolved()
    }

    func tallies() throws(LedgerError) -> [Tally] {
        try connection.tallies(version)
    }

    /// A row is found by the keys in the pages above it, which no scan reads, and a free page is written to some day. What
    /// the lists of `entry` and of runs hold is checked by scanning them; these two tables are small.
    func flaw() throws(LedgerError) -> String? {
        for check in ["quick_check(1)", "integrity_check(tally)", "integrity_check(unresolved)"] {
            do throws(LedgerError) {
                let found = try connection.text("PRAGMA \(check)")
                // Its first line names the database.
                guard found.utf8.elementsEqual("ok".utf8) else {
                    return found.split(separator: "\n").last.map(String.init)
                }
            } catch .damaged(_, .structure(let sentence)) {
                return sentence
            }
        }
        return nil
    }
}

extension SQLiteStatement {
    fileprivate func borrowedUnlessNull(_ column: Int32) -> UnsafeRawBufferPointer? {
        isNull(column) ? nil : borrowed(column)
    }
}
