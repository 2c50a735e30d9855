import HITLPlatform

/// Something that happens once, and that one task waits for.
final class Signal: Sendable {
    private enum State {
        case quiet
        case awaited(CheckedContinuation<Void, Never>)
        case fired
    }

    private let state = Locked(State.quiet)

    func fire() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            defer { state = .fired }
            return if case .awaited(let waiter) = state { waiter } else { nil }
        }
        waiter?.resume()
    }

    /// Returns when it has happened, whatever becomes of the task: whoever fires does so also when it is cancelled.
    func fired() async {
        await withCheckedContinuation { continuation in
            let isFired = state.withLock { state in
                if case .fired = state { return true }
                state = .awaited(continuation)
                return false
            }
            if isFired { continuation.resume() }
        }
    }
}
