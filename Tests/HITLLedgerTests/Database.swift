import CSQLite
import Testing

/// SQL on a closed ledger, for tests that change what nobody should.
func sql(_ path: String, _ statements: String, sourceLocation: SourceLocation = #_sourceLocation) {
    var database: OpaquePointer?
    sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil)
    defer { sqlite3_close_v2(database) }
    let code = sqlite3_exec(database, statements, nil, nil, nil)
    #expect(
        code == SQLITE_OK, "\(String(cString: sqlite3_errmsg(database)))", sourceLocation: sourceLocation)
}

/// Rows of text, columns with `|` between them.
func rows(_ path: String, _ query: String) -> [String] {
    var database: OpaquePointer?
    sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil)
    defer { sqlite3_close_v2(database) }
    var statement: OpaquePointer?
    sqlite3_prepare_v2(database, query, -1, &statement, nil)
    defer { sqlite3_finalize(statement) }
    var rows: [String] = []
    while sqlite3_step(statement) == SQLITE_ROW {
        let columns = (0..<sqlite3_column_count(statement)).map { column in
            sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "NULL"
        }
        rows.append(columns.joined(separator: "|"))
    }
    return rows
}
