import Glibc
import HITLPlatform

/// Why a sink cannot be written to at present.
package enum SinkTrouble: Error, Sendable, Equatable, CustomStringConvertible {
    case notUsable(String)
    case nobodyReads
    case ended
    case system(LedgerError)

    package var description: String {
        switch self {
        case .notUsable(let why): why
        case .nobodyReads: "nobody reads from it"
        case .ended: "its reader went away"
        case .system(let error): error.description
        }
    }
}

/// An open sink: a file, or a pipe with a reader.
final class SinkChannel {
    private var descriptor: Int32
    private let calls: FileCalls
    private let path: String
    private let child: ChildProcess?
    private let isPipe: Bool

    /// Bytes since it was opened.
    private(set) var written: Int64 = 0

    init(_ target: SinkTarget, environment: [String: String], calls: FileCalls) throws(SinkTrouble) {
        self.calls = calls
        path = target.name
        switch target {
        case .path(let path):
            (descriptor, isPipe) = try SinkChannel.open(path)
            child = nil
        case .command(let words):
            (descriptor, child) = try SinkChannel.start(words, environment)
            isPipe = true
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    private static func open(_ path: String) throws(SinkTrouble) -> (Int32, isPipe: Bool) {
        // A FIFO that nobody reads must not keep this thread.
        let descriptor = Glibc.open(
            path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0o600)
        guard descriptor >= 0 else {
            if errno == ENXIO { throw .nobodyReads }
            throw .system(FileCalls.error(errno, .open, path))
        }
        var status = stat()
        let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
        guard kind == S_IFREG || kind == S_IFIFO else {
            close(descriptor)
            throw .notUsable("it is neither a file nor a FIFO")
        }
        guard status.st_mode & 0o022 == 0, status.st_uid == geteuid() else {
            close(descriptor)
            throw .notUsable("other users can write it")
        }
        if kind == S_IFREG, status.st_size > 0, !endsWithLine(path, size: status.st_size) {
            // Whoever wrote before us was killed in a line; what follows must not become part of it.
            _ = Glibc.write(descriptor, "\n", 1)
        }
        return (descriptor, kind == S_IFIFO)
    }

    private static func endsWithLine(_ path: String, size: off_t) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var last: UInt8 = 0
        return pread(descriptor, &last, 1, size - 1) != 1 || last == UInt8(ascii: "\n")
    }

    /// Its standard input is all that it gets of ours.
    private static func start(
        _ words: [String], _ environment: [String: String]
    ) throws(SinkTrouble) -> (Int32, ChildProcess) {
        let (reading, writing): (Int32, Int32)
        do throws(LedgerError) { (reading, writing) = try pipe() } catch { throw .system(error) }
        defer { close(reading) }
        _ = fcntl(writing, F_SETFL, O_NONBLOCK)
        var launch = Launch(words[0], Array(words.dropFirst()), environment: environment, directory: "/")
        launch.input = .descriptor(reading)
        launch.output = .discarded
        launch.error = .discarded
        launch.forbidsNewPrivileges = true
        switch waiting({ [launch] in await Self.started(launch) }) {
        case .success(let child): return (writing, child)
        case .failure(let trouble):
            close(writing)
            throw trouble
        }
    }

    private static func started(_ launch: Launch) async -> Result<ChildProcess, SinkTrouble> {
        do { return .success(try await ChildProcess.start(launch)) } catch {
            return .failure(.notUsable("it cannot be started: \(error)"))
        }
    }

    static func pipe() throws(LedgerError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw .system(path: "pipe", .open, errno: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// All of it, or until `stop` is readable.
    ///
    /// - Returns: false where it was stopped in between.
    func write(_ bytes: [UInt8], until stop: Int32) throws(SinkTrouble) -> Bool {
        var done = 0
        while done < bytes.count {
            let start = done
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { base in
                    uninterrupted { Glibc.write(descriptor, base + start, buffer.count - start) }
                } ?? 0
            }
            if count > 0 {
                done += count
                written += Int64(count)
            } else if count < 0, errno == EAGAIN {
                var polled = [
                    pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0),
                    pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
                ]
                _ = uninterrupted { poll(&polled, 2, -1) }
                if polled[1].revents != 0 { return false }
            } else if count < 0, errno == EPIPE {
                throw .ended
            } else {
                throw .system(FileCalls.error(count < 0 ? errno : ENOSPC, .write, path))
            }
        }
        return true
    }

    /// How many of the bytes have certainly left us: a file's once they are on the disk, a pipe's once they were read.
    func delivered() throws(SinkTrouble) -> Int64 {
        guard isPipe else {
            guard calls.syncData(descriptor) == 0 else { throw .system(FileCalls.error(errno, .sync, path)) }
            return written
        }
        // A pipe without a reader keeps what was in it, and loses it with us.
        var polled = pollfd(fd: descriptor, events: 0, revents: 0)
        guard uninterrupted({ poll(&polled, 1, 0) }) == 0 else { throw .ended }
        var unread: Int32 = 0
        guard ioctl(descriptor, UInt(FIONREAD), &unread) == 0 else { return 0 }
        return written - Int64(unread)
    }

    /// Lets the reader see the end, and a command end.
    ///
    /// - Returns: whether a command read everything: it saw the end and was content.
    func finish(grace: Duration) -> Bool {
        close(descriptor)
        descriptor = -1
        guard let child else { return false }
        return waiting {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    if case .exited(0) = await child.wait().ending { true } else { false }
                }
                group.addTask {
                    do { try await Task.sleep(for: grace) } catch { return false }
                    child.stop(grace: .zero)
                    return false
                }
                let first = await group.next() ?? false
                group.cancelAll()
                return first
            }
        }
    }
}

/// Runs what is asynchronous from a thread of our own, which sleeps meanwhile.
private func waiting<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
    let result = Monitor<Value?>(nil)
    Task {
        let value = await body()
        result.withLock { $0 = value }
        result.signal()
    }
    return result.waiting { $0.map { .over($0) } ?? .untilSignal }
}
