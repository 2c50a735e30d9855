/// A tree that grows leaf by leaf and tells the hash of each block as it becomes full.
struct BlockTree {
    private var full = CompactRange()
    private var block = CompactRange()

    /// - Returns: the hash of the block that the leaf completes.
    mutating func append(_ leaf: Digest) -> Digest? {
        block.append(leaf)
        guard block.size == TreeFile.blockSize else { return nil }
        let hash = block.root
        full.append(hash, level: TreeFile.level)
        block = CompactRange()
        return hash
    }

    /// A whole block, where the one before is full.
    mutating func append(block hash: Digest) {
        precondition(block.size == 0, "a block that begins in the middle of another")
        full.append(hash, level: TreeFile.level)
    }

    var root: Digest { full.root(followedBy: block) }
}
