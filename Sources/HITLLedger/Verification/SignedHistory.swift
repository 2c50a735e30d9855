/// The checkpoints that a ledger is held against, after their signatures were: what they say of the tree is not
/// known yet.
struct SignedHistory {
    /// Of this ledger's tree, as far as it is not known that nobody signed them.
    private(set) var roots: [Checkpoint] = []
    private(set) var failures: [VerificationFailure] = []
    private(set) var verified = VerifiedCheckpoints()

    /// - Parameters:
    ///   - remembered: the heads beside the ledger, in the order they were written down.
    ///   - keys: that are trusted; the ledger's own where there are none.
    init(
        _ ledger: Ledger, remembered: [Head], others: [SignedCheckpoint], keys: [NoteVerifier]
    ) throws(LedgerError) {
        var own: [SignedCheckpoint] = []
        var isReadable = true
        switch try ledger.checkpoints.read() {
        case .checkpoints(let found): own = found
        case .unreadable(let number):
            failures.append(.unreadableCheckpoints(number: number))
            isReadable = false
        }
        var key: LogKey?
        do throws(LedgerError) { key = try ledger.checkpoints.key() } catch .logKey(_, let clause) {
            failures.append(.logKey(clause))
        }
        var trust = CheckpointTrust(origin: ledger.origin, keys: keys)
        if trust.log.isEmpty, let key { trust.log = [key.signer.verifier] }
        if !trust.log.isEmpty { verified.signatures = .checked(by: (trust.log + trust.witnesses).map(\.description)) }

        for (place, checkpoint) in (own + others).enumerated() {
            guard ByteKey(checkpoint.checkpoint.origin) == ByteKey(ledger.origin) else {
                failures.append(.foreignCheckpoint(origin: checkpoint.checkpoint.origin))
                continue
            }
            verified.count += 1
            if !trust.log.isEmpty {
                // What lies beside the ledger has not been shown to witnesses.
                let trust = place < own.count ? CheckpointTrust(log: trust.log) : trust
                do throws(NoteError) { try trust.check(checkpoint) } catch {
                    failures.append(.checkpoint(size: checkpoint.size, error.description))
                    continue
                }
            }
            roots.append(checkpoint.checkpoint)
        }
        guard isReadable, let key else { return }
        let sizes = Set(own.map(\.size))
        for head in remembered.dropFirst(key.headsBefore) where !sizes.contains(head.size) {
            failures.append(.missingCheckpoint(size: head.size))
        }
    }
}
