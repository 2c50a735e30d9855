import Glibc
import HITLPlatform

extension Ledger {
    /// Checks everything that can be checked without knowing what the records mean: every hash, gaps
    /// and order, every index column, list and table against the records, every head that was
    /// written down, beside the ledger or (`heads`) elsewhere, and every checkpoint that was signed of it.
    ///
    /// It reads stored bytes, in memory bounded by what is unresolved at one time, on two threads of
    /// its own; the desk may go on appending.
    ///
    /// - Parameter progress: called from these threads, one call at a time, with what both have passed.
    /// - Throws: what keeps it from reading at all. What is wrong with the ledger is in the result.
    public func verify(
        against heads: [Head] = [],
        progress: @escaping @Sendable (VerificationProgress) -> Void = { _ in }
    ) async throws(LedgerError) -> Verification {
        try await verify(against: heads, checkpoints: [], keys: [], progress: progress)
    }

    /// The same with checkpoints from elsewhere.
    ///
    /// - Parameter keys: whose signature a checkpoint must have. None: the ledger's own, where it is here.
    package func verify(
        against heads: [Head], checkpoints others: [SignedCheckpoint], keys: [NoteVerifier],
        progress: @escaping @Sendable (VerificationProgress) -> Void = { _ in }
    ) async throws(LedgerError) -> Verification {
        try await verify(.everything, heads, others, keys, progress)
    }

    /// Chain, tree, heads and checkpoints alone.
    package func verifyChain() async throws(LedgerError) -> Verification {
        try await verify(.chain, [], [], []) { _ in }
    }

    private enum Extent { case chain, everything }

    private func verify(
        _ extent: Extent, _ heads: [Head], _ others: [SignedCheckpoint], _ keys: [NoteVerifier],
        _ progress: @escaping @Sendable (VerificationProgress) -> Void
    ) async throws(LedgerError) -> Verification {
        var failures: [VerificationFailure] = []
        var remembered: [Head] = []
        switch try rememberedHeads() {
        case .heads(let lines): remembered = lines.map(\.head)
        case .unreadable(let line): failures.append(.unreadableHeads(line: line))
        }

        // What was signed before the snapshot is taken, so that none can be of more than is in it.
        let signed = try SignedHistory(self, remembered: remembered, others: others, keys: keys)
        let blocks = checkpoints.blocks
        let indexes = try snapshot()
        let (size, tornBytes) = (indexes.size, indexes.tornBytes)
        let chain = ChainVerifier(
            try snapshot(), size: size, genesis: Chain.genesis(identity: identity), heads: remembered + heads,
            roots: signed.roots, blocks: blocks)
        let index = IndexVerifier(indexes, indexer: indexer, sealing: sealing, identity: identity) {
            [reading] sequence throws(LedgerError) in try reading.entry(at: sequence)
        }

        let both = BothPassed(size: size, progress)
        async let indexResult = onWorkerThread { () throws(LedgerError) -> IndexVerifier.Findings in
            guard extent == .everything else { return IndexVerifier.Findings() }
            return try index.run { sequence in both.report { $0.index = sequence } }
        }
        let chainResult = await onWorkerThread { () throws(LedgerError) in
            try chain.run { sequence in both.report { $0.chain = sequence } }
        }
        let findings = try chainResult.get()
        let indexFindings = try await indexResult.get()
        let indexFailures = indexFindings.failures

        if let failure = findings.failure { failures.insert(failure, at: 0) }
        failures += signed.failures
        if tornBytes > 0 { failures.append(.torn(after: findings.head.size, bytes: tornBytes)) }
        failures += indexFailures.filter { $0.adds(to: findings.failure) }
        if findings.failure == nil, let wrong = findings.wrongBlock { failures.append(wrong) }
        var checkpoints = signed.verified
        checkpoints.last = findings.checkpoint
        var verification = Verification(
            head: findings.head, protected: findings.protected, checkpoints: checkpoints, failures: failures)
        verification.removed = indexFindings.removed
        verification.weakened = heads.sorted { $0.size < $1.size }.flatMap { head in
            WeakenedHead.all(of: head, indexFindings.removed, heads: heads, checkpoints: others.map(\.size))
        }
        // Who has no key at all verifies the chain; who has some is to know that one is missing.
        if !sealing.hasKeys { verification.setSealedAside() }
        return verification
    }
}

extension VerificationFailure {
    /// Whether it is news beside what is wrong with the chain. Where entries are changed or missing,
    /// what is derived from them is wrong as well, which says nothing more.
    fileprivate func adds(to chain: VerificationFailure?) -> Bool {
        let broken: Int64?
        switch chain {
        case nil, .rewritten, .forked: return true
        case .changed(let sequence), .reordered(let sequence, _): broken = sequence
        default: broken = nil
        }
        switch self {
        case .notARecord(let sequence), .index(let sequence, _), .sealed(let sequence, _),
            .removedUnrecorded(let sequence):
            return sequence != broken
        default: return false
        }
    }
}

/// How many entries are checked between two reports.
let progressStep: Int64 = 16_384

/// Reports of two threads as one.
private final class BothPassed: Sendable {
    struct Passed {
        var chain: Int64 = 0
        var index: Int64 = 0
        var reported: Int64 = -1
    }

    private let passed = Locked(Passed())
    private let size: Int64
    private let progress: @Sendable (VerificationProgress) -> Void

    init(size: Int64, _ progress: @escaping @Sendable (VerificationProgress) -> Void) {
        self.size = size
        self.progress = progress
    }

    func report(_ change: (inout Passed) -> Void) {
        passed.withLock { passed in
            change(&passed)
            let checked = min(passed.chain, passed.index)
            guard checked > passed.reported, checked > 0 else { return }
            passed.reported = checked
            progress(VerificationProgress(checked: checked, size: size))
        }
    }
}

/// Runs what blocks for long away from the tasks' threads.
private func onWorkerThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws(LedgerError) -> Value
) async -> Result<Value, LedgerError> {
    await withCheckedContinuation { continuation in
        let thread = WorkerThread {
            do throws(LedgerError) {
                continuation.resume(returning: .success(try body()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        guard let thread else {
            continuation.resume(returning: .failure(.system(path: "thread", .open, errno: EAGAIN)))
            return
        }
        thread.leave()
    }
}
