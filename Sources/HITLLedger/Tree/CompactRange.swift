/// What has to be kept of a tree to let it grow and to know its root at any time: the roots of the
/// perfect subtrees that its leaves fall into, the largest first. One for each bit of the size.
///
/// ```
/// size 7 = 4 + 2 + 1        ┌───┴───┐
///                         ┌─┴─┐   ┌─┴─┐   ┌─┴─┐
///                         0   1   2   3   4   5   6
/// ```
package struct CompactRange: Sendable, Equatable {
    package private(set) var size: Int64 = 0
    private var peaks: [Digest] = []

    package init() {}

    package mutating func append(_ leaf: Digest) {
        append(leaf, level: 0)
    }

    /// A perfect subtree of 2^`level` leaves; the size is a multiple of that.
    mutating func append(_ subtree: Digest, level: Int) {
        precondition(size & (1 << level - 1) == 0, "a subtree that begins in the middle of another")
        var hash = subtree
        var full = size >> level
        while full & 1 == 1 {
            hash = Merkle.node(peaks.removeLast(), hash)
            full >>= 1
        }
        peaks.append(hash)
        size += 1 << level
    }

    package var root: Digest { root(followedBy: CompactRange()) }

    /// Of both, where `rest` has fewer leaves than the smallest subtree here.
    func root(followedBy rest: CompactRange) -> Digest {
        let all = peaks + rest.peaks
        guard var root = all.last else { return Merkle.empty }
        for peak in all.dropLast().reversed() { root = Merkle.node(peak, root) }
        return root
    }
}
