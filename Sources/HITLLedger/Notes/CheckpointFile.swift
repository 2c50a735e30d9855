import Glibc
import HITLPlatform

/// The checkpoints that were signed of a ledger, in the file of its name with `.checkpoints` after it: signed
/// notes, each followed by an empty line, only ever appended.
final class CheckpointFile: Sendable {
    /// Nil: in memory.
    private let path: String?
    private let kept = Locked<[SignedCheckpoint]>([])

    init(path: String?) {
        self.path = path
    }

    enum Contents {
        case checkpoints([SignedCheckpoint])
        /// Counted from 1.
        case unreadable(number: Int)
    }

    func read() throws(LedgerError) -> Contents {
        guard let path else { return .checkpoints(kept.withLock { $0 }) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return .checkpoints([]) }
            throw .system(path: path, .open, errno: errno)
        }
        defer { close(descriptor) }
        return Self.parse(try Self.contents(of: descriptor, path)).contents
    }

    /// The last few, however many there are; all of them where those are none.
    ///
    /// - Parameter origin: by which the beginning of one is found.
    func newest(of origin: String) throws(LedgerError) -> Contents {
        guard let path else { return .checkpoints(kept.withLock { $0.suffix(1) }) }
        let end = try FileEnd.read(path, limit: 8_192)
        var bytes = end.bytes
        if end.isCut {
            let gap = Array("\n\n\(origin)\n".utf8)
            guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: gap) }) else { return try read() }
            bytes = Array(bytes[(start + 2)...])
        }
        if case .checkpoints(let found) = Self.parse(bytes).contents, !found.isEmpty || !end.isCut {
            return .checkpoints(found)
        }
        return try read()
    }

    /// Writes what `make` makes of those that are there, synced. One process at a time is in here.
    ///
    /// - Returns: what `make` returns; where that is among those that are there, nothing is written.
    func append(
        _ make: ([SignedCheckpoint]) throws(LedgerError) -> SignedCheckpoint
    ) throws(LedgerError) -> SignedCheckpoint {
        guard let path else {
            return try kept.withLock { kept throws(LedgerError) in
                let made = try make(kept)
                if !kept.contains(made) { kept.append(made) }
                return made
            }
        }
        let isNew = LedgerFile.size(of: path) == nil
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            if errno == EACCES || errno == EROFS { throw .readOnly(path: path) }
            throw .system(path: path, .open, errno: errno)
        }
        defer { close(descriptor) }
        guard uninterrupted({ flock(descriptor, LOCK_EX) }) == 0 else {
            throw .system(path: path, .lock, errno: errno)
        }
        let (contents, end) = Self.parse(try Self.contents(of: descriptor, path))
        guard case .checkpoints(let written) = contents else {
            throw .damaged(path: path, .checkpoints)
        }
        let made = try make(written)
        if written.contains(made) { return made }
        // A crash left a part of one that nobody was told of.
        if LedgerFile.size(of: path) != Int64(end), ftruncate(descriptor, off_t(end)) != 0 {
            throw .system(path: path, .write, errno: errno)
        }
        let bytes = Array((made.note.description + "\n").utf8)
        let count = uninterrupted { pwrite(descriptor, bytes, bytes.count, off_t(end)) }
        guard count == bytes.count else {
            let number = count < 0 ? errno : ENOSPC
            _ = ftruncate(descriptor, off_t(end))
            throw number == ENOSPC ? .full(path: path) : .system(path: path, .write, errno: number)
        }
        guard fdatasync(descriptor) == 0 else { throw .system(path: path, .sync, errno: errno) }
        if isNew { try RememberedHeads.syncDirectory(of: path) }
        return made
    }

    /// - Returns: also where the last whole checkpoint ends; what follows it is part of one, left by a crash.
    static func parse(_ bytes: [UInt8]) -> (contents: Contents, end: Int) {
        var found: [SignedCheckpoint] = []
        var end = 0
        while let note = nextNote(bytes[end...]) {
            do throws(NoteError) {
                let checkpoint = try SignedCheckpoint(Array(note))
                guard checkpoint.note.text.utf8.elementsEqual(checkpoint.checkpoint.text.utf8) else {
                    return (.unreadable(number: found.count + 1), end)
                }
                found.append(checkpoint)
            } catch {
                return (.unreadable(number: found.count + 1), end)
            }
            end = note.endIndex + 1
        }
        return (.checkpoints(found), end)
    }

    /// Up to the second empty line: the first one is inside the note.
    private static func nextNote(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var empty = 0
        var start = bytes.startIndex
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            if end == start { empty += 1 }
            if empty == 2 { return bytes[..<end] }
            start = end + 1
        }
        return nil
    }

    private static func contents(of descriptor: Int32, _ path: String) throws(LedgerError) -> [UInt8] {
        var contents: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = uninterrupted { pread(descriptor, &part, part.count, off_t(contents.count)) }
            guard count >= 0 else { throw .system(path: path, .read, errno: errno) }
            guard count > 0 else { return contents }
            contents += part[..<count]
        }
    }
}
