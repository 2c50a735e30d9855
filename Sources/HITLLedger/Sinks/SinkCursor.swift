import Glibc

/// How far a sink is, on the disk: the head of the ledger up to the last entry that it was given, and some before it, one a
/// line. By their hashes they are found again in this ledger and in no other; and where power took the newest entries
/// from it, an older one is.
package struct SinkCursor: Sendable {
    package let path: String
    private let calls: FileCalls

    package init(path: String, calls: FileCalls = .system) {
        self.path = path
        self.calls = calls
    }

    /// As many as are kept.
    static let most = 16

    /// Oldest first. None where there is no cursor, or none that can be read: the sink then gets everything again.
    package func read() throws(LedgerError) -> [Head] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw .system(path: path, .open, errno: errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = uninterrupted { pread(descriptor, &bytes, bytes.count, 0) }
        guard count > 0 else { return [] }
        return bytes[..<count].split(separator: UInt8(ascii: "\n")).compactMap {
            Head(String(decoding: $0, as: UTF8.self))
        }
    }

    /// Whole or not at all. That the name may be lost with the power costs a repetition and no more.
    func write(_ heads: [Head]) throws(LedgerError) {
        try calls.publish(heads.suffix(SinkCursor.most).flatMap { Array("\($0)\n".utf8) }, as: path)
    }
}
