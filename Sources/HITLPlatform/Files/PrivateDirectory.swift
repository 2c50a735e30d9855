import CPlatform
import Glibc

/// A directory in which only its owner can do anything, and that nobody else can put another in the place of.
package enum PrivateDirectory {
    /// Makes `path` with mode 0700 where it is missing, its parents too, and checks what is there: a directory itself
    /// (no link), ours, mode 0700 or stricter; above it only directories that belong to root or to us and that others
    /// cannot write to, or that are sticky as `/tmp` is. The group may where it is our own.
    package static func prepare(_ path: String) throws(FileError) {
        let absolute = try absolutePath(path)
        let parts = absolute.split(separator: UInt8(ascii: "/")).map(Array.init)
        var here: [UInt8] = []
        try checkAncestor([UInt8(ascii: "/")])
        for (index, part) in parts.enumerated() {
            here += [UInt8(ascii: "/")] + part
            let isLast = index == parts.count - 1
            if withPath(here, { mkdir($0, 0o700) }) != 0, errno != EEXIST, errno != EROFS, errno != EACCES,
                errno != EPERM
            {
                throw FileError(path: here, SystemError(errno, "mkdir"))
            }
            if !isLast { try checkAncestor(here) }
        }
        try check(absolute)
    }

    /// The same without making anything.
    package static func check(_ path: String) throws(FileError) { try check(absolutePath(path)) }

    private static func check(_ path: [UInt8]) throws(FileError) {
        let facts = try facts(of: path)
        guard facts.kind == .directory else {
            throw FileError(path: path, reason: facts.kind == .symbolicLink ? .symbolicLink : .notADirectory)
        }
        guard facts.owner == geteuid() else {
            throw FileError(path: path, reason: .notPrivate(.ownedBy(uid: facts.owner)))
        }
        guard facts.mode & 0o077 == 0 else { throw FileError(path: path, reason: .notPrivate(.mode(facts.mode))) }
    }

    private static func checkAncestor(_ path: [UInt8]) throws(FileError) {
        var facts = try facts(of: path)
        if facts.kind == .symbolicLink {
            // Who may change the link is decided by its directory, which was checked before; then its target counts.
            guard facts.owner == 0 || facts.owner == geteuid() else {
                throw FileError(path: path, reason: .notPrivate(.ownedBy(uid: facts.owner)))
            }
            let target = withPath(path) { platform_open_at(AT_FDCWD, $0, O_PATH | O_DIRECTORY, 0) }
            guard target >= 0 else { throw FileError(path: path, SystemError(target, "open")) }
            let directory = OwnedDescriptor(target)
            do throws(SystemError) {
                facts = try FileFacts.of(directory.number)
            } catch {
                throw FileError(path: path, error)
            }
        }
        guard facts.kind == .directory else { throw FileError(path: path, reason: .notADirectory) }
        guard facts.owner == 0 || facts.owner == geteuid() else {
            throw FileError(path: path, reason: .notPrivate(.ownedBy(uid: facts.owner)))
        }
        let isSticky = facts.mode & 0o1000 != 0
        let groupIsOurs = facts.group == getegid() || facts.group == 0
        if !isSticky, facts.mode & 0o002 != 0 || (facts.mode & 0o020 != 0 && !groupIsOurs) {
            throw FileError(path: path, reason: .notPrivate(.mode(facts.mode)))
        }
    }

    private static func facts(of path: [UInt8]) throws(FileError) -> FileFacts {
        do throws(SystemError) {
            return try FileFacts.of(path, in: AT_FDCWD)
        } catch {
            throw FileError(path: path, error)
        }
    }

    private static func absolutePath(_ path: String) throws(FileError) -> [UInt8] {
        let bytes = Array(path.utf8)
        guard !bytes.contains(0) else { throw FileError(path: bytes, reason: .controlCharacter(0, at: 0)) }
        // A relative path or one with `..` could be somewhere else by the next call.
        let climbs = bytes.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
        guard bytes.first == UInt8(ascii: "/"), !climbs else { throw FileError(path: bytes, reason: .escapes) }
        return bytes
    }
}
