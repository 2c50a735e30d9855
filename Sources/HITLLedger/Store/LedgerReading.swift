/// Where entries are read. Every function may be called from any thread, beside a writer, and sees
/// whole groups only.
package protocol LedgerReading: AnyObject, Sendable {
    /// What errors call the ledger.
    var path: String { get }

    /// 32 random bytes, made when the ledger was.
    var identity: [UInt8] { get }

    func head() throws(LedgerError) -> Head
    func entry(at sequence: Int64) throws(LedgerError) -> StoredEntry?
    func entry(claiming key: String) throws(LedgerError) -> StoredEntry?
    func entries(of subject: String) throws(LedgerError) -> [StoredEntry]
    func entries(from sequence: Int64, limit: Int) throws(LedgerError) -> [StoredEntry]
    func latest(kind: String?, label: String?, before: Int64, limit: Int) throws(LedgerError) -> [StoredEntry]

    /// The sequences in `range` whose stored record has these bytes, newest first.
    func matches(_ text: [UInt8], in range: ClosedRange<Int64>) throws(LedgerError) -> [Int64]

    /// The stored hashes of up to `limit` entries without a gap, the first at `sequence`.
    func hashes(from sequence: Int64, limit: Int) throws(LedgerError) -> [Digest]

    /// After it returns, all that could be read before is on the disk.
    func makeDurable() throws(LedgerError)

    /// By sequence.
    func unresolved() throws(LedgerError) -> [Unresolved]
    func unresolved(_ subject: String) throws(LedgerError) -> Unresolved?
    func tallies() throws(LedgerError) -> [Tally]

    /// All of it as it is now, unharmed by later appends.
    func snapshot() throws(LedgerError) -> any LedgerSnapshot

    func close()
}
