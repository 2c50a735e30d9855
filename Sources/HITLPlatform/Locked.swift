import Glibc

/// State behind a pthread mutex.
///
/// `Synchronization.Mutex` would do the same without the unchecked conformance, but the thread
/// sanitizer reports false races inside it on Linux, and a sanitizer that cries wolf is not run.
public final class Locked<State>: @unchecked Sendable {
    // Sendable because `state` is reached only between lock and unlock.
    private var state: State
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    public init(_ state: State) {
        self.state = state
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` with exclusive access. Not reentrant: `body` must not come back to the same lock.
    public func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}
