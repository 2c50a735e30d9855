import Glibc

/// The last bytes of a file that is only appended to, whatever its length.
struct FileEnd {
    let bytes: [UInt8]

    /// Whether something stands before them.
    let isCut: Bool

    static let empty = FileEnd(bytes: [], isCut: false)

    /// - Returns: empty where there is no such file.
    static func read(_ path: String, limit: Int) throws(LedgerError) -> FileEnd {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return .empty }
            throw .system(path: path, .open, errno: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(path: path, .read, errno: errno) }
        let start = max(0, Int(status.st_size) - limit)
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: limit)
        while bytes.count < limit {
            let count = uninterrupted { pread(descriptor, &part, limit - bytes.count, off_t(start + bytes.count)) }
            guard count >= 0 else { throw .system(path: path, .read, errno: errno) }
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        return FileEnd(bytes: bytes, isCut: start > 0)
    }
}
