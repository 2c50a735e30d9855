/// The rows of a ledger at one moment, as they are stored, for verification. Used by one thread at a
/// time. `visit` returns false to stop; the bytes it is given are valid until it returns.
package protocol LedgerSnapshot: AnyObject, Sendable {
    var size: Int64 { get }

    func scanChain(_ visit: (borrowing ChainRow) -> Bool) throws(LedgerError)
    func scanIndex(_ visit: (borrowing IndexRow) -> Bool) throws(LedgerError)

    /// One of the lists by which entries are found, in its own order. `place` is the entry's sequence; in a list of runs,
    /// the number of the run, from 0.
    func scanList(
        _ list: IndexColumn, _ visit: (_ key: UnsafeRawBufferPointer, _ place: Int64) -> Bool
    ) throws(LedgerError)

    /// How many entries a place in the list stands for. Of a list of runs only full ones are in it, and once for each key.
    func runLength(of list: IndexColumn) -> Int64

    func unresolved() throws(LedgerError) -> [Unresolved]
    func tallies() throws(LedgerError) -> [Tally]

    /// How many bytes follow the last entry that are of an append which was not finished; nobody is finishing it.
    var tornBytes: Int64 { get }

    /// What is wrong with how the store finds its rows, which whoever reads them all in order does not see. In the store's words.
    func flaw() throws(LedgerError) -> String?
}

extension LedgerSnapshot {
    package func runLength(of list: IndexColumn) -> Int64 { 1 }

    /// A store with transactions has none.
    package var tornBytes: Int64 { 0 }

    /// A store whose order is that of its bytes has nothing else to find them by.
    package func flaw() throws(LedgerError) -> String? { nil }
}
