import CReadAhead
import CSQLite
import Glibc

/// A connection to a SQLite database, and what its result codes mean to a ledger.
///
/// Opened without SQLite's own mutexes, so it is used by one thread at a time; whoever owns it sees to
/// that.
final class SQLiteConnection {
    let path: String
    private let database: OpaquePointer

    /// - Parameters:
    ///   - name: a path or a `file:` URI; `path` is what errors call it.
    ///   - layer: the name of what SQLite reaches files through; nil is its own.
    init(
        name: String, path: String, flags: Int32, layer: UnsafePointer<CChar>? = nil
    ) throws(LedgerError) {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, layer)
        guard let opened else { throw .system(path: path, .open, errno: 0) }
        guard code == SQLITE_OK else {
            let error = SQLiteConnection.error(code, on: opened, path: path, during: .open)
            sqlite3_close_v2(opened)
            throw error
        }
        database = opened
        self.path = path
        // Before any statement: a PRAGMA that meets a lock would otherwise fail at once.
        sqlite3_busy_timeout(database, 5_000)
        hitl_sqlite3_set_defensive(database)
        hitl_sqlite3_distrust_schema(database)
    }

    deinit {
        sqlite3_close_v2(database)
    }

    func prepare(_ sql: String) throws(LedgerError) -> SQLiteStatement {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw error(code, during: .read) }
        return SQLiteStatement(statement, on: self)
    }

    /// Runs statements that give no rows.
    func execute(_ sql: String) throws(LedgerError) {
        let code = sqlite3_exec(database, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, during: .write) }
    }

    /// The one number that `sql` gives.
    func number(_ sql: String) throws(LedgerError) -> Int64 {
        let statement = try prepare(sql)
        guard try statement.step() else { throw .damaged(path: path, .structure(sql)) }
        return statement.integer(0)
    }

    /// The one text that `sql` gives.
    func text(_ sql: String) throws(LedgerError) -> String {
        let statement = try prepare(sql)
        guard try statement.step() else { throw .damaged(path: path, .structure(sql)) }
        return statement.text(0) ?? ""
    }

    /// By the last statement that changes rows.
    var changedRows: Int32 {
        sqlite3_changes(database)
    }

    var isInTransaction: Bool {
        sqlite3_get_autocommit(database) == 0
    }

    /// The pages that changed in memory and were not written yet are forgotten as well.
    func rollback() throws(LedgerError) {
        guard isInTransaction else { return }
        try execute("ROLLBACK")
    }

    /// Makes what was written without a sync durable.
    func syncLog() throws(LedgerError) {
        let code = hitl_sqlite3_sync_wal(database)
        guard code == SQLITE_OK else { throw error(code, during: .sync) }
    }

    enum Checkpoint {
        /// Copies what it can without waiting for readers.
        case passive

        /// Copies everything and empties the log.
        case truncate
    }

    func checkpoint(_ kind: Checkpoint) throws(LedgerError) {
        let mode =
            switch kind {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        let code = sqlite3_wal_checkpoint_v2(database, nil, mode, nil, nil)
        guard code == SQLITE_OK else { throw error(code, during: .sync) }
    }

    /// Everything that is committed, into a database that is empty.
    func copyPages(to target: SQLiteConnection) throws(LedgerError) {
        guard let copying = sqlite3_backup_init(target.database, "main", database, "main") else {
            throw target.error(sqlite3_extended_errcode(target.database), during: .write)
        }
        let code = sqlite3_backup_step(copying, -1)
        let finished = sqlite3_backup_finish(copying)
        guard code == SQLITE_DONE, finished == SQLITE_OK else {
            throw target.error(code == SQLITE_DONE ? finished : code, during: .write)
        }
    }

    /// Reads the file in large pieces from now on. Only in a read transaction that lasts as long as the connection.
    func readAhead() {
        hitl_read_ahead_begin(database)
    }

    func keepLogFiles() {
        hitl_sqlite3_keep_wal(database)
    }

    func neverCheckpointOnClose() {
        hitl_sqlite3_no_checkpoint_on_close(database)
    }

    /// Writes the number of pages in the log to `pages` after every commit. `pages` must outlive the
    /// connection.
    func reportLogPages(to pages: UnsafeMutablePointer<Int32>) {
        sqlite3_wal_hook(
            database,
            { pages, _, _, count in
                pages?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, pages)
    }

    func error(_ code: Int32, during operation: LedgerError.Operation) -> LedgerError {
        SQLiteConnection.error(code, on: database, path: path, during: operation)
    }

    private static func error(
        _ code: Int32, on database: OpaquePointer, path: String, during operation: LedgerError.Operation
    ) -> LedgerError {
        var number = sqlite3_system_errno(database)
        if number == 0, code & 0xff == SQLITE_IOERR { number = hitl_sqlite3_log_errno(database) }
        switch code & 0xff {
        case SQLITE_FULL:
            return .full(path: path)
        case SQLITE_READONLY:
            return .readOnly(path: path)
        case SQLITE_BUSY, SQLITE_LOCKED:
            return .locked(path: path)
        case SQLITE_NOTADB:
            return .notALedger(path: path)
        case SQLITE_CORRUPT, SQLITE_CONSTRAINT, SQLITE_ERROR, SQLITE_SCHEMA, SQLITE_MISMATCH, SQLITE_FORMAT:
            return .damaged(path: path, .structure(String(cString: sqlite3_errmsg(database))))
        case SQLITE_IOERR where noSpace.contains(number):
            return .full(path: path)
        case SQLITE_IOERR where hitl_sqlite3_is_failed_sync(code) != 0:
            return .system(path: path, .sync, errno: number)
        case SQLITE_CANTOPEN:
            return .system(path: path, .open, errno: number)
        default:
            return .system(path: path, operation, errno: number)
        }
    }

    /// Beside ENOSPC, which SQLite reports itself: over quota, and beyond the limit on a file's size.
    private static let noSpace: Set<Int32> = [ENOSPC, EDQUOT, EFBIG]
}
