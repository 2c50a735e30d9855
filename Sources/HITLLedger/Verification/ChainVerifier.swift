/// Walks the chain over the stored bytes, recomputes every hash, and grows the tree over them.
struct ChainVerifier {
    private let snapshot: any LedgerSnapshot
    private let size: Int64
    private let genesis: Digest

    /// By size.
    private let heads: [Head]
    private let roots: [Checkpoint]

    /// What the file of block hashes says, which is derived from the chain.
    private let blocks: [Digest]

    struct Findings: Sendable {
        var head: Head
        var root: Digest
        var protected: Head?
        var checkpoint: Int64?
        var failure: VerificationFailure?
        var wrongBlock: VerificationFailure?
    }

    init(
        _ snapshot: any LedgerSnapshot, size: Int64, genesis: Digest, heads: [Head], roots: [Checkpoint] = [],
        blocks: [Digest] = []
    ) {
        self.snapshot = snapshot
        self.size = size
        self.genesis = genesis
        self.heads = heads.sorted { $0.size < $1.size }
        self.roots = roots.sorted { $0.size < $1.size }
        self.blocks = blocks
    }

    func run(progress: (Int64) -> Void) throws(LedgerError) -> Findings {
        var walk = Walk(head: Head(size: 0, hash: genesis), heads: heads[...], roots: roots[...], blocks: blocks[...])
        walk.compareHeads()
        walk.compareRoots()
        do throws(LedgerError) {
            if walk.failure == nil {
                var reported: Int64 = 0
                try HashedRows.scan(snapshot, genesis: genesis) { batch in
                    guard walk.step(batch, upTo: size) else { return false }
                    if walk.head.size - reported >= progressStep {
                        reported = walk.head.size
                        progress(reported)
                    }
                    return true
                }
            }
        } catch .damaged(_, .structure(let sentence)) {
            walk.failure = .unreadable(after: walk.head.size, sentence)
        }
        if walk.failure == nil, walk.head.size < size {
            walk.failure = .missing(sequence: walk.head.size + 1)
        }
        if walk.failure == nil, let head = walk.heads.last {
            // Heads are left that lie beyond the end.
            walk.failure = .cut(size: size, head: head)
        }
        if walk.failure == nil, let last = walk.roots.last {
            walk.failure = .cutBelowCheckpoint(size: size, checkpoint: last.size)
        }
        if case .changed(let sequence) = walk.failure, let place = try origin(of: sequence) {
            walk.failure = .reordered(sequence: sequence, belongsAt: place)
        }
        progress(walk.head.size)
        return Findings(
            head: walk.head, root: walk.tree.root, protected: walk.protected, checkpoint: walk.checkpoint,
            failure: walk.failure, wrongBlock: walk.wrongBlock)
    }

    private struct Walk {
        var head: Head
        var heads: ArraySlice<Head>
        var roots: ArraySlice<Checkpoint>
        var blocks: ArraySlice<Digest>
        var tree = BlockTree()
        var protected: Head?
        var checkpoint: Int64?
        var failure: VerificationFailure?
        var wrongBlock: VerificationFailure?

        /// - Returns: false to stop.
        mutating func step(_ batch: HashedRows.Batch, upTo size: Int64) -> Bool {
            var place = 0
            while place < batch.rows.count {
                if batch.rows[place].sequence > size { return false }
                if let block = batch.blocks[place], step(over: block, in: batch, at: place, upTo: size) {
                    place += Int(TreeFile.blockSize)
                } else {
                    guard step(batch.rows[place], batch.hashes[place]) else { return false }
                    place += 1
                }
                if failure != nil { return false }
            }
            return true
        }

        /// A whole block at once, where nothing is known of a place inside it.
        private mutating func step(
            over block: Digest, in batch: HashedRows.Batch, at place: Int, upTo size: Int64
        ) -> Bool {
            let last = place + Int(TreeFile.blockSize) - 1
            let end = batch.rows[last].sequence
            guard batch.rows[place].sequence == head.size + 1, end <= size, let hash = batch.hashes[last],
                heads.first.map({ $0.size >= end }) ?? true, roots.first.map({ $0.size >= end }) ?? true
            else { return false }
            tree.append(block: block)
            compare(block, endingAt: end)
            reach(Head(size: end, hash: hash))
            return true
        }

        private mutating func step(_ row: HashedRows.Batch.Row, _ hash: Digest?) -> Bool {
            let next = head.size + 1
            guard row.sequence == next else {
                failure = row.sequence > next ? .missing(sequence: next) : .unexpected(sequence: row.sequence)
                return false
            }
            guard let hash else {
                failure = .changed(sequence: next)
                return false
            }
            if let block = tree.append(hash) { compare(block, endingAt: next) }
            reach(Head(size: next, hash: hash))
            return failure == nil
        }

        private mutating func compare(_ block: Digest, endingAt last: Int64) {
            if let stored = blocks.popFirst(), stored != block, wrongBlock == nil {
                wrongBlock = .tree(first: last - TreeFile.blockSize + 1, last: last)
            }
        }

        private mutating func reach(_ head: Head) {
            self.head = head
            if let first = heads.first, first.size <= head.size { compareHeads() }
            if failure == nil, let first = roots.first, first.size <= head.size { compareRoots() }
        }

        /// With all checkpoints of the present size.
        mutating func compareRoots() {
            guard failure == nil, let first = roots.first, first.size <= head.size else { return }
            let root = tree.root
            while let first = roots.first, first.size <= head.size {
                guard first.root == root else {
                    failure = .forked(checkpoint: first.size, after: checkpoint ?? 0)
                    return
                }
                checkpoint = first.size
                protected = head
                roots.removeFirst()
            }
        }

        /// With all heads of the present size.
        mutating func compareHeads() {
            while let first = heads.first, first.size <= head.size {
                guard first == head else {
                    failure = .rewritten(head: first, after: protected?.size ?? 0)
                    return
                }
                protected = first
                heads.removeFirst()
            }
        }
    }

    /// Where the entry that stands at `sequence` was appended; nil when nowhere, because its bytes were
    /// changed. Only asked of an entry that is wrong, so it may take a walk of its own.
    private func origin(of sequence: Int64) throws(LedgerError) -> Int64? {
        var time: Int64 = 0
        var record: [UInt8] = []
        var hash: Digest?
        var before: Digest?
        var place: Int64?
        do throws(LedgerError) {
            try snapshot.scanChain { row in
                if row.sequence < sequence { return true }
                let stored = Digest(copying: row.hash)
                defer { before = stored }
                if row.sequence == sequence {
                    (time, record, hash) = (row.time, Array(row.record), stored)
                    return true
                }
                // The hash that came before it is still before that place; or at it, when the two
                // neighbours were exchanged.
                for previous in [before, stored] {
                    guard let previous, let hash else { continue }
                    let leaf = record.withUnsafeBytes {
                        Chain.leaf(sequence: row.sequence, time: time, previous: previous, record: $0)
                    }
                    if leaf == hash {
                        place = row.sequence
                        return false
                    }
                }
                return true
            }
        } catch .damaged(_, .structure) {
            return nil
        }
        return place
    }
}
