/// Whether what a call does can be taken back, the worst first: several combine to the smallest.
package enum Reversibility: String, Sendable, CaseIterable, Comparable {
    /// Nothing brings the former state back: a sent message, a dropped table.
    case irreversible
    /// Another act makes up for it, and is itself an act: a refund, an opposite transfer.
    case compensable
    /// The former state is kept or can be computed: a file under a snapshot.
    case reversible
    case readOnly

    private var rank: Int { Reversibility.allCases.firstIndex(of: self) ?? 0 }

    package static func < (left: Reversibility, right: Reversibility) -> Bool { left.rank < right.rank }
}
