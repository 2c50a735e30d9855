import Glibc
import HITLPlatform

/// Group commit: whoever appends while nobody else does commits at once, on its own thread; whoever
/// comes meanwhile waits, and all that waited share one transaction and one sync.
///
/// ```
/// append ── turn free ──► commit, return                  no other thread is woken before the return
///        └─ turn taken ─► wait ──► the thread takes the turn over, commits all that wait, resumes them
/// ```
///
/// Tasks that share a thread could never wait for each other that way. So there the first one, having
/// the turn, lets all others run that are ready, and commits what they left together with its own.
///
/// Only the holder of the turn touches the store. The thread sleeps unless it was given the turn, or
/// something was written that nobody has synced yet.
final class Appender: Sendable {
    private let store: any LedgerWriting
    private let path: String
    private let indexer: Indexer
    private let clock: @Sendable () -> Int64
    private let turn = Monitor(Turn())
    private let published: Locked<Head>
    private let observers = Locked<[@Sendable (Head) -> Void]>([])
    private let thread = Locked<WorkerThread?>(nil)

    /// On one core, who commits at once would keep all others from joining the group.
    private let mayCommitAtOnce = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1

    /// How many appends share a transaction at most, so that the first does not wait for long.
    private static let largestGroup = 1_024

    /// How long something written may stay without a sync: within a second, the sync included.
    private static let unsyncedNanoseconds: UInt64 = 900_000_000

    typealias Job = @Sendable (any LedgerWriting) -> Void
    typealias Outcome = Result<[Entry], LedgerError>

    private struct Turn {
        var isTaken = false

        /// The turn belongs to the thread.
        var isHandedOver = false
        var waiting: [Waiting] = []

        /// What else wants the store for itself.
        var jobs: [Job] = []

        /// By when what was written must be synced, monotonic; nil when all is.
        var unsyncedUntil: UInt64?

        /// The thread will look at `unsyncedUntil` by itself.
        var isTimerArmed = false
        var isClosed = false

        /// A commit failed, and with it perhaps the way back: what the store shows may not be what it keeps.
        var isDoubtful = false

        /// Maintenance failed since something was committed: it is not tried again before, or a full disk would keep the
        /// thread busy.
        var restsMaintenance = false

        /// After a commit with this durability; nil where nothing was committed.
        mutating func note(_ durability: Durability?) {
            switch durability {
            case .synced: unsyncedUntil = nil
            case .written: unsyncedUntil = unsyncedUntil ?? monotonicNanoseconds() + unsyncedNanoseconds
            case nil: break
            }
        }
    }

    private struct Batch {
        var drafts: [Draft]
        var durability: Durability
    }

    private struct Waiting {
        var batch: Batch
        var continuation: CheckedContinuation<Outcome, Never>
    }

    init(
        _ store: any LedgerWriting, path: String, head: Head, indexer: @escaping Indexer,
        clock: @escaping @Sendable () -> Int64
    ) throws(LedgerError) {
        self.store = store
        self.path = path
        self.indexer = indexer
        self.clock = clock
        published = Locked(head)
        guard let started = WorkerThread({ self.work() }) else {
            throw .system(path: path, .open, errno: EAGAIN)
        }
        thread.withLock { $0 = started }
    }

    /// Of what was committed.
    var head: Head {
        published.withLock { $0 }
    }

    func observe(_ body: @escaping @Sendable (Head) -> Void) {
        observers.withLock { $0.append(body) }
    }

    /// How many appends wait for their turn.
    var waitingCount: Int {
        turn.withLock { $0.waiting.count }
    }

    func append(_ drafts: [Draft], durability: Durability) async -> Outcome {
        let batch = Batch(drafts: drafts, durability: durability)
        if mayCommitAtOnce, takeTurn() {
            let others = await gather()
            let committed = commit([batch] + others.map(\.batch))
            passTurn(committed.durability)
            for (waiting, outcome) in zip(others, committed.outcomes.dropFirst()) {
                waiting.continuation.resume(returning: outcome)
            }
            return committed.outcomes[0]
        }
        return await withCheckedContinuation { continuation in
            let isOpen = turn.withLock { turn in
                guard !turn.isClosed else { return false }
                turn.waiting.append(Waiting(batch: batch, continuation: continuation))
                if !turn.isTaken {
                    turn.isTaken = true
                    turn.isHandedOver = true
                }
                return true
            }
            if isOpen {
                turn.signal()
            } else {
                continuation.resume(returning: .failure(.closed))
            }
        }
    }

    /// Looks something up where it was written: a reader of its own would first have to find out what others have
    /// written since. Nil where somebody is writing at this moment.
    func look<Found>(
        _ body: (any LedgerWriting) throws(LedgerError) -> Found
    ) throws(LedgerError) -> Found? {
        guard !turn.withLock({ $0.isDoubtful }), takeTurn() else { return nil }
        defer { passTurn(nil) }
        return try body(store)
    }

    /// Gives the store to `body`, between two groups, on the thread.
    func exclusively<Value: Sendable>(
        _ body: @escaping @Sendable (any LedgerWriting) throws(LedgerError) -> Value
    ) async -> Result<Value, LedgerError> {
        await withCheckedContinuation { continuation in
            let isOpen = turn.withLock { turn in
                guard !turn.isClosed else { return false }
                turn.jobs.append { store in
                    do throws(LedgerError) { continuation.resume(returning: .success(try body(store))) } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
                if !turn.isTaken {
                    turn.isTaken = true
                    turn.isHandedOver = true
                }
                return true
            }
            if isOpen { turn.signal() } else { continuation.resume(returning: .failure(.closed)) }
        }
    }

    /// After what was appended before is committed and synced; later appends are refused.
    func close() {
        turn.withLock { $0.isClosed = true }
        turn.signal()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    private func takeTurn() -> Bool {
        turn.withLock { turn in
            guard !turn.isTaken, !turn.isClosed else { return false }
            turn.isTaken = true
            return true
        }
    }

    /// What others on this thread have to append, once all that are ready have said so.
    private func gather() async -> [Waiting] {
        guard withUnsafeCurrentTask(body: { $0?.unownedTaskExecutor != nil }) else { return [] }
        await Task.yield()
        return turn.withLock { turn in
            let others = Array(turn.waiting.prefix(Appender.largestGroup - 1))
            turn.waiting.removeFirst(others.count)
            return others
        }
    }

    /// - Parameter durability: of what the holder of the turn committed; nil where it committed nothing.
    private func passTurn(_ durability: Durability?) {
        let needsMaintenance = store.needsMaintenance
        let wakes = turn.withLock { turn in
            turn.note(durability)
            if durability != nil { turn.restsMaintenance = false }
            if !turn.waiting.isEmpty || !turn.jobs.isEmpty || needsMaintenance {
                turn.isHandedOver = true
                return true
            }
            turn.isTaken = false
            return turn.isClosed || (turn.unsyncedUntil != nil && !turn.isTimerArmed)
        }
        if wakes { turn.signal() }
    }
}

// MARK: - The thread

extension Appender {
    private enum Work {
        case commit([Waiting])
        case job(Job)
        case sync
        case end
    }

    private func work() {
        while true {
            switch nextWork() {
            case .commit(let group):
                let committed = commit(group.map(\.batch))
                turn.withLock { turn in
                    turn.note(committed.durability)
                    if committed.durability != nil { turn.restsMaintenance = false }
                }
                for (waiting, outcome) in zip(group, committed.outcomes) {
                    waiting.continuation.resume(returning: outcome)
                }
                if store.needsMaintenance {
                    // Where it fails the log grows, which the next commit may survive; a disk that is
                    // at fault says so there.
                    do { try store.maintain() } catch { turn.withLock { $0.restsMaintenance = true } }
                }
            case .job(let job): job(store)
            case .sync:
                var synced: Durability? = .synced
                do { try store.sync() } catch { synced = nil }
                turn.withLock { turn in
                    turn.unsyncedUntil = nil
                    // Again in a second; until then every append tries to mend it first, or fails.
                    turn.note(synced ?? .written)
                    // For those that came meanwhile.
                    turn.isHandedOver = true
                }
            case .end:
                do { try store.sync() } catch {}
                store.close()
                return
            }
        }
    }

    /// Sleeps until there is something to do.
    private func nextWork() -> Work {
        turn.waiting { turn in
            turn.isTimerArmed = false
            if turn.isHandedOver {
                if !turn.jobs.isEmpty { return .over(.job(turn.jobs.removeFirst())) }
                let group = Array(turn.waiting.prefix(Appender.largestGroup))
                if !group.isEmpty || (self.store.needsMaintenance && !turn.restsMaintenance) {
                    turn.waiting.removeFirst(group.count)
                    return .over(.commit(group))
                }
                turn.isHandedOver = false
                turn.isTaken = false
            }
            guard !turn.isTaken else { return .untilSignal }
            if turn.isClosed {
                turn.isTaken = true
                return .over(.end)
            }
            guard let deadline = turn.unsyncedUntil else { return .untilSignal }
            guard monotonicNanoseconds() >= deadline else {
                turn.isTimerArmed = true
                return .until(nanoseconds: deadline)
            }
            turn.isTaken = true
            return .over(.sync)
        }
    }
}

// MARK: - One group

extension Appender {
    /// Commits what can be committed of the group, in one transaction, and says what became of each
    /// batch.
    private func commit(_ batches: [Batch]) -> (outcomes: [Outcome], durability: Durability?) {
        guard !batches.isEmpty else { return ([], nil) }
        let durability = batches.contains { $0.durability == .synced } ? Durability.synced : .written
        do throws(LedgerError) {
            try store.begin(durability)
            var head = self.head
            var outcomes: [Outcome] = []
            for batch in batches {
                outcomes.append(try insert(batch, after: &head))
            }
            guard head != self.head else {
                // Every batch met a claim.
                try store.rollback()
                return (outcomes, nil)
            }
            try store.commit()
            turn.withLock { $0.isDoubtful = false }
            published.withLock { $0 = head }
            for observer in observers.withLock({ $0 }) { observer(head) }
            return (outcomes, durability)
        } catch {
            turn.withLock { $0.isDoubtful = true }
            // A store that cannot roll back says so again at the next `begin`.
            do { try store.rollback() } catch {}
            // Also for those that met a claim: its entry may be one that was rolled back.
            return (batches.map { _ in .failure(error) }, nil)
        }
    }

    private func insert(_ batch: Batch, after head: inout Head) throws(LedgerError) -> Outcome {
        let time = clock()
        var entries: [Entry] = []
        var last = head
        for draft in batch.drafts {
            let entry = Entry(draft, after: last, at: time)
            entries.append(entry)
            last = Head(size: entry.sequence, hash: entry.hash)
        }
        // All claims before the first insert: a batch that meets one leaves no trace, and the others
        // of its group are not harmed.
        for (place, entry) in entries.enumerated() {
            guard let claim = entry.index.claim else { continue }
            let key = ByteKey(claim)
            if let earlier = entries[..<place].first(where: { $0.index.claim.map(ByteKey.init) == key }) {
                return .failure(.claimed(key: claim, by: earlier))
            }
            if let earlier = try store.claimant(of: claim) {
                return .failure(.claimed(key: claim, by: try earlier.checked(path: path, indexer: indexer)))
            }
        }
        for entry in entries {
            try store.insert(entry)
        }
        head = last
        return .success(entries)
    }
}
