import HITLPlatform

/// Tells a running call to end. Kept once requested: whoever asks later hears it at once.
public final class StopSignal: Sendable {
    private enum State {
        case waiting([@Sendable () -> Void])
        case requested
    }

    private let state = Locked(State.waiting([]))

    public init() {}

    public var isRequested: Bool {
        state.withLock { if case .requested = $0 { true } else { false } }
    }

    public func request() {
        let handlers: [@Sendable () -> Void] = state.withLock { state in
            defer { state = .requested }
            return if case .waiting(let handlers) = state { handlers } else { [] }
        }
        for handler in handlers { handler() }
    }

    /// Calls `handler` when the stop is requested, or now if it was.
    public func onRequest(_ handler: @escaping @Sendable () -> Void) {
        let now = state.withLock { state -> Bool in
            guard case .waiting(let handlers) = state else { return true }
            state = .waiting(handlers + [handler])
            return false
        }
        if now { handler() }
    }
}
