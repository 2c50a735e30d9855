import CPlatform
import Glibc

/// One thread that waits for descriptors and timers and calls back.
///
/// Handlers run on that thread, one after the other; they must be short and never block. Nothing wakes it but an event,
/// a due timer or work handed to it: an idle reactor costs no processor time.
///
/// Tasks may prefer it as their executor. They then run on the thread that read what they wait for, so that nothing has
/// to be woken between a line's arrival and its answer; what they do must be short as well.
package final class Reactor: Sendable {
    package struct Interest: OptionSet, Sendable {
        package let rawValue: UInt32
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        package static let readable = Interest(rawValue: 1)
        package static let writable = Interest(rawValue: 2)
    }

    /// A descriptor under watch. Numbers are never used again, so a late event cannot reach another's handler.
    package struct Registration: Sendable, Hashable {
        fileprivate let number: UInt64
    }

    package struct Timer: Sendable, Hashable {
        fileprivate let number: UInt64
    }

    /// What is ready. Where the other side hung up, both: reading and writing then tell the error.
    package typealias Handler = @Sendable (Interest) -> Void

    /// For the whole process; its thread starts with the first use.
    package static let shared = Reactor(name: "events")

    private struct Watched {
        let descriptor: Int32
        var interest: Interest
        let handler: Handler
    }

    private struct State {
        var nextNumber: UInt64 = 3
        var watched: [UInt64: Watched] = [:]
        var timers = TimerHeap()
        var actions: [UInt64: @Sendable () -> Void] = [:]
        var work: [@Sendable () -> Void] = []
        var jobs: [UnownedJob] = []
        var afterJobs: [@Sendable () -> Void] = []
        /// The thread waits for an event, or is about to: a job has to wake it.
        var isWaiting = true
        var armed: UInt64 = .max
        var hasThread = false
    }

    // Numbers below 3 are ours.
    private static let wakeNumber: UInt64 = 1
    private static let timerNumber: UInt64 = 2

    private let name: String
    private let epoll: Int32
    private let wakeDescriptor: Int32
    private let timerDescriptor: Int32
    private let state = Locked(State())

    /// For handlers to read into, which run on the reactor's thread and one after the other.
    nonisolated(unsafe) package let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)

    /// A process that has no descriptors left for its event loop cannot do anything; that is not handled further up.
    package init(name: String = "events") {
        self.name = name
        // A peer that goes away must be an error of the write, not the end of the process.
        _ = platform_ignore_sigpipe()
        epoll = platform_epoll_create()
        wakeDescriptor = platform_eventfd_create()
        timerDescriptor = platform_timer_create()
        let wakes = platform_epoll_add(epoll, wakeDescriptor, UInt32(PLATFORM_READABLE), Self.wakeNumber)
        let ticks = platform_epoll_add(epoll, timerDescriptor, UInt32(PLATFORM_READABLE), Self.timerNumber)
        precondition(wakes == 0 && ticks == 0, "the event loop got no descriptors (error \(-min(wakes, ticks)))")
    }

    /// Watches `descriptor`, which stays the caller's and must be unregistered before it is closed.
    /// With an empty interest it is not watched until `setInterest` says so.
    package func register(
        _ descriptor: Int32, for interest: Interest, _ handler: @escaping Handler
    ) throws(SystemError) -> Registration {
        let (number, result) = state.withLock { state in
            let number = state.nextNumber
            let result = interest.isEmpty ? 0 : platform_epoll_add(epoll, descriptor, interest.rawValue, number)
            if result == 0 {
                state.nextNumber += 1
                state.watched[number] = Watched(descriptor: descriptor, interest: interest, handler: handler)
            }
            return (number, result)
        }
        guard result == 0 else { throw SystemError(result, "epoll_ctl") }
        startThread()
        return Registration(number: number)
    }

    /// Nothing happens where the registration is gone.
    package func setInterest(_ interest: Interest, of registration: Registration) {
        state.withLock { state in
            guard let watched = state.watched[registration.number], watched.interest != interest else { return }
            let result: Int32
            // An interest in nothing still hears of hang-ups, again and again. So it is taken out.
            if interest.isEmpty {
                result = platform_epoll_remove(epoll, watched.descriptor)
            } else if watched.interest.isEmpty {
                result = platform_epoll_add(epoll, watched.descriptor, interest.rawValue, registration.number)
            } else {
                result = platform_epoll_modify(epoll, watched.descriptor, interest.rawValue, registration.number)
            }
            precondition(result == 0, "a watched descriptor was closed by somebody else (error \(-result))")
            state.watched[registration.number]?.interest = interest
        }
    }

    /// The handler is not called any more, except where it is running on the reactor's thread right now.
    package func unregister(_ registration: Registration) {
        state.withLock { state in
            guard let watched = state.watched.removeValue(forKey: registration.number) else { return }
            if !watched.interest.isEmpty { _ = platform_epoll_remove(epoll, watched.descriptor) }
        }
    }

    /// Calls `action` once, at or soon after `time` on `SystemClock.monotonicNanoseconds()`.
    @discardableResult
    package func schedule(at time: UInt64, _ action: @escaping @Sendable () -> Void) -> Timer {
        let number = state.withLock { state in
            let number = state.nextNumber
            state.nextNumber += 1
            state.timers.insert(TimerHeap.Entry(time: time, number: number))
            state.actions[number] = action
            arm(&state)
            return number
        }
        startThread()
        return Timer(number: number)
    }

    /// True where the action had not begun and now will not.
    @discardableResult
    package func cancel(_ timer: Timer) -> Bool {
        state.withLock { state in
            guard state.actions.removeValue(forKey: timer.number) != nil else { return false }
            let actions = state.actions
            if state.timers.count > 64 && state.timers.count > 2 * actions.count {
                state.timers.keep { actions[$0.number] != nil }
            }
            return true
        }
    }

    /// Calls `action` on the reactor's thread, after what was handed over before.
    package func perform(_ action: @escaping @Sendable () -> Void) {
        let isFirst = state.withLock { state in
            state.work.append(action)
            return state.work.count == 1
        }
        startThread()
        if isFirst { _ = platform_eventfd_raise(wakeDescriptor) }
    }

    /// Calls `action` once on the reactor's thread, when all jobs that are ready have had their turn.
    package func performAfterJobs(_ action: @escaping @Sendable () -> Void) {
        hand { $0.afterJobs.append(action) }
    }

    /// Wakes the thread where it waits, or is about to.
    private func hand(_ add: (inout State) -> Void) {
        let wakes = state.withLock { state in
            add(&state)
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        startThread()
        if wakes { _ = platform_eventfd_raise(wakeDescriptor) }
    }

    private func arm(_ state: inout State) {
        while let first = state.timers.first, state.actions[first.number] == nil { state.timers.removeFirst() }
        let due = state.timers.first.map { max($0.time, 1) } ?? .max
        guard due != state.armed else { return }
        state.armed = due
        _ = platform_timer_set(timerDescriptor, due == .max ? 0 : due)
    }

    private func startThread() {
        let isFirst = state.withLock { state in
            defer { state.hasThread = true }
            return !state.hasThread
        }
        guard isFirst else { return }
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let result = pthread_create(
            &thread, &attributes,
            { context in
                let reactor = Unmanaged<Reactor>.fromOpaque(context!).takeRetainedValue()
                platform_block_signals()
                platform_name_thread(reactor.name)
                reactor.run()
            }, context)
        pthread_attr_destroy(&attributes)
        precondition(result == 0, "the event loop got no thread (error \(result))")
    }

    private func run() -> Never {
        let capacity = 64
        let events = UnsafeMutablePointer<platform_event>.allocate(capacity: capacity)
        while true {
            runJobs()
            runAfterJobs()
            let count = platform_epoll_wait(epoll, events, Int32(capacity))
            precondition(count >= 0, "the event loop cannot wait (error \(-count))")
            state.withLock { $0.isWaiting = false }
            for index in 0..<Int(count) { dispatch(events[index]) }
        }
    }

    private func dispatch(_ event: platform_event) {
        switch event.token {
        case Self.wakeNumber:
            _ = platform_eventfd_clear(wakeDescriptor)
            let work = state.withLock { state in
                defer { state.work = [] }
                return state.work
            }
            for action in work { action() }
        case Self.timerNumber:
            _ = platform_eventfd_clear(timerDescriptor)
            fireTimers()
        default:
            // Handlers that ran just before may have taken this one out.
            guard let watched = state.withLock({ $0.watched[event.token] }) else { return }
            var ready = Interest(rawValue: event.conditions & 3)
            if event.conditions & UInt32(PLATFORM_HUNG_UP) != 0 { ready = [.readable, .writable] }
            ready.formIntersection(watched.interest)
            if !ready.isEmpty { watched.handler(ready) }
        }
    }

    private func fireTimers() {
        let now = SystemClock.monotonicNanoseconds()
        let due = state.withLock { state in
            var due: [@Sendable () -> Void] = []
            while let first = state.timers.first, first.time <= now {
                state.timers.removeFirst()
                if let action = state.actions.removeValue(forKey: first.number) { due.append(action) }
            }
            state.armed = .max
            arm(&state)
            return due
        }
        for action in due { action() }
    }
}

// MARK: Tasks

extension Reactor: TaskExecutor {
    /// How often jobs that make jobs have their turn before the events have theirs.
    private static let roundsBetweenEvents = 32

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        hand { $0.jobs.append(job) }
    }

    private func runAfterJobs() {
        let actions = state.withLock { state in
            defer { state.afterJobs = [] }
            return state.afterJobs
        }
        for action in actions { action() }
    }

    /// Returns when nothing is left to do but to wait for an event.
    private func runJobs() {
        for _ in 0..<Self.roundsBetweenEvents {
            let jobs = state.withLock { state in
                state.isWaiting = state.jobs.isEmpty
                defer { state.jobs = [] }
                return state.jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
        // Those that are left come after the events that are there now.
        _ = platform_eventfd_raise(wakeDescriptor)
    }
}
