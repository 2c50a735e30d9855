import Glibc
import HITLConsole
import HITLPlatform
import HITLTerminal

/// What goes to the two streams of a command that is no loop.
enum Output {
    static func standard(_ text: String) {
        guard let error = write(text, to: 1) else { return }
        // A reader that went away (`hitl history | head`) has all that it wanted.
        if error != EPIPE { lost.withLock { $0 = $0 ?? error } }
    }

    /// The exit code of a program that ended with `code`: failed where what it said did not arrive.
    static func ending(_ code: Int32) -> Int32 {
        guard let error = lost.withLock({ $0 }) else { return code }
        complaint(
            StyledText("Standard output cannot be written: \(DisplayText(untrusted: SystemError.reason(error)))."))
        return code == 0 ? ExitCode.failed.rawValue : code
    }

    private static let lost = Locked<Int32?>(nil)

    static func error(_ text: String) { _ = write(text, to: 2) }

    /// In the form of every complaint: `hitl: what is wrong`.
    static func complaint(_ text: StyledText) {
        var line = StyledText("hitl: ")
        line.join(text)
        error(line.rendered(for: presentation(of: 2)))
    }

    static func usage(_ error: UsageError) -> ExitCode {
        complaint(StyledText(error.message(in: .shell)))
        return .usage
    }

    static func presentation(of descriptor: Int32, plain: Bool = false) -> Presentation {
        Presentation(descriptor: descriptor, environment: Process.environment, plain: plain)
    }

    /// - Returns: the error that kept something from being written.
    private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }
}

/// The process as it was started.
enum Process {
    /// The environment; of a name that occurs twice the first counts, as for `getenv`.
    static let environment: [String: String] = {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            entry += 1
            guard let equals = strchr(text, Int32(UInt8(ascii: "="))) else { continue }
            let bytes = UnsafeRawBufferPointer(start: text, count: equals - text)
            let name = String(decoding: bytes, as: UTF8.self)
            if variables[name] == nil { variables[name] = String(cString: equals + 1) }
        }
        return variables
    }()

    /// The same as the system has it, each `NAME=value`.
    static var entries: [[UInt8]] { ThisProcess.environment() }

    /// What the environment says; set to nothing is not set.
    static var home: String? { environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } }

    static var directory: String? {
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}
