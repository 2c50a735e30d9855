import HITLLedger

/// Whether the ledger's index gives what its entries say, as far as one pass over them shows: each row's own columns, and
/// in sums over both, seeded anew in each process, that what was found by subject is all that stands there.
///
/// Entries after `end` are of an owner who appends meanwhile, and are left out on both sides.
struct IndexAgreement {
    private let end: Int64
    private var last: Int64 = 0
    private var standing = 0
    private var found = 0

    init(upTo end: Int64) {
        self.end = end
    }

    /// The next entry of the ledger, in order.
    mutating func pass(_ entry: Entry) throws(EventLedgerError) {
        guard entry.sequence == last + 1 else { throw Self.disagreement("entry \(last + 1) is missing") }
        last = entry.sequence
        guard EventIndex.index(of: entry.record) == entry.index else {
            throw Self.disagreement("the index of entry \(last) is not what its record gives")
        }
        add(entry, to: &standing)
    }

    /// All entries that the index has about one subject.
    mutating func find(_ entries: [Entry]) {
        for entry in entries where entry.sequence <= end { add(entry, to: &found) }
    }

    func finish() throws(EventLedgerError) {
        guard last == end else { throw Self.disagreement("entry \(last + 1) is missing") }
        guard found == standing else { throw Self.disagreement("entries stand in it that are in no list") }
    }

    private func add(_ entry: Entry, to sum: inout Int) {
        guard let subject = entry.index.subject else { return }
        var hasher = Hasher()
        hasher.combine(ByteKey(subject))
        hasher.combine(entry.sequence)
        sum &+= hasher.finalize()
    }

    private static func disagreement(_ clause: String) -> EventLedgerError {
        .unavailable(
            "The ledger disagrees with its index: \(clause). What was given out is not complete. Run `hitl audit verify`."
        )
    }
}
