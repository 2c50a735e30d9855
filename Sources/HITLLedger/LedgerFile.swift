import Glibc

/// Where a ledger is kept: one name for it, and the proof that nobody else can write there.
package struct LedgerFile {
    /// Without symbolic links, so that two names of one ledger have one lock.
    package let path: String

    /// All that is kept of a ledger, by what follows its name.
    package static let suffixes = [
        "", "-wal", "-shm", ".heads", ".checkpoints", ".tree", ".outline", ".sums", ".text", ".key", ".lock",
    ]

    /// For its owner. Makes the directory (0700) and the file (0600) where they are missing.
    package static func forWriting(_ name: String) throws(LedgerError) -> (file: LedgerFile, lock: LedgerLock) {
        let (directory, _) = split(name)
        try makeDirectory(directory)
        let path = try canonical(name)
        try check(split(path).directory, isDirectory: true, forWriting: true)
        for suffix in suffixes {
            try check(path + suffix, isDirectory: false, forWriting: true)
        }
        let lock = try LedgerLock(on: path)

        let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor >= 0 {
            // Only a file that was just made may be closed: closing any other descriptor of a database
            // drops the locks that SQLite holds on it in this process.
            Glibc.close(descriptor)
        } else if errno == EACCES || errno == EROFS {
            throw .readOnly(path: path)
        } else if errno != EEXIST {
            throw .system(path: path, .create, errno: errno)
        }
        return (LedgerFile(path: path), lock)
    }

    /// For anybody who may read it, owner or not, in a directory of any kind.
    package static func forReading(_ name: String) throws(LedgerError) -> LedgerFile {
        let path = try canonical(name)
        guard size(of: path) != nil else { throw .system(path: path, .open, errno: errno) }
        for suffix in suffixes {
            try check(path + suffix, isDirectory: false, forWriting: false)
        }
        return LedgerFile(path: path)
    }

    /// In bytes; nil where there is nothing.
    static func size(of path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// The absolute path of what `name` means; its directory must exist, the file need not.
    private static func canonical(_ name: String) throws(LedgerError) -> String {
        if let whole = real(name) { return whole }
        let (directory, file) = split(name)
        guard let directory = real(directory) else { throw .system(path: name, .open, errno: errno) }
        return directory == "/" ? "/" + file : directory + "/" + file
    }

    private static func real(_ name: String) -> String? {
        guard let resolved = realpath(name, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func split(_ name: String) -> (directory: String, file: String) {
        guard let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", name) }
        let directory = String(name[..<slash])
        return (directory.isEmpty ? "/" : directory, String(name[name.utf8.index(after: slash)...]))
    }

    private static func makeDirectory(_ path: String) throws(LedgerError) {
        var status = stat()
        if stat(path, &status) == 0 { return }
        let (parent, name) = split(path)
        if name.isEmpty { return }
        if parent != path { try makeDirectory(parent) }
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw .system(path: path, .create, errno: errno)
        }
    }

    static func check(_ path: String, isDirectory: Bool, forWriting: Bool) throws(LedgerError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .system(path: path, .open, errno: errno)
        }
        let mode = status.st_mode
        if !isDirectory {
            guard mode & S_IFMT == S_IFREG else { throw .insecure(path: path, .notARegularFile) }
            guard status.st_nlink == 1 else {
                throw .insecure(path: path, .hardLinked(count: Int(status.st_nlink)))
            }
        }
        guard mode & 0o022 == 0 else { throw .insecure(path: path, .writableByOthers(mode: mode & 0o7777)) }
        if forWriting, status.st_uid != geteuid() {
            throw .insecure(path: path, .ownedBy(uid: status.st_uid))
        }
    }
}
