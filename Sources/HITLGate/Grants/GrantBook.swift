public import HITLCore
import HITLPlatform

/// The grants of this desk. They end with it.
///
/// A use is counted when it answers, before the call is recorded: what fails afterwards has used it up all the same.
public final class GrantBook: Sendable {
    public struct Standing: Sendable, Equatable {
        public let grant: Grant
        public let used: Int
    }

    private struct Entry {
        let grant: Grant
        let pattern: GrantPattern
        /// On the clock that nobody sets.
        let ends: Milliseconds?
        var used = 0

        func isOver(at now: Milliseconds) -> Bool {
            ends.map { now >= $0 } ?? false || grant.uses.map { used >= $0 } ?? false
        }
    }

    private let entries = Locked<[Entry]>([])
    private let monotonic: @Sendable () -> Milliseconds

    init(_ clocks: Clocks) {
        monotonic = clocks.monotonic
    }

    /// Those in force, in the order in which they were given.
    public var standing: [Standing] {
        let now = monotonic()
        return entries.withLock { entries in
            entries.removeAll { $0.isOver(at: now) }
            return entries.map { Standing(grant: $0.grant, used: $0.used) }
        }
    }

    func add(_ grant: Grant, _ pattern: GrantPattern, for duration: Milliseconds?) {
        let entry = Entry(grant: grant, pattern: pattern, ends: duration.map { monotonic() + $0 })
        entries.withLock { entries in
            entries.removeAll { $0.grant.request == grant.request }
            entries.append(entry)
        }
    }

    /// - Returns: whether it was in force.
    func remove(_ request: Int64) -> Bool {
        let now = monotonic()
        return entries.withLock { entries in
            let wasInForce = entries.contains { $0.grant.request == request && !$0.isOver(at: now) }
            entries.removeAll { $0.grant.request == request }
            return wasInForce
        }
    }

    /// The verdict that a grant makes of one that asks: allowed by it. Others stay as they are.
    func answer(_ verdict: Verdict, to call: ToolCall) -> Verdict {
        guard verdict.effect == .ask else { return verdict }
        let now = monotonic()
        let used: Entry? = entries.withLock { entries in
            entries.removeAll { $0.isOver(at: now) }
            let place = entries.firstIndex { $0.pattern.covers(call, at: verdict.risk.level) }
            guard let place else { return nil }
            entries[place].used += 1
            return entries[place]
        }
        guard let used else { return verdict }
        let reference = RuleReference(
            name: "grant \(used.grant.request)",
            source: RuleReference.grantSource + "\(used.grant.grantedBy.name) with request \(used.grant.request)",
            fact: "\(used.grant.scope.rawValue) of the call that was approved then", action: .allow)
        return Verdict(
            effect: .allow, rules: verdict.rules + [reference], risk: verdict.risk, severity: verdict.severity,
            obligations: verdict.obligations, timeout: verdict.timeout, charges: verdict.charges,
            policyVersion: verdict.policyVersion)
    }
}

extension RuleReference {
    /// Sources of rules that are written down somewhere are a file and a place in it, or `built-in`.
    fileprivate static let grantSource = "given by "

    /// Whether it is a grant that answered, and not a rule that somebody called so.
    var isGrant: Bool {
        name.utf8.starts(with: "grant ".utf8) && source.utf8.starts(with: Self.grantSource.utf8)
    }
}
