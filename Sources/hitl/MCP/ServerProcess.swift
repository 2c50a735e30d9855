import Glibc
import HITLPlatform

/// The server that the gateway stands before: its process, and our ends of its streams. Standard error stays the
/// client's.
final class ServerProcess {
    let input: Int32
    let output: Int32
    private let child: ChildProcess
    private var isInputOpen = true

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
    }

    /// The server reads the end of its input: the way in which it is asked to end.
    func closeInput() {
        guard isInputOpen else { return }
        isInputOpen = false
        close(input)
    }

    func stop(grace: Duration) { child.stop(grace: grace) }

    /// Lets it end by itself for a while, which its exit code then tells of.
    func stop(after patience: UInt64) {
        Reactor.shared.schedule(at: SystemClock.monotonicNanoseconds() + patience) { [child] in
            child.stop(grace: .seconds(1))
        }
    }

    /// Its exit code, once it has ended.
    func wait() -> Int32 {
        let child = child
        switch blocking({ await child.wait() }).ending {
        case .exited(let code): return code
        case .signalled(let signal): return 128 + signal
        case .stopped, .timedOut: return 128 + SIGTERM
        case .lost: return 128 + SIGKILL
        }
    }
}
