/// The families of servers that read the same bytes differently.
///
/// Which one will read a statement is seldom known, so it is read as each of them would, and the worst reading counts:
/// `'\'; DROP TABLE t; --'` is one text to MySQL and two statements to the others.
package enum SQLDialect: Sendable, CaseIterable {
    /// The standard and PostgreSQL: nested comments, dollar quotes, `#` an operator.
    case postgreSQL
    /// Backslashes escape, `#` begins a comment, `/*! … */` is code, `--` needs a blank behind it.
    case mySQL
    /// Comments nest, brackets quote names, statements need no semicolon between them.
    case transactSQL
    /// Comments do not nest, brackets and backticks quote names.
    case sqlite

    /// Bytes that not all of them read alike.
    static func isReadDifferently(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "*"), UInt8(ascii: "["),
            UInt8(ascii: "`"), UInt8(ascii: "-"), UInt8(ascii: "\""):
            true
        default: false
        }
    }
}
