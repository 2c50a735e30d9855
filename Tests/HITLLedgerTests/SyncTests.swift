import Glibc
import HITLLedger
import Testing

/// Counted at the system calls, because a missing sync shows nowhere else until the power fails.
@Suite(.enabled(if: Tracer.works, "strace is missing or may not trace: syncs are NOT counted"))
struct `A sync` {
    @Test func `is made once for each synced append`() async throws {
        let calls = try await Tracer.trace("append", count: 20)
        #expect(calls.syncs(from: "1", to: "20") == 19)
        for number in 1..<20 {
            #expect(calls.syncs(from: "\(number)", to: "\(number + 1)") == 1)
        }
    }

    @Test func `is made once for each synced append to a ledger of files`() async throws {
        let calls = try await Tracer.trace("append", count: 20, lines: true)
        for number in 1..<20 {
            #expect(calls.syncs(from: "\(number)", to: "\(number + 1)") == 1)
        }
        let group = try await Tracer.trace("group", count: 64, lines: true)
        #expect(group.syncs(from: nil, to: "64") < 32)
    }

    @Test func `is made again after appends that did without`() async throws {
        let calls = try await Tracer.trace("mixed", count: 10)
        for number in stride(from: 1, to: 20, by: 2) {
            #expect(calls.syncs(from: "\(number)", to: "\(number + 1)") >= 1)
        }
        // One more at most, should a pair have taken a second.
        #expect(calls.syncs(from: "1", to: "20") <= 11)
    }

    @Test func `is shared by appends that come at once`() async throws {
        let calls = try await Tracer.trace("group", count: 64)
        let syncs = calls.syncs(from: nil, to: "64")
        // A few more to make the ledger.
        #expect(syncs < 32)
    }

    @Test func `is not waited for by a written append, and made without another one`() async throws {
        let directory = TemporaryDirectory()
        let fifo = directory.path + "/trace"
        try #require(mkfifo(fifo, 0o600) == 0)
        let probe = try ProbeProcess(
            command: [
                Tracer.path, "-f", "-qq", "-e", "trace=fdatasync,fsync,write", "-o", fifo,
                ProbeProcess.executable, "written", directory.ledger, "5",
            ])
        var calls = Tracer.Calls()
        let stream = await onThread { TraceStream(fifo) }
        while calls.lastAcknowledged != "5", let line = await stream.line() { calls.add(line) }
        // One at most, should the five have taken a second.
        #expect(calls.syncs(from: "1", to: "5") <= 1)
        let before = calls.syncs(from: nil, to: nil)
        // The process waits for its input: only its own timer can sync now.
        while calls.syncs(from: nil, to: nil) == before, let line = await stream.line() { calls.add(line) }
        #expect(calls.syncs(from: nil, to: nil) == before + 1)
        probe.endInput()
        while await stream.line() != nil {}
        #expect(await probe.wait() == 0)
    }

    @Test func `that fails once refuses its append alone`() async throws {
        let lines = try await failing(when: "9")
        let refused = try #require(lines.firstIndex(of: "refused sync \(EIO)"))
        #expect(lines.count(where: { $0.hasPrefix("refused") }) == 1)
        // The number that was refused is given again.
        #expect(lines[refused + 1] == "\(refused + 1)")
        #expect(lines.last == "head 9")
    }

    @Test func `that goes on failing refuses everything, and nothing refused comes back`() async throws {
        let lines = try await failing(when: "9+")
        let refused = try #require(lines.firstIndex(of: "refused sync \(EIO)"))
        #expect(lines[refused...].dropLast().allSatisfy { $0 == "refused sync \(EIO)" })
        #expect(lines.last == "head \(refused)")
    }

    /// Ten appends with failing syncs, in a process that then ends without closing; what is found
    /// afterwards is exactly what was acknowledged.
    private func failing(when: String) async throws -> [String] {
        let directory = TemporaryDirectory()
        let probe = try ProbeProcess(
            command: [
                Tracer.path, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync,fsync",
                "-e", "inject=fdatasync:error=EIO:when=\(when)",
                ProbeProcess.executable, "persist", directory.ledger, "10",
            ])
        let lines = await probe.lines()
        await probe.wait()
        let ledger = try openLedger(directory.ledger)
        #expect(try ledger.head.size == Int64(lines.compactMap { Int64($0) }.last ?? 0))
        #expect(try await ledger.verify().failures == [])
        ledger.close()
        return lines
    }
}

enum Tracer {
    static let path = "/usr/bin/strace"

    static let works: Bool = {
        var pid: pid_t = 0
        var arguments = [strdup(path), strdup("-qq"), strdup("-o"), strdup("/dev/null"), strdup("/bin/true"), nil]
        defer { for argument in arguments { free(argument) } }
        guard posix_spawn(&pid, path, nil, nil, &arguments, environ) == 0 else { return false }
        var status: Int32 = 0
        return waitpid(pid, &status, 0) == pid && status == 0
    }()

    static func trace(_ mode: String, count: Int, lines: Bool = false) async throws -> Calls {
        let directory = TemporaryDirectory()
        let output = directory.path + "/trace"
        let probe = try ProbeProcess(
            command: [
                path, "-f", "-qq", "-e", "trace=fdatasync,fsync,write", "-o", output,
                ProbeProcess.executable, mode, lines ? directory.lines : directory.ledger, "\(count)",
            ])
        _ = await probe.lines()
        #expect(await probe.wait() == 0)
        var calls = Calls()
        for line in String(decoding: contents(of: output), as: UTF8.self).split(separator: "\n") {
            calls.add(String(line))
        }
        return calls
    }

    /// Syncs and acknowledgements, in order.
    struct Calls {
        private enum Call: Equatable {
            case sync
            case acknowledged(String)
        }
        private var calls: [Call] = []

        mutating func add(_ line: String) {
            if line.contains("fdatasync(") || line.contains("fsync(") {
                calls.append(.sync)
            } else if let start = line.range(of: "write(1, \""), let end = line.range(of: "\\n\"") {
                calls.append(.acknowledged(String(line[start.upperBound..<end.lowerBound])))
            }
        }

        var lastAcknowledged: String? {
            for call in calls.reversed() {
                if case .acknowledged(let line) = call { return line }
            }
            return nil
        }

        func syncs(from: String?, to: String?) -> Int {
            let start = from.flatMap { calls.firstIndex(of: .acknowledged($0)) } ?? 0
            let end = to.flatMap { calls.firstIndex(of: .acknowledged($0)) } ?? calls.count
            return calls[start..<end].count { $0 == .sync }
        }
    }
}

/// Lines of a FIFO.
private final class TraceStream: @unchecked Sendable {
    // Sendable because each test uses its own from one task.
    private let descriptor: Int32
    private var pending: [UInt8] = []

    init(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
    }

    deinit {
        close(descriptor)
    }

    func line() async -> String? {
        await onThread {
            var part = [UInt8](repeating: 0, count: 4_096)
            while true {
                if let end = self.pending.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { self.pending.removeFirst(end + 1) }
                    return String(decoding: self.pending[..<end], as: UTF8.self)
                }
                let count = read(self.descriptor, &part, part.count)
                guard count > 0 else { return nil }
                self.pending += part[..<count]
            }
        }
    }
}

extension String {
    /// Where `part` is, by characters; the trace is ASCII.
    fileprivate func range(of part: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}
