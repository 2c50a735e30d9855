import Glibc
import HITLPlatform

/// A server that the gateway starts: its process, and our ends of its streams. Standard error stays the client's.
final class ServerProcess: ServerLink {
    private let input: Int32
    private let output: Int32
    private let child: ChildProcess
    private var isInputOpen = true

    private let end: WritingEnd
    private var outgoing = OutgoingBytes()
    private var incoming = LineSplitter(maximumLength: GatewayLoop.longestLine)
    /// That it does not read is no end yet: what it has to say may still come.
    private var reads = true
    private var isFinishing = false
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    private static let grace: UInt64 = 1_000_000_000

    enum Failure: Error, CustomStringConvertible {
        case executable(ResolvedExecutable.Failure)
        case start(ProcessError)
        case system(SystemError)

        var description: String {
            switch self {
            case .executable(let failure): "\(failure)"
            case .start(let error): "\(error)"
            case .system(let error): "\(error)"
            }
        }
    }

    /// - Parameter command: run as it would be without us: our directory, our environment.
    static func start(_ command: [String], from directory: String) throws(Failure) -> ServerProcess {
        let executable: ResolvedExecutable
        do throws(ResolvedExecutable.Failure) {
            executable = try ResolvedExecutable.resolve(
                command[0], searchPath: Process.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", from: directory)
        } catch {
            throw .executable(error)
        }
        let toServer: (reading: Int32, writing: Int32)
        let fromServer: (reading: Int32, writing: Int32)
        do throws(SystemError) {
            toServer = try pipe()
            fromServer = try pipe()
            guard fcntl(toServer.writing, F_SETFL, O_NONBLOCK) == 0, fcntl(fromServer.reading, F_SETFL, O_NONBLOCK) == 0
            else { throw SystemError(errno, "fcntl") }
        } catch {
            throw .system(error)
        }
        var launch = Launch(
            program: executable.program, arguments: command.map { Array($0.utf8) },
            environment: ThisProcess.environment(), directory: .ours)
        launch.input = .descriptor(toServer.reading)
        launch.output = .descriptor(fromServer.writing)
        launch.error = .inherited
        let starting = launch
        let started: Result<ChildProcess, ProcessError> = blocking {
            do throws(ProcessError) { return .success(try await ChildProcess.start(starting)) } catch {
                return .failure(error)
            }
        }
        close(toServer.reading)
        close(fromServer.writing)
        switch started {
        case .success(let child):
            return ServerProcess(child, input: toServer.writing, output: fromServer.reading)
        case .failure(let error):
            close(toServer.writing)
            close(fromServer.reading)
            throw .start(error)
        }
    }

    private static func pipe() throws(SystemError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw SystemError(errno, "pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private init(_ child: ChildProcess, input: Int32, output: Int32) {
        self.child = child
        self.input = input
        self.output = output
        end = WritingEnd(ours: input)
    }

    deinit { buffer.deallocate() }

    // MARK: Lines

    func watch(_ watched: inout [pollfd], reads hasRoom: Bool) {
        watched.append(pollfd(fd: hasRoom ? output : -1, events: Int16(POLLIN), revents: 0))
        let writes = reads && isInputOpen && !outgoing.isEmpty
        watched.append(pollfd(fd: writes ? input : -1, events: Int16(POLLOUT), revents: 0))
    }

    func act(_ ready: ArraySlice<pollfd>, at now: UInt64) -> [ServerEvent] {
        guard ready.first?.revents != 0 else { return [] }
        let count = read(output, buffer.baseAddress, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return [] }
        var lines: [[UInt8]] = []
        let fits = count > 0 && incoming.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: &lines)
        let events = lines.map(ServerEvent.line)
        guard !fits else { return events }
        guard count > 0 else { return events + [.ended] }
        child.stop(grace: .zero)
        let limit = GatewayLoop.longestLine
        return events + [.note("The server sent a line of more than \(limit) bytes; it is stopped."), .ended]
    }

    var due: UInt64 { .max }

    var unsent: Int { outgoing.count }

    func send(_ line: [UInt8]) {
        if reads { outgoing.add(line) }
    }

    func flush(at now: UInt64) -> [ServerEvent] {
        if !outgoing.isEmpty, isInputOpen, !outgoing.flush(end.write) {
            reads = false
            outgoing.clear()
        }
        if isFinishing, outgoing.isEmpty { closeInput() }
        return []
    }

    // MARK: The end

    func finish() { isFinishing = true }

    /// The server reads the end of its input: the way in which it is asked to end.
    private func closeInput() {
        guard isInputOpen else { return }
        isInputOpen = false
        close(input)
    }

    func stop() { child.stop(grace: .seconds(2)) }

    /// Lets it end by itself for a while, which its exit code then tells of.
    func wait() -> Int32 {
        closeInput()
        Reactor.shared.schedule(at: SystemClock.monotonicNanoseconds() + Self.grace) { [child] in
            child.stop(grace: .seconds(1))
        }
        return exitCode()
    }

    private func exitCode() -> Int32 {
        let child = child
        switch blocking({ await child.wait() }).ending {
        case .exited(let code): return code
        case .signalled(let signal): return 128 + signal
        case .stopped, .timedOut: return 128 + SIGTERM
        case .lost: return 128 + SIGKILL
        }
    }
}
