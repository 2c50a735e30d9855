package import HITLCore
import HITLGate
package import HITLPlatform

/// Whoever answers a peer's requests.
package protocol RPCHandler: Sendable {
    /// Called in the order in which requests and notifications arrive, so that what was said before a request is known
    /// by then. The work that it returns runs by itself; it answers once, and may go on after that.
    func work(for request: RPCRequest) -> RPCWork

    func take(_ method: String, _ parameters: JSONObject)

    /// A line that is no message.
    func skipped(_ line: [UInt8], because reason: String)
}

package typealias RPCWork = @Sendable (RPCReply) async -> Void

/// The one answer to one request. The first counts.
package final class RPCReply: Sendable {
    private let send: Locked<(@Sendable (Result<JSONValue, RPCError>) -> Void)?>

    init(_ send: @escaping @Sendable (Result<JSONValue, RPCError>) -> Void) {
        self.send = Locked(send)
    }

    package func answer(_ result: Result<JSONValue, RPCError>) {
        let send = self.send.withLock { send in
            defer { send = nil }
            return send
        }
        send?(result)
    }

    package func succeed(_ value: JSONValue) { answer(.success(value)) }
    package func fail(_ error: RPCError) { answer(.failure(error)) }
}

/// Why a call has no result.
package enum RPCFailure: Error, Sendable, Equatable {
    case answered(RPCError)
    /// The peer is gone, or does not read.
    case gone
    case cancelled
}

/// How a conversation ended.
package enum RPCEnd: Sendable, Equatable {
    case ended
    case lineTooLong(limit: Int)
    /// More lines that are no messages than a mistake explains.
    case garbage(lines: Int)
    case failed(String)
}

/// JSON-RPC 2.0 with a program at the other end of two pipes, both sides asking. One line is one message.
///
///     let peer = RPCPeer(channel)
///     async let end = peer.serve(handler)
///     let answer = try await peer.call("initialize", ["protocolVersion": 1])
///
/// A request of the peer whose id is in use by another of its requests makes both void: nobody could tell which of the
/// two an answer was for.
package final class RPCPeer: Sendable {
    private typealias Answer = Result<JSONValue, RPCFailure>

    private struct State {
        var lastID: Int64 = 0
        var calls: [Int64: CheckedContinuation<Answer, Never>] = [:]
        /// By the canonical text of their ids.
        var flights: [[UInt8]: Flight] = [:]
        var lastFlight = 0
        var hasEnded = false
    }

    private struct Flight {
        let number: Int
        let task: Task<Void, Never>
        let reply: RPCReply
    }

    package static let mostGarbage = 1000

    private let channel: LineChannel
    private let state = Locked(State())

    package init(_ channel: LineChannel) {
        self.channel = channel
    }

    // MARK: Asking

    /// Waits for the answer, however long. Cancelling the task gives up the wait and tells the peer nothing.
    package func call(_ method: String, _ parameters: JSONValue) async throws(RPCFailure) -> JSONValue {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Answer, Never>) in
                let refused = state.withLock { state -> RPCFailure? in
                    if state.hasEnded { return .gone }
                    if Task.isCancelled { return .cancelled }
                    state.calls[id] = continuation
                    return nil
                }
                if let refused { return continuation.resume(returning: .failure(refused)) }
                send(RPCLine.request(id, method, parameters))
            }
        } onCancel: {
            resume(id, .failure(.cancelled))
        }
        return try answer.get()
    }

    package func notify(_ method: String, _ parameters: JSONValue) {
        send(RPCLine.notification(method, parameters))
    }

    private func resume(_ id: Int64, _ answer: Answer) {
        state.withLock { $0.calls.removeValue(forKey: id) }?.resume(returning: answer)
    }

    /// What cannot be sent closes the channel: a peer that does not read hears nothing that counts.
    private func send(_ line: [UInt8]) {
        do throws(LineChannel.Failure) { try channel.offer(line) } catch {
            if case .backlogFull = error { channel.close() }
        }
    }

    // MARK: Answering

    /// Reads until the peer ends or the task is cancelled. Work that is still going on then is cancelled and waited for.
    package func serve(_ handler: some RPCHandler) async -> RPCEnd {
        let end = await withTaskGroup(of: Void.self) { group in
            let end = await read(handler) { work in group.addTask { await work() } }
            giveUp()
            group.cancelAll()
            return end
        }
        return end
    }

    private func read(_ handler: some RPCHandler, _ go: (@escaping @Sendable () async -> Void) -> Void) async -> RPCEnd
    {
        var garbage = 0
        while true {
            let line: [UInt8]
            do throws(LineChannel.Failure) {
                guard let next = try await channel.nextLine() else { return .ended }
                line = next
            } catch {
                switch error {
                case .lineTooLong(let limit): return .lineTooLong(limit: limit)
                // Half a line is no line: what it would have asked for is not known.
                case .cutOff, .closed, .broken, .cancelled, .backlogFull: return .ended
                case .system(let error): return .failed("\(error)")
                }
            }
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            switch RPCMessage(line) {
            case .request(let request): begin(request, handler, go)
            case .notification(let method, let parameters):
                if method.utf8.elementsEqual("$/cancel_request".utf8) {
                    cancel(parameters["requestId"] ?? .null)
                } else {
                    handler.take(method, parameters)
                }
            case .response(let id, let result):
                // An answer to nothing that was asked is nothing.
                if let id = id.integer { resume(id, result.mapError { .answered($0) }) }
            case .faulty(let id, let error): send(RPCLine.answer(.failure(error), to: id))
            case .none(let reason):
                garbage += 1
                handler.skipped(line, because: reason)
                guard garbage < Self.mostGarbage else { return .garbage(lines: garbage) }
                // It may have been meant as a request; silence would hang whoever sent it.
                if line.first == UInt8(ascii: "{") || line.first == UInt8(ascii: "[") {
                    send(RPCLine.answer(.failure(RPCError(code: -32700, message: "\(reason)")), to: .null))
                }
            case .unreadable(let part, let id, let reason):
                garbage += 1
                handler.skipped(line, because: reason)
                guard garbage < Self.mostGarbage else { return .garbage(lines: garbage) }
                let error = RPCError(code: -32700, message: reason)
                switch part {
                case .request: if !voids(id) { send(RPCLine.answer(.failure(error), to: id)) }
                case .response: if let id = id.integer { resume(id, .failure(.answered(error))) }
                }
            }
        }
    }

    private func begin(
        _ request: RPCRequest, _ handler: some RPCHandler, _ go: (@escaping @Sendable () async -> Void) -> Void
    ) {
        guard !voids(request.id) else { return }
        let key = request.id.canonical
        let reply = RPCReply { [weak self] result in self?.send(RPCLine.answer(result, to: request.id)) }
        let work = handler.work(for: request)
        let task = Task {
            await work(reply)
            reply.fail(RPCError(code: -32603, message: "There is no answer to this request."))
        }
        let number = state.withLock { state in
            state.lastFlight += 1
            state.flights[key] = Flight(number: state.lastFlight, task: task, reply: reply)
            return state.lastFlight
        }
        go {
            await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }
            self.land(key, number)
        }
    }

    /// Whether another request of the peer has this id, which then is not carried out either.
    private func voids(_ id: JSONValue) -> Bool {
        guard let former = state.withLock({ $0.flights.removeValue(forKey: id.canonical) }) else { return false }
        Leaving.$reason.withValue("asked for two things under one id") { former.task.cancel() }
        former.reply.fail(.invalidRequest("Two requests at once have this id; neither is carried out."))
        return true
    }

    private func land(_ key: [UInt8], _ number: Int) {
        state.withLock { state in
            if state.flights[key]?.number == number { state.flights[key] = nil }
        }
    }

    /// The peer takes a request back. Whatever its work would have answered comes too late.
    private func cancel(_ id: JSONValue) {
        guard let flight = state.withLock({ $0.flights[id.canonical] }) else { return }
        flight.reply.fail(.cancelled)
        Leaving.$reason.withValue("took it back") { flight.task.cancel() }
    }

    private func giveUp() {
        let calls = state.withLock { state in
            state.hasEnded = true
            defer { state.calls = [:] }
            return state.calls
        }
        for call in calls.values { call.resume(returning: .failure(.gone)) }
    }
}
