import HITLCore
import HITLPlatform

/// What rules with a limit count: calls that were permitted, and calls that may yet be.
///
/// A call counts from the moment it is judged, so that of two at once only one can be the last that a limit leaves
/// room for. It stops counting when it is refused, and grows old otherwise.
///
///     judged ── holds ──► allowed or approved   counts until it is older than the rule's time
///                    └──► denied, rejected, expired, withdrawn, superseded, not recorded   counts no more
final class UsageBook: Sendable {
    /// What one call counts for.
    struct Hold: Sendable, Hashable {
        fileprivate let number: Int
    }

    private struct Use {
        let hold: Hold
        let time: WallTime
        let amount: ExactDecimal
    }

    private struct State {
        var uses: [UsageKey: [Use]] = [:]
        var keys: [Hold: [UsageKey]] = [:]
        var requests: [Int64: Hold] = [:]
        var lastHold = 0
        /// Until what the ledger has is counted, nobody knows how much was used, and rules that need it ask.
        var isCounted = false

        mutating func hold(_ charges: [Charge], at time: WallTime) -> Hold? {
            guard !charges.isEmpty else { return nil }
            lastHold += 1
            let hold = Hold(number: lastHold)
            for charge in charges {
                uses[charge.key, default: []].append(Use(hold: hold, time: time, amount: charge.amount))
            }
            keys[hold] = charges.map(\.key)
            return hold
        }

        mutating func release(_ hold: Hold) {
            for key in keys.removeValue(forKey: hold) ?? [] { uses[key]?.removeAll { $0.hold == hold } }
        }

        /// Forgets what is too old to count.
        mutating func prune(_ key: UsageKey, at now: WallTime) {
            guard let kept = uses[key] else { return }
            let pending = Set(requests.values)
            let old = kept.filter { $0.time + key.limit.within <= now && !pending.contains($0.hold) }
            for use in old { keys[use.hold] = nil }
            uses[key] = kept.filter { use in !old.contains { $0.hold == use.hold } }
        }
    }

    private let state = Locked(State())

    /// Judges a call and lets it count, unless it is denied, as one step.
    ///
    /// - Parameter evaluate: gets what was used before; it must not come back here.
    func judge(
        at now: WallTime, holds: Bool, _ evaluate: (@escaping @Sendable (UsageKey) -> ExactDecimal?) -> Verdict
    ) -> (verdict: Verdict, hold: Hold?) {
        state.withLock { state in
            let (uses, isCounted) = (state.uses, state.isCounted)
            let verdict = evaluate { key in
                guard isCounted else { return nil }
                return (uses[key] ?? []).reduce(into: ExactDecimal?.some(0)) { sum, use in
                    if use.time + key.limit.within > now { sum = sum?.adding(use.amount) }
                }
            }
            guard holds, verdict.effect != .deny else { return (verdict, nil) }
            for charge in verdict.charges { state.prune(charge.key, at: now) }
            return (verdict, state.hold(verdict.charges, at: now))
        }
    }

    /// From here on the hold is the request's.
    func give(_ hold: Hold?, to request: Int64) {
        guard let hold else { return }
        state.withLock { $0.requests[request] = hold }
    }

    func release(_ hold: Hold?) {
        guard let hold else { return }
        state.withLock { $0.release(hold) }
    }

    func close(_ request: Int64, as status: Status) {
        state.withLock { state in
            guard let hold = state.requests.removeValue(forKey: request) else { return }
            switch status {
            case .approved: break
            case .pending, .rejected, .expired, .withdrawn, .superseded: state.release(hold)
            }
        }
    }

    /// Takes over what the ledger says was permitted and is pending.
    func count(_ uses: [(charges: [Charge], at: WallTime, pending: Int64?)]) {
        state.withLock { state in
            for use in uses {
                guard let hold = state.hold(use.charges, at: use.at) else { continue }
                if let number = use.pending { state.requests[number] = hold }
            }
            state.isCounted = true
        }
    }
}

extension Gate {
    /// Counts what the ledger has of calls that rules with a limit are about. Until it is done, such rules ask.
    ///
    /// What counts is worked out from the recorded calls under the policy in force, so that a limit which was changed
    /// since counts what happened before the change too.
    public func countUsage() throws(EventLedgerError) {
        let policy = policy()
        guard let longest = policy.longestLimit else { return queue.usage.count([]) }
        let records = Records(events: ledger)
        var uses: [(charges: [Charge], at: WallTime, pending: Int64?)] = []
        func count(_ call: ToolCall, at time: WallTime, pending: Int64? = nil) {
            let charges = policy.evaluate(call, in: assessor.context(of: call, at: time)).charges
            uses.append((charges, time, pending))
        }
        for history in try records.history(
            .init(since: WallTime(milliseconds: clocks.wall().milliseconds - longest.count)))
        {
            guard history.decision == "approved" || history.decision == "allowed" else { continue }
            if let call = history.call, let time = history.decidedAt { count(call, at: time) }
        }
        for request in try records.pending() { count(request.call, at: request.openedAt, pending: request.number) }
        queue.usage.count(uses)
    }
}
