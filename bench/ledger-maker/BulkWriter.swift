import CSQLite
import Glibc
import HITLLedger

/// Fills a ledger that nobody has open as fast as SQLite takes rows: without a journal, without syncs, and with the
/// indexes made at the end. What it leaves is what appends would have left, which verification shows.
final class BulkWriter {
    private let path: String
    private let database: OpaquePointer
    private let insert: OpaquePointer
    private var head: Head

    struct Failure: Error {
        let sentence: String
    }

    init(_ path: String, after head: Head) throws {
        self.path = path
        self.head = head
        var opened: OpaquePointer?
        guard sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK, let opened else {
            throw Failure(sentence: "cannot open \(path)")
        }
        database = opened
        var statement: OpaquePointer?
        func run(_ sql: String) throws {
            guard sqlite3_exec(opened, sql, nil, nil, nil) == SQLITE_OK else {
                throw Failure(sentence: String(cString: sqlite3_errmsg(opened)))
            }
        }
        try run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF")
        try run("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; PRAGMA temp_store = FILE; PRAGMA threads = 2")
        for object in SQLiteSchema.current.objects where object.name.utf8.starts(with: "entry_".utf8) {
            try run("DROP INDEX \(object.name)")
        }
        try run("BEGIN")
        sqlite3_prepare_v2(
            opened,
            """
            INSERT INTO entry (sequence, time, hash, record, claim, subject, kind, label, standing)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """, -1, &statement, nil)
        guard let statement else { throw Failure(sentence: String(cString: sqlite3_errmsg(opened))) }
        insert = statement
    }

    var size: Int64 { head.size }

    func append(_ draft: Draft, at time: Int64) throws {
        let entry = Entry(draft, after: head, at: time)
        head = Head(size: entry.sequence, hash: entry.hash)
        sqlite3_bind_int64(insert, 1, entry.sequence)
        sqlite3_bind_int64(insert, 2, entry.time)
        bind(entry.hash.bytes, at: 3)
        bind(entry.record, at: 4)
        bind(entry.index.claim, at: 5)
        bind(entry.index.subject, at: 6)
        bind(entry.index.kind, at: 7)
        bind(entry.index.label, at: 8)
        let standing: Int64 =
            switch entry.index.standing {
            case .unchanged: 0
            case .open: 1
            case .settled: 2
            }
        sqlite3_bind_int64(insert, 9, standing)
        guard sqlite3_step(insert) == SQLITE_DONE else { throw failure }
        sqlite3_reset(insert)
    }

    /// Of stories that end, so that nothing is unresolved.
    func finish() throws {
        sqlite3_finalize(insert)
        try run("COMMIT")
        for object in SQLiteSchema.current.objects where object.name.utf8.starts(with: "entry_".utf8) {
            try run(object.sql)
        }
        for sql in SQLiteRuns.derivation { try run(sql) }
        // A story that was cut short at the end.
        try run("DELETE FROM unresolved")
        try run("PRAGMA synchronous = FULL; PRAGMA journal_mode = WAL")
        sqlite3_close_v2(database)
    }

    func rename(to name: String) throws {
        for suffix in [".lock", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
        guard Glibc.rename(path, name) == 0 else { throw Failure(sentence: "cannot rename \(path)") }
    }

    private func run(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    private var failure: Failure { Failure(sentence: String(cString: sqlite3_errmsg(database))) }

    private func bind(_ bytes: [UInt8], at place: Int32) {
        bytes.withUnsafeBytes { _ = hitl_sqlite3_bind_blob(insert, place, $0.baseAddress, Int32($0.count)) }
    }

    private func bind(_ text: String?, at place: Int32) {
        guard let text else {
            sqlite3_bind_null(insert, place)
            return
        }
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                hitl_sqlite3_bind_text(insert, place, $0.baseAddress, Int32($0.count))
            }
        }
    }
}
