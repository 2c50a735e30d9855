import CSQLite

/// A prepared statement. Places of parameters count from 1 and of columns from 0, as in SQLite.
final class SQLiteStatement {
    private let statement: OpaquePointer
    // The connection must outlive its statements.
    private let connection: SQLiteConnection

    init(_ statement: OpaquePointer, on connection: SQLiteConnection) {
        self.statement = statement
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(statement)
    }

    // MARK: - Parameters

    func bind(_ value: Int64, at place: Int32) {
        sqlite3_bind_int64(statement, place, value)
    }

    /// Nil is NULL.
    func bind(_ text: String?, at place: Int32) {
        guard var text else {
            sqlite3_bind_null(statement, place)
            return
        }
        text.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                hitl_sqlite3_bind_text(statement, place, $0.baseAddress, Int32($0.count))
            }
        }
    }

    func bind(_ bytes: [UInt8], at place: Int32) {
        bytes.withUnsafeBytes { _ = hitl_sqlite3_bind_blob(statement, place, $0.baseAddress, Int32($0.count)) }
    }

    func bind(_ digest: Digest, at place: Int32) {
        digest.withUnsafeBytes { _ = hitl_sqlite3_bind_blob(statement, place, $0.baseAddress, Int32($0.count)) }
    }

    // MARK: - Rows

    /// Moves to the next row; false after the last.
    func step() throws(LedgerError) -> Bool {
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw connection.error(code, during: .read)
        }
    }

    /// Runs a statement that gives no rows, and makes it ready to run again.
    func run() throws(LedgerError) {
        let code = sqlite3_step(statement)
        guard code == SQLITE_DONE else {
            // Before the reset, which would replace the connection's message.
            let error = connection.error(code, during: .write)
            sqlite3_reset(statement)
            throw error
        }
        sqlite3_reset(statement)
    }

    /// Ends the read transaction that an unfinished statement holds.
    func reset() {
        sqlite3_reset(statement)
    }

    // MARK: - Columns of the current row

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(statement, column)
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    /// NULL is nil.
    func text(_ column: Int32) -> String? {
        isNull(column) ? nil : String(decoding: borrowed(column), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        Array(borrowed(column))
    }

    /// Nil where it is not 32 bytes.
    func digest(_ column: Int32) -> Digest? {
        Digest(copying: borrowed(column))
    }

    /// The bytes of a text or blob, valid until the next step or reset.
    func borrowed(_ column: Int32) -> UnsafeRawBufferPointer {
        let bytes = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column)))
    }
}
