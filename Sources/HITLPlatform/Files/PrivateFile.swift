import CPlatform
import Glibc

/// A file that only its owner may read: keys, state, tokens.
package enum PrivateFile {
    /// Puts `bytes` under `path` with mode 0600, all at once and lasting: temporary file, sync, rename, sync of the
    /// directory.
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let (directoryPath, name) = split(path)
        let temporary = Array(".~\(RandomBytes.make(8).hexadecimal)".utf8)
        do throws(SystemError) {
            let opened = withPath(directoryPath) { platform_open_at(AT_FDCWD, $0, O_RDONLY | O_DIRECTORY, 0) }
            guard opened >= 0 else { throw SystemError(opened, "open") }
            let directory = OwnedDescriptor(opened)
            let made = withPath(temporary) {
                platform_open_at(opened, $0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
            }
            guard made >= 0 else { throw SystemError(made, "openat") }
            let file = OwnedDescriptor(made)
            do throws(SystemError) {
                guard fchmod(made, 0o600) == 0 else { throw SystemError(errno, "fchmod") }
                try file.write(bytes)
                try file.synchronize()
                let result = withPath(temporary) { old in
                    withPath(name) { platform_rename(opened, old, opened, $0, 0) }
                }
                guard result == 0 else { throw SystemError(result, "rename") }
            } catch {
                withPath(temporary) { _ = unlinkat(opened, $0, 0) }
                throw error
            }
            try directory.synchronize()
        } catch {
            throw FileError(path: path, error)
        }
    }

    /// The whole file, where it is a regular one that belongs to us and that nobody else can read or write.
    package static func read(_ path: String, limit: Int = 1 << 20) throws(FileError) -> [UInt8] {
        let opened = withPath(Array(path.utf8)) {
            platform_open_at(AT_FDCWD, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0)
        }
        guard opened >= 0 else { throw FileError(path: path, SystemError(opened, "open")) }
        let file = OwnedDescriptor(opened)
        let facts: FileFacts
        let bytes: [UInt8]
        do throws(SystemError) {
            facts = try FileFacts.of(opened)
            bytes = facts.kind == .file ? try file.read(atMost: limit + 1) : []
        } catch {
            throw FileError(path: path, error)
        }
        guard facts.kind == .file else { throw FileError(path: path, reason: .notARegularFile(facts.kind)) }
        guard facts.owner == geteuid() else {
            throw FileError(path: path, reason: .notPrivate(.ownedBy(uid: facts.owner)))
        }
        guard facts.mode & 0o077 == 0 else { throw FileError(path: path, reason: .notPrivate(.mode(facts.mode))) }
        guard bytes.count <= limit else { throw FileError(path: path, reason: .tooLarge(limit: limit)) }
        return bytes
    }

    /// `dir/name` as the directory and the name.
    static func split(_ path: String) -> (directory: [UInt8], name: [UInt8]) {
        let bytes = Array(path.utf8)
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return ([UInt8(ascii: ".")], bytes) }
        return (Array(bytes[..<max(slash, 1)]), Array(bytes[(slash + 1)...]))
    }
}
