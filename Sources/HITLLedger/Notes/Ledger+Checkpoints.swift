extension Ledger {
    /// What checkpoints and proofs call this ledger.
    package var origin: String { checkpoints.origin }

    /// The public half of the key that the ledger's checkpoints are signed with; nil where no checkpoint was
    /// made yet, or where the key is not ours to read.
    package func logKey() throws(LedgerError) -> NoteVerifier? {
        try checkpoints.key()?.signer.verifier
    }

    /// Signs a checkpoint of all that is in the ledger and keeps it beside it, synced, with the head. From then
    /// on verification notices if anything up to there is cut off or rewritten, and so does everybody who
    /// was given the checkpoint.
    ///
    /// - Throws: `damaged` where the ledger does not begin with what was signed before.
    @discardableResult
    package func checkpoint() throws(LedgerError) -> SignedCheckpoint {
        let checkpoint = try checkpoints.make()
        try remember(size: checkpoint.size)
        return checkpoint
    }

    /// Oldest first.
    package func signedCheckpoints() throws(LedgerError) -> [SignedCheckpoint] {
        switch try checkpoints.read() {
        case .checkpoints(let found): return found
        case .unreadable: throw .damaged(path: path, .checkpoints)
        }
    }

    /// Makes proofs about the tree that `checkpoint` is the root of.
    ///
    /// - Throws: `damaged` where the ledger does not have that tree.
    package func prover(at checkpoint: SignedCheckpoint) throws(LedgerError) -> Prover {
        Prover(
            ledger: self, tree: try checkpoints.tree(of: checkpoint.size, after: checkpoint), checkpoint: checkpoint)
    }
}

/// Proofs about one tree of a ledger. Used by one thread at a time.
package struct Prover {
    let ledger: Ledger
    let tree: StoredTree
    package let checkpoint: SignedCheckpoint

    /// That the entry is in the ledger, with its bytes. Nil where the tree is too small for it.
    package func inclusion(of sequence: Int64) throws(LedgerError) -> TreeProof? {
        guard (1...max(checkpoint.size, 1)).contains(sequence),
            let stored = try ledger.checkpoints.reading.entry(at: sequence)
        else { return nil }
        // As it is stored: a sealed record is proved sealed, and opened by who has the key.
        let entry = try stored.checked(path: ledger.path, indexer: ledger.indexer)
        let hashes = try InclusionProof.make(of: sequence - 1, size: checkpoint.size, in: tree)
        let proof = TreeProof(
            index: sequence - 1, hashes: hashes, checkpoint: checkpoint, extra: EntryBytes(entry).bytes)
        guard proof.leadsToRoot else { throw .damaged(path: ledger.path, .changed(sequence: sequence)) }
        return proof
    }

    /// That the tree begins with what the ledger was when it had `size` entries.
    package func consistency(since size: Int64) throws(LedgerError) -> [Digest]? {
        guard (0...checkpoint.size).contains(size) else { return nil }
        return try ConsistencyProof.make(from: size, to: checkpoint.size, in: tree)
    }
}
