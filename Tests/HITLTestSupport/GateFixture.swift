package import HITLCore
package import HITLGate
package import HITLLedger
import HITLPlatform

/// A gate with everything round it: a clock that is moved by hand, ids that count up, a ledger in memory or
/// wherever the test wants it, and a workshop where permitted calls happen.
package final class GateFixture: Sendable {
    package let clock: ManualClock
    package let ledger: Ledger
    package let queue: Queue
    package let gate: Gate
    package let workshop: Workshop

    package static let digest: @Sendable (ToolCall) -> CallDigest = { call in
        CallDigest("hmac-sha256:" + KeyedDigest.hmac(key: Array("workbench".utf8), call.digested).hex)
    }

    package init(
        ledger: Ledger? = nil, clock: ManualClock = ManualClock(), ids: CountingIDs = CountingIDs(), rules: [Rule] = [],
        obligations: Set<Obligation> = [], timeout: Milliseconds? = .minutes(5), pendingPerAgent: Int = 100_000,
        counts: Bool = true, redactor: Redactor = .none, signer: (any Signer)? = nil,
        salt: @escaping @Sendable () -> String = { String(repeating: "5a", count: 16) }
    ) async throws {
        self.clock = clock
        self.ledger = try ledger ?? Self.memory(clock)
        workshop = Workshop(self.ledger)
        let events = EventLedger(self.ledger, redactor: redactor, salt: salt)
        queue = try await Queue(
            events: events, clocks: clock.clocks, limits: .init(pendingPerAgent: pendingPerAgent),
            signer: signer, randomID: ids.next)
        let policy = Policy(rules: rules, obligations: obligations, timeout: timeout, version: "policy-1")
        gate = Gate(
            queue: queue, ledger: events, clocks: clock.clocks,
            policy: { policy },
            digest: Self.digest, randomID: ids.next)
        if counts { try gate.countUsage() }
    }

    package static func memory(_ clock: ManualClock) throws -> Ledger {
        try .inMemory(indexer: EventIndex.index(of:), clock: { clock.wall.milliseconds })
    }

    package static func onDisk(_ path: String, _ clock: ManualClock) throws -> Ledger {
        try .open(path: path, indexer: EventIndex.index(of:), clock: { clock.wall.milliseconds })
    }

    /// The next desk on the same ledger, as after a crash of this one. Numbers go on; ids too, with `ids`.
    package func successor(
        ids: CountingIDs = CountingIDs(after: 1000), rules: [Rule] = [], timeout: Milliseconds? = .minutes(5)
    ) async throws -> GateFixture {
        try await GateFixture(ledger: ledger, clock: clock, ids: ids, rules: rules, timeout: timeout)
    }

    /// Lets go of whoever still waits, so that no test leaves a task behind.
    package func close() async { await queue.close(withdrawing: [], reason: "the test ends") }

    // MARK: Asking

    /// An agent that asks and, where it may, has the call carried out: what every runner does.
    package func ask(_ call: ToolCall, from requester: Principal = Cast.mason, id: RequestID? = nil) async -> Asking {
        let (opened, task) = begin(call, from: requester, id: id)
        return Asking(request: await opened.value, task: task)
    }

    /// The same without waiting for anything.
    package func begin(
        _ call: ToolCall, from requester: Principal = Cast.mason, id: RequestID? = nil
    ) -> (opened: FirstValue<ApprovalRequest?>, task: Task<Ending, Never>) {
        let opened = FirstValue<ApprovalRequest?>()
        let task = Task { [gate, workshop] in
            let ruling = await gate.rule(on: call, from: requester, id: id) { opened.set($0) }
            opened.set(nil)
            switch consume ruling {
            case .refused(let refused): return Ending.refused(refused)
            case .permitted(let permit):
                let (call, subject) = (permit.call, permit.subject)
                switch call.performer {
                case .desk: return .ran(call, subject, await gate.execute(permit, with: workshop))
                case .requester, .unobserved:
                    return .ran(call, subject, await workshop.run(permit, until: StopSignal()))
                }
            }
        }
        return (opened, task)
    }

    /// One request that waits.
    package func pending(_ call: ToolCall = .deleting("a.txt"), from requester: Principal = Cast.mason) async -> Asking
    {
        await ask(call, from: requester)
    }

    package struct Asking: Sendable {
        /// As it was opened; nil where the call never waited.
        package let request: ApprovalRequest?
        package let task: Task<Ending, Never>

        package var number: Int64 { request?.number ?? 0 }
        package var ending: Ending { get async { await task.value } }
    }

    package enum Ending: Sendable, Equatable {
        case refused(Ruling.Refused)
        /// What ran, under which name, and what came of it.
        case ran(ToolCall, Subject, Outcome)

        package var refusal: Refusal? {
            switch self {
            case .refused(let refused): refused.refusal
            case .ran: nil
            }
        }

        package var outcome: Outcome? {
            switch self {
            case .refused: nil
            case .ran(_, _, let outcome): outcome
            }
        }
    }

    /// Begins something that ends in a write, and returns when the queue has come as far as that write.
    package func begin<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Task<Value, Never> {
        let look = clock.nextLook()
        let task = Task { await body() }
        await look.value
        // An actor does one thing at a time: when it answers this, it waits for the ledger.
        _ = await queue.pendingCount
        return task
    }

    // MARK: Looking

    /// Everything in the ledger, in order.
    package var events: [Event] {
        get throws { try ledger.entries(from: 1, limit: .max).map { try Event(record: $0.record) } }
    }

    /// Each event of the ledger in a word: `opened 1`, `approved 1`, `started 1`, `succeeded 1`.
    package var story: [String] {
        get throws {
            try events.map { event in
                switch event {
                case .opened(let opened): "opened \(opened.number)"
                case .extended(let request, _): "extended \(request)"
                case .closed(let closed): "\(closed.status.word) \(closed.request)"
                case .ruled(let ruled): "ruled \(ruled.verdict.effect.rawValue) \(ruled.call.tool)"
                case .started(let subject, _): "started \(subject)"
                case .finished(let subject, let outcome): "\(outcome.status.rawValue) \(subject)"
                case .rolledBack(let subject, let successor): "rolled back \(subject) by \(successor)"
                case .attempted(let principal, let what): "attempted by \(principal.name): \(what)"
                case .granted(let grant): "granted with \(grant.request)"
                case .revoked(let request, let principal): "grant \(request) revoked by \(principal.name)"
                case .sessionStarted(let session): "session \(session.id)"
                case .sessionEnded(let id): "end of session \(id)"
                case .erased(let erased): "erased \(erased.entries.count)"
                case .purged(let purged): "purged through \(purged.through)"
                case .mended(let mended): "mended after \(mended.after)"
                }
            }
        }
    }

    package func history(_ number: Int64) throws -> RequestHistory { try gate.ledger.history(of: .request(number)) }

    package func status(_ number: Int64) throws -> Status? { try history(number).status }
}

/// Identities in order: `evt_0000000000000001`, `evt_0000000000000002` …
package final class CountingIDs: Sendable {
    private let last: Locked<UInt64>

    package init(after last: UInt64 = 0) { self.last = Locked(last) }

    package var next: @Sendable () -> RequestID {
        {
            self.last.withLock { last in
                last += 1
                return RequestID(bits: last)
            }
        }
    }
}

/// Where permitted calls happen. It distrusts the gate: a call that it is given must be in the ledger as started.
package final class Workshop: Executor {
    package struct Effect: Sendable, Equatable {
        package let subject: Subject
        package let call: ToolCall

        package init(subject: Subject, call: ToolCall) {
            self.subject = subject
            self.call = call
        }
    }

    private struct State {
        var effects: [Effect] = []
        var faults: [String] = []
        var changes: [String] = []
        var outcome = Outcome(status: .succeeded, summary: "done")
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
        var watchers: [CheckedContinuation<Void, Never>] = []
    }

    private let ledger: Ledger
    private let state = Locked(State())

    init(_ ledger: Ledger) { self.ledger = ledger }

    /// What has happened in the world.
    package var effects: [Effect] { state.withLock { $0.effects } }

    /// Where the gate let a call through that it should not have.
    package var faults: [String] { state.withLock { $0.faults } }

    package func worldHasChanged(_ changes: [String]) { state.withLock { $0.changes = changes } }

    package func willEnd(_ outcome: Outcome) { state.withLock { $0.outcome = outcome } }

    /// From now on calls take until `release`.
    package func hold() { state.withLock { $0.isHeld = true } }

    package func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            state.isHeld = false
            return state.held
        }
        for one in held { one.resume() }
    }

    /// Returns when a call is held.
    package func somethingRuns() async {
        await withCheckedContinuation { continuation in
            let runs = state.withLock { state in
                if state.held.isEmpty { state.watchers.append(continuation) }
                return !state.held.isEmpty
            }
            if runs { continuation.resume() }
        }
    }

    package func changes(since call: ToolCall) async -> [String] { state.withLock { $0.changes } }

    package func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        let effect = Effect(subject: permit.subject, call: permit.call)
        let fault = fault(in: permit.digest, effect)
        let outcome = state.withLock { state in
            if let fault { state.faults.append(fault) }
            state.effects.append(effect)
            return state.outcome
        }
        await held(until: stop)
        return stop.isRequested ? Outcome(status: .failed, summary: "stopped") : outcome
    }

    private func fault(in digest: CallDigest, _ effect: Effect) -> String? {
        guard GateFixture.digest(effect.call) == digest else { return "\(effect.subject): not the call of the permit" }
        do {
            guard try ledger.claimed("started/\(effect.subject)") != nil,
                try ledger.claimed("closed/\(effect.subject)") != nil
            else { return "\(effect.subject): not in the ledger" }
        } catch {
            return "\(effect.subject): \(error)"
        }
        return nil
    }

    private func held(until stop: StopSignal) async {
        await withCheckedContinuation { continuation in
            let watchers = state.withLock { state -> [CheckedContinuation<Void, Never>]? in
                guard state.isHeld else { return nil }
                state.held.append(continuation)
                defer { state.watchers = [] }
                return state.watchers
            }
            guard let watchers else { return continuation.resume() }
            for watcher in watchers { watcher.resume() }
            stop.onRequest { self.release() }
        }
    }
}

/// A value that is set once and waited for; later values are dropped.
package final class FirstValue<Value: Sendable>: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Value, Never>])
        case set(Value)
    }

    private let state = Locked(State.waiting([]))

    package init() {}

    package func set(_ value: Value) {
        let waiting = state.withLock { state -> [CheckedContinuation<Value, Never>] in
            guard case .waiting(let waiting) = state else { return [] }
            state = .set(value)
            return waiting
        }
        for one in waiting { one.resume(returning: value) }
    }

    package var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let value = state.withLock { state -> Value? in
                    switch state {
                    case .set(let value): return value
                    case .waiting(let waiting):
                        state = .waiting(waiting + [continuation])
                        return nil
                    }
                }
                if let value { continuation.resume(returning: value) }
            }
        }
    }
}
