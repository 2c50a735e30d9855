/// A head that was given, from between an entry that was erased and the one that records it.
///
/// The hash of an erased entry cannot be computed, so by itself it ties nothing before it to such a head. The record of the
/// erasure does, which has the hash of the entry before in what it says is left; a head of that record has all of it, and
/// this one only by way of whoever signed that the entry be erased. A checkpoint has the hashes of all.
public struct WeakenedHead: Sendable, Equatable {
    public let head: Head

    /// The newest of the erased entries that it covers.
    public let erased: Int64

    /// The entry that records the erasure.
    public let recordedBy: Int64

    /// The entries that it says nothing of by itself.
    public let entries: ClosedRange<Int64>

    /// One for each erasure that was recorded after `head`, oldest first, where nothing else that was given does without
    /// it: a head of the record, or a checkpoint of the erased entry.
    static func all(
        of head: Head, _ removed: RemovedEntries, heads: [Head], checkpoints: [Int64]
    ) -> [WeakenedHead] {
        removed.places.sorted { $0.key < $1.key }.compactMap { by, places in
            guard head.size < by, let erased = places.last(where: { $0 <= head.size }),
                erased - 1 > removed.purgedThrough, !heads.contains(where: { $0.size >= by }),
                !checkpoints.contains(where: { $0 >= erased })
            else { return nil }
            return WeakenedHead(
                head: head, erased: erased, recordedBy: by, entries: removed.purgedThrough + 1...erased - 1)
        }
    }
}
