import Glibc
import HITLPlatform

extension Ledger {
    /// Checks everything that can be checked without knowing what the records mean: every hash, gaps
    /// and order, every index column, list and table against the records, and every head that was
    /// written down, beside the ledger or (`heads`) elsewhere.
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
        var failures: [VerificationFailure] = []
        var remembered: [Head] = []
        switch try rememberedHeads() {
        case .heads(let lines): remembered = lines.map(\.head)
        case .unreadable(let line): failures.append(.unreadableHeads(line: line))
        }

        let indexes = try snapshot()
        let size = indexes.size
        let chain = ChainVerifier(
            try snapshot(), size: size, genesis: Chain.genesis(identity: identity), heads: remembered + heads)
        let index = IndexVerifier(indexes, indexer: indexer)

        let both = BothPassed(size: size, progress)
        async let indexResult = onWorkerThread { () throws(LedgerError) in
            try index.run { sequence in both.report { $0.index = sequence } }
        }
        let chainResult = await onWorkerThread { () throws(LedgerError) in
            try chain.run { sequence in both.report { $0.chain = sequence } }
        }
        let findings = try chainResult.get()
        let indexFailures = try await indexResult.get()

        if let failure = findings.failure { failures.insert(failure, at: 0) }
        failures += indexFailures.filter { $0.adds(to: findings.failure) }
        return Verification(head: findings.head, protected: findings.protected, failures: failures)
    }
}

extension VerificationFailure {
    /// Whether it is news beside what is wrong with the chain. Where entries are changed or missing,
    /// what is derived from them is wrong as well, which says nothing more.
    fileprivate func adds(to chain: VerificationFailure?) -> Bool {
        let broken: Int64?
        switch chain {
        case nil, .rewritten: return true
        case .changed(let sequence), .reordered(let sequence, _): broken = sequence
        default: broken = nil
        }
        switch self {
        case .notARecord(let sequence), .index(let sequence, _): return sequence != broken
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
