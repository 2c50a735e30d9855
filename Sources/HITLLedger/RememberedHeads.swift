import Glibc
import HITLPlatform

/// A head that was written down, and when.
public struct RememberedHead: Sendable, Hashable {
    public let head: Head

    /// In milliseconds since 1970 UTC.
    public let time: Int64

    public init(head: Head, time: Int64) {
        self.head = head
        self.time = time
    }
}

/// The heads beside a ledger, oldest first: what verification holds the ledger against, and finds a cut
/// or rewritten chain by. One line each, only ever appended: `<size> <hash> <time>`.
final class RememberedHeads: Sendable {
    /// Nil: in memory.
    private let file: String?
    private let kept = Locked<[RememberedHead]>([])

    init(file: String?) {
        self.file = file
    }

    enum Lines {
        case heads([RememberedHead])
        /// Counted from 1.
        case unreadable(line: Int)
    }

    func read() throws(LedgerError) -> Lines {
        guard let file else { return .heads(kept.withLock { $0 }) }
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return .heads([]) }
            throw .system(path: file, .open, errno: errno)
        }
        defer { close(descriptor) }
        return RememberedHeads.parse(try RememberedHeads.contents(of: descriptor, file: file))
    }

    /// The last few, however many there are; all of them where one of those is none.
    func newest() throws(LedgerError) -> Lines {
        guard let file else { return .heads(kept.withLock { $0.suffix(1) }) }
        let end = try FileEnd.read(file, limit: 4_096)
        var bytes = end.bytes
        if end.isCut {
            guard let first = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return try read() }
            bytes = Array(bytes[(first + 1)...])
        }
        if case .heads(let heads) = RememberedHeads.parse(bytes), !heads.isEmpty || !end.isCut { return .heads(heads) }
        return try read()
    }

    /// Writes the head down, synced. The same head twice in a row is written once.
    func append(_ remembered: RememberedHead) throws(LedgerError) {
        guard let file else {
            kept.withLock { kept in
                if kept.last?.head != remembered.head { kept.append(remembered) }
            }
            return
        }
        let isNew = LedgerFile.size(of: file) == nil
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            if errno == EACCES || errno == EROFS { throw .readOnly(path: file) }
            throw .system(path: file, .open, errno: errno)
        }
        defer { close(descriptor) }
        // The owner and a command that exports may do this at the same time.
        guard uninterrupted({ flock(descriptor, LOCK_EX) }) == 0 else {
            throw .system(path: file, .lock, errno: errno)
        }

        let contents = try RememberedHeads.contents(of: descriptor, file: file)
        // A line without its end was cut off by a crash before anybody was told of it.
        let end = (contents.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
        if case .heads(let heads) = RememberedHeads.parse(Array(contents[..<end])),
            heads.last?.head == remembered.head
        {
            return
        }
        if end < contents.count, ftruncate(descriptor, off_t(end)) != 0 {
            throw .system(path: file, .write, errno: errno)
        }
        let line = Array("\(remembered.head) \(remembered.time)\n".utf8)
        let written = uninterrupted { pwrite(descriptor, line, line.count, off_t(end)) }
        guard written == line.count else {
            let number = written < 0 ? errno : ENOSPC
            _ = ftruncate(descriptor, off_t(end))
            throw number == ENOSPC ? .full(path: file) : .system(path: file, .write, errno: number)
        }
        guard fdatasync(descriptor) == 0 else { throw .system(path: file, .sync, errno: errno) }
        if isNew { try RememberedHeads.syncDirectory(of: file) }
    }

    static func parse(_ contents: [UInt8]) -> Lines {
        var heads: [RememberedHead] = []
        var lines = contents.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // After the last line's end nothing, or what a crash left of a line.
        _ = lines.popLast()
        for (place, line) in lines.enumerated() {
            let text = String(decoding: line, as: UTF8.self)
            guard let space = text.utf8.lastIndex(of: UInt8(ascii: " ")),
                let head = Head(String(text[..<space])),
                let time = Int64(text[text.utf8.index(after: space)...]),
                "\(head) \(time)".utf8.elementsEqual(line)
            else { return .unreadable(line: place + 1) }
            heads.append(RememberedHead(head: head, time: time))
        }
        return .heads(heads)
    }

    private static func contents(of descriptor: Int32, file: String) throws(LedgerError) -> [UInt8] {
        var contents: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = uninterrupted { pread(descriptor, &part, part.count, off_t(contents.count)) }
            guard count >= 0 else { throw .system(path: file, .read, errno: errno) }
            guard count > 0 else { return contents }
            contents += part[..<count]
        }
    }

    static func syncDirectory(of file: String) throws(LedgerError) {
        let directory = file.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(file[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path: directory, .sync, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(path: directory, .sync, errno: errno) }
    }
}
