import Glibc

/// One of the files that a ledger is spread over: the ledger's own name, then that name with `.2`, `.3` and so on.
final class FileSegment: Sendable {
    let number: Int64
    let path: String
    let descriptor: Int32

    init(_ number: Int64, of ledger: String) throws(LedgerError) {
        self.number = number
        path = FileSegment.path(number, of: ledger)
        try LedgerFile.check(path, isDirectory: false, forWriting: false)
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .system(path: path, .open, errno: errno) }
    }

    deinit {
        close(descriptor)
    }

    static func path(_ number: Int64, of ledger: String) -> String {
        number == 1 ? ledger : "\(ledger).\(number)"
    }

    var size: Int64 {
        get throws(LedgerError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw .system(path: path, .read, errno: errno) }
            return Int64(status.st_size)
        }
    }

    /// Whether what is open here still is what has the name.
    var hasItsName: Bool {
        var (named, opened) = (stat(), stat())
        return lstat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino
            && named.st_dev == opened.st_dev
    }

    /// Up to `count` bytes from `offset`; fewer only at the end.
    func read(_ count: Int, at offset: Int64) throws(LedgerError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let start = done
            let got = bytes.withUnsafeMutableBytes { buffer in
                uninterrupted {
                    pread(
                        descriptor, buffer.baseAddress.map { $0 + start }, count - start, off_t(offset) + off_t(start))
                }
            }
            guard got >= 0 else { throw .system(path: path, .read, errno: errno) }
            guard got > 0 else { break }
            done += got
        }
        bytes.removeLast(count - done)
        return bytes
    }

    /// The numbers of the files beside the first, in order.
    static func numbers(of ledger: String) throws(LedgerError) -> [Int64] {
        try FilesBeside(ledger).endings(after: ".").compactMap { ending in
            guard let number = Int64(canonical: ending[...].utf8), number > 1 else { return nil }
            return number
        }.sorted()
    }
}
