/// That a leaf is in a tree: RFC 9162 §2.1.3.
package enum InclusionProof {
    /// The hashes from the leaf's sibling up to the root's child.
    package static func make(
        of index: Int64, size: Int64, in subtrees: some Subtrees
    ) throws(LedgerError) -> [Digest] {
        precondition((0..<size).contains(index), "a leaf outside of the tree")
        var path: [Digest] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + Int64.largestPowerOfTwo(upTo: Int64(range.count) - 1)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            path.append(try subtrees.root(over: index < middle ? right : left))
            range = index < middle ? left : right
        }
        return path.reversed()
    }

    /// The root that the proof leads to (§2.1.3.2); nil where it is no proof for that place and size.
    package static func root(of leaf: Digest, at index: Int64, size: Int64, _ proof: [Digest]) -> Digest? {
        guard index >= 0, index < size else { return nil }
        var (place, last) = (index, size - 1)
        var root = leaf
        for hash in proof {
            guard last > 0 else { return nil }
            if place & 1 == 1 || place == last {
                root = Merkle.node(hash, root)
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                root = Merkle.node(root, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 ? root : nil
    }
}

/// That a tree has grown out of a smaller one without changing it: RFC 9162 §2.1.4.
package enum ConsistencyProof {
    /// Empty where the smaller tree is empty or the whole one.
    package static func make(
        from first: Int64, to second: Int64, in subtrees: some Subtrees
    ) throws(LedgerError) -> [Digest] {
        precondition(0 <= first && first <= second, "the smaller tree is larger")
        if first == 0 { return [] }
        var path: [Digest] = []
        var range = 0..<second
        while range.upperBound != first {
            let middle = range.lowerBound + Int64.largestPowerOfTwo(upTo: Int64(range.count) - 1)
            let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
            path.append(try subtrees.root(over: first <= middle ? right : left))
            range = first <= middle ? left : right
        }
        // Whoever checks it has the whole smaller tree, but not a part of it.
        if range.lowerBound > 0 { path.append(try subtrees.root(over: range)) }
        return path.reversed()
    }

    /// Whether the tree of `second` leaves with root `newer` begins with that of `first` leaves with
    /// root `older` (§2.1.4.2).
    package static func holds(
        _ proof: [Digest], from first: Int64, _ older: Digest, to second: Int64, _ newer: Digest
    ) -> Bool {
        guard 0 <= first, first <= second else { return false }
        if first == 0 { return proof.isEmpty && older == Merkle.empty && (second > 0 || newer == older) }
        if first == second { return proof.isEmpty && older == newer }

        var (place, last) = (first - 1, second - 1)
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        var rest = proof[...]
        // A smaller tree that is a perfect subtree of the larger is not told again.
        guard let start = first & (first - 1) == 0 ? older : rest.popFirst() else { return false }
        var (old, new) = (start, start)
        for hash in rest {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                old = Merkle.node(hash, old)
                new = Merkle.node(hash, new)
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                new = Merkle.node(new, hash)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && old == older && new == newer
    }
}
