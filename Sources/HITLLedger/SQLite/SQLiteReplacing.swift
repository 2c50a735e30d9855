/// Takes records out of a database for good: where rows become shorter SQLite overwrites what it frees with zeros
/// (`secure_delete`), and then the log, which has pages as they were, is emptied.
struct SQLiteReplacing {
    private let connection: SQLiteConnection

    /// So that no transaction becomes as long as the ledger.
    private static let batch: Int64 = 20_000

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    func run(_ replacement: Replacement) throws(LedgerError) {
        switch replacement {
        case .records(let records): try transaction { () throws(LedgerError) in try replace(records) }
        case .prefix(let last, let record, let kind):
            var first: Int64 = 1
            while first <= last {
                let end = min(last, first + Self.batch - 1)
                try transaction { () throws(LedgerError) in try clear(first...end, record, kind) }
                first = end + 1
            }
        }
        try connection.checkpoint(.truncate)
    }

    private func transaction(_ body: () throws(LedgerError) -> Void) throws(LedgerError) {
        try connection.execute("PRAGMA synchronous = FULL; BEGIN IMMEDIATE")
        do throws(LedgerError) {
            try body()
            try connection.execute("COMMIT")
        } catch {
            try connection.rollback()
            throw error
        }
    }

    private func replace(_ records: [(sequence: Int64, record: [UInt8])]) throws(LedgerError) {
        let update = try connection.prepare("UPDATE entry SET record = ?2 WHERE sequence = ?1")
        for (sequence, record) in records {
            update.bind(sequence, at: 1)
            update.bind(record, at: 2)
            try update.run()
        }
    }

    private func clear(_ range: ClosedRange<Int64>, _ record: [UInt8], _ kind: String) throws(LedgerError) {
        let runs = try SQLiteRunWriter(connection)
        let end = SQLiteRuns.end(of: try connection.number("SELECT coalesce(max(sequence), 0) FROM entry"))
        let counted = range.lowerBound <= end ? range.lowerBound...min(range.upperBound, end) : nil
        if let counted {
            for sql in SQLiteRuns.clear {
                let statement = try connection.prepare(sql)
                statement.bind((counted.lowerBound - 1) / SQLiteRuns.length, at: 1)
                statement.bind((counted.upperBound - 1) / SQLiteRuns.length, at: 2)
                try statement.run()
            }
            try runs.count(counted, times: -1)
        }
        let update = try connection.prepare(
            """
            UPDATE entry SET record = ?3, kind = ?4, subject = NULL, label = NULL, claim = NULL, standing = 0
            WHERE sequence BETWEEN ?1 AND ?2
            """)
        update.bind(range.lowerBound, at: 1)
        update.bind(range.upperBound, at: 2)
        update.bind(record, at: 3)
        update.bind(kind, at: 4)
        try update.run()
        guard let counted else { return }
        try runs.count(counted, times: 1)
        try connection.execute("DELETE FROM tally WHERE count = 0")
        // With what is left of the run in which the range ends.
        let last = (counted.upperBound + SQLiteRuns.length - 1) / SQLiteRuns.length * SQLiteRuns.length
        try runs.list(counted.lowerBound...last)
    }
}
