import HITLCore
import HITLPlatform

/// A call that a client asks for, until it is answered.
///
/// An object, because whoever waits for a person waits with everything that the functions above it still hold.
final class OpenQuestion: Sendable {
    let id: String
    let call: ToolCall
    let requester: Principal
    let request: RequestID?
    let mode: AskParameters.Mode
    let patience: Patience
    /// Of the message that the answer goes to.
    let message: JSONValue

    init(_ parameters: AskParameters, call: ToolCall, requester: Principal, message: JSONValue) {
        id = parameters.id
        self.call = call
        self.requester = requester
        request = parameters.request
        mode = parameters.mode
        patience = Patience(parameters.timeout)
        self.message = message
    }
}

/// Calls once when the requester has waited long enough. A request that ends before ends it.
final class Patience: Sendable {
    private enum State {
        case idle
        case counting(Reactor.Timer)
        case over
    }

    private let timeout: Milliseconds?
    private let state = Locked(State.idle)

    init(_ timeout: Milliseconds?) { self.timeout = timeout }

    var text: String { timeout?.text ?? "its time" }

    func begin(_ giveUp: @escaping @Sendable () async -> Void) {
        guard let timeout else { return }
        let due = SystemClock.monotonicNanoseconds() + UInt64(timeout.count) * 1_000_000
        state.withLock { state in
            guard case .idle = state else { return }
            state = .counting(Reactor.shared.schedule(at: due) { Task { await giveUp() } })
        }
    }

    func end() {
        let timer = state.withLock { state -> Reactor.Timer? in
            defer { state = .over }
            if case .counting(let timer) = state { return timer }
            return nil
        }
        if let timer { Reactor.shared.cancel(timer) }
    }
}
