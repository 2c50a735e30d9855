import Glibc

/// Reads the rows of a chain and hashes them, on other threads and ahead of whoever walks along it.
///
/// A row's hash needs nothing of the row before but the hash that is stored there, so rows can be hashed in any order, and
/// each full block of the tree too; that the stored hashes make a chain is for the walk to see.
///
///     thread that reads     ■■■■ batches, some ahead; hashes one itself where there are enough of them
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

        /// What is stored, row by row. Taken out of the batch while it grows: a part of an object cannot be changed
        /// without asking each time who else is at it.
        fileprivate struct Stored {
            var rows: [Row] = []
            var bytes: [UInt8] = []
            /// As it is stored before the first row.
            var previous: Digest?

            mutating func append(_ row: borrowing ChainRow) {
                let start = bytes.count
                bytes.append(contentsOf: row.hash)
                let record = bytes.count
                bytes.append(contentsOf: row.record)
                rows.append(
                    Row(sequence: row.sequence, time: row.time, start: start, record: record, end: bytes.count))
            }

            mutating func removeAll(after previous: Digest?) {
                rows.removeAll(keepingCapacity: true)
                bytes.removeAll(keepingCapacity: true)
                self.previous = previous
            }
        }

        fileprivate var stored = Stored()

        var rows: [Row] { stored.rows }

        /// The stored hash of each row where it is the hash of what is stored there; nil where it is another.
        private(set) var hashes: [Digest?] = []

        /// The roots of the full blocks that lie in it, by the place of their first row.
        private(set) var blocks: [Int: Digest] = [:]

        /// What was in it is gone, and its memory used again.
        fileprivate func emptied(after previous: Digest?) -> Stored {
            var stored = self.stored
            self.stored = Stored()
            stored.removeAll(after: previous)
            return stored
        }

        fileprivate func hash() {
            var hashes = self.hashes
            self.hashes = []
            hashes.removeAll(keepingCapacity: true)
            var previous = stored.previous
            stored.bytes.withUnsafeBytes { bytes in
                for row in stored.rows {
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
            blocks = Self.blocks(of: stored.rows, hashes)
            self.hashes = hashes
        }

        private static func blocks(of rows: [Row], _ hashes: [Digest?]) -> [Int: Digest] {
            var blocks: [Int: Digest] = [:]
            var place = 0
            while place < rows.count {
                let toEnd = Int(TreeFile.blockSize) - 1
                guard (rows[place].sequence - 1) % TreeFile.blockSize == 0 else {
                    place += 1
                    continue
                }
                guard place + toEnd < rows.count else { break }
                var block = CompactRange()
                for next in place...place + toEnd {
                    guard let hash = hashes[next], rows[next].sequence == rows[place].sequence &+ block.size else {
                        break
                    }
                    block.append(hash)
                }
                if block.size == TreeFile.blockSize { blocks[place] = block.root }
                place += toEnd + 1
            }
            return blocks
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
        guard let first = freeBatch() else { return }
        var batch: Batch? = first
        var stored = first.emptied(after: genesis)
        let result: Result<Void, LedgerError>
        do throws(LedgerError) {
            try snapshot.scanChain { row in
                stored.append(row)
                let count = stored.bytes.count
                guard count >= Self.batchBytes, count >= Self.mostBytes || row.sequence % TreeFile.blockSize == 0 else {
                    return true
                }
                hand(over: batch, with: stored)
                stored = Batch.Stored()
                batch = freeBatch()
                guard let batch else { return false }
                stored = batch.emptied(after: Digest(copying: row.hash))
                return true
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // What was read before an error is walked too: the failure is named after it.
        hand(over: batch, with: stored)
        state.withLock { $0.result = result }
        state.signal()
    }

    private func hand(over batch: Batch?, with stored: Batch.Stored) {
        guard let batch else { return }
        batch.stored = stored
        state.withLock { $0.waiting.append((batch, .read)) }
        state.signal()
    }

    private enum Free {
        case fill(Batch)
        case hash(Batch)
        case stop
    }

    /// Hashes while there is none. Nil where nobody wants more.
    private func freeBatch() -> Batch? {
        while true {
            let next: Free = state.waiting { state in
                if state.isStopped { return .over(.stop) }
                if let free = state.free.popLast() { return .over(.fill(free)) }
                if state.waiting.count < Self.mostBatches { return .over(.fill(Batch())) }
                return state.takeUnhashed().map { .over(.hash($0)) } ?? .untilSignal
            }
            switch next {
            case .fill(let batch): return batch
            case .hash(let batch):
                batch.hash()
                isHashed(batch)
            case .stop: return nil
            }
        }
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
