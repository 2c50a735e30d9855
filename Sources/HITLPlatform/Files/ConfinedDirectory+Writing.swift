import CPlatform
import Glibc

/// What must be at a path for an operation on it to happen; checked right before, and again as part of it where the
/// file system can.
package enum Expectation: Sendable {
    case anything
    case absent
    case unchanged(FileIdentity)
}

extension ConfinedDirectory {
    /// Makes the file hold `bytes`, all at once: readers see the old contents or the new, also after a crash.
    ///
    /// The bytes go to a temporary file beside the target, are synced, and take its name. An existing file keeps its
    /// permissions and, where allowed, its group; further hard links keep the old contents. A symbolic link or anything
    /// else that is no regular file is refused. `mode` is for a new file; the umask applies. `permissions` are what the
    /// file has afterwards, new or not, whatever the umask is; set-user-id and set-group-id are never given.
    @discardableResult
    package func write(
        _ bytes: [UInt8], to path: String, expecting expectation: Expectation = .anything,
        creatingParents: Bool = false, mode: UInt32 = 0o666, permissions: UInt32? = nil
    ) throws(FileError) -> FileFacts {
        let path = try confine(path)
        guard !path.mustBeDirectory else { throw FileError(path: path.given, reason: .isADirectory) }
        let place = try place(of: path, creatingParents: creatingParents)
        let old = try checked(place, expectation)
        if let old { try requireRegular(old, path) }

        let temporary = Array(".~\(RandomBytes.make(8).hexadecimal)".utf8)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
        let descriptor = withPath(temporary) {
            // Until it has its own permissions nobody else reads it.
            platform_open_at(place.directory.number, $0, flags, old == nil && permissions == nil ? mode : 0o600)
        }
        guard descriptor >= 0 else { throw place.failure(descriptor, "openat") }
        let file = OwnedDescriptor(descriptor)
        var isTemporary = true
        defer { if isTemporary { withPath(temporary) { _ = unlinkat(place.directory.number, $0, 0) } } }
        do throws(SystemError) {
            try file.write(bytes)
            if let old {
                // The group first: changing it clears set-group-id.
                if old.group != getegid() { _ = fchown(file.number, .max, old.group) }
            }
            if let permissions = permissions ?? old?.mode {
                guard fchmod(file.number, permissions & 0o1777) == 0 else { throw SystemError(errno, "fchmod") }
            }
            try file.synchronize()
        } catch {
            throw FileError(path: path.given, error)
        }
        try check(place)
        try put(temporary, at: place, expectation, over: old, leftTemporary: &isTemporary)
        try place.synchronizeDirectory()
        return try facts(of: file, at: path)
    }

    private func put(
        _ temporary: [UInt8], at place: Place, _ expectation: Expectation, over old: FileFacts?,
        leftTemporary: inout Bool
    ) throws(FileError) {
        switch expectation {
        case .anything:
            // A link that was swapped in since is replaced, never followed.
            try rename(temporary, to: place, 0)
            leftTemporary = false
        case .absent:
            try renameKeeping(temporary, to: place)
            leftTemporary = false
        case .unchanged(let identity):
            do throws(FileError) {
                try rename(temporary, to: place, UInt32(PLATFORM_RENAME_EXCHANGE))
            } catch {
                // A file system that cannot exchange: look once more, then replace.
                guard case .system(let cause) = error.reason, cause.number == EINVAL else {
                    throw error.reason == .notFound
                        ? FileError(path: place.path.given, reason: .changedSinceShown) : error
                }
                _ = try checked(place, expectation)
                try rename(temporary, to: place, 0)
                leftTemporary = false
                return
            }
            // The old file now has the temporary's name, and nobody can have changed it unseen.
            let removed = Place(directory: place.directory, name: temporary, path: place.path)
            guard let found = try removed.facts(), found.identity.isSameApartFromItsName(as: identity) else {
                try rename(temporary, to: place, UInt32(PLATFORM_RENAME_EXCHANGE))
                throw FileError(path: place.path.given, reason: .changedSinceShown)
            }
        }
    }

    /// Removes a file (also a link, a socket, a pipe: the name itself), an empty directory, or with `tree` a directory
    /// and everything below. Returns how many entries went. Links inside a tree are removed, not followed.
    @discardableResult
    package func delete(
        _ path: String, as deletion: Deletion = .file, expecting identity: FileIdentity? = nil
    ) throws(FileError) -> Int {
        let path = try confine(path)
        let place = try place(of: path)
        guard let facts = try place.facts() else { throw FileError(path: path.given, reason: .notFound) }
        try check(place)
        let isDirectory = facts.kind == .directory
        guard isDirectory || !path.mustBeDirectory else { throw FileError(path: path.given, reason: .notADirectory) }
        if let identity { _ = try checked(place, .unchanged(identity)) }

        var count = 0
        switch deletion {
        case .file:
            guard !isDirectory else { throw FileError(path: path.given, reason: .isADirectory) }
        case .emptyDirectory:
            guard isDirectory else { throw FileError(path: path.given, reason: .notADirectory) }
        case .tree:
            if isDirectory { try empty(place, &count) }
        }
        let result = withPath(place.name) { unlinkat(place.directory.number, $0, isDirectory ? AT_REMOVEDIR : 0) }
        guard result == 0 else { throw place.failure(errno, "unlinkat") }
        try place.synchronizeDirectory()
        return count + 1
    }

    package enum Deletion: Sendable { case file, emptyDirectory, tree }

    private static let mostLevels = 256

    private func empty(_ place: Place, _ count: inout Int) throws(FileError) {
        func empty(_ name: [UInt8], in parent: OwnedDescriptor, level: Int) throws(FileError) {
            guard level < Self.mostLevels else {
                throw FileError(path: place.path.given, reason: .tooDeep(limit: Self.mostLevels))
            }
            let descriptor = withPath(name) {
                platform_open_at(parent.number, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0)
            }
            guard descriptor >= 0 else { throw place.failure(descriptor, "openat") }
            let directory = OwnedDescriptor(descriptor)
            while true {
                lseek(directory.number, 0, SEEK_SET)
                let names = try Self.names(in: directory, limit: 10_000, given: place.path.given).names
                if names.isEmpty { return }
                for name in names {
                    if withPath(name, { unlinkat(directory.number, $0, 0) }) == 0 || errno == ENOENT {
                        count += 1
                        continue
                    }
                    guard errno == EISDIR || errno == EPERM else { throw place.failure(errno, "unlinkat") }
                    try empty(name, in: directory, level: level + 1)
                    guard withPath(name, { unlinkat(directory.number, $0, AT_REMOVEDIR) }) == 0 || errno == ENOENT
                    else {
                        throw place.failure(errno, "unlinkat")
                    }
                    count += 1
                }
            }
        }
        try empty(place.name, in: place.directory, level: 0)
    }

    /// Gives an entry another name. What has that name already stays, and the move is refused, unless `replacing`.
    package func move(
        _ source: String, to target: String, replacing: Bool = false,
        expecting identity: FileIdentity? = nil, creatingParents: Bool = false
    ) throws(FileError) {
        let from = try place(of: confine(source))
        let to = try place(of: confine(target), creatingParents: creatingParents)
        guard let facts = try from.facts() else { throw FileError(path: from.path.given, reason: .notFound) }
        for path in [from.path, to.path] where path.mustBeDirectory && facts.kind != .directory {
            throw FileError(path: path.given, reason: .notADirectory)
        }
        try check(from)
        try check(to)
        if let identity { _ = try checked(from, .unchanged(identity)) }
        if replacing {
            let result = withPath(from.name) { old in
                withPath(to.name) { platform_rename(from.directory.number, old, to.directory.number, $0, 0) }
            }
            guard result == 0 else { throw to.failure(result, "rename") }
        } else {
            try renameKeeping(from.name, of: from.directory, to: to)
        }
        try to.synchronizeDirectory()
        try from.synchronizeDirectory()
    }

    // MARK: Steps

    /// What is there, after the check that it is what was expected.
    private func checked(_ place: Place, _ expectation: Expectation) throws(FileError) -> FileFacts? {
        let facts = try place.facts()
        switch expectation {
        case .anything: break
        case .absent:
            guard facts == nil else { throw FileError(path: place.path.given, reason: .alreadyExists) }
        case .unchanged(let identity):
            guard facts?.identity == identity else {
                throw FileError(path: place.path.given, reason: .changedSinceShown)
            }
        }
        return facts
    }

    private func rename(_ name: [UInt8], to place: Place, _ flags: UInt32) throws(FileError) {
        let directory = place.directory.number
        let result = withPath(name) { old in
            withPath(place.name) { platform_rename(directory, old, directory, $0, flags) }
        }
        guard result == 0 else { throw place.failure(result, "renameat2") }
    }

    private func renameKeeping(
        _ name: [UInt8], of source: OwnedDescriptor? = nil, to place: Place
    ) throws(FileError) {
        let source = source ?? place.directory
        let result = withPath(name) { old in
            withPath(place.name) { new in
                let keeping = UInt32(PLATFORM_RENAME_KEEP)
                let result = platform_rename(source.number, old, place.directory.number, new, keeping)
                guard result == -EINVAL else { return result }
                // A file system that cannot refuse to replace; a second name is refused by all of them.
                guard linkat(source.number, old, place.directory.number, new, 0) == 0 else { return -errno }
                return unlinkat(source.number, old, 0) == 0 ? 0 : -errno
            }
        }
        guard result == 0 else { throw place.failure(result, "renameat2") }
    }
}
