/// The tree over a ledger's entries, from the stored hashes: of blocks of 256 entries from the file of
/// block hashes where it has them, of anything smaller from the entries.
///
/// Nothing in it is believed: whoever makes a proof from it holds the proof against a signed root.
/// Used by one thread at a time.
final class StoredTree: Subtrees {
    let size: Int64
    private let reading: any LedgerReading

    /// By level, the first of `TreeFile.level`. Only of blocks that are full.
    private var levels: [[Digest]]

    /// The leaf hashes of blocks that were asked for.
    private var leaves: [Int64: [Digest]] = [:]

    /// - Parameter known: the hashes of the first blocks.
    init(_ reading: any LedgerReading, size: Int64, known: some Collection<Digest>) throws(LedgerError) {
        self.reading = reading
        self.size = size
        let full = size / TreeFile.blockSize
        levels = [Array(known.prefix(Int(full)))]
        for block in Int64(levels[0].count)..<full {
            levels[0].append(try blockHash(block))
            leaves = [:]
        }
        while levels[levels.count - 1].count > 1 {
            let below = levels[levels.count - 1]
            levels.append(
                stride(from: 0, to: below.count & ~1, by: 2).map { Merkle.node(below[$0], below[$0 + 1]) })
        }
    }

    /// Of all full blocks.
    var blocks: [Digest] { levels[0] }

    func hash(level: Int, at index: Int64) throws(LedgerError) -> Digest {
        if level >= TreeFile.level { return levels[level - TreeFile.level][Int(index)] }
        let first = index << level
        let block = first / TreeFile.blockSize
        let hashes = try leaves(of: block)
        let place = Int(first % TreeFile.blockSize)
        guard place + 1 << level <= hashes.count else {
            throw .damaged(path: reading.path, .missing(sequence: block * TreeFile.blockSize + Int64(hashes.count) + 1))
        }
        return root(of: hashes[place..<place + 1 << level])
    }

    private func blockHash(_ block: Int64) throws(LedgerError) -> Digest {
        let hashes = try leaves(of: block)
        guard Int64(hashes.count) == TreeFile.blockSize else {
            throw .damaged(path: reading.path, .missing(sequence: block * TreeFile.blockSize + Int64(hashes.count) + 1))
        }
        return root(of: hashes[...])
    }

    private func leaves(of block: Int64) throws(LedgerError) -> [Digest] {
        if let kept = leaves[block] { return kept }
        // One proof needs two blocks.
        if leaves.count > 8 { leaves = [:] }
        let hashes = try reading.hashes(from: block * TreeFile.blockSize + 1, limit: Int(TreeFile.blockSize))
        leaves[block] = hashes
        return hashes
    }

    private func root(of leaves: ArraySlice<Digest>) -> Digest {
        var range = CompactRange()
        for leaf in leaves { range.append(leaf) }
        return range.root
    }
}
