import CPlatform
import Glibc
import HITLPlatform

/// Lines from a file or from standard input.
enum TextSource {
    /// - Parameter path: `-` is standard input.
    static func read(_ path: String) throws(SystemError) -> [UInt8] {
        let descriptor = path == "-" ? platform_duplicate(0) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(path == "-" ? -descriptor : errno, "open") }
        let file = OwnedDescriptor(descriptor)
        var bytes: [UInt8] = []
        while true {
            let piece = try file.read(atMost: 1 << 16)
            guard !piece.isEmpty else { return bytes }
            bytes += piece
        }
    }

    static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}
