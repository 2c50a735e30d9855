import Glibc
import HITLConsole
import HITLPlatform
import HITLTerminal

/// What goes to the two streams of a command that is no loop.
enum Output {
    static func standard(_ text: String) { write(text, to: 1) }

    static func error(_ text: String) { write(text, to: 2) }

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

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                bytes = bytes.dropFirst(written)
            } else if errno != EINTR {
                // A reader that went away (`hitl history | head`) has all that it wanted.
                return
            }
        }
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

    static var directory: String? {
        guard let path = getcwd(nil, 0) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}
