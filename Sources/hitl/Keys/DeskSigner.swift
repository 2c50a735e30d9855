import HITLConfiguration
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// Signs at a desk. The key is looked for once, away from the first decision: making one takes a sync, and libcrypto
/// starts up at its first use. Where it was not to be had, the next decision looks again.
final class DeskSigner: Signer {
    private let source: Configuration.SigningKeySource
    private let state: String
    private let reviewer: String
    private let now: @Sendable () -> WallTime
    private let memory = Locked(Memory())

    private struct Memory: Sendable {
        var search: Task<Result<Found, SigningFailure>, Never>?
        var found: Found?
        var lastSeen: (version: KeyRing.Version, revokedAt: WallTime?)?
    }

    private struct Found: Sendable {
        let key: ReviewerKey
        let name: String
    }

    /// - Parameter reviewer: the operator's login name.
    init(
        _ source: Configuration.SigningKeySource, state: String, reviewer: String,
        now: @escaping @Sendable () -> WallTime
    ) {
        self.source = source
        self.state = state
        self.reviewer = reviewer
        self.now = now
    }

    /// Looks for the key without anybody who waits.
    func warmUp() {
        Task { _ = await self.found() }
    }

    /// Where the key is there it is used at once, by whoever asks: a decision waits for it.
    nonisolated(nonsending) func sign(
        _ statement: @Sendable (_ key: String) -> [UInt8]
    ) async throws(SigningFailure) -> (key: String, bytes: [UInt8]) {
        let found = try await found().get()
        if let end = try revocation(of: found.key.verifying), now() >= end {
            throw SigningFailure(
                "your key \(DecisionSignature.short(found.name)) was revoked. Make another (`hitl keys new --replace`) and open the desk again."
            )
        }
        return (found.name, try await found.key.sign(statement(found.name)))
    }

    /// When the key stopped to count. It may have been revoked since the desk was opened, so the list is read again
    /// wherever it is another file.
    private func revocation(of key: VerifyingKey) throws(SigningFailure) -> WallTime? {
        let seen = KeyRing.version(state: state)
        if let seen, let last = memory.withLock({ $0.lastSeen }), last.version == seen { return last.revokedAt }
        do throws(KeyRing.Problem) {
            let end = try KeyRing(state: state).entry(key)?.revokedAt
            memory.withLock { $0.lastSeen = seen.map { ($0, end) } }
            return end
        } catch {
            throw SigningFailure(error.description)
        }
    }

    nonisolated(nonsending) private func found() async -> Result<Found, SigningFailure> {
        if let found = memory.withLock({ $0.found }) { return .success(found) }
        let search = memory.withLock { memory in
            let search =
                memory.search
                ?? Task { [source, state, reviewer, now] in
                    await Self.find(source, state: state, reviewer: reviewer, now: now())
                }
            memory.search = search
            return search
        }
        let result = await search.value
        memory.withLock { memory in
            switch result {
            case .success(let found): memory.found = found
            case .failure: memory.search = nil
            }
        }
        return result
    }

    private static func find(
        _ source: Configuration.SigningKeySource, state: String, reviewer: String, now: WallTime
    ) async -> Result<Found, SigningFailure> {
        do throws(SigningFailure) {
            let key = try await ReviewerKey.load(source, state: state, reviewer: reviewer)
            try remember(key.verifying, state: state, reviewer: reviewer, now: now)
            return .success(Found(key: key, name: key.verifying.name))
        } catch {
            return .failure(error)
        }
    }

    /// So that a later verification knows it.
    static func remember(
        _ key: VerifyingKey, state: String, reviewer: String, now: WallTime
    ) throws(SigningFailure) {
        do throws(KeyRing.Problem) {
            // Read first: where it is known already, nothing is locked and nothing written.
            if try KeyRing(state: state).entry(key)?.isOwn == true { return }
            try KeyRing.change(state: state) { ring in
                var entry = ring.entry(key) ?? .init(key: key, reviewer: reviewer, from: now)
                entry.isOwn = true
                entry.reviewer = reviewer
                return entry
            }
        } catch {
            throw SigningFailure(error.description)
        }
    }
}

extension LoopPlan {
    /// nil where the operator has switched signing off. The demo has a key of its own, thrown away with the rest.
    func signer(now: @escaping @Sendable () -> WallTime) -> DeskSigner? {
        let source = place.configuration.signingKey.value
        guard source != .off else { return nil }
        return DeskSigner(isDemo ? .own : source, state: stateDirectory, reviewer: place.account.name, now: now)
    }
}
