import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

/// A running `LedgerProbe`, alone or under a tracer.
final class ProbeProcess: @unchecked Sendable {
    // Sendable because each test uses its own from one task.
    let pid: pid_t
    private let input: Int32
    private let output: Int32
    private var pending: [UInt8] = []

    static let executable: String = {
        var path = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let tests = String(decoding: path[..<max(count, 0)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)]) + "/LedgerProbe"
    }()

    convenience init(_ arguments: String...) throws {
        try self.init(command: [ProbeProcess.executable] + arguments)
    }

    init(command: [String]) throws {
        let started = ProbeProcess.starting.withLock { _ in ProbeProcess.start(command) }
        (pid, input, output) = try #require(started, "cannot start \(command[0])")
    }

    /// One at a time: a process started between `pipe` and `fcntl` would keep another's pipe open.
    private static let starting = Locked(())

    private static func start(_ command: [String]) -> (pid: pid_t, input: Int32, output: Int32)? {
        var inputEnds: [Int32] = [0, 0]
        var outputEnds: [Int32] = [0, 0]
        guard pipe(&inputEnds) == 0, pipe(&outputEnds) == 0 else { return nil }
        for end in inputEnds + outputEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, inputEnds[0], 0)
        posix_spawn_file_actions_adddup2(&actions, outputEnds[1], 1)
        var arguments = command.map { strdup($0) } + [nil]
        var pid: pid_t = 0
        let code = posix_spawn(&pid, command[0], &actions, nil, &arguments, environ)
        for argument in arguments { free(argument) }
        posix_spawn_file_actions_destroy(&actions)
        close(inputEnds[0])
        close(outputEnds[1])
        return code == 0 ? (pid, inputEnds[1], outputEnds[0]) : nil
    }

    /// The next line of output; nil at its end.
    func line() async -> String? {
        await onThread { self.readLine() }
    }

    /// All lines that are left.
    func lines() async -> [String] {
        await onThread {
            var lines: [String] = []
            while let line = self.readLine() { lines.append(line) }
            return lines
        }
    }

    func kill() {
        Glibc.kill(pid, SIGKILL)
    }

    func endInput() {
        close(input)
    }

    /// Waits for the end of the process; its exit code, or minus the signal that ended it.
    @discardableResult
    func wait() async -> Int32 {
        await onThread {
            var status: Int32 = 0
            while waitpid(self.pid, &status, 0) < 0, errno == EINTR {}
            close(self.output)
            return status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f)
        }
    }

    private func readLine() -> String? {
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeFirst(end + 1) }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            let count = read(output, &part, part.count)
            guard count > 0 else { return nil }
            pending += part[..<count]
        }
    }
}

/// Runs what blocks on a thread of its own: the tasks have two.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        let thread = WorkerThread { continuation.resume(returning: body()) }
        thread?.leave()
    }
}
