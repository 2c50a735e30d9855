import Glibc
import HITLPlatform
import Testing

/// A fresh directory that goes away with its owner.
final class Scratch: Sendable {
    let path: String

    init(in directory: String = "/tmp") {
        var template = Array("\(directory)/hitl-platform-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let made = mkdtemp(buffer.baseAddress!) else { preconditionFailure("no temporary directory") }
            return String(cString: made)
        }
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        chmod(path, 0o700)
        for name in names(in: path) { remove("\(path)/\(name)") }
        rmdir(path)
    }

    static func / (scratch: Scratch, name: String) -> String { "\(scratch.path)/\(name)" }

    func makeDirectory(_ name: String, mode: UInt32 = 0o755) {
        #expect(mkdir(self / name, mode) == 0 && chmod(self / name, mode) == 0)
    }

    func makeFile(_ name: String, _ text: String = "", mode: UInt32 = 0o644) {
        let descriptor = open(self / name, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        let bytes = Array(text.utf8)
        #expect(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count)
        fchmod(descriptor, mode)
        close(descriptor)
    }

    func makeLink(_ name: String, to target: String) {
        #expect(symlink(target, self / name) == 0)
    }

    func text(_ name: String) -> String? {
        (try? SmallFile.read(self / name)).map { String(decoding: $0, as: UTF8.self) }
    }

    func names(_ name: String = ".") -> [String] { Self.names(in: self / name) }

    private static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// The probe that is built beside the tests.
let probe: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let own = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/PlatformProbe"
}()

extension CapturedOutput {
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}

func shell(_ script: String) -> Launch {
    Launch("/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
}

/// The reading end of a pipe whose writing end is the standard output of a command and of all its descendants: its end
/// is the proof that all of them are dead.
struct Lifeline {
    let channel: LineChannel
    let writingEnd: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        channel = try LineChannel(reading: ends[0], writing: -1, on: .shared)
        writingEnd = ends[1]
    }

    /// Starts the command with its output on the line, and lets go of our own end.
    func start(_ launch: Launch) async throws -> ChildProcess {
        var launch = launch
        launch.output = .descriptor(writingEnd)
        defer { close(writingEnd) }
        return try await ChildProcess.start(launch)
    }

    func nextLine() async throws -> String? { try await channel.nextLine().map(\.text) }

    /// Every line up to the end.
    func rest() async throws -> [String] {
        var lines: [String] = []
        while let line = try await nextLine() { lines.append(line) }
        return lines
    }
}

/// Runs what blocks for long on a thread of its own.
func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    return try await withCheckedThrowingContinuation { continuation in
        let box = ThreadBody { continuation.resume(with: Result { try body() }) }
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(box).toOpaque())
        pthread_detach(thread)
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
