import Glibc
import HITLCore

/// The state of files anywhere on the machine, for what commands depend on.
enum FileState {
    /// Of what `path` leads to. Only regular files are opened: opening alone can do things to devices and pipes.
    ///
    /// - Returns: nil for a file of more than `limit` bytes, which is not read.
    static func of(_ path: String, limit: Int) -> Facts.Pin.State? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return errno == ENOENT || errno == ENOTDIR ? .absent : .unreadable }
        switch facts.st_mode & S_IFMT {
        case S_IFDIR: return .directory
        case S_IFREG: break
        default: return .unreadable
        }
        guard facts.st_size <= limit else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return errno == ENOENT ? .absent : .unreadable }
        defer { close(descriptor) }
        return of(descriptor)
    }

    /// Of an open regular file.
    static func of(_ descriptor: Int32) -> Facts.Pin.State {
        var digest = ContentDigest()
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        var offset = off_t(0)
        while true {
            let count = pread(descriptor, &piece, piece.count, offset)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                return .unreadable
            }
            digest.update(count == piece.count ? piece : Array(piece[..<count]))
            offset += off_t(count)
        }
        let bytes = Int64(digest.byteCount)
        return .file(sha256: digest.finish(), bytes: bytes)
    }

    static func isRegularFile(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    }

    static func isDirectory(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}
