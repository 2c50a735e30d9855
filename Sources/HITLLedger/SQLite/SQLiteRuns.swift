/// Entries 1 to 64, 65 to 128 and so on: with the last entry of a run, and not before, the kinds and labels in it are
/// listed and its entries are counted. Whoever looks something up reads what follows the last full run, and of the
/// others those that have it:
///
///     kind_run   closed 0 ─► entries 1…64        sessionStarted 0
///                closed 1 ─► entries 65…128
///                            entries 129…150     no full run yet: read
///
/// So most appends change no page for it, and an entry is still found in as many steps whatever the ledger's length.
package enum SQLiteRuns {
    static let length: Int64 = 64

    /// In each list the key comes first.
    static let tables = ["kind", "label"].map { column in
        (
            name: "\(column)_run",
            sql: """
            CREATE TABLE \(column)_run (\(column) TEXT NOT NULL, run INTEGER NOT NULL, \
            PRIMARY KEY (\(column), run)) STRICT, WITHOUT ROWID
            """
        )
    }

    /// The last entry of the last full run among `size` entries.
    static func end(of size: Int64) -> Int64 { size / length * length }

    /// The same in SQL.
    static let end = "(SELECT coalesce(max(sequence), 0) FROM entry) / \(length) * \(length)"

    /// The kinds and the labels of all full runs up to and with entry ?2, from that of entry ?1 on.
    static let list = ["kind", "label"].map { column in
        // Of a statement that changes several rows SQLite would keep what it needs to undo it alone: but for `OR FAIL`.
        """
        INSERT OR FAIL INTO \(column)_run SELECT DISTINCT \(column), (sequence - 1) / \(length) FROM entry
        WHERE sequence > (?1 - 1) / \(length) * \(length) AND sequence <= ?2 AND \(column) IS NOT NULL
        """
    }

    /// Takes them out again, of the runs ?1 to ?2. `tally` has every kind and label that is in them.
    static let clear = ["kind", "label"].map { column in
        """
        DELETE FROM \(column)_run WHERE \(column) IN (SELECT \(column) FROM tally WHERE \(column) IS NOT NULL)
        AND run BETWEEN ?1 AND ?2
        """
    }

    /// All of it from the entries.
    package static let derivation =
        ["kind", "label"].map { column in
            """
            INSERT INTO \(column)_run SELECT DISTINCT \(column), (sequence - 1) / \(length) FROM entry
            WHERE sequence <= \(end) AND \(column) IS NOT NULL
            """
        } + ["INSERT INTO tally SELECT kind, label, count(*) FROM entry WHERE sequence <= \(end) GROUP BY kind, label"]

    /// Out of a ledger that lists every entry and counts it at once.
    static let migration =
        tables.map(\.sql)
        + ["kind", "label"].map { column in
            // From the index alone, which is a small part of the ledger.
            """
            INSERT INTO \(column)_run SELECT DISTINCT \(column), (sequence - 1) / \(length)
            FROM entry INDEXED BY entry_\(column) WHERE sequence <= \(end) AND \(column) IS NOT NULL
            """
        } + [
            """
            UPDATE tally SET count = count - (SELECT count(*) FROM entry e
            WHERE e.sequence > \(end) AND e.kind = tally.kind AND e.label IS tally.label)
            """,
            "DELETE FROM tally WHERE count = 0", "DROP INDEX entry_kind", "DROP INDEX entry_label",
        ]
}

extension SQLiteConnection {
    /// - Parameter version: of the ledger's tables.
    func tallies(_ version: Int) throws(LedgerError) -> [Tally] {
        let all =
            version < 2
            ? "tally"
            : """
            (SELECT kind, label, count FROM tally
             UNION ALL SELECT kind, label, 1 FROM entry WHERE sequence > \(SQLiteRuns.end))
            """
        let statement = try prepare(
            "SELECT kind, label, sum(count) FROM \(all) GROUP BY kind, label ORDER BY kind, label")
        var rows: [Tally] = []
        while try statement.step() {
            rows.append(Tally(kind: statement.text(0) ?? "", label: statement.text(1), count: statement.integer(2)))
        }
        return rows
    }
}

/// Keeps lists and counts of full runs, with statements that are prepared at the end of the first.
struct SQLiteRunWriter {
    private let list: [SQLiteStatement]
    private let counts, add, start: SQLiteStatement
    private let connection: SQLiteConnection

    init(_ connection: SQLiteConnection) throws(LedgerError) {
        self.connection = connection
        var list: [SQLiteStatement] = []
        for sql in SQLiteRuns.list { list.append(try connection.prepare(sql)) }
        self.list = list
        counts = try connection.prepare(
            "SELECT kind, label, count(*) FROM entry WHERE sequence BETWEEN ?1 AND ?2 GROUP BY kind, label")
        add = try connection.prepare("UPDATE OR FAIL tally SET count = count + ?3 WHERE kind = ?1 AND label IS ?2")
        start = try connection.prepare("INSERT INTO tally (kind, label, count) VALUES (?1, ?2, ?3)")
    }

    /// After the last entry of a run was inserted.
    func complete(endingAt last: Int64) throws(LedgerError) {
        let entries = last - SQLiteRuns.length + 1...last
        try list(entries)
        try count(entries, times: 1)
    }

    func list(_ entries: ClosedRange<Int64>) throws(LedgerError) {
        for statement in list {
            statement.bind(entries.lowerBound, at: 1)
            statement.bind(entries.upperBound, at: 2)
            try statement.run()
        }
    }

    /// Adds these entries to the counts, or takes them off.
    func count(_ entries: ClosedRange<Int64>, times: Int64) throws(LedgerError) {
        counts.bind(entries.lowerBound, at: 1)
        counts.bind(entries.upperBound, at: 2)
        defer { counts.reset() }
        var found: [(kind: String, label: String?, count: Int64)] = []
        while try counts.step() { found.append((counts.text(0) ?? "", counts.text(1), counts.integer(2))) }
        for (kind, label, count) in found {
            for statement in [add, start] {
                statement.bind(kind, at: 1)
                statement.bind(label, at: 2)
                statement.bind(count * times, at: 3)
                try statement.run()
                if connection.changedRows > 0 { break }
            }
        }
    }
}
