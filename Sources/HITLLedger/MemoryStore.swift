import HITLPlatform

/// A ledger in memory, with the semantics of the one on disk and no durability: for tests, and for
/// programs that want the gate without a file.
package final class MemoryStore: LedgerReading, LedgerWriting {
    package let path = "memory"
    package let identity: [UInt8]
    private let state = Locked(State())
    /// What was inserted since `begin`; used by the one writer.
    private let staged = Locked<[Entry]>([])

    package struct State: Sendable {
        package var rows: [StoredEntry] = []
        package var claims: [ByteKey: Int] = [:]
        package var subjects: [ByteKey: [Int]] = [:]
        package var kinds: [ByteKey: [Int]] = [:]
        package var labels: [ByteKey: [Int]] = [:]
        package var unresolved: [ByteKey: Unresolved] = [:]
        package var tallies: [TallyKey: Int64] = [:]
        package var isClosed = false

        /// Committed and not yet in any list: who looks first lists them, not who commits, whom a requester waits for.
        fileprivate var unlisted: [Entry] = []
    }

    /// - Parameter identity: of a ledger that this one is to be taken for; random where it is missing.
    package init(identity: [UInt8]? = nil) throws(LedgerError) {
        if let identity {
            self.identity = identity
        } else {
            self.identity = try Randomness.bytes(SQLiteSchema.identityCount)
        }
    }

    /// Changes rows behind the ledger's back, for tests of what notices it.
    package func tamper(_ change: (inout State) -> Void) {
        state.withLock { state in
            state.list()
            change(&state)
        }
    }

    // MARK: - Writing

    package func begin(_ durability: Durability) throws(LedgerError) {
        try read { _ in }
        staged.withLock { $0 = [] }
    }

    package func claimant(of key: String) throws(LedgerError) -> StoredEntry? {
        let staged = staged.withLock { entries in
            entries.first { $0.index.claim.map(ByteKey.init) == ByteKey(key) }
        }
        if let staged { return StoredEntry(staged) }
        return try entry(claiming: key)
    }

    package func hasEntries(of subject: String) throws(LedgerError) -> Bool {
        let isStaged = staged.withLock { entries in
            entries.contains { $0.index.subject.map(ByteKey.init) == ByteKey(subject) }
        }
        if isStaged { return true }
        return try !entries(of: subject).isEmpty
    }

    package func insert(_ entry: Entry) throws(LedgerError) {
        staged.withLock { $0.append(entry) }
    }

    package func commit() throws(LedgerError) {
        let entries = staged.withLock { staged in
            defer { staged = [] }
            return staged
        }
        state.withLock { $0.unlisted += entries }
    }

    package func rollback() throws(LedgerError) {
        staged.withLock { $0 = [] }
    }

    package func sync() throws(LedgerError) {}

    package func replace(_ replacement: Replacement) throws(LedgerError) {
        state.withLock { state in
            state.list()
            state.replace(replacement)
        }
    }

    package func endReplacing() throws(LedgerError) {}

    package var needsMaintenance: Bool { false }

    package func maintain() throws(LedgerError) {}

    package func close() {
        state.withLock { $0.isClosed = true }
    }

    // MARK: - Reading

    private func read<Value>(_ body: (State) throws(LedgerError) -> Value) throws(LedgerError) -> Value {
        try state.withLock { state throws(LedgerError) in
            guard !state.isClosed else { throw .closed }
            state.list()
            return try body(state)
        }
    }

    package func head() throws(LedgerError) -> Head {
        try read { state throws(LedgerError) in
            guard let last = state.rows.last else { return Head(size: 0, hash: genesis) }
            guard let hash = last.hash else { throw .damaged(path: path, .changed(sequence: last.sequence)) }
            return Head(size: last.sequence, hash: hash)
        }
    }

    package func entry(at sequence: Int64) throws(LedgerError) -> StoredEntry? {
        try read { state throws(LedgerError) in
            guard sequence >= 1, sequence <= Int64(state.rows.count) else { return nil }
            return linked(Int(sequence) - 1, in: state)
        }
    }

    package func entry(claiming key: String) throws(LedgerError) -> StoredEntry? {
        try read { state throws(LedgerError) in state.claims[ByteKey(key)].map { linked($0, in: state) } }
    }

    package func entries(of subject: String) throws(LedgerError) -> [StoredEntry] {
        try read { state throws(LedgerError) in
            (state.subjects[ByteKey(subject)] ?? []).map { linked($0, in: state) }
        }
    }

    package func entries(from sequence: Int64, limit: Int) throws(LedgerError) -> [StoredEntry] {
        try read { state throws(LedgerError) in
            state.rows.indices.dropFirst(Int(clamping: max(sequence, 1) - 1)).prefix(limit)
                .map { linked($0, in: state) }
        }
    }

    package func latest(
        kind: String?, label: String?, before: Int64, limit: Int
    ) throws(LedgerError) -> [StoredEntry] {
        try read { state throws(LedgerError) in
            let places: [Int] =
                switch (kind, label) {
                case (nil, nil): Array(state.rows.indices)
                case (let kind?, nil): state.kinds[ByteKey(kind)] ?? []
                case (nil, let label?): state.labels[ByteKey(label)] ?? []
                case (let kind?, let label?):
                    (state.labels[ByteKey(label)] ?? []).filter { ByteKey(state.rows[$0].kind) == ByteKey(kind) }
                }
            return places.reversed().lazy.filter { state.rows[$0].sequence < before }.prefix(limit)
                .map { linked($0, in: state) }
        }
    }

    package func makeDurable() throws(LedgerError) {}

    package func hashes(from sequence: Int64, limit: Int) throws(LedgerError) -> [Digest] {
        try read { state throws(LedgerError) in
            var hashes: [Digest] = []
            for row in state.rows.dropFirst(Int(max(sequence - 1, 0))).prefix(limit) {
                guard row.sequence == sequence + Int64(hashes.count) else { break }
                guard let hash = row.hash else { throw .damaged(path: path, .changed(sequence: row.sequence)) }
                hashes.append(hash)
            }
            return hashes
        }
    }

    package func unresolved() throws(LedgerError) -> [Unresolved] {
        try read { state throws(LedgerError) in state.unresolved.values.sorted { $0.sequence < $1.sequence } }
    }

    package func unresolved(_ subject: String) throws(LedgerError) -> Unresolved? {
        try read { state throws(LedgerError) in state.unresolved[ByteKey(subject)] }
    }

    package func tallies() throws(LedgerError) -> [Tally] {
        try read { state throws(LedgerError) in state.sortedTallies }
    }

    package func snapshot() throws(LedgerError) -> any LedgerSnapshot {
        try read { state throws(LedgerError) in MemorySnapshot(state) }
    }

    private var genesis: Digest { Chain.genesis(identity: identity) }

    private func linked(_ place: Int, in state: State) -> StoredEntry {
        var row = state.rows[place]
        row.previous = place == 0 ? genesis : state.rows[place - 1].hash
        return row
    }
}

extension MemoryStore.State {
    fileprivate mutating func list() {
        for entry in unlisted { list(entry) }
        unlisted.removeAll(keepingCapacity: true)
    }

    private mutating func list(_ entry: Entry) {
        let place = rows.count
        rows.append(StoredEntry(entry))
        let index = entry.index
        kinds[ByteKey(index.kind), default: []].append(place)
        tallies[TallyKey(index), default: 0] += 1
        if let claim = index.claim { claims[ByteKey(claim)] = place }
        if let label = index.label { labels[ByteKey(label), default: []].append(place) }
        guard let subject = index.subject else { return }
        subjects[ByteKey(subject), default: []].append(place)
        switch index.standing {
        case .unchanged: break
        case .open(let brief):
            unresolved[ByteKey(subject)] = Unresolved(subject: subject, sequence: entry.sequence, brief: brief)
        case .settled: unresolved[ByteKey(subject)] = nil
        }
    }

    fileprivate mutating func replace(_ replacement: Replacement) {
        var cleared: Int64 = 0
        for place in rows.indices {
            guard let record = replacement.record(of: rows[place].sequence) else { continue }
            rows[place].record = record
            guard case .prefix(_, _, let kind) = replacement else { continue }
            let key = TallyKey(kind: rows[place].kind, label: rows[place].label)
            tallies[key, default: 0] -= 1
            if tallies[key] == 0 { tallies[key] = nil }
            (rows[place].claim, rows[place].subject, rows[place].label) = (nil, nil, nil)
            (rows[place].kind, rows[place].standing) = (kind, .unchanged)
            cleared += 1
        }
        guard case .prefix(_, _, let kind) = replacement else { return }
        tallies[TallyKey(kind: kind, label: nil), default: 0] += cleared
        let count = Int(cleared)
        claims = claims.filter { $0.value >= count }
        for list in [\MemoryStore.State.subjects, \MemoryStore.State.labels, \MemoryStore.State.kinds]
            as [WritableKeyPath<MemoryStore.State, [ByteKey: [Int]]>]
        {
            self[keyPath: list] = self[keyPath: list].mapValues { $0.filter { $0 >= count } }.filter {
                !$0.value.isEmpty
            }
        }
        kinds[ByteKey(kind), default: []].insert(contentsOf: 0..<count, at: 0)
    }

    fileprivate var sortedTallies: [Tally] {
        tallies.sorted { $0.key < $1.key }
            .map { Tally(kind: $0.key.kind.text, label: $0.key.label?.text, count: $0.value) }
    }
}

/// A copy of a memory store's state.
private final class MemorySnapshot: LedgerSnapshot {
    private let state: MemoryStore.State

    init(_ state: MemoryStore.State) {
        self.state = state
    }

    var size: Int64 { state.rows.last?.sequence ?? 0 }

    func scanChain(_ visit: (borrowing ChainRow) -> Bool) throws(LedgerError) {
        for row in state.rows {
            let goesOn = (row.hash?.bytes ?? []).withUnsafeBytes { hash in
                row.record.withUnsafeBytes { record in
                    visit(ChainRow(sequence: row.sequence, time: row.time, hash: hash, record: record))
                }
            }
            guard goesOn else { return }
        }
    }

    func scanIndex(_ visit: (borrowing IndexRow) -> Bool) throws(LedgerError) {
        for row in state.rows {
            let goesOn = row.record.withUnsafeBytes { record in
                withBytes(of: row.claim) { claim in
                    withBytes(of: row.subject) { subject in
                        withBytes(of: row.label) { label in
                            Array(row.kind.utf8).withUnsafeBytes { kind in
                                visit(
                                    IndexRow(
                                        sequence: row.sequence, record: record, claim: claim, subject: subject,
                                        kind: kind, label: label, standing: row.standing.rawValue))
                            }
                        }
                    }
                }
            }
            guard goesOn else { return }
        }
    }

    func scanList(
        _ list: IndexColumn, _ visit: (UnsafeRawBufferPointer, Int64) -> Bool
    ) throws(LedgerError) {
        let places: [ByteKey: [Int]] =
            switch list {
            case .claim: state.claims.mapValues { [$0] }
            case .subject: state.subjects
            case .kind: state.kinds
            case .label: state.labels
            case .standing: [:]
            }
        for (key, places) in places.sorted(by: { $0.key < $1.key }) {
            for place in places {
                let sequence = state.rows.indices.contains(place) ? state.rows[place].sequence : Int64(place) + 1
                guard Array(key.text.utf8).withUnsafeBytes({ visit($0, sequence) }) else { return }
            }
        }
    }

    func unresolved() throws(LedgerError) -> [Unresolved] {
        state.unresolved.values.sorted { $0.sequence < $1.sequence }
    }

    func tallies() throws(LedgerError) -> [Tally] {
        state.sortedTallies
    }

    private func withBytes<Value>(of text: String?, _ body: (UnsafeRawBufferPointer?) -> Value) -> Value {
        guard let text else { return body(nil) }
        return Array(text.utf8).withUnsafeBytes { body($0) }
    }
}
