import Glibc

/// What an append that was not finished had left at the end of a file ledger, and the file that has it now.
public struct TornTail: Sendable, Equatable {
    /// The entry that it followed.
    public let after: Int64
    public let bytes: Int64
    public let digest: Digest

    /// The name of the file beside the ledger.
    public let file: String
}

extension Ledger {
    /// Opens a file ledger for writing, with the torn tail, if there is one, taken off its end into a file beside it.
    ///
    /// Each step is on the disk before the next: the file beside, then the cut. Whoever was killed in between finds the
    /// file at the next time, so all of them are given each time; the caller records those that are not yet.
    ///
    /// - Throws: as `open`; also for a ledger with any other damage, which nothing mends. Nothing was changed then.
    package static func openMended(
        path: String, indexer: @escaping Indexer, clock: @escaping @Sendable () -> Int64,
        sealing: RecordSealing = .none, calls: FileCalls = .system
    ) throws(LedgerError) -> (Ledger, [TornTail]) {
        let (file, lock) = try LedgerFile.forWriting(path)
        guard try FileStore.isLedger(file.path) != nil else { throw .notALedger(path: file.path) }
        let found = try FileStore(path: file.path, indexer: indexer, sealing: sealing)
        if let (tail, segment, offset) = try found.torn() {
            try Ledger(
                reading: found, writing: nil, file: file.path, indexer: indexer, clock: clock, sealing: sealing
            ).refuseLoss()
            try calls.publish(tail.bytes, as: TornTail.unusedName(after: tail.after, of: file.path))
            try calls.syncDirectory(of: file.path)
            let descriptor = Glibc.open(segment, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { throw FileCalls.error(errno, .open, segment) }
            defer { Glibc.close(descriptor) }
            guard calls.truncate(descriptor, off_t(offset)) == 0 else { throw FileCalls.error(errno, .write, segment) }
            guard calls.syncAll(descriptor) == 0 else { throw FileCalls.error(errno, .sync, segment) }
        }
        let store = try FileStore(path: file.path, indexer: indexer, sealing: sealing)
        let writer = try FileWriter(store, ownership: lock, calls: calls)
        let ledger = try Ledger(
            reading: store, writing: writer, file: file.path, indexer: indexer, clock: clock, sealing: sealing)
        try ledger.refuseLoss()
        return (ledger, try TornTail.all(of: file.path))
    }
}

extension TornTail {
    /// Longer ones than any group that is appended are no torn tails of ours.
    private static let longest = 1 << 30

    /// `ledger.jsonl.torn-12`; a second one after the same entry ends with `-2`.
    fileprivate static func unusedName(after: Int64, of ledger: String) -> String {
        let name = "\(ledger).torn-\(after)"
        var candidate = name
        var number = 1
        while access(candidate, F_OK) == 0 {
            number += 1
            candidate = "\(name)-\(number)"
        }
        return candidate
    }

    fileprivate static func all(of ledger: String) throws(LedgerError) -> [TornTail] {
        let (beside, middle) = (FilesBeside(ledger), ".torn-")
        var tails: [TornTail] = []
        for ending in try beside.endings(after: middle).sorted() {
            let numbers = ending.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
                .map { Int64(canonical: $0) }
            guard (1...2).contains(numbers.count), !numbers.contains(nil), let after = numbers[0] else { continue }
            let name = beside.ledger + middle + ending
            let bytes = try contents(of: beside.directory + name)
            tails.append(
                TornTail(after: after, bytes: Int64(bytes.count), digest: Digest(hashing: bytes), file: name))
        }
        return tails
    }

    private static func contents(of path: String) throws(LedgerError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw .system(path: path, .open, errno: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < longest {
            let count = uninterrupted { read(descriptor, &piece, piece.count) }
            guard count >= 0 else { throw .system(path: path, .read, errno: errno) }
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return bytes
    }
}
