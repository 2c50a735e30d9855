/// Where entries are written. Used by one thread at a time; `insert` between `begin` and `commit` or `rollback`.
package protocol LedgerWriting: AnyObject, Sendable {
    /// - Parameter durability: what `commit` will promise.
    func begin(_ durability: Durability) throws(LedgerError)

    /// Sees what was inserted since `begin`.
    func claimant(of key: String) throws(LedgerError) -> StoredEntry?

    /// Whether there is an entry about the subject, inserted since `begin` or earlier.
    func hasEntries(of subject: String) throws(LedgerError) -> Bool

    func insert(_ entry: Entry) throws(LedgerError)

    /// After it returns the inserted entries are in the store, and with `.synced` on the disk. When it
    /// throws, `rollback` has to follow.
    func commit() throws(LedgerError)

    /// After it returns nothing since `begin` is in the store, nor will be after a crash. Where it
    /// throws, `begin` throws too until that is so.
    func rollback() throws(LedgerError)

    /// Makes all earlier commits durable.
    func sync() throws(LedgerError)

    /// Puts other bytes in the place of records, and sees to it that the former ones are in none of its files any more.
    /// Outside of `begin` and `commit`. Each record is as before or as after, whatever happens in between; where it
    /// throws, some are.
    func replace(_ replacement: Replacement) throws(LedgerError)

    /// What `replace` does last, for who was stopped before that: the former bytes of what was replaced are in no file any
    /// more, whatever happens from here on.
    func endReplacing() throws(LedgerError)

    /// Whether `maintain` has something to do.
    var needsMaintenance: Bool { get }

    /// What need not happen before an append is acknowledged.
    func maintain() throws(LedgerError)

    func close()
}
