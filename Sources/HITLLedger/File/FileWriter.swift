import Glibc
import HITLPlatform

/// Writes a file ledger, and owns it while it exists. A group is one write at the end of the last file, and one sync.
///
/// What fails halfway is taken back before anything else is written: the file is cut to where it ended, and what no sync
/// has confirmed since is written again, because after a failed sync the system may call pages clean that it never wrote.
package final class FileWriter: LedgerWriting, @unchecked Sendable {
    // Sendable because `LedgerWriting` is used by one thread at a time, with a lock between two.
    private let store: FileStore
    private let ownership: LedgerLock
    private let calls: FileCalls
    private let segmentLimit: Int64
    private let path: String

    private var segment: FileSegment
    private var version: Int64
    private var descriptor: Int32?

    /// Where the last commit ends, and where the last that was synced.
    private var end: Int64
    private var syncedEnd: Int64

    /// What stands between the two.
    private var unsynced: [UInt8] = []
    private var staged: [Entry] = []
    private var durability = Durability.synced
    private var condition = Condition.sound

    private enum Condition {
        case sound

        /// Beyond `end` the file may have what must not be there, and what lies before it may not be on the disk.
        case unsound

        /// The next segment has its name, which may not survive a crash yet.
        case rotating
    }

    /// When a file has this many bytes, the next is begun.
    package static let defaultSegmentLimit: Int64 = 256 << 20

    package init(
        _ store: FileStore, ownership: LedgerLock, segmentLimit: Int64 = defaultSegmentLimit, calls: FileCalls = .system
    ) throws(LedgerError) {
        self.store = store
        self.ownership = ownership
        self.calls = calls
        self.segmentLimit = segmentLimit
        path = store.path
        (segment, end, version) = try store.own()
        syncedEnd = end
        descriptor = try FileWriter.open(segment.path)
        // What a killed process wrote and did not sync is not on the disk yet, and is in the ledger from now on.
        guard let descriptor, calls.syncAll(descriptor) == 0 else {
            throw FileCalls.error(errno, .sync, segment.path)
        }
        if version < store.latest { try maintain() }
    }

    deinit {
        if let descriptor { Glibc.close(descriptor) }
    }

    /// Makes the first file where there is none, or an empty one.
    package static func create(_ path: String, calls: FileCalls = .system) throws(LedgerError) {
        guard try FileStore.isLedger(path) == nil else { return }
        let identity = try Randomness.bytes(SQLiteSchema.identityCount)
        let header = FileHeader(
            identity: identity, segment: 1, head: Head(size: 0, hash: Chain.genesis(identity: identity)))
        try calls.publish(header.line, as: path)
        try calls.syncDirectory(of: path)
    }

    private static func open(_ path: String) throws(LedgerError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileCalls.error(errno, .open, path) }
        return descriptor
    }

    // MARK: - A group

    package func begin(_ durability: Durability) throws(LedgerError) {
        try mend()
        self.durability = durability
        staged = []
    }

    package func claimant(of key: String) throws(LedgerError) -> StoredEntry? {
        if let entry = staged.first(where: { $0.index.claim.map(ByteKey.init) == ByteKey(key) }) {
            return StoredEntry(entry)
        }
        return try store.entry(claiming: key)
    }

    package func hasEntries(of subject: String) throws(LedgerError) -> Bool {
        if staged.contains(where: { $0.index.subject.map(ByteKey.init) == ByteKey(subject) }) { return true }
        return try !store.entries(of: subject).isEmpty
    }

    package func insert(_ entry: Entry) throws(LedgerError) {
        staged.append(entry)
    }

    package func commit() throws(LedgerError) {
        let descriptor = try opened()
        guard let last = staged.last else { return }
        try checkEnd(descriptor, next: staged[0].sequence)
        var bytes: [UInt8] = []
        var lengths: [Int] = []
        for entry in staged {
            let before = bytes.count
            FileLine.append(entry, last: last.sequence, to: &bytes)
            lengths.append(bytes.count - before)
        }
        condition = .unsound
        try calls.writeAll(bytes, to: descriptor, at: end, of: path)
        if durability == .synced {
            guard calls.syncData(descriptor) == 0 else { throw FileCalls.error(errno, .sync, path) }
        }
        condition = .sound
        store.add(staged, lengths: lengths, from: end)
        end += Int64(bytes.count)
        switch durability {
        case .synced: (syncedEnd, unsynced) = (end, [])
        case .written: unsynced += bytes
        }
        staged = []
    }

    package func rollback() throws(LedgerError) {
        staged = []
        try mend()
    }

    package func sync() throws(LedgerError) {
        try mend()
        guard syncedEnd < end else { return }
        guard calls.syncData(try opened()) == 0 else {
            condition = .unsound
            throw FileCalls.error(errno, .sync, path)
        }
        (syncedEnd, unsynced) = (end, [])
    }

    /// Somebody who took the lock away by force may have written: then the chain must not get a second end.
    private func checkEnd(_ descriptor: Int32, next: Int64) throws(LedgerError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(path: path, .read, errno: errno) }
        guard Int64(status.st_size) == end else { throw .damaged(path: path, .occupied(sequence: next)) }
    }

    private func mend() throws(LedgerError) {
        let descriptor = try opened()
        switch condition {
        case .sound: return
        case .unsound:
            guard calls.truncate(descriptor, off_t(end)) == 0 else { throw FileCalls.error(errno, .write, path) }
            try calls.writeAll(unsynced, to: descriptor, at: syncedEnd, of: path)
            guard calls.syncAll(descriptor) == 0 else { throw FileCalls.error(errno, .sync, path) }
            (syncedEnd, unsynced) = (end, [])
            condition = .sound
        case .rotating: try enterNextSegment()
        }
    }

    // MARK: - Rotation

    package var needsMaintenance: Bool {
        guard case .sound = condition else { return false }
        return end >= segmentLimit || version < store.latest
    }

    /// Begins the next file: it exists, whole and with the head that it follows, before anything is written to it.
    package func maintain() throws(LedgerError) {
        try sync()
        guard end >= segmentLimit || version < store.latest else { return }
        try beginNextSegment()
    }

    /// The last file is never replaced: who reads it beside us waits for what is appended to it.
    package func replace(_ replacement: Replacement) throws(LedgerError) {
        try sync()
        if let last = store.contents.last, last.segment.number == segment.number, replacement.isAbout(last.sequences) {
            try beginNextSegment()
        }
        for (segment, sequences) in store.contents where replacement.isAbout(sequences) {
            let rewriting = SegmentRewriting(segment, calls)
            try rewriting.run(replacement)
        }
        try endReplacing()
        try store.reload()
    }

    /// The new files have their names, also after a crash.
    package func endReplacing() throws(LedgerError) {
        try calls.syncDirectory(of: path)
    }

    private func beginNextSegment() throws(LedgerError) {
        let header = FileHeader(
            version: store.latest, identity: store.identity, segment: segment.number + 1, head: try store.head())
        try calls.publish(header.line, as: FileSegment.path(header.segment, of: path))
        condition = .rotating
        try enterNextSegment()
    }

    private func enterNextSegment() throws(LedgerError) {
        try calls.syncDirectory(of: path)
        let next = try FileSegment(segment.number + 1, of: path)
        let opened = try FileWriter.open(next.path)
        if let descriptor { Glibc.close(descriptor) }
        descriptor = opened
        segment = next
        version = store.latest
        end = try next.size
        (syncedEnd, unsynced) = (end, [])
        store.add(next, headerLength: Int(end))
        condition = .sound
    }

    package func close() {
        if let descriptor { Glibc.close(descriptor) }
        descriptor = nil
        ownership.release()
    }

    private func opened() throws(LedgerError) -> Int32 {
        guard let descriptor else { throw .closed }
        return descriptor
    }
}
