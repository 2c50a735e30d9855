package import HITLCore
package import HITLGate
import HITLPlatform

/// Time that moves when it is told to. The civil and the monotonic clock are two clocks, as on a real
/// machine, and whoever sleeps wakes when the monotonic one has come to the moment it waits for.
package final class ManualClock: Sendable {
    private struct State {
        var wall: WallTime
        var monotonic = Milliseconds.minutes(60)
        var isSuspended = false
        var sleepers: [Int: Sleeper] = [:]
        var watchers: [Watcher] = []
        var looks: [FirstValue<Void>] = []
        var lastKey = 0
    }

    private struct Sleeper {
        let moment: Milliseconds
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct Watcher {
        let moment: Milliseconds
        let continuation: CheckedContinuation<Void, Never>
    }

    /// The afternoon of the first day of 2026.
    package static let start = WallTime(milliseconds: 1_767_277_800_000)

    private let state: Locked<State>

    package init(wall: WallTime = ManualClock.start) {
        state = Locked(State(wall: wall))
    }

    package var clocks: Clocks {
        Clocks(
            wall: { self.state.withLock { $0.wall } }, monotonic: { self.look() },
            sleep: { try await self.sleep(until: $0) })
    }

    private func look() -> Milliseconds {
        let (moment, looks) = state.withLock { state in
            defer { state.looks = [] }
            return (state.monotonic, state.looks)
        }
        for look in looks { look.set(()) }
        return moment
    }

    /// Set when somebody looks at the monotonic clock next: the queue does right before it writes.
    package func nextLook() -> FirstValue<Void> {
        let look = FirstValue<Void>()
        state.withLock { $0.looks.append(look) }
        return look
    }

    package var wall: WallTime { state.withLock { $0.wall } }

    // MARK: Moving

    /// Time passes: both clocks go on and whoever is due wakes.
    package func advance(by duration: Milliseconds) {
        move(by: duration)
        wake()
    }

    /// Somebody sets the civil clock; no time passes.
    package func setWall(by duration: Milliseconds) {
        state.withLock { $0.wall = $0.wall + duration }
    }

    /// The machine sleeps: both clocks go on, and no timer fires until `resume`.
    package func suspend(for duration: Milliseconds) {
        state.withLock { $0.isSuspended = true }
        move(by: duration)
    }

    package func resume() {
        state.withLock { $0.isSuspended = false }
        wake()
    }

    private func move(by duration: Milliseconds) {
        state.withLock { state in
            state.wall = state.wall + duration
            state.monotonic = state.monotonic + duration
        }
    }

    private func wake() {
        let due = state.withLock { state -> [Sleeper] in
            guard !state.isSuspended else { return [] }
            let due = state.sleepers.filter { $0.value.moment <= state.monotonic }
            for key in due.keys { state.sleepers[key] = nil }
            return due.values.sorted { $0.moment < $1.moment }
        }
        for sleeper in due { sleeper.continuation.resume(returning: true) }
    }

    // MARK: Sleeping

    private func sleep(until moment: Milliseconds) async throws {
        let key = state.withLock { state in
            state.lastKey += 1
            return state.lastKey
        }
        let slept = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let watchers = state.withLock { state -> [Watcher]? in
                    guard moment > state.monotonic else { return nil }
                    guard !Task.isCancelled else { return nil }
                    state.sleepers[key] = Sleeper(moment: moment, continuation: continuation)
                    defer { state.watchers.removeAll { $0.moment == moment } }
                    return state.watchers.filter { $0.moment == moment }
                }
                guard let watchers else { return continuation.resume(returning: !Task.isCancelled) }
                for watcher in watchers { watcher.continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: key) }
            sleeper?.continuation.resume(returning: false)
        }
        if !slept { throw CancellationError() }
    }

    /// For how long from now each sleeper means to sleep, the first to wake first.
    package var sleeps: [Milliseconds] {
        state.withLock { state in state.sleepers.values.map { $0.moment - state.monotonic }.sorted() }
    }

    /// Returns when somebody sleeps until `duration` from now: then all that led there has happened.
    package func somebodySleeps(for duration: Milliseconds) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let moment = state.monotonic + duration
                if state.sleepers.values.contains(where: { $0.moment == moment }) { return true }
                state.watchers.append(Watcher(moment: moment, continuation: continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
