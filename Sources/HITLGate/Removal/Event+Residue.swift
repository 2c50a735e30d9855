import HITLCore
import HITLLedger

extension Event.Erased {
    /// One hash for what is left of all entries, in their order. Whoever approves an erasure signs it.
    static func left(_ hashes: [Digest]) -> String { Digest(hashing: hashes.flatMap(\.bytes)).hex }
}

extension Event {
    /// The hash of the entry with what is left of it; nil where it has no contents, or has them no more.
    static func left(of entry: Entry) throws(EventLedgerError) -> Digest? {
        guard entry.removedBy == nil, try EventLedger.event(of: entry).hasContent else { return nil }
        return residue(of: entry.record).map(entry.hash(leaving:))
    }

    /// What is left of a record when its contents are taken out; nil where it has none.
    static func residue(of record: [UInt8]) -> [UInt8]? {
        guard let event = try? Event(record: record), event.hasContent else { return nil }
        let sha256 = { (bytes: [UInt8]) in Digest(hashing: bytes).hex }
        return event.erased(sha256: sha256).record(.erased(was: sha256(record)))
    }
}
