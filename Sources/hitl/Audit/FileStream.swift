import Glibc
import HITLPlatform

/// Where a document goes that may be longer than memory: a file (0600) or standard output, written in large pieces.
final class FileStream {
    private let descriptor: Int32
    private let owns: Bool
    private var buffer: [UInt8] = []

    init(_ path: String?) throws(SystemError) {
        guard let path else {
            (descriptor, owns) = (1, false)
            return
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        owns = true
        guard descriptor >= 0 else { throw SystemError(errno, path) }
    }

    func write(_ bytes: [UInt8]) throws(SystemError) {
        buffer += bytes
        if buffer.count > 1 << 16 { try flush() }
    }

    func finish() throws(SystemError) {
        try flush()
        if owns, close(descriptor) != 0 { throw SystemError(errno, "close") }
    }

    private func flush() throws(SystemError) {
        var rest = buffer[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                throw SystemError(errno, "write")
            }
            rest = rest.dropFirst(written)
        }
        buffer = []
    }
}
