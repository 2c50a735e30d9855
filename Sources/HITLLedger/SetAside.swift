import Glibc

/// A ledger that is damaged, under another name: as it is, with all that lies beside it.
public struct SetAsideLedger: Sendable, Equatable {
    /// The name of its file, in the directory where it was.
    public let file: String
    public let bytes: Int64
    public let digest: Digest
}

extension Ledger {
    /// Gives the ledger's files another name, so that a new ledger can begin at `path`. Their bytes are not touched.
    ///
    /// The write-ahead log goes first, since SQLite would take it for that of whatever has the database's name; what the
    /// ledger is held against goes last, so that nothing opens in the place of a half that was left.
    package static func setAside(path name: String, calls: FileCalls = .system) throws(LedgerError) -> SetAsideLedger {
        let (file, lock) = try LedgerFile.forWriting(name)
        defer { lock.release() }
        let path = file.path
        let segments = try FileSegment.numbers(of: path).map { ".\($0)" }
        let suffixes =
            ["-wal", "-shm", ""] + segments + Outline.suffixes + [".tree", ".key", ".checkpoints", ".heads"]
        var (aside, number) = (path + ".damaged", 1)
        while suffixes.contains(where: { exists(aside + $0) }) {
            number += 1
            aside = "\(path).damaged-\(number)"
        }
        let (bytes, digest) = try measure(path)
        for suffix in suffixes where exists(path + suffix) {
            guard calls.rename(path + suffix, aside + suffix) == 0 else {
                throw FileCalls.error(errno, .create, aside + suffix)
            }
        }
        try calls.syncDirectory(of: path)
        let slash = aside.utf8.lastIndex(of: UInt8(ascii: "/"))
        return SetAsideLedger(
            file: slash.map { String(aside[aside.utf8.index(after: $0)...]) } ?? aside, bytes: bytes, digest: digest)
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    private static func measure(_ path: String) throws(LedgerError) -> (Int64, Digest) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .system(path: path, .open, errno: errno) }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(path: path, .read, errno: errno) }
        let size = Int(status.st_size)
        guard size > 0 else { return (0, Digest(hashing: [])) }
        guard let mapped = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), mapped != MAP_FAILED else {
            throw .system(path: path, .read, errno: errno)
        }
        defer { munmap(mapped, size) }
        return (Int64(size), Digest(hashing: UnsafeRawBufferPointer(start: mapped, count: size)))
    }
}
