import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

@Suite struct `Group commit` {
    @Test func `takes who comes while something written is synced`() async throws {
        let store = try HeldStore()
        let ledger = try Ledger(
            reading: store.memory, writing: store, file: nil, indexer: testIndexer, clock: CountingClock().now)
        store.hold(.sync)
        try await ledger.append([draft("written")], durability: .written)
        // By the ledger's own timer.
        await store.untilHeld()

        async let waiting = ledger.append([draft("meanwhile")])
        await store.letGo(onceWaiting: 1, on: ledger)
        #expect(try await waiting[0].sequence == 2)
        ledger.close()
    }

    @Test func `takes who comes while a group is committed, together`() async throws {
        let store = try HeldStore()
        let ledger = try Ledger(
            reading: store.memory, writing: store, file: nil, indexer: testIndexer, clock: CountingClock().now)
        store.hold(.commit)
        async let first = ledger.append([draft("first")])
        await store.untilHeld()
        async let second = ledger.append([draft("second")])
        async let third = ledger.append([draft("third")])
        await store.letGo(onceWaiting: 2, on: ledger)
        #expect(try await Set([first[0].sequence, second[0].sequence, third[0].sequence]) == [1, 2, 3])
        // The second and third shared one.
        #expect(store.commits == 2)
        ledger.close()
    }

    @Test func `takes who comes while the log is copied`() async throws {
        let store = try HeldStore()
        let ledger = try Ledger(
            reading: store.memory, writing: store, file: nil, indexer: testIndexer, clock: CountingClock().now)
        store.hold(.maintain)
        try await ledger.append([draft("one")])
        await store.untilHeld()
        async let waiting = ledger.append([draft("two")])
        await store.letGo(onceWaiting: 1, on: ledger)
        #expect(try await waiting[0].sequence == 2)
        ledger.close()
    }

    @Test func `commits and syncs what waits when the ledger is closed`() async throws {
        let store = try HeldStore()
        let ledger = try Ledger(
            reading: store.memory, writing: store, file: nil, indexer: testIndexer, clock: CountingClock().now)
        try await ledger.append([draft("written")], durability: .written)
        #expect(store.syncs == 0)
        ledger.close()
        #expect(store.syncs == 1)
    }

    @Test func `fails a whole group with its commit, and goes on from the same head`() async throws {
        let store = try HeldStore()
        let ledger = try Ledger(
            reading: store.memory, writing: store, file: nil, indexer: testIndexer, clock: CountingClock().now)
        let head = try await ledger.append([draft("one")])[0]
        store.fail(.full(path: "memory"))
        #expect(await ledgerError { try await ledger.append([draft("lost", claim: "k")]) } == .full(path: "memory"))
        #expect(try ledger.head == Head(size: 1, hash: head.hash))
        let next = try await ledger.append([draft("two", claim: "k")])[0]
        #expect(next.previous == head.hash)
        ledger.close()
    }
}

/// A memory store that stops where a test says, until the test lets it go on.
private final class HeldStore: LedgerWriting {
    enum Step {
        case commit, sync, maintain
    }

    private struct State {
        var heldAt: Step?
        var isHeld: CheckedContinuation<Void, Never>?
        var hasArrived = false
        var failure: LedgerError?
        var needsMaintenance = false
        var commits = 0
        var syncs = 0
    }

    let memory: MemoryStore
    private let state = Locked(State())
    private let gate = Gate()

    init() throws(LedgerError) {
        memory = try MemoryStore()
    }

    var commits: Int { state.withLock { $0.commits } }
    var syncs: Int { state.withLock { $0.syncs } }

    func hold(_ step: Step) {
        state.withLock {
            $0.heldAt = step
            $0.needsMaintenance = step == .maintain
        }
    }

    /// The next commit fails with this.
    func fail(_ error: LedgerError) {
        state.withLock { $0.failure = error }
    }

    func untilHeld() async {
        await withCheckedContinuation { continuation in
            let arrived = state.withLock { state in
                if !state.hasArrived { state.isHeld = continuation }
                return state.hasArrived
            }
            if arrived { continuation.resume() }
        }
    }

    /// Once so many appends wait for their turn.
    func letGo(onceWaiting count: Int, on ledger: Ledger) async {
        while ledger.waitingAppends < count { await Task.yield() }
        gate.open()
    }

    private func pass(_ step: Step) {
        let waiting: (isHere: Bool, continuation: CheckedContinuation<Void, Never>?) = state.withLock { state in
            guard state.heldAt == step else { return (false, nil) }
            state.heldAt = nil
            state.hasArrived = true
            return (true, state.isHeld)
        }
        guard waiting.isHere else { return }
        waiting.continuation?.resume()
        gate.wait()
    }

    func begin(_ durability: Durability) throws(LedgerError) { try memory.begin(durability) }
    func claimant(of key: String) throws(LedgerError) -> StoredEntry? { try memory.claimant(of: key) }
    func hasEntries(of subject: String) throws(LedgerError) -> Bool { try memory.hasEntries(of: subject) }
    func insert(_ entry: Entry) throws(LedgerError) { try memory.insert(entry) }
    func rollback() throws(LedgerError) { try memory.rollback() }
    func close() { memory.close() }

    func commit() throws(LedgerError) {
        pass(.commit)
        let failure = state.withLock { state in
            defer { state.failure = nil }
            state.commits += 1
            return state.failure
        }
        if let failure { throw failure }
        try memory.commit()
    }

    func replace(_ replacement: Replacement) throws(LedgerError) { try memory.replace(replacement) }
    func endReplacing() throws(LedgerError) { try memory.endReplacing() }

    func sync() throws(LedgerError) {
        pass(.sync)
        state.withLock { $0.syncs += 1 }
    }

    var needsMaintenance: Bool { state.withLock { $0.needsMaintenance } }

    func maintain() throws(LedgerError) {
        pass(.maintain)
        state.withLock { $0.needsMaintenance = false }
    }
}

/// Closed until it is opened, once.
private final class Gate: Sendable {
    private let opened = Monitor(false)

    func open() {
        opened.withLock { $0 = true }
        opened.signal()
    }

    func wait() {
        opened.waiting { $0 ? .over(()) : .untilSignal }
    }
}
