import Glibc

/// Reads the rows of a chain and hashes them, on other threads and ahead of whoever walks along it.
///
/// A row's hash needs nothing of the row before but the hash that is stored there, so rows can be hashed in any order, and
/// each full block of the tree too; that the stored hashes make a chain is for the walk to see.
///
///     thread that reads     ■■■■ batches, some ahead
///     helper                    hashes the oldest that nobody has hashed
///     whoever walks             hashes the next one itself where the helper is not through with it
final class HashedRows: Sendable {
    /// One batch of rows, in order. Reached by one thread at a time: the one that `State` says has it.
    final class Batch: @unchecked Sendable {
        struct Row {
            var sequence: Int64
            var time: Int64
            /// Where the hash begins; the record begins where it ends.
            var start: Int
            var record: Int
            var end: Int
        }

        fileprivate(set) var rows: [Row] = []
        fileprivate var bytes: [UInt8] = []
        /// As it is stored before the first row.
        fileprivate var previous: Digest?

        /// The stored hash of each row where it is the hash of what is stored there; nil where it is another.
        private(set) var hashes: [Digest?] = []

        /// The roots of the full blocks that lie in it, by the place of their first row.
        private(set) var blocks: [Int: Digest] = [:]

        fileprivate func hash() {
            hashes.removeAll(keepingCapacity: true)
            blocks.removeAll(keepingCapacity: true)
            var previous = previous
            bytes.withUnsafeBytes { bytes in
                for row in rows {
                    let stored = Digest(copying: UnsafeRawBufferPointer(rebasing: bytes[row.start..<row.record]))
                    let record = UnsafeRawBufferPointer(rebasing: bytes[row.record..<row.end])
                    if RemovedRecord.isOne(record) {
                        // What is gone has no hash any more; the one that it had is in the next entry's.
                        hashes.append(stored)
                    } else {
                        let leaf = previous.map {
                            Chain.leaf(sequence: row.sequence, time: row.time, previous: $0, record: record)
                        }
                        hashes.append(leaf == stored ? stored : nil)
                    }
                    previous = stored
                }
            }
            var place = 0
            while place < rows.count {
                let toEnd = Int(TreeFile.blockSize) - 1
                guard (rows[place].sequence - 1) % TreeFile.blockSize == 0 else {
                    place += 1
                    continue
                }
                guard place + toEnd < rows.count else { return }
                var block = CompactRange()
                for (row, hash) in zip(rows[place...place + toEnd], hashes[place...]) {
                    guard let hash, row.sequence == rows[place].sequence &+ block.size else { break }
                    block.append(hash)
                }
                if block.size == TreeFile.blockSize { blocks[place] = block.root }
                place += toEnd + 1
            }
        }

        fileprivate func empty(after previous: Digest?) {
            rows.removeAll(keepingCapacity: true)
            bytes.removeAll(keepingCapacity: true)
            self.previous = previous
        }
    }

    private struct State {
        /// In order.
        var waiting: [(batch: Batch, progress: Progress)] = []
        /// Walked, to be filled again: their memory is not given back to the system in between.
        var free: [Batch] = []
        var isStopped = false
        /// Once all rows were read, or could not be.
        var result: Result<Void, LedgerError>?

        /// The oldest that nobody has begun with.
        mutating func takeUnhashed() -> Batch? {
            guard let place = waiting.firstIndex(where: { $0.progress == .read }) else { return nil }
            waiting[place].progress = .beingHashed
            return waiting[place].batch
        }
    }

    private enum Progress { case read, beingHashed, hashed }

    private let genesis: Digest
    private let state = Monitor(State())

    /// A batch ends with a block of the tree where it has that many bytes, or where it is long anyhow. A row is never
    /// split, so one long record can make a batch larger.
    private static let batchBytes = 256 << 10
    private static let mostBytes = 1 << 20
    private static let mostBatches = 6

    private init(genesis: Digest) {
        self.genesis = genesis
    }

    /// Visits all batches in order, on this thread, until `visit` returns false.
    static func scan(
        _ snapshot: any LedgerSnapshot, genesis: Digest, _ visit: (Batch) -> Bool
    ) throws(LedgerError) {
        let rows = HashedRows(genesis: genesis)
        guard let reader = WorkerThread({ rows.read(snapshot) }) else {
            throw .system(path: "thread", .open, errno: EAGAIN)
        }
        // Two processors have enough to do with the other two threads. Where there is none, this thread does it all.
        let helper = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 2 ? WorkerThread { while rows.help() {} } : nil
        defer {
            rows.state.withLock { $0.isStopped = true }
            rows.state.signal()
            reader.join()
            helper?.join()
        }
        while let batch = try rows.next() {
            guard visit(batch) else { return }
            rows.giveBack(batch)
        }
    }

    // MARK: The thread that reads

    private func read(_ snapshot: any LedgerSnapshot) {
        guard var batch = freeBatch(after: genesis) else { return }
        let result: Result<Void, LedgerError>
        do throws(LedgerError) {
            try snapshot.scanChain { row in
                let start = batch.bytes.count
                batch.bytes.append(contentsOf: row.hash)
                let record = batch.bytes.count
                batch.bytes.append(contentsOf: row.record)
                let end = batch.bytes.count
                batch.rows.append(.init(sequence: row.sequence, time: row.time, start: start, record: record, end: end))
                guard end >= Self.batchBytes, end >= Self.mostBytes || row.sequence % TreeFile.blockSize == 0 else {
                    return true
                }
                hand(over: batch)
                guard let next = freeBatch(after: Digest(copying: row.hash)) else { return false }
                batch = next
                return true
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // What was read before an error is walked too: the failure is named after it.
        hand(over: batch)
        state.withLock { $0.result = result }
        state.signal()
    }

    private func hand(over batch: Batch) {
        state.withLock { $0.waiting.append((batch, .read)) }
        state.signal()
    }

    /// Nil where nobody wants more.
    private func freeBatch(after previous: Digest?) -> Batch? {
        let batch: Batch? = state.waiting { state in
            if state.isStopped { return .over(nil) }
            if let free = state.free.popLast() { return .over(free) }
            return state.waiting.count < Self.mostBatches ? .over(Batch()) : .untilSignal
        }
        batch?.empty(after: previous)
        return batch
    }

    // MARK: The threads that hash

    /// - Returns: false where nothing is left to do.
    private func help() -> Bool {
        let batch: Batch? = state.waiting { state in
            if state.isStopped { return .over(nil) }
            if let batch = state.takeUnhashed() { return .over(batch) }
            return state.result == nil ? .untilSignal : .over(nil)
        }
        guard let batch else { return false }
        batch.hash()
        isHashed(batch)
        return true
    }

    private func isHashed(_ batch: Batch) {
        state.withLock { state in
            guard let place = state.waiting.firstIndex(where: { $0.batch === batch }) else { return }
            state.waiting[place].progress = .hashed
        }
        state.signal()
    }

    private enum Next {
        case walk(Batch)
        case hash(Batch)
        case end(Result<Void, LedgerError>)
    }

    private func next() throws(LedgerError) -> Batch? {
        while true {
            let next: Next = state.waiting { state in
                if let first = state.waiting.first, first.progress == .hashed {
                    return .over(.walk(state.waiting.removeFirst().batch))
                }
                if let batch = state.takeUnhashed() { return .over(.hash(batch)) }
                guard state.waiting.isEmpty, let result = state.result else { return .untilSignal }
                return .over(.end(result))
            }
            switch next {
            case .walk(let batch): return batch
            case .hash(let batch):
                batch.hash()
                isHashed(batch)
            case .end(let result):
                try result.get()
                return nil
            }
        }
    }

    private func giveBack(_ batch: Batch) {
        state.withLock { $0.free.append(batch) }
        state.signal()
    }
}
