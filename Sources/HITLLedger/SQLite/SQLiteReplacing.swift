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
        let counts = try connection.prepare(
            "SELECT kind, label, count(*) FROM entry WHERE sequence BETWEEN ?1 AND ?2 GROUP BY kind, label")
        counts.bind(range.lowerBound, at: 1)
        counts.bind(range.upperBound, at: 2)
        var changes: [(kind: String, label: String?, count: Int64)] = []
        while try counts.step() { changes.append((counts.text(0) ?? "", counts.text(1), -counts.integer(2))) }
        counts.reset()
        changes.append((kind, nil, range.upperBound - range.lowerBound + 1))
        for change in changes { try count(change.count, change.kind, change.label) }
        try connection.execute("DELETE FROM tally WHERE count = 0")
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
    }

    private func count(_ entries: Int64, _ kind: String, _ label: String?) throws(LedgerError) {
        for sql in [
            "UPDATE tally SET count = count + ?3 WHERE kind = ?1 AND label IS ?2",
            "INSERT INTO tally (kind, label, count) VALUES (?1, ?2, ?3)",
        ] {
            let statement = try connection.prepare(sql)
            statement.bind(kind, at: 1)
            statement.bind(label, at: 2)
            statement.bind(entries, at: 3)
            try statement.run()
            if connection.changedRows > 0 { return }
        }
    }
}
