package import Glibc
import HITLPlatform

/// A program on a pseudo-terminal of its own, and a screen that shows what it wrote.
///
///     let terminal = try PseudoTerminal.spawn([hitl, "loop"], columns: 60)
///     try await terminal.until { $0.cursorLine == "hitl >" }
///     terminal.send("/hitl status\r")
///
/// A thread reads the program's output and asks the waiting tests after each piece, so that nothing sleeps and
/// no task blocks. The program has the pseudo-terminal as its controlling terminal, and is killed with the
/// whole session when the last reference goes.
package final class PseudoTerminal: Sendable {
    package enum Exit: Sendable, Equatable {
        case exited(Int32)
        case killed(bySignal: Int32)
    }

    package struct SpawnFailure: Error {
        package let call: String
        package let errno: Int32
    }

    /// Tells what was on the screen instead.
    package struct TimedOut: Error, CustomStringConvertible {
        package let description: String
    }

    /// The program's process, which leads its session.
    package let process: pid_t

    private let primary: Int32
    /// Kept open, so that the screen stays readable after the program has gone.
    private let replica: Int32
    private let state: Locked<State>

    private struct State {
        var screen: ScreenModel
        var transcript: [UInt8] = []
        var exit: Exit?
        var isClosed = false
        var isStalled = false
        var isHungUp = false
        var waiters: [Int: Waiter] = [:]
        var lastWaiter = 0
    }

    private struct Waiter {
        let condition: @Sendable (ScreenModel, Exit?) -> Bool
        let continuation: CheckedContinuation<Bool, Never>
        let deadline: ContinuousClock.Instant
    }

    private init(process: pid_t, primary: Int32, replica: Int32, screen: ScreenModel) {
        (self.process, self.primary, self.replica) = (process, primary, replica)
        state = Locked(State(screen: screen))
    }

    deinit {
        kill(-process, SIGKILL)
        kill(process, SIGKILL)
        // The reading thread closes the descriptors: here it may be about to use them.
        state.withLock { $0.isClosed = true }
    }
}

// MARK: - Starting

extension PseudoTerminal {
    /// Starts `arguments[0]`, which must be a path. The environment is exactly `environment`; `TERM` is
    /// `xterm-256color` and the locale UTF-8 unless it says otherwise.
    package static func spawn(
        _ arguments: [String], environment: [String: String] = [:], columns: Int = 80, rows: Int = 24,
        directory: String? = nil, ambiguousIsWide: Bool = false, breaksRows: Bool = false
    ) throws -> PseudoTerminal {
        var primary: Int32 = -1
        var replica: Int32 = -1
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        var name = [CChar](repeating: 0, count: 256)
        guard openpty(&primary, &replica, &name, nil, &size) == 0 else {
            throw SpawnFailure(call: "openpty", errno: errno)
        }
        _ = fcntl(primary, F_SETFD, FD_CLOEXEC)
        _ = fcntl(replica, F_SETFD, FD_CLOEXEC)

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that a session's leader opens becomes its controlling one.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which is behind a feature macro
        posix_spawnattr_setflags(&attributes, Int16(newSession | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // The action that would change the directory is behind a feature macro; `env` replaces itself.
        let arguments = directory.map { ["/usr/bin/env", "-C", $0] + arguments } ?? arguments
        var variables = [
            "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin",
            "SWIFT_BACKTRACE": "interactive=no",
        ]
        variables.merge(environment) { $1 }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer {
            for pointer in argv + envp { free(pointer) }
        }
        var process: pid_t = 0
        let failure = posix_spawn(&process, arguments[0], &actions, &attributes, &argv, &envp)
        guard failure == 0 else {
            close(primary)
            close(replica)
            throw SpawnFailure(call: "posix_spawn \(arguments[0])", errno: failure)
        }
        let terminal = PseudoTerminal(
            process: process, primary: primary, replica: replica,
            screen: ScreenModel(
                columns: columns, rows: rows, ambiguousIsWide: ambiguousIsWide, breaksRows: breaksRows))
        terminal.startReading()
        return terminal
    }

    /// The executable that was built beside the tests.
    package static func built(_ name: String) -> String {
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &path, path.count)
        let tests = String(decoding: path[..<max(0, length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return tests.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 } + "/" + name
    }
}

// MARK: - Driving

extension PseudoTerminal {
    package func send(_ text: String) {
        send(Array(text.utf8))
    }

    package func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(primary, $0.baseAddress!, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    package func resize(columns: Int, rows: Int) {
        state.withLock { $0.screen.resize(columns: columns, rows: rows) }
        tell(columns: columns, rows: rows)
    }

    /// Through these widths, faster than the program hears of them: as tmux does, of the first and of the last alone.
    package func drag(through widths: [Int], rows: Int) {
        for (place, columns) in widths.enumerated() {
            state.withLock { $0.screen.resize(columns: columns, rows: rows) }
            if place == 0 || place == widths.count - 1 { tell(columns: columns, rows: rows) }
        }
    }

    private func tell(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(primary, UInt(TIOCSWINSZ), &size)
    }

    /// Takes nothing of what the program writes, as a connection that hangs, until `resume`.
    package func stall() {
        state.withLock { $0.isStalled = true }
    }

    package func resume() {
        state.withLock { $0.isStalled = false }
    }

    /// The window is closed: the terminal is gone for the program.
    package func hangUp() {
        state.withLock { $0.isHungUp = true }
    }

    package func signal(_ number: Int32) {
        kill(process, number)
    }

    /// The terminal's modes as the program has them now.
    package var modes: termios {
        var modes = termios()
        tcgetattr(replica, &modes)
        return modes
    }

    /// Bytes that were sent and that the program has not read yet.
    package var unreadCount: Int32 {
        var count: Int32 = 0
        _ = ioctl(replica, UInt(FIONREAD), &count)
        return count
    }

    /// The process group that the keys go to.
    package var foregroundGroup: pid_t {
        var group: pid_t = 0
        _ = ioctl(primary, UInt(TIOCGPGRP), &group)
        return group
    }

    package var screen: ScreenModel { state.withLock(\.screen) }
    /// Every byte the program wrote.
    package var transcript: [UInt8] { state.withLock(\.transcript) }
    package var exit: Exit? { state.withLock(\.exit) }

    /// Waits until the screen satisfies the condition. Throws with a picture of the screen when it does not in time.
    package func until(
        _ timeout: Duration = .seconds(20), _ condition: @escaping @Sendable (ScreenModel) -> Bool,
        file: String = #fileID, line: Int = #line
    ) async throws {
        guard await wait(timeout, { screen, _ in condition(screen) }) else {
            throw TimedOut(description: "not within \(timeout), \(file):\(line):\n\(screen.picture)")
        }
    }

    /// Waits until the program has ended.
    package func waitForExit(_ timeout: Duration = .seconds(20)) async throws -> Exit {
        guard await wait(timeout, { _, exit in exit != nil }), let exit else {
            throw TimedOut(description: "still running after \(timeout):\n\(screen.picture)")
        }
        return exit
    }

    private func wait(
        _ timeout: Duration, _ condition: @escaping @Sendable (ScreenModel, Exit?) -> Bool
    ) async -> Bool {
        await withCheckedContinuation { continuation in
            let isTrue = state.withLock { state in
                if condition(state.screen, state.exit) { return true }
                state.lastWaiter += 1
                state.waiters[state.lastWaiter] = Waiter(
                    condition: condition, continuation: continuation, deadline: .now + timeout)
                return false
            }
            if isTrue { continuation.resume(returning: true) }
        }
    }
}

// MARK: - Reading

extension PseudoTerminal {
    private func startReading() {
        let (process, primary, replica, state) = (process, primary, replica, state)
        Self.thread {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            var isOpen = true
            while true {
                let (isClosed, isStalled, isHungUp) = state.withLock { ($0.isClosed, $0.isStalled, $0.isHungUp) }
                if isClosed { break }
                if isHungUp && isOpen {
                    close(primary)
                    isOpen = false
                }
                // Looks up for deadlines and for the end; output is never waited for longer than it takes.
                var polled = pollfd(fd: isOpen && !isStalled ? primary : -1, events: Int16(POLLIN), revents: 0)
                if poll(&polled, 1, 20) > 0 {
                    let count = read(primary, &chunk, chunk.count)
                    if count > 0 {
                        state.withLock { state in
                            state.transcript += chunk[..<count]
                            state.screen.receive(chunk[..<count])
                        }
                    }
                }
                Self.tellWaiters(state)
            }
            Self.tellWaiters(state, giveUp: true)
            if isOpen { close(primary) }
            close(replica)
        }
        Self.thread {
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 && errno == EINTR {}
            let signal = status & 0x7F
            state.withLock { $0.exit = signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(bySignal: signal) }
        }
    }

    private static func tellWaiters(_ state: Locked<State>, giveUp: Bool = false) {
        let now = ContinuousClock.now
        let done = state.withLock { state in
            var done: [(CheckedContinuation<Bool, Never>, Bool)] = []
            for (id, waiter) in state.waiters {
                let isTrue = waiter.condition(state.screen, state.exit)
                guard isTrue || giveUp || waiter.deadline <= now else { continue }
                done.append((waiter.continuation, isTrue))
                state.waiters[id] = nil
            }
            return done
        }
        for (continuation, isTrue) in done { continuation.resume(returning: isTrue) }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Work: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Work(body)).toOpaque())
        pthread_detach(thread)
    }
}
