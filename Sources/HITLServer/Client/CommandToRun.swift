import Glibc
package import HITLCore
import HITLLedger
package import HITLPlatform

/// The COMMAND of `hitl ask … -- COMMAND`: looked at before it is asked for, and again before it runs.
///
/// It runs as it would have run without `hitl`: in our directory, with our environment, streams and terminal.
package struct CommandToRun: Sendable {
    package enum Failure: Error, Sendable, Equatable {
        case notUTF8(String)
        case directory(SystemError)
        case executable(ResolvedExecutable.Failure)
        /// A file is not what it was when the command was shown.
        case changed(path: String)
        case start(ProcessError)
    }

    package let argv: [String]
    package let directory: String
    package let executable: ResolvedExecutable
    private let environment: EnvironmentDifference
    private let pins: [Pin]

    private struct Pin: Sendable {
        let path: String
        let state: State

        enum State: Sendable, Equatable {
            /// Too large, or not readable for us: then whether it is the same file has to do.
            case identity(FileMark)
            case content(sha256: String, bytes: Int64, FileMark)
        }
    }

    private static let mostPins = 64
    private static let largestPin = 64 << 20

    /// - Parameter key: makes digests of secrets that nobody can guess the secret from.
    package init(_ argv: [String], key: String) throws(Failure) {
        guard let current = getcwd(nil, 0) else { throw .directory(SystemError(errno, "getcwd")) }
        defer { free(current) }
        guard let directory = String(validatingCString: current) else { throw .notUTF8("the directory") }
        self.argv = argv
        self.directory = directory
        let searchPath = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        do throws(ResolvedExecutable.Failure) {
            executable = try ResolvedExecutable.resolve(argv.first ?? "", searchPath: searchPath, from: directory)
        } catch {
            throw .executable(error)
        }
        environment = EnvironmentDifference(directory: directory, key: key)
        pins = Self.pin(executable.path, argv, directory)
    }

    /// The executable, and the regular files that its arguments name: `./deploy.sh`, `--config=prod.yaml`.
    private static func pin(_ executable: String, _ argv: [String], _ directory: String) -> [Pin] {
        var paths = [executable]
        for word in argv.dropFirst() {
            let value = word.utf8.firstIndex(of: UInt8(ascii: "=")).map { String(word[word.utf8.index(after: $0)...]) }
            for name in [word, value ?? ""] where !name.isEmpty && !name.utf8.contains(0) {
                paths.append(name.utf8.first == UInt8(ascii: "/") ? name : "\(directory)/\(name)")
            }
        }
        var pins: [Pin] = []
        for path in paths
        where pins.count < mostPins && !pins.contains(where: { $0.path.utf8.elementsEqual(path.utf8) }) {
            if let state = state(of: path) { pins.append(Pin(path: path, state: state)) }
        }
        return pins
    }

    /// Nil for what is no regular file: only these are opened, because opening others can do something.
    private static func state(of path: String) -> Pin.State? {
        guard let mark = FileMark(path) else { return nil }
        guard mark.size <= largestPin else { return .identity(mark) }
        do throws(FileError) {
            let bytes = try SmallFile.read(path, limit: largestPin)
            return .content(sha256: Digest(hashing: bytes).hex, bytes: Int64(bytes.count), mark)
        } catch {
            return .identity(mark)
        }
    }

    /// The `command` member of `ask`.
    package var json: JSONValue {
        [
            "argv": .array(argv.map(JSONValue.string)), "environment": environment.json,
            "executable": .string(executable.path),
            "pins": .array(
                pins.map { pin in
                    switch pin.state {
                    case .identity(let mark): ["bytes": .integer(mark.size), "path": .string(pin.path)]
                    case .content(let sha256, let bytes, _):
                        ["bytes": .integer(bytes), "path": .string(pin.path), "sha256": .string(sha256)]
                    }
                }),
        ]
    }

    /// Runs it where everything is as it was shown. Standard streams, terminal and process group are ours, so that the
    /// keys that interrupt and suspend reach it.
    ///
    /// - Parameters:
    ///   - signals: SIGTERM and SIGHUP are passed on to it and to everything below it.
    ///   - listener: ends it, with everything below it, where the desk says so.
    package func run(
        passing signals: SignalPipe?, stoppedBy listener: StopListener? = nil
    ) async throws(Failure) -> ProcessResult {
        for pin in pins where Self.state(of: pin.path) != pin.state { throw .changed(path: pin.path) }
        var launch = Launch(
            program: executable.program, arguments: argv.map { Array($0.utf8) },
            environment: ThisProcess.environment(), directory: .ours)
        launch.input = .inherited
        launch.output = .inherited
        launch.error = .inherited
        launch.session = .ours
        // As without us: what it leaves running on purpose goes on.
        launch.leftovers = .kept
        let forwarding: Forwarding?
        let result: ProcessResult
        do throws(ProcessError) {
            let child = try await ChildProcess.start(launch)
            forwarding = signals.map { Forwarding($0, to: child) }
            listener?.begin { child.stop() }
            result = await child.wait()
        } catch {
            throw .start(error)
        }
        forwarding?.end()
        return result
    }
}

/// Passes signals on to a command while it runs.
private final class Forwarding: Sendable {
    /// What ends it gently may take its time; the person can still kill it.
    private static let grace = Duration.seconds(30)

    private let registration = Locked<Reactor.Registration?>(nil)

    init(_ signals: SignalPipe, to child: ChildProcess) {
        do throws(SystemError) {
            let watched = try Reactor.shared.register(signals.descriptor, for: .readable) { _ in
                while let signal = signals.take() {
                    // The terminal has sent SIGINT to the command itself, which is in our group.
                    if signal != SIGINT { child.stop(grace: Self.grace) }
                }
            }
            registration.withLock { $0 = watched }
        } catch {
            // Without it the command still ends when we do: its supervisor then finds its channel closed.
        }
    }

    func end() {
        let watched = registration.withLock { registration in
            defer { registration = nil }
            return registration
        }
        if let watched { Reactor.shared.unregister(watched) }
    }
}

/// Which regular file a path leads to, and its state as far as the file system tells.
private struct FileMark: Sendable, Equatable {
    let device: UInt64
    let inode: UInt64
    let size: Int64
    let modified: [Int]
    let changed: [Int]

    init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt64(facts.st_dev)
        inode = UInt64(facts.st_ino)
        size = Int64(facts.st_size)
        modified = [facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec]
        changed = [facts.st_ctim.tv_sec, facts.st_ctim.tv_nsec]
    }
}

extension CommandToRun.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notUTF8(let what): "\(what) is not UTF-8, so it cannot be shown as it is"
        case .directory(let error): "the directory cannot be told: \(error)"
        case .executable(let failure): failure.description
        case .changed(let path): "`\(path)` has changed since the command was shown"
        case .start(let error): error.description
        }
    }
}
