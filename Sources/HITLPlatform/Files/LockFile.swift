import CPlatform
import Glibc

/// A lock that one process holds at a time and loses when it ends, however it ends. The file tells who holds it.
///
/// Given back when the last owner of this value lets go of it. The file stays: removing it would let two processes hold
/// locks on two files of the same name.
package final class LockFile: Sendable {
    package enum Failure: Error, Sendable, Hashable {
        /// By that process, where the file said so.
        case held(by: Int32?)
        case file(FileError)
    }

    package let path: String
    private let descriptor: OwnedDescriptor

    package init(_ path: String) throws(Failure) {
        self.path = path
        let opened = withPath(Array(path.utf8)) { platform_open_at(AT_FDCWD, $0, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600) }
        guard opened >= 0 else { throw .file(FileError(path: path, SystemError(opened, "open"))) }
        descriptor = OwnedDescriptor(opened)
        let locked = platform_lock(opened)
        guard locked != -EWOULDBLOCK else { throw .held(by: Self.holder(descriptor)) }
        do throws(SystemError) {
            guard locked == 0 else { throw SystemError(locked, "flock") }
            guard ftruncate(opened, 0) == 0 else { throw SystemError(errno, "ftruncate") }
            try descriptor.write(Array("\(getpid())\n".utf8))
        } catch {
            throw .file(FileError(path: path, error))
        }
    }

    deinit {
        // Not only by closing: a process that is being forked right now still has a copy of the descriptor.
        platform_unlock(descriptor.number)
    }

    private static func holder(_ descriptor: OwnedDescriptor) -> Int32? {
        // Only for the message; who cannot be read is nobody.
        guard let bytes = try? descriptor.read(atMost: 32) else { return nil }
        return Int32(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
