/// One link of the chain.
///
/// `hash` covers sequence, time, previous hash and record (`docs/formats/ledger.md` §2); the index is
/// derived from the record and not covered.
public struct Entry: Sendable, Equatable {
    /// From 1, without gaps.
    public let sequence: Int64

    /// When it was appended, in milliseconds since 1970 UTC. The wall clock may step back, so later
    /// entries can have earlier times; order is by sequence.
    public let time: Int64

    /// The hash of the entry before; of the first entry, the ledger's genesis hash.
    public let previous: Digest

    public let record: [UInt8]
    public let hash: Digest
    public let index: Index

    /// The entry that records why this one's record is no longer what was appended: `record` is what is left of it
    /// then, and empty where nothing is. Nil for an entry that is whole.
    public let removedBy: Int64?

    init(
        sequence: Int64, time: Int64, previous: Digest, record: [UInt8], hash: Digest, index: Index,
        removedBy: Int64? = nil
    ) {
        (self.sequence, self.time, self.previous, self.record) = (sequence, time, previous, record)
        (self.hash, self.index, self.removedBy) = (hash, index, removedBy)
    }
}

extension Entry {
    /// The entry that follows `head`.
    package init(_ draft: Draft, after head: Head, at time: Int64) {
        sequence = head.size + 1
        self.time = time
        previous = head.hash
        record = draft.record
        let (sequence, previous) = (sequence, previous)
        hash = record.withUnsafeBytes { Chain.leaf(sequence: sequence, time: time, previous: previous, record: $0) }
        index = draft.index
        removedBy = nil
    }
}

extension Entry {
    /// The hash that the entry would have with `left` in the place of its record. Whoever records it binds number, time and
    /// the entry before, which the hash of an entry that was erased no longer shows.
    package func hash(leaving left: [UInt8]) -> Digest {
        left.withUnsafeBytes { Chain.leaf(sequence: sequence, time: time, previous: previous, record: $0) }
    }
}

extension Entry {
    /// The same entry with its record open. `hash` stays that of what is stored.
    func with(record: [UInt8]) -> Entry {
        Entry(
            sequence: sequence, time: time, previous: previous, record: record, hash: hash, index: index,
            removedBy: removedBy)
    }
}
