import Glibc
import HITLPlatform

/// The right to write a ledger: an flock(2) on `<path>.lock`, which the kernel gives back when the
/// process dies, however it dies. The file says whose it is, for the sentence that a second owner gets.
package final class LedgerLock: Sendable {
    private let descriptor: Locked<Int32?>

    init(on path: String) throws(LedgerError) {
        let name = path + ".lock"
        while true {
            let opened = Glibc.open(name, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard opened >= 0 else {
                if errno == EROFS || errno == EACCES { throw .readOnly(path: path) }
                throw .system(path: name, .lock, errno: errno)
            }
            guard uninterrupted({ flock(opened, LOCK_EX | LOCK_NB) }) == 0 else {
                let number = errno
                let owner = LedgerLock.owner(in: opened)
                Glibc.close(opened)
                guard number == EWOULDBLOCK else { throw .system(path: name, .lock, errno: number) }
                throw .owned(path: path, by: owner)
            }
            // Somebody may have removed the file and locked a new one of that name meanwhile.
            guard LedgerLock.isStill(opened, at: name) else {
                Glibc.close(opened)
                continue
            }
            LedgerLock.write("\(getpid())\n", to: opened)
            descriptor = Locked(opened)
            return
        }
    }

    deinit {
        release()
    }

    func release() {
        descriptor.withLock { descriptor in
            guard let open = descriptor else { return }
            // Who looks now finds nobody in it; a process that dies leaves its number, and is not there.
            _ = ftruncate(open, 0)
            // A child that another thread is about to start has this descriptor until its program runs.
            _ = flock(open, LOCK_UN)
            Glibc.close(open)
            descriptor = nil
        }
    }

    /// Whether the process that wrote itself into the lock's file lives. Asked without taking the lock, which would keep
    /// an owner from it.
    static func isHeld(on path: String) -> Bool {
        let descriptor = open(path + ".lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        guard let owner = owner(in: descriptor) else { return false }
        return kill(owner, 0) == 0 || errno == EPERM
    }

    private static func owner(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 1 else { return nil }
        return Int32(String(decoding: bytes[..<(count - 1)], as: UTF8.self))
    }

    private static func isStill(_ descriptor: Int32, at name: String) -> Bool {
        var open = stat()
        var named = stat()
        return fstat(descriptor, &open) == 0 && stat(name, &named) == 0
            && open.st_ino == named.st_ino && open.st_dev == named.st_dev
    }

    /// The pid is a courtesy to the reader: the lock holds without it, so a full disk is no error here.
    private static func write(_ text: String, to descriptor: Int32) {
        _ = ftruncate(descriptor, 0)
        let bytes = Array(text.utf8)
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }
}
