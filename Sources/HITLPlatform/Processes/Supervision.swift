import CPlatform
import Glibc

/// Our side of one supervisor: what it reports, what it is told, and what is done when it is gone.
final class Supervision: Sendable {
    let supervisor: ProcessIdentity

    private enum Phase {
        case starting
        case running(since: UInt64)
        case failed(ProcessError)
        case ended(ProcessResult)
    }

    private struct State {
        var phase = Phase.starting
        var process: ProcessIdentity?
        var report: platform_report?
        /// Why we ended it, where we did. The first reason counts.
        var reason: ProcessResult.Ending?
        var hasKilled = false
        var timers: [Reactor.Timer] = []
        var starter: UnsafeContinuation<Result<ProcessIdentity, ProcessError>, Never>?
        var waiters: [UnsafeContinuation<ProcessResult, Never>] = []
        var registrations: [Reactor.Registration] = []
        var isClosed = false
    }

    /// How long a supervisor may take after it was told to kill before it is killed itself. It gives up sooner by
    /// itself.
    private static let mostPatience = Duration.seconds(15)

    private let reactor: Reactor
    private let streams: ChildStreams
    private let timeLimit: Duration?
    private let grace: Duration
    private let control: Int32
    /// Ends when the program runs.
    private let outcome: Int32
    private let pidfd: Int32
    private let state = Locked(State())

    init(_ launch: Launch, _ streams: ChildStreams, on reactor: Reactor) throws(ProcessError) {
        self.reactor = reactor
        self.streams = streams
        timeLimit = launch.timeLimit
        grace = launch.grace

        var control: Int32 = -1
        var outcome: Int32 = -1
        let pid = try launch.withCLaunch(streams: streams.childEnds) { launch in
            Orphans.addingSupervisor { platform_launch_start(&launch, &control, &outcome) }
        }
        guard pid > 0 else { throw .couldNotStart(.fork, SystemError(pid, "fork")) }
        self.control = control
        self.outcome = outcome
        // Our own child that was not waited for: the pid is its own until we do.
        pidfd = platform_open_pidfd(pid)
        supervisor = (try? ProcessTree.identity(of: pid)) ?? ProcessIdentity(pid: pid, startTicks: 0)
        streams.begin()
        do throws(SystemError) {
            guard pidfd >= 0 else { throw SystemError(pidfd, "pidfd_open") }
            // Both hold this object: it lives until the supervisor has ended.
            let start = try reactor.register(outcome, for: .readable) { _ in self.outcomeDecided() }
            state.withLock { $0.registrations.append(start) }
            let end = try reactor.register(pidfd, for: .readable) { _ in self.supervisorEnded() }
            state.withLock { $0.registrations.append(end) }
        } catch {
            // Closing the channel is the order to kill.
            for registration in state.withLock({ $0.registrations }) { reactor.unregister(registration) }
            close(control)
            close(outcome)
            if pidfd >= 0 { close(pidfd) }
            waitpid(pid, nil, 0)
            Orphans.remove(pid)
            state.withLock { $0.isClosed = true }
            throw .couldNotStart(.fork, error)
        }
    }

    func started() async throws(ProcessError) -> ProcessIdentity {
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation {
                (continuation: UnsafeContinuation<Result<ProcessIdentity, ProcessError>, Never>) in
                let immediate = state.withLock { state -> Result<ProcessIdentity, ProcessError>? in
                    switch state.phase {
                    case .failed(let error): return .failure(error)
                    case .running, .ended:
                        guard let process = state.process else { preconditionFailure("it runs without a pid") }
                        return .success(process)
                    case .starting: state.starter = continuation
                    }
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            stop(.stopped, grace: .zero)
        }
        return try result.get()
    }

    func ended() async -> ProcessResult {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<ProcessResult, Never>) in
            let result = state.withLock { state -> ProcessResult? in
                if case .ended(let result) = state.phase { return result }
                state.waiters.append(continuation)
                return nil
            }
            if let result { continuation.resume(returning: result) }
        }
    }

    func stop(_ reason: ProcessResult.Ending, grace: Duration) {
        state.withLock { state in
            guard !state.isClosed, !state.hasKilled else { return }
            let isFirst = state.reason == nil
            state.reason = state.reason ?? reason
            if grace <= .zero {
                kill(&state)
                return
            }
            if isFirst {
                _ = platform_launch_order(control, CChar(PLATFORM_ORDER_TERMINATE))
                // Somebody below may have stopped it to keep it from its work.
                _ = platform_pidfd_signal(pidfd, SIGCONT)
            }
            state.timers.append(
                reactor.schedule(at: SystemClock.monotonicNanoseconds(after: grace)) { [weak self] in
                    self?.killNow()
                })
        }
    }

    private func killNow() { state.withLock { kill(&$0) } }

    private func kill(_ state: inout State) {
        guard !state.isClosed, !state.hasKilled else { return }
        state.hasKilled = true
        _ = platform_launch_order(control, CChar(PLATFORM_ORDER_KILL))
        _ = platform_pidfd_signal(pidfd, SIGCONT)
        let last = SystemClock.monotonicNanoseconds(after: Self.mostPatience)
        state.timers.append(reactor.schedule(at: last) { [weak self] in self?.killSupervisor() })
    }

    private func killSupervisor() {
        state.withLock { state in
            guard !state.isClosed else { return }
            _ = platform_pidfd_signal(pidfd, SIGKILL)
        }
    }

    // MARK: On the reactor's thread

    private typealias Starter = UnsafeContinuation<Result<ProcessIdentity, ProcessError>, Never>
    private typealias StarterWake = (Starter, Result<ProcessIdentity, ProcessError>)

    private func outcomeDecided() {
        let wake = state.withLock { state in takeOutcome(&state) }
        if let (starter, result) = wake { starter.resume(returning: result) }
    }

    private func takeOutcome(_ state: inout State) -> StarterWake? {
        guard !state.isClosed, case .starting = state.phase else { return nil }
        var failure = platform_failure()
        let decided = platform_launch_outcome(outcome, &failure)
        guard decided != 0 else { return nil }
        if !state.registrations.isEmpty { reactor.unregister(state.registrations[0]) }
        // The pid was told before the command's process was let go.
        takeReports(&state)
        let result: Result<ProcessIdentity, ProcessError>
        if decided == 2 {
            result = .failure(ProcessError(stage: Int(failure.stage), error: failure.error))
        } else if let process = state.process {
            result = .success(process)
        } else if case .failed(let error) = state.phase {
            result = .failure(error)
        } else {
            // The end of the supervisor follows, and says what is to be said.
            return nil
        }
        switch result {
        case .failure(let error): state.phase = .failed(error)
        case .success:
            state.phase = .running(since: SystemClock.monotonicNanoseconds())
            if let timeLimit {
                let end = SystemClock.monotonicNanoseconds(after: timeLimit)
                state.timers.append(reactor.schedule(at: end) { [weak self] in self?.timeIsOver() })
            }
        }
        defer { state.starter = nil }
        return state.starter.map { ($0, result) }
    }

    private func takeReports(_ state: inout State) {
        while true {
            var report = platform_report()
            guard platform_launch_report(control, &report) == 1 else { return }
            switch Int(report.kind) {
            case PLATFORM_REPORT_FORKED:
                state.process = ProcessIdentity(pid: report.pid, startTicks: report.start_ticks)
            case PLATFORM_REPORT_FAILED:
                state.phase = .failed(ProcessError(stage: Int(report.stage), error: report.error))
            default:
                state.report = report
            }
        }
    }

    private func timeIsOver() { stop(.timedOut, grace: grace) }

    private func supervisorEnded() {
        var wake: StarterWake?
        var waiters: [UnsafeContinuation<ProcessResult, Never>] = []
        var final: ProcessResult?
        var isLost = false
        state.withLock { state in
            guard !state.isClosed else { return }
            wake = takeOutcome(&state)
            takeReports(&state)
            _ = platform_reap(supervisor.pid)
            Orphans.remove(supervisor.pid)
            for registration in state.registrations { reactor.unregister(registration) }
            for timer in state.timers { reactor.cancel(timer) }
            (state.registrations, state.timers, state.isClosed) = ([], [], true)
            for descriptor in [control, outcome, pidfd] { close(descriptor) }
            isLost = state.report == nil
            switch state.phase {
            case .ended: break
            case .failed(let error):
                wake = wake ?? state.starter.map { ($0, .failure(error)) }
            case .starting:
                let error: ProcessError =
                    state.reason == nil
                    ? .couldNotStart(.fork, SystemError(ECHILD, "supervisor")) : .cancelled
                state.phase = .failed(error)
                wake = state.starter.map { ($0, .failure(error)) }
            case .running(let since):
                let result = result(state, since: since)
                state.phase = .ended(result)
                final = result
                waiters = state.waiters
                state.waiters = []
            }
            state.starter = nil
        }
        if isLost { Orphans.sweep(bornSince: supervisor.startTicks, on: reactor) }
        if let (starter, result) = wake { starter.resume(returning: result) }
        if let final { for waiter in waiters { waiter.resume(returning: final) } }
    }

    private func result(_ state: State, since: UInt64) -> ProcessResult {
        let (output, error) = streams.finish()
        let report = state.report ?? platform_report()
        var status: ProcessResult.Ending?
        if state.report != nil {
            // As wait(2) packs it: the low seven bits are the signal, the next eight the code.
            let signal = report.status & 0x7f
            status = signal == 0 ? .exited(report.status >> 8 & 0xff) : .signalled(signal)
        }
        let elapsed = SystemClock.monotonicNanoseconds() - since
        return ProcessResult(
            ending: state.reason ?? status ?? .lost, status: status, output: output, error: error,
            duration: .nanoseconds(Int64(clamping: elapsed)),
            processorTime: .microseconds(Int64(clamping: report.user_microseconds + report.system_microseconds)),
            peakMemoryBytes: report.peak_memory_kibibytes * 1024,
            survivors: Int(report.survivors))
    }
}

extension ProcessError {
    fileprivate init(stage: Int, error: Int32) {
        switch stage {
        case PLATFORM_STAGE_SESSION: self = .couldNotStart(.session, SystemError(error, "setsid"))
        case PLATFORM_STAGE_LIMITS: self = .couldNotStart(.limits, SystemError(error, "prlimit"))
        case PLATFORM_STAGE_STREAMS: self = .couldNotStart(.streams, SystemError(error, "dup3"))
        case PLATFORM_STAGE_DIRECTORY: self = .couldNotStart(.directory, SystemError(error, "chdir"))
        case PLATFORM_STAGE_PRIVILEGES: self = .couldNotStart(.privileges, SystemError(error, "PR_SET_NO_NEW_PRIVS"))
        case PLATFORM_STAGE_SANDBOX: self = .couldNotStart(.sandbox, SystemError(error, "sandbox"))
        case PLATFORM_STAGE_IDENTITY: self = .programChanged
        case PLATFORM_STAGE_EXEC: self = .couldNotStart(.program, SystemError(error, "execve"))
        default: self = .couldNotStart(.fork, SystemError(error, "fork"))
        }
    }
}
