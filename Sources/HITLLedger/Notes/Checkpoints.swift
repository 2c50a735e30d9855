import Glibc
import HITLPlatform

/// The transparency log that a ledger is: its key, the checkpoints that were signed of it, and the tree that
/// they are the roots of.
final class Checkpoints: Sendable {
    /// `hitl/ledger/` and the genesis hash: what checkpoints and keys call the ledger.
    let origin: String

    let reading: any LedgerReading
    private let path: String?
    private let file: CheckpointFile
    private let tree: TreeFile
    private let heads: RememberedHeads

    /// Of a ledger in memory.
    private let keptKey = Locked<LogKey?>(nil)

    /// - Parameter path: of the ledger; nil for one in memory.
    init(_ reading: any LedgerReading, path: String?, heads: RememberedHeads) {
        let genesis = Chain.genesis(identity: reading.identity)
        origin = "hitl/ledger/\(genesis.hex)"
        self.reading = reading
        self.path = path
        self.heads = heads
        file = CheckpointFile(path: path.map { $0 + ".checkpoints" })
        tree = TreeFile(path: path.map { $0 + ".tree" }, genesis: genesis)
    }

    func read() throws(LedgerError) -> CheckpointFile.Contents { try file.read() }

    func newest() throws(LedgerError) -> CheckpointFile.Contents { try file.newest(of: origin) }

    /// What the file of block hashes says.
    var blocks: [Digest] { tree.blocks() }

    func key() throws(LedgerError) -> LogKey? {
        guard let path else { return keptKey.withLock { $0 } }
        return try LogKey.read(path + ".key", for: origin)
    }

    /// Signs a checkpoint of all that is in the ledger, after looking whether it still begins with what was
    /// signed last. The last one again where nothing was appended since.
    ///
    /// - Throws: `damaged` where it does not: a log never signs two histories.
    func make() throws(LedgerError) -> SignedCheckpoint {
        try file.append { written throws(LedgerError) in
            let size = try reading.head().size
            // What was only written may be gone after the loss of power, and a ledger that is shorter than a
            // checkpoint of it counts as cut.
            try reading.makeDurable()
            let last = written.max { $0.size < $1.size }
            let tree = try tree(of: size, after: last)
            let root = try tree.root(size: size)
            if let last, last.size == size { return last }
            let checkpoint = Checkpoint(origin: origin, size: size, root: root)
            let key = written.isEmpty ? try keyForSigning() : try keySignedWith()
            return try SignedCheckpoint(checkpoint, by: key.signer)
        }
    }

    /// The tree of the first `size` entries, held against a root that was signed.
    func tree(of size: Int64, after signed: SignedCheckpoint?) throws(LedgerError) -> StoredTree {
        guard let signed else {
            let tree = try StoredTree(reading, size: size, known: [])
            self.tree.write(tree.blocks, keeping: 0)
            return tree
        }
        guard signed.size <= size else { throw forked(signed) }
        // Blocks after the signed root could be anything, so they are derived again.
        let known = tree.blocks().prefix(Int(signed.size / TreeFile.blockSize))
        let fromFile = try StoredTree(reading, size: size, known: known)
        if try fromFile.root(size: signed.size) == signed.root {
            tree.write(fromFile.blocks, keeping: known.count)
            return fromFile
        }
        let fromEntries = try StoredTree(reading, size: size, known: [])
        guard try fromEntries.root(size: signed.size) == signed.root else { throw forked(signed) }
        tree.write(fromEntries.blocks, keeping: 0)
        return fromEntries
    }

    private func forked(_ signed: SignedCheckpoint) -> LedgerError {
        .damaged(path: reading.path, .forked(size: signed.size))
    }

    /// The key of the checkpoints that are there. Another would continue them as a stranger, and nobody could check both.
    func keySignedWith() throws(LedgerError) -> LogKey {
        if let key = try key() { return key }
        let file = (path ?? "") + ".key"
        // One that is there is not ours to read.
        throw access(file, F_OK) == 0 ? .readOnly(path: file) : .logKey(path: file, "is missing")
    }

    /// - Throws: where the key is gone or another's. That it is not ours to read is no loss.
    func refuseLostKey() throws(LedgerError) {
        do throws(LedgerError) { _ = try keySignedWith() } catch .readOnly { return }
    }

    /// Called by one process at a time.
    private func keyForSigning() throws(LedgerError) -> LogKey {
        if let key = try key() { return key }
        var before = 0
        if case .heads(let remembered) = try heads.read() { before = remembered.count }
        let key = try LogKey.random(for: origin, headsBefore: before)
        if let path {
            let file = path + ".key"
            // One that is there and cannot be read is not overwritten.
            guard access(file, F_OK) != 0 else { throw .readOnly(path: file) }
            try key.write(to: file)
        } else {
            keptKey.withLock { $0 = key }
        }
        return key
    }
}
