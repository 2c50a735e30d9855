import HITLCore
import HITLGate
import HITLPlatform

/// Hands what happens in the queue to those connections that watch it, and to the screen: one listener to the queue,
/// however many they are.
///
/// All of them are told when nobody waits for the desk's thread any more: who asked has its answer before anybody hears
/// of it, and programs hear of it before another thread is woken for the screen.
final class ChangeFeed: Sendable {
    private struct State {
        var pump: Task<Void, Never>?
        var hasEnded = false
        var watchers: [ObjectIdentifier: Watcher] = [:]
        var tickets: [Int64: [ClosingTicket]] = [:]
        var streams: [Int: AsyncStream<QueueChange>.Continuation] = [:]
        var lastStream = 0
        /// In its order.
        var untold: [QueueChange] = []
    }

    private struct Watcher {
        let connection: DeskConnection
        let kinds: Set<EventForm.Kind>
    }

    private let state = Locked(State())

    /// Begins to listen where that has not begun. Whoever registers after it misses nothing that comes later.
    func begin(_ queue: Queue) async {
        guard state.withLock({ $0.pump == nil && !$0.hasEnded }) else { return }
        let changes = await queue.changes()
        state.withLock { state in
            // Two may have come this far at once; the stream of the second is dropped, which ends it.
            guard state.pump == nil else { return }
            state.pump = Task(executorPreference: Reactor.desk) { await self.pass(changes) }
        }
    }

    /// Lets go of everybody who waits: the desk is closing, and each of them hears so.
    func end() async {
        let pump = state.withLock { state in
            state.hasEnded = true
            return state.pump
        }
        pump?.cancel()
        await pump?.value
        let tickets = state.withLock { state in
            defer { state.tickets = [:] }
            return state.tickets.values.flatMap { $0 }
        }
        for ticket in tickets { ticket.fire(.deskClosing) }
    }

    /// All changes from now on. The stream ends with the queue's, or with the feed.
    func changes(of queue: Queue) async -> AsyncStream<QueueChange> {
        let (stream, continuation) = AsyncStream.makeStream(of: QueueChange.self)
        let key = state.withLock { state -> Int? in
            guard !state.hasEnded else { return nil }
            state.lastStream += 1
            state.streams[state.lastStream] = continuation
            return state.lastStream
        }
        guard let key else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.streams.removeValue(forKey: key) }
        }
        await begin(queue)
        return stream
    }

    func add(_ connection: DeskConnection, for kinds: Set<EventForm.Kind>) {
        state.withLock { $0.watchers[ObjectIdentifier(connection)] = Watcher(connection: connection, kinds: kinds) }
    }

    func remove(_ connection: DeskConnection) { state.withLock { $0.watchers[ObjectIdentifier(connection)] = nil } }

    /// A ticket that is fired when the request closes.
    func ticket(for number: Int64) -> ClosingTicket {
        let ticket = ClosingTicket()
        let hasEnded = state.withLock { state in
            if !state.hasEnded { state.tickets[number, default: []].append(ticket) }
            return state.hasEnded
        }
        if hasEnded { ticket.fire(.deskClosing) }
        return ticket
    }

    func giveBack(_ ticket: ClosingTicket, for number: Int64) {
        state.withLock { state in
            state.tickets[number]?.removeAll { $0 === ticket }
            if state.tickets[number]?.isEmpty == true { state.tickets[number] = nil }
        }
    }

    private func pass(_ changes: AsyncStream<QueueChange>) async {
        for await change in changes {
            if case .closed(let request) = change { fire(request.number) }
            let isFirst = state.withLock { state in
                guard !state.streams.isEmpty || !state.watchers.isEmpty else { return false }
                state.untold.append(change)
                return state.untold.count == 1
            }
            if isFirst { Reactor.desk.performAfterJobs { self.tell() } }
        }
        tell()
        let (tickets, streams) = state.withLock { state in
            state.hasEnded = true
            defer { (state.tickets, state.streams) = ([:], [:]) }
            return (state.tickets.values.flatMap { $0 }, Array(state.streams.values))
        }
        for ticket in tickets { ticket.fire(.deskClosing) }
        for stream in streams { stream.finish() }
    }

    private func tell() {
        let (streams, changes) = state.withLock { state in
            defer { state.untold = [] }
            return (Array(state.streams.values), state.untold)
        }
        for change in changes { send(change) }
        for change in changes {
            for stream in streams { stream.yield(change) }
        }
    }

    private func send(_ change: QueueChange) {
        guard let kind = EventForm.Kind(change) else { return }
        let watchers = state.withLock { $0.watchers.values.filter { $0.kinds.contains(kind) } }
        guard !watchers.isEmpty, let event = EventForm(change) else { return }
        let line = Reply.notification("event", event.json)
        for watcher in watchers { watcher.connection.send(line) }
    }

    private func fire(_ number: Int64) {
        let tickets = state.withLock { $0.tickets.removeValue(forKey: number) } ?? []
        for ticket in tickets { ticket.fire(.closed) }
    }
}

/// Somebody waits for one request to close.
final class ClosingTicket: Sendable {
    enum Result: Sendable {
        case deskClosing
        case timeout
        case cancelled
        case closed
    }

    private enum State {
        case idle
        case waiting(UnsafeContinuation<Result, Never>)
        case fired(Result)
    }

    private let state = Locked(State.idle)

    /// The first result counts.
    func fire(_ result: Result) {
        let waiter = state.withLock { state -> UnsafeContinuation<Result, Never>? in
            switch state {
            case .idle:
                state = .fired(result)
                return nil
            case .waiting(let waiter):
                state = .fired(result)
                return waiter
            case .fired: return nil
            }
        }
        waiter?.resume(returning: result)
    }

    /// For one task.
    func value(within timeout: Milliseconds?) async -> Result {
        let timer = timeout.map { timeout in
            Reactor.shared.schedule(at: SystemClock.monotonicNanoseconds() + UInt64(timeout.count) * 1_000_000) {
                self.fire(.timeout)
            }
        }
        defer { if let timer { Reactor.shared.cancel(timer) } }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Result, Never>) in
                let fired = state.withLock { state -> Result? in
                    if case .fired(let result) = state { return result }
                    state = .waiting(continuation)
                    return nil
                }
                if let fired { continuation.resume(returning: fired) }
            }
        } onCancel: {
            fire(.cancelled)
        }
    }
}
