import Glibc
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport

/// A ledger in memory on a disk that fails or dawdles when it is told to.
final class FickleStore: LedgerReading, LedgerWriting {
    private struct State {
        /// How many commits still work; nil where all do.
        var commitsLeft: Int?
        /// Whether it works again after one failure.
        var mendsItself = false
        var commits: [Durability] = []
        var durability = Durability.written
        var dawdles = false
        var dawdling: FirstValue<Void>?
    }

    private let store: MemoryStore
    private let state = Locked(State())
    private let released = Semaphore()

    init() throws { store = try MemoryStore() }

    func ledger(_ clock: ManualClock) throws -> Ledger {
        try Ledger(
            reading: self, writing: self, file: nil, indexer: EventIndex.index(of:),
            clock: { clock.wall.milliseconds })
    }

    /// What each write that succeeded has promised.
    var commits: [Durability] { state.withLock { $0.commits } }

    // MARK: Failing

    /// After `count` more writes one fails, as on a disk that is full for a moment.
    func failOnce(after count: Int) {
        state.withLock { state in
            state.commitsLeft = count
            state.mendsItself = true
        }
    }

    func breakDown() {
        state.withLock { state in
            state.commitsLeft = 0
            state.mendsItself = false
        }
    }

    func mend() { state.withLock { $0.commitsLeft = nil } }

    func commit() throws(LedgerError) {
        let works = state.withLock { state in
            guard let left = state.commitsLeft else { return true }
            if left > 0 {
                state.commitsLeft = left - 1
                return true
            }
            if state.mendsItself { state.commitsLeft = nil }
            return false
        }
        guard works else { throw .full(path: path) }
        try store.commit()
        state.withLock { $0.commits.append($0.durability) }
    }

    // MARK: Dawdling

    /// Returns when the writing thread is held up, so that every write from now on waits for `goOn`.
    func dawdle(_ fixture: GateFixture) async {
        let dawdling = FirstValue<Void>()
        state.withLock { state in
            state.dawdles = true
            state.dawdling = dawdling
        }
        await fixture.gate.ledger.note(.sessionEnded(id: "held"))
        await dawdling.value
    }

    func goOn() { released.signal() }

    var needsMaintenance: Bool { state.withLock { $0.dawdles } }

    /// On the ledger's own thread, between two groups.
    func maintain() {
        let dawdling = state.withLock { state in
            defer { state.dawdles = false }
            return state.dawdling
        }
        dawdling?.set(())
        released.wait()
    }

    // MARK: As it is in memory

    func begin(_ durability: Durability) throws(LedgerError) {
        state.withLock { $0.durability = durability }
        try store.begin(durability)
    }
    func claimant(of key: String) throws(LedgerError) -> StoredEntry? { try store.claimant(of: key) }
    func hasEntries(of subject: String) throws(LedgerError) -> Bool { try store.hasEntries(of: subject) }
    func insert(_ entry: Entry) throws(LedgerError) { try store.insert(entry) }
    func rollback() throws(LedgerError) { try store.rollback() }
    func sync() throws(LedgerError) { try store.sync() }
    func replace(_ replacement: Replacement) throws(LedgerError) { try store.replace(replacement) }
    func endReplacing() throws(LedgerError) { try store.endReplacing() }
    func close() { store.close() }

    var path: String { store.path }
    var identity: [UInt8] { store.identity }
    func head() throws(LedgerError) -> Head { try store.head() }
    func entry(at sequence: Int64) throws(LedgerError) -> StoredEntry? { try store.entry(at: sequence) }
    func entry(claiming key: String) throws(LedgerError) -> StoredEntry? { try store.entry(claiming: key) }
    func entries(of subject: String) throws(LedgerError) -> [StoredEntry] { try store.entries(of: subject) }
    func entries(from sequence: Int64, limit: Int) throws(LedgerError) -> [StoredEntry] {
        try store.entries(from: sequence, limit: limit)
    }
    func latest(kind: String?, label: String?, before: Int64, limit: Int) throws(LedgerError) -> [StoredEntry] {
        try store.latest(kind: kind, label: label, before: before, limit: limit)
    }
    func unresolved() throws(LedgerError) -> [Unresolved] { try store.unresolved() }
    func unresolved(_ subject: String) throws(LedgerError) -> Unresolved? { try store.unresolved(subject) }
    func hashes(from sequence: Int64, limit: Int) throws(LedgerError) -> [HITLLedger.Digest] {
        try store.hashes(from: sequence, limit: limit)
    }
    func makeDurable() throws(LedgerError) { try store.makeDurable() }
    func tallies() throws(LedgerError) -> [Tally] { try store.tallies() }
    func snapshot() throws(LedgerError) -> any LedgerSnapshot { try store.snapshot() }
}

/// For the ledger's own thread, which may block.
private final class Semaphore: @unchecked Sendable {
    // Sendable because a semaphore is made for it.
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }

    func wait() { while sem_wait(semaphore) != 0 {} }
}
