/// How a ledger is kept on the disk. Both keep the same entries, with the same hashes.
public enum LedgerStorage: String, Sendable, CaseIterable {
    /// One SQLite database: lists and counts are found without reading records, however many there are.
    case database

    /// Files of JSON lines, which any program can read; what is found in them is kept in memory.
    case file
}
