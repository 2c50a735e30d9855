package import Glibc

/// The system calls by which a file ledger reaches its disk, so that a test can make each of them fail in turn. As in C: −1
/// with `errno`.
package struct FileCalls: Sendable {
    package var write: @Sendable (Int32, UnsafeRawPointer, Int, off_t) -> Int
    package var syncData: @Sendable (Int32) -> Int32
    package var syncAll: @Sendable (Int32) -> Int32
    package var truncate: @Sendable (Int32, off_t) -> Int32
    package var rename: @Sendable (_ from: String, _ to: String) -> Int32

    package init(
        write: @escaping @Sendable (Int32, UnsafeRawPointer, Int, off_t) -> Int,
        syncData: @escaping @Sendable (Int32) -> Int32, syncAll: @escaping @Sendable (Int32) -> Int32,
        truncate: @escaping @Sendable (Int32, off_t) -> Int32,
        rename: @escaping @Sendable (_ from: String, _ to: String) -> Int32
    ) {
        (self.write, self.syncData, self.syncAll) = (write, syncData, syncAll)
        (self.truncate, self.rename) = (truncate, rename)
    }

    package static let system = FileCalls(
        write: { pwrite($0, $1, $2, $3) }, syncData: { fdatasync($0) }, syncAll: { fsync($0) },
        truncate: { ftruncate($0, $1) }, rename: { Glibc.rename($0, $1) })
}

extension FileCalls {
    /// Writes all of it, in as many pieces as the system likes.
    func writeAll(_ bytes: [UInt8], to descriptor: Int32, at offset: Int64, of path: String) throws(LedgerError) {
        var done = 0
        while done < bytes.count {
            let start = done
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { base in
                    uninterrupted {
                        write(descriptor, base + start, buffer.count - start, off_t(offset) + off_t(start))
                    }
                } ?? 0
            }
            // A write of nothing that says nothing is a disk without room.
            guard count > 0 else { throw FileCalls.error(count < 0 ? errno : ENOSPC, .write, path) }
            done += count
        }
    }

    static func error(_ number: Int32, _ operation: LedgerError.Operation, _ path: String) -> LedgerError {
        switch number {
        case ENOSPC, EDQUOT, EFBIG: .full(path: path)
        case EROFS, EACCES, EPERM: .readOnly(path: path)
        default: .system(path: path, operation, errno: number)
        }
    }

    /// The names in the directory of `path`.
    func syncDirectory(of path: String) throws(LedgerError) {
        let directory = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileCalls.error(errno, .open, directory) }
        defer { close(descriptor) }
        guard syncAll(descriptor) == 0 else { throw FileCalls.error(errno, .sync, directory) }
    }

    /// Makes a file of these bytes, whole or not at all: it has its name only once it is on the disk.
    func publish(_ bytes: [UInt8], as path: String) throws(LedgerError) {
        let draft = path + ".new"
        let descriptor = open(draft, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileCalls.error(errno, .create, draft) }
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, at: 0, of: draft)
        guard syncAll(descriptor) == 0 else { throw FileCalls.error(errno, .sync, draft) }
        guard rename(draft, path) == 0 else { throw FileCalls.error(errno, .create, path) }
    }
}
