/// The hashes of the Merkle tree of RFC 9162 §2.1.1. The leaves of a ledger's tree are its entries, and
/// the hash of a leaf is the entry's own hash (`Chain.leaf`).
package enum Merkle {
    /// Of the tree without leaves.
    package static let empty = Digest(hashing: [])

    package static func leaf(_ bytes: [UInt8]) -> Digest {
        bytes.withUnsafeBytes { bytes in
            withUnsafeBytes(of: 0x00 as UInt8) { Digest(hashing: $0, then: bytes) }
        }
    }

    package static func node(_ left: Digest, _ right: Digest) -> Digest {
        withUnsafeTemporaryAllocation(byteCount: 1 + Digest.byteCount, alignment: 8) { first in
            first[0] = 0x01
            left.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: first[1...]).copyMemory(from: $0) }
            return right.withUnsafeBytes { Digest(hashing: UnsafeRawBufferPointer(first), then: $0) }
        }
    }
}

/// Hashes of perfect subtrees: those of a power of two of leaves that begin at a multiple of it.
package protocol Subtrees {
    /// - Parameters:
    ///   - level: the subtree has 2^level leaves.
    ///   - index: how many subtrees of that size are before it.
    func hash(level: Int, at index: Int64) throws(LedgerError) -> Digest
}

extension Subtrees {
    /// The root over the leaves of `range`, which begins where a part of a tree does.
    func root(over range: Range<Int64>) throws(LedgerError) -> Digest {
        let count = range.upperBound - range.lowerBound
        if count == 0 { return Merkle.empty }
        let split = Int64.largestPowerOfTwo(upTo: count)
        let left = try hash(level: split.trailingZeroBitCount, at: range.lowerBound / split)
        if split == count { return left }
        return Merkle.node(left, try root(over: range.lowerBound + split..<range.upperBound))
    }

    /// Of the tree's first `size` leaves.
    package func root(size: Int64) throws(LedgerError) -> Digest {
        try root(over: 0..<size)
    }
}

extension Int64 {
    /// `self` is at least 1.
    static func largestPowerOfTwo(upTo count: Int64) -> Int64 {
        1 << (Int64.bitWidth - 1 - count.leadingZeroBitCount)
    }
}
