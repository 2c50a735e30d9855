import HITLPlatform

/// Something that happens once, and that tasks wait for.
final class Signal: Sendable {
    private enum State {
        case awaited(by: [CheckedContinuation<Void, Never>])
        case fired
    }

    private let state = Locked(State.awaited(by: []))

    func fire() {
        let waiters: [CheckedContinuation<Void, Never>] = state.withLock { state in
            defer { state = .fired }
            return if case .awaited(let waiters) = state { waiters } else { [] }
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when it has happened, whatever becomes of the task: whoever fires does so also when it is cancelled.
    func fired() async {
        await withCheckedContinuation { continuation in
            let isFired = state.withLock { state in
                guard case .awaited(let waiters) = state else { return true }
                state = .awaited(by: waiters + [continuation])
                return false
            }
            if isFired { continuation.resume() }
        }
    }
}
