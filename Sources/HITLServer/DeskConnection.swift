import HITLCore
import HITLGate
import HITLPlatform

/// One client: lines in, answers out, each request in a task of its own.
///
///     line ─► Message ─► carryOut ─► one result or one error
///
/// When the client goes away, whoever waits on its behalf is cancelled, which withdraws its requests; permits that it
/// took and gave no outcome for are recorded as unknown. To end the connection from our side, cancel `serve`.
final class DeskConnection: Sendable {
    let desk: Desk
    let peer: Peer
    /// Nil for a client of the socket.
    let client: HostedClient?
    private let channel: LineChannel
    private let state = Locked(State())
    private let underWay: UnderWay

    /// Ids of a client are printable ASCII, so that equal strings are equal bytes.
    private struct State {
        var asked: [String: Asked] = [:]
        var waiting = 0
        var attempts = 0
    }

    /// Where a request of this client stands.
    enum Asked: Sendable {
        case opening
        case pending(Int64)
        /// The client may run it and owes the outcome.
        case permitted(Subject, tool: String)
    }

    init(_ desk: Desk, _ stream: UnixStream) {
        self.desk = desk
        peer = Peer(stream.peer)
        client = nil
        channel = stream.channel
        underWay = UnderWay(limit: desk.limits.atOnce)
    }

    init(_ desk: Desk, _ client: HostedClient, _ channel: LineChannel) {
        self.desk = desk
        self.client = client
        self.channel = channel
        let process = client.process
        peer = Peer(process, isHosted: true) { (try? ProcessTree.identity(of: process.pid)) == process }
        underWay = UnderWay(limit: desk.limits.atOnce)
    }

    // MARK: Lines

    func serve() async {
        var babble = 0
        var taken = 0
        await withDiscardingTaskGroup { group in
            reading: while let line = await nextLine() {
                taken += 1
                if taken.isMultiple(of: Self.inOneGo) { await giveWay() }
                switch Line(line) {
                case .blank: continue
                case .refused(let id, let error):
                    babble += 1
                    send(Reply.error(error, to: id))
                    if let client, babble == HostedClient.mostBabble {
                        client.heard(.babbled(lines: babble))
                        break reading
                    }
                // In their order: what an agent says before it is done stands before the end.
                case .message(let message) where client != nil && ["say", "done"].contains(exactly: message.method):
                    client?.heard(.spoke)
                    await answer(message)
                case .message(let message):
                    client?.heard(.spoke)
                    let pace = Pace(of: message.method)
                    if pace == .short { await underWay.enter() }
                    // As far as it gets without waiting: most of the work is done before there is something to wait for.
                    group.addImmediateTask {
                        await self.answer(message)
                        if pace == .short { self.underWay.leave() }
                    }
                }
            }
            group.cancelAll()
        }
        desk.feed.remove(self)
        // Where the desk itself ends, the next one says of these calls that nobody knows what came of them.
        if !Task.isCancelled { await giveUpPermits() }
        channel.closeWriting()
        channel.close()
    }

    private static let inOneGo = 64

    /// Lets the others have their turn: lines that are there already and are answered without waiting would keep them from
    /// it.
    private func giveWay() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            Reactor.desk.perform { continuation.resume() }
        }
    }

    /// Nil at the end, whatever ended it.
    private func nextLine() async -> [UInt8]? {
        do throws(LineChannel.Failure) {
            return try await channel.nextLine()
        } catch {
            switch error {
            case .lineTooLong(let limit): send(Reply.error(.lineTooLong(limit: limit), to: .null))
            case .cutOff: send(Reply.error(.cutOff, to: .null))
            case .closed, .broken, .backlogFull, .cancelled, .system: break
            }
            return nil
        }
    }

    private enum Pace {
        /// Ends by itself, soon.
        case short
        /// Ends when people decide.
        case long

        init(of method: String) {
            self = ["ask", "wait"].contains(exactly: method) ? .long : .short
        }
    }

    private func answer(_ message: Message) async {
        do throws(DeskError) {
            guard let result = try await carryOut(message) else { return }
            send(Reply.result(result, to: message.id))
        } catch {
            send(Reply.error(error, to: message.id))
            if case .tooManyAttempts = error { letGo(because: error.message) }
        }
    }

    /// Nil where the method has sent its answer itself.
    private func carryOut(_ message: Message) async throws(DeskError) -> JSONValue? {
        switch message.method {
        case "say", "done":
            guard let client else { throw .unknownMethod(message.method) }
            return try speak(message, to: client)
        case "ask": return try await ask(message)
        case "outcome": return try await outcome(message.parameters)
        case "withdraw": return try await withdraw(message.parameters)
        case "approve": return try await review(.approve, message.parameters)
        case "reject": return try await review(.reject, message.parameters)
        case "wait": return try await wait(message.parameters)
        case "subscribe": return try await subscribe(message.parameters)
        // These may read much, which must not keep others waiting.
        case "list", "run":
            return try await withTaskExecutorPreference(globalConcurrentExecutor) { () throws(DeskError) in
                message.method.utf8.elementsEqual("list".utf8)
                    ? try await list(message.parameters) : try await run(message.parameters)
            }
        default: throw .unknownMethod(message.method)
        }
    }

    // MARK: Sending

    enum Sent { case no, yes }

    @discardableResult
    func send(_ line: [UInt8]) -> Sent {
        do throws(LineChannel.Failure) {
            try channel.offer(line)
            return .yes
        } catch {
            if case .backlogFull = error { letGo(because: "The client does not read what it is sent.") }
            return .no
        }
    }

    /// Ends the connection after what is queued, with the reason as the last line where there is room for it.
    func letGo(because reason: String) {
        desk.feed.remove(self)
        do throws(LineChannel.Failure) {
            try channel.offer(Reply.notification("closing", ["reason": .string(reason)]))
        } catch {
            // There is no room, or nobody to read it.
        }
        channel.closeWriting()
        Reactor.shared.schedule(at: SystemClock.monotonicNanoseconds() + Self.farewell) { [channel] in channel.close() }
    }

    /// How long a client that is let go of may still read what waits for it.
    private static let farewell: UInt64 = 10_000_000_000

    /// Without sending anything more; the read loop then ends.
    func close() { channel.close() }

    // MARK: What this client asked for

    func begin(_ id: String) throws(DeskError) {
        let limit = desk.limits.waiting
        try state.withLock { state throws(DeskError) in
            guard state.asked[id] == nil else { throw .idInUse(id) }
            guard state.waiting < limit else { throw .tooManyAtOnce(limit: limit) }
            state.asked[id] = .opening
            state.waiting += 1
        }
    }

    func opened(_ id: String, as number: Int64) {
        state.withLock { $0.asked[id] = .pending(number) }
    }

    /// Nobody waits for the request any more; `asked` is what is left of it.
    func end(_ id: String, leaving asked: Asked?) {
        state.withLock { state in
            state.asked[id] = asked
            state.waiting -= 1
        }
    }

    func asked(_ id: String) -> Asked? { state.withLock { $0.asked[id] } }

    /// The permit that the client holds under that id, which it then does not hold any more.
    func takePermit(_ id: String) -> (subject: Subject, tool: String)? {
        state.withLock { state in
            guard case .permitted(let subject, let tool)? = state.asked[id] else { return nil }
            state.asked[id] = nil
            return (subject, tool)
        }
    }

    func beginWaiting() throws(DeskError) {
        let limit = desk.limits.waiting
        try state.withLock { state throws(DeskError) in
            guard state.waiting < limit else { throw .tooManyAtOnce(limit: limit) }
            state.waiting += 1
        }
    }

    func endWaiting() { state.withLock { $0.waiting -= 1 } }

    private func giveUpPermits() async {
        let asked = state.withLock { state in
            defer { state.asked = [:] }
            return state.asked.values
        }
        for case .permitted(let subject, let tool) in asked {
            await desk.gate.finish(
                subject, tool: tool,
                Outcome(status: .unknown, summary: "its requester went away without saying what came of it"))
        }
    }

    // MARK: Attempts

    /// Writes down that this client tried what it may not, and gives the error for its answer.
    func refuse(_ objection: Objection, what: String) async -> DeskError {
        await refuse(.mayNotDecide(objection), what: what)
    }

    func refuse(_ error: DeskError, what: String) async -> DeskError {
        let attempts = state.withLock { state in
            state.attempts += 1
            return state.attempts
        }
        // Bounded, so that nobody fills the ledger by being refused.
        guard attempts <= desk.limits.attempts else { return .tooManyAttempts }
        let process = RequesterProcess(way: .socket, root: peer.process)
        await desk.gate.ledger.note(.attempted(by: desk.authority.requester(process), what: what))
        return error
    }
}

/// Counts what one connection has under way and holds its reading back where it is too much.
private final class UnderWay: Sendable {
    private struct State {
        var count = 0
        var reader: UnsafeContinuation<Void, Never>?
    }

    private let limit: Int
    private let state = Locked(State())

    init(limit: Int) { self.limit = limit }

    /// For the one task that reads.
    func enter() async {
        let isFree = state.withLock { state in
            state.count += 1
            return state.count <= limit
        }
        if isFree { return }
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let isFree = state.withLock { state in
                guard state.count > limit else { return true }
                state.reader = continuation
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let reader = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            state.count -= 1
            guard state.count <= limit else { return nil }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
