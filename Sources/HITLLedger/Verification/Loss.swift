extension Ledger {
    /// What the ledger no longer has of what was written down or signed of it last, as far as the ends of two files and one
    /// entry tell; `verify` looks at all of them. Takes the same time however long the ledger is. Nil where it has everything.
    ///
    /// A checkpoint's root takes the tree. The head that is written down after each checkpoint says as much of the entries up
    /// to there, so only of one without its head, as a kill in between leaves it, the root is computed.
    ///
    /// - Throws: `logKey` where there are checkpoints and not the key that continues them: nobody else's to have, so only
    ///   the user of the ledger is told.
    public func loss() throws(LedgerError) -> VerificationFailure? {
        // What was written down before the size is asked for, since an owner may append meanwhile.
        let newest: Head?
        switch try heads.newest() {
        case .unreadable(let line): return .unreadableHeads(line: line)
        case .heads(let found): newest = found.map(\.head).max { $0.size < $1.size }
        }
        let signed: SignedCheckpoint?
        switch try checkpoints.newest() {
        case .unreadable(let number): return .unreadableCheckpoints(number: number)
        case .checkpoints(let found): signed = found.max { $0.size < $1.size }
        }
        let size = try head.size
        if let newest {
            guard size >= newest.size else { return .cut(size: size, head: newest) }
            guard try has(newest) else { return .rewritten(head: newest, after: try lastFitting()) }
        }
        if let signed {
            guard ByteKey(signed.checkpoint.origin) == ByteKey(origin) else {
                return .foreignCheckpoint(origin: signed.checkpoint.origin)
            }
            guard size >= signed.size else { return .cutBelowCheckpoint(size: size, checkpoint: signed.size) }
            try checkpoints.refuseLostKey()
            if signed.size > newest?.size ?? -1, try !hasTree(of: signed) {
                return .forked(checkpoint: signed.size, after: newest?.size ?? 0)
            }
        }
        if let newest, newest.size > signed?.size ?? 0, try wasSigned(newest) {
            return .missingCheckpoint(size: newest.size)
        }
        return nil
    }

    /// What is checked when a ledger is opened for writing, of one that is only read.
    ///
    /// - Returns: how many entries there are, how many of the newest were checked, and what is wrong, as a sentence and with
    ///   what helps.
    public func look() throws(LedgerError) -> (
        size: Int64, checked: Int64, flaw: (sentence: String, mending: Mending?)?
    ) {
        let size = try head.size
        if let loss = try loss() { return (size, 0, (loss.description, loss.mending)) }
        let bytes = try snapshot().tornBytes
        if bytes > 0 {
            let torn = VerificationFailure.torn(after: size, bytes: bytes)
            return (size, 0, (torn.description, torn.mending))
        }
        do throws(LedgerError) {
            let checked = try Tail(reading, indexer: indexer, sealing: sealing).checked()
            return (checked.size, min(checked.size, Int64(Tail.length)), nil)
        } catch .damaged(let path, let damage) {
            // What an owner is appending at this moment may show in one table and not yet in another.
            if try head.size != size { return try look() }
            return (size, 0, (LedgerError.damaged(path: path, damage).description, .settingAside))
        }
    }

    private func has(_ head: Head) throws(LedgerError) -> Bool {
        if head.size == 0 { return head.hash == Chain.genesis(identity: identity) }
        return try reading.entry(at: head.size)?.hash == head.hash
    }

    private func hasTree(of signed: SignedCheckpoint) throws(LedgerError) -> Bool {
        do throws(LedgerError) {
            _ = try checkpoints.tree(of: signed.size, after: signed)
            return true
        } catch .damaged(_, .forked) {
            return false
        }
    }

    /// The size of the last head that the ledger still has. Only asked where it lacks a later one.
    private func lastFitting() throws(LedgerError) -> Int64 {
        guard case .heads(let all) = try heads.read() else { return 0 }
        for remembered in all.reversed() where try has(remembered.head) { return remembered.head.size }
        return 0
    }

    /// Whether the head was written down after a checkpoint of it. Only asked where that is not the newest.
    private func wasSigned(_ head: Head) throws(LedgerError) -> Bool {
        guard let key = try checkpoints.key(), case .heads(let all) = try heads.read() else { return false }
        return all.dropFirst(key.headsBefore).contains { $0.head == head }
    }
}

extension LedgerFile {
    /// What was written down or signed of a ledger whose file is empty. Nil where nothing was: nobody has made it yet.
    ///
    /// No new one begins there. It would be another ledger, and where a backup is put in its place later, SQLite would
    /// take the new one's log for that of the backup.
    func lossOfAll() throws(LedgerError) -> VerificationFailure? {
        guard Self.size(of: path) == 0 else { return nil }
        switch try RememberedHeads(file: path + ".heads").newest() {
        case .unreadable(let line): return .unreadableHeads(line: line)
        case .heads(let found):
            if let head = found.map(\.head).max(by: { $0.size < $1.size }) { return .cut(size: 0, head: head) }
        }
        switch try CheckpointFile(path: path + ".checkpoints").read() {
        case .unreadable(let number): return .unreadableCheckpoints(number: number)
        case .checkpoints(let found):
            return found.map(\.size).max().map { .cutBelowCheckpoint(size: 0, checkpoint: $0) }
        }
    }
}
