import HITLPlatform

/// An append-only, hash-chained list of records, which alone is believed about what happened.
///
/// It knows no meaning of a record: bytes go in with an index by which they are found, and come out as
/// `Entry` after their hash was recomputed. All functions may be called from any thread at any time.
public final class Ledger: Sendable {
    /// The longest record that is taken.
    public static let largestRecord = 64 << 20

    let reading: any LedgerReading
    private let appender: Appender?
    let heads: RememberedHeads

    /// Its path; nil for a ledger in memory.
    let file: String?
    let checkpoints: Checkpoints
    private let due: Locked<CheckpointsDue>
    let keptOutlines = Locked<[Outline.Kind]>([])
    let indexer: Indexer
    let sealing: RecordSealing
    private let clock: @Sendable () -> Int64

    /// How opening it for writing brought it forward from an older version; nil where it had nothing to do.
    public let migration: LedgerMigration?

    /// What entries let be taken out that were looked up.
    private let removals = Locked<[Int64: Removal]>([:])

    /// - Parameters:
    ///   - writing: nil for a ledger that is only read.
    ///   - file: its path, beside which heads and checkpoints are; nil for a ledger in memory.
    package init(
        reading: any LedgerReading,
        writing: (any LedgerWriting)?,
        file: String?,
        indexer: @escaping Indexer,
        clock: @escaping @Sendable () -> Int64,
        sealing: RecordSealing = .none,
        migration: LedgerMigration? = nil
    ) throws(LedgerError) {
        self.reading = reading
        self.migration = migration
        self.file = file
        self.sealing = sealing
        let identity = reading.identity
        // What is stored is looked through, so that nothing else needs to know of it.
        let indexer: Indexer = { sealing.index(of: $0, in: identity, by: indexer) }
        self.indexer = indexer
        self.clock = clock
        heads = RememberedHeads(file: file.map { $0 + ".heads" })
        checkpoints = Checkpoints(reading, path: file, heads: heads)
        if let writing {
            let head = try Tail(reading, indexer: indexer, sealing: sealing).checked()
            appender = try Appender(writing, path: reading.path, head: head, indexer: indexer, clock: clock)
        } else {
            appender = nil
        }
        due = Locked(CheckpointsDue(after: appender?.head.size ?? 0, isOnDisk: file != nil))
    }

    deinit {
        close()
    }

    /// Opens the ledger at `path` for writing, as its only owner, or creates it (0600, in a directory
    /// 0700). Its newest entries are checked, and that it has all that was last written down and signed of it; a
    /// damaged ledger is not opened.
    ///
    /// - Throws: `owned` when another process has it, `insecure` when other users could write it, `damaged`, `torn` and
    ///   `lost` when it is not what it was.
    public static func open(
        path: String, storage: LedgerStorage = .database, indexer: @escaping Indexer,
        clock: @escaping @Sendable () -> Int64, sealing: RecordSealing = .none
    ) throws(LedgerError) -> Ledger {
        let (file, lock) = try LedgerFile.forWriting(path)
        if let loss = try file.lossOfAll() {
            lock.release()
            throw .lost(path: file.path, loss)
        }
        let (reading, writing): (any LedgerReading, any LedgerWriting)
        var migration: LedgerMigration?
        switch storage {
        case .database:
            let writer = try SQLiteWriter(file, ownership: lock)
            (writing, migration) = (writer, writer.migration)
            reading = try SQLiteReader(path: file.path)
        case .file:
            try FileWriter.create(file.path)
            let store = try FileStore(path: file.path, indexer: indexer, sealing: sealing)
            // Of entries that were acknowledged, a torn tail is the least that is to be told.
            if try store.torn() != nil {
                try Ledger(
                    reading: store, writing: nil, file: file.path, indexer: indexer, clock: clock, sealing: sealing
                ).refuseLoss()
            }
            (reading, writing) = (store, try FileWriter(store, ownership: lock))
        }
        let ledger = try Ledger(
            reading: reading, writing: writing, file: file.path, indexer: indexer, clock: clock, sealing: sealing,
            migration: migration)
        try ledger.refuseLoss()
        return ledger
    }

    /// Fails closed: what is appended to a ledger that lost something would make its loss look like its history.
    func refuseLoss() throws(LedgerError) {
        guard let loss = try loss() else { return }
        close()
        throw .lost(path: path, loss)
    }

    /// Opens the ledger at `path` for reading, beside its owner or without one, also where the
    /// directory cannot be written. Appends are refused.
    public static func openReadOnly(
        path: String, storage: LedgerStorage = .database, indexer: @escaping Indexer,
        clock: @escaping @Sendable () -> Int64, sealing: RecordSealing = .none
    ) throws(LedgerError) -> Ledger {
        let file = try LedgerFile.forReading(path)
        if let loss = try file.lossOfAll() { throw .lost(path: file.path, loss) }
        let reading: any LedgerReading =
            switch storage {
            case .database: try SQLiteReader(path: file.path)
            case .file: try FileStore(path: file.path, indexer: indexer, sealing: sealing)
            }
        return try Ledger(
            reading: reading, writing: nil, file: file.path, indexer: indexer, clock: clock, sealing: sealing)
    }

    /// An empty ledger in memory.
    public static func inMemory(
        indexer: @escaping Indexer, clock: @escaping @Sendable () -> Int64
    ) throws(LedgerError) -> Ledger {
        let store = try MemoryStore()
        return try Ledger(reading: store, writing: store, file: nil, indexer: indexer, clock: clock)
    }

    /// Where it is kept.
    public var path: String { reading.path }

    /// 32 random bytes, made when the ledger was, and bound into every hash.
    public var identity: [UInt8] { reading.identity }

    // MARK: - Appending

    /// Appends all drafts in order in one transaction, or none of them.
    ///
    /// - Returns: the entries, once `durability` holds.
    /// - Throws: `claimed` when a claim was made before, in the ledger or in the same call; any other
    ///   error when they could not be written. Nothing of the drafts is in the ledger then.
    @discardableResult
    public func append(
        _ drafts: [Draft], durability: Durability = .synced
    ) async throws(LedgerError) -> [Entry] {
        guard let appender else { throw .readOnly(path: path) }
        guard !drafts.isEmpty else { return [] }
        let plain = drafts
        var drafts = plain
        for place in drafts.indices { drafts[place].record = try sealing.sealed(drafts[place].record, in: identity) }
        for draft in drafts {
            guard draft.record.count <= Ledger.largestRecord else {
                throw .tooLarge(bytes: draft.record.count, limit: Ledger.largestRecord)
            }
            // It would be taken for what is left of another.
            guard RemovedRecord(draft.record) == nil else {
                throw .damaged(path: path, .removed(sequence: try head.size + 1))
            }
            assert(indexer(draft.record) == draft.index, "an index that its record does not give")
        }
        let entries = try await appender.append(drafts, durability: durability).get()
        checkpointWhereDue()
        guard sealing.current != nil else { return entries }
        return zip(entries, plain).map { $0.with(record: $1.record) }
    }

    /// Every few thousand entries, on a thread of its own and without keeping anybody waiting. Where it fails,
    /// the next one says so that somebody asked for.
    private func checkpointWhereDue() {
        guard let appender, due.withLock({ $0.begin(at: appender.head.size) }) else { return }
        let thread = WorkerThread { [reading, heads, checkpoints, due, clock, weak self] in
            do {
                let size = try checkpoints.make().size
                try Ledger.remember(size: size, of: reading, in: heads, at: clock)
            } catch {}
            due.withLock { $0.end() }
            self?.extendOutlines()
        }
        if let thread { thread.leave() } else { due.withLock { $0.end() } }
    }

    /// Commits and syncs what was appended, gives the ledger back to others, and refuses every later
    /// call. Blocks while a sync is under way.
    public func close() {
        appender?.close()
        reading.close()
    }

    /// Calls `body` after each commit with what the ledger has then, on the thread that appends: it must be short.
    package func observe(_ body: @escaping @Sendable (Head) -> Void) {
        appender?.observe(body)
    }

    // MARK: - Reading

    /// The size and last hash of all that is committed.
    public var head: Head {
        get throws(LedgerError) {
            if let appender { return appender.head }
            return try reading.head()
        }
    }

    public func entry(at sequence: Int64) throws(LedgerError) -> Entry? {
        try checked(reading.entry(at: sequence))
    }

    /// The entry that claimed `key`.
    public func claimed(_ key: String) throws(LedgerError) -> Entry? {
        if let appender,
            let found = try appender.look({ store throws(LedgerError) in try store.claimant(of: key) })
        {
            return try checked(found)
        }
        return try checked(reading.entry(claiming: key))
    }

    /// Whether there is any entry about a subject.
    public func hasEntries(of subject: String) throws(LedgerError) -> Bool {
        if let appender,
            let found = try appender.look({ store throws(LedgerError) in try store.hasEntries(of: subject) })
        {
            return found
        }
        return try !reading.entries(of: subject).isEmpty
    }

    /// All entries about a subject, oldest first.
    public func entries(of subject: String) throws(LedgerError) -> [Entry] {
        try checked(reading.entries(of: subject))
    }

    /// Up to `limit` entries in order, the first at `sequence`: the ledger page by page.
    public func entries(from sequence: Int64, limit: Int) throws(LedgerError) -> [Entry] {
        try checked(reading.entries(from: sequence, limit: max(limit, 0)))
    }

    /// Up to `limit` entries before `sequence`, newest first, of a kind and a label where they are
    /// given. The time it takes does not depend on the size of the ledger; with both given, entries of
    /// the label that are of other kinds are passed over one by one.
    public func latest(
        kind: String? = nil, label: String? = nil, before sequence: Int64 = .max, limit: Int
    ) throws(LedgerError) -> [Entry] {
        try checked(reading.latest(kind: kind, label: label, before: sequence, limit: max(limit, 0)))
    }

    func matches(_ text: [UInt8], in range: ClosedRange<Int64>) throws(LedgerError) -> [Int64] {
        try reading.matches(text, in: range)
    }

    func hashes(from sequence: Int64, limit: Int) throws(LedgerError) -> [Digest] {
        try reading.hashes(from: sequence, limit: limit)
    }

    /// All subjects that a record left open and none has settled since, by sequence. Reads no records.
    public func unresolved() throws(LedgerError) -> [Unresolved] {
        try reading.unresolved()
    }

    /// How many entries there are of each kind and label. Counted as they are appended.
    public func tallies() throws(LedgerError) -> [Tally] {
        try reading.tallies()
    }

    /// How many entries there are of a kind, with any label or with this one.
    public func count(kind: String, label: String? = nil) throws(LedgerError) -> Int64 {
        try tallies().lazy
            .filter { ByteKey($0.kind) == ByteKey(kind) }
            .filter { label == nil || $0.label.map(ByteKey.init) == label.map(ByteKey.init) }
            .reduce(0) { $0 + $1.count }
    }

    /// `entries(from:limit:)` for who goes through very many.
    package func entries(from sequence: Int64, limit: Int, briefs: Briefs) throws(LedgerError) -> [Entry] {
        try checked(reading.entries(from: sequence, limit: max(limit, 0)), briefs)
    }

    /// `entries(of:)` for who reads the records and not the briefs.
    package func entries(of subject: String, briefs: Briefs) throws(LedgerError) -> [Entry] {
        try checked(reading.entries(of: subject), briefs)
    }

    /// `latest` in the same way.
    package func latest(
        kind: String?, label: String?, before sequence: Int64, limit: Int, briefs: Briefs
    ) throws(LedgerError) -> [Entry] {
        try checked(reading.latest(kind: kind, label: label, before: sequence, limit: max(limit, 0)), briefs)
    }

    /// With its record open.
    private func checked(_ stored: StoredEntry, _ briefs: Briefs = .derived) throws(LedgerError) -> Entry {
        if let removed = RemovedRecord(stored.record) {
            let open = removed.left == nil ? nil : try sealing.record(of: stored, in: identity, path: path)
            try check(removed, in: stored, open: open)
            return try stored.checked(path: path, indexer: indexer, briefs: briefs).with(record: open ?? [])
        }
        let record = try sealing.record(of: stored, in: identity, path: path)
        return try stored.checked(path: path, indexer: indexer, briefs: briefs).with(record: record)
    }

    private func checked(_ stored: StoredEntry?) throws(LedgerError) -> Entry? {
        try stored.map { stored throws(LedgerError) in try checked(stored) }
    }

    private func checked(_ stored: [StoredEntry], _ briefs: Briefs = .derived) throws(LedgerError) -> [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(stored.count)
        for entry in stored { entries.append(try checked(entry, briefs)) }
        return entries
    }

    // MARK: - Removal

    func replace(_ replacement: Replacement) async throws(LedgerError) {
        guard let appender else { throw .readOnly(path: path) }
        // What is derived from records has traces of them. Before, so that a kill leaves none; and after, because
        // somebody may have derived it again meanwhile.
        removeOutlines()
        try await appender.exclusively { store throws(LedgerError) in try store.replace(replacement) }.get()
        removeOutlines()
        keepOutlines(keptOutlines.withLock { $0 })
    }

    /// Where all of it was replaced before, from this entry on, by somebody who may have been stopped then.
    func endReplacing(from sequence: Int64) async throws(LedgerError) {
        guard let appender else { throw .readOnly(path: path) }
        try await appender.exclusively { store throws(LedgerError) in try store.endReplacing() }.get()
        guard try !outlinesFit(sequence) else { return }
        removeOutlines()
        keepOutlines(keptOutlines.withLock { $0 })
    }

    /// What entry `sequence` lets be taken out.
    func removal(by sequence: Int64) throws(LedgerError) -> Removal {
        if let known = removals.withLock({ $0[sequence] }) { return known }
        guard let stored = try reading.entry(at: sequence), RemovedRecord(stored.record) == nil else { return .nothing }
        // A whole record, whose hash is right: so what it says was appended there.
        let removal = Removal(indexer(try stored.checked(path: path, indexer: indexer).record)?.removes ?? .nothing)
        removals.withLock { $0[sequence] = removal }
        return removal
    }

    // MARK: - Proof

    /// Writes the present head down beside the ledger, synced, with a signed checkpoint of it. From then on
    /// verification notices if anything up to it is cut off or rewritten.
    ///
    /// - Throws: `damaged` where the ledger does not begin with what was signed before.
    @discardableResult
    public func rememberHead() throws(LedgerError) -> Head {
        try remember(size: try checkpoints.make().size)
    }

    @discardableResult
    func remember(size: Int64) throws(LedgerError) -> Head {
        try Ledger.remember(size: size, of: reading, in: heads, at: clock)
    }

    /// After the checkpoint, so that a head without one is a loss.
    @discardableResult
    private static func remember(
        size: Int64, of reading: any LedgerReading, in heads: RememberedHeads, at clock: @Sendable () -> Int64
    ) throws(LedgerError) -> Head {
        var head = Head(size: 0, hash: Chain.genesis(identity: reading.identity))
        if size > 0 {
            guard let hash = try reading.hashes(from: size, limit: 1).first else {
                throw .damaged(path: reading.path, .missing(sequence: size))
            }
            head = Head(size: size, hash: hash)
        }
        try heads.append(RememberedHead(head: head, time: clock()))
        return head
    }
}

extension Ledger {
    /// How many appends wait for the next transaction.
    var waitingAppends: Int {
        appender?.waitingCount ?? 0
    }

    func snapshot() throws(LedgerError) -> any LedgerSnapshot {
        try reading.snapshot()
    }

    func rememberedHeads() throws(LedgerError) -> RememberedHeads.Lines {
        try heads.read()
    }
}
