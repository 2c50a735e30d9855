/// Reads the rows of a chain on a thread of its own, a few batches ahead of whoever hashes them: the two take about as
/// long as each other.
final class RowsAhead: Sendable {
    private struct Batch: Sendable {
        struct Row {
            var sequence: Int64
            var time: Int64
            /// Where the hash begins; the record begins where it ends.
            var start: Int
            var record: Int
            var end: Int
        }

        var rows: [Row] = []
        var bytes: [UInt8] = []
    }

    private struct State {
        var batches: [Batch] = []
        var isStopped = false
        /// Once all rows were read, or could not be.
        var result: Result<Void, LedgerError>?
    }

    private let state = Monitor(State())

    /// A row is never split, so one long record can make a batch larger.
    private static let batchBytes = 256 << 10
    private static let mostBatches = 4

    /// Visits all rows as `scanChain` does, on this thread.
    static func scan(_ snapshot: any LedgerSnapshot, _ visit: (borrowing ChainRow) -> Bool) throws(LedgerError) {
        let ahead = RowsAhead()
        guard let thread = WorkerThread({ ahead.read(snapshot) }) else { return try snapshot.scanChain(visit) }
        defer {
            ahead.stop()
            thread.join()
        }
        while let batch = try ahead.next() {
            let goesOn = batch.bytes.withUnsafeBytes { bytes in
                batch.rows.allSatisfy { row in
                    visit(
                        ChainRow(
                            sequence: row.sequence, time: row.time,
                            hash: UnsafeRawBufferPointer(rebasing: bytes[row.start..<row.record]),
                            record: UnsafeRawBufferPointer(rebasing: bytes[row.record..<row.end])))
                }
            }
            if !goesOn { return }
        }
    }

    // MARK: The thread that reads

    private func read(_ snapshot: any LedgerSnapshot) {
        var batch = Batch()
        let result: Result<Void, LedgerError>
        do throws(LedgerError) {
            try snapshot.scanChain { row in
                let start = batch.bytes.count
                batch.bytes.append(contentsOf: row.hash)
                let record = batch.bytes.count
                batch.bytes.append(contentsOf: row.record)
                batch.rows.append(
                    .init(
                        sequence: row.sequence, time: row.time, start: start, record: record, end: batch.bytes.count))
                guard batch.bytes.count >= Self.batchBytes else { return true }
                defer {
                    batch = Batch()
                    batch.bytes.reserveCapacity(Self.batchBytes + Self.batchBytes / 8)
                }
                return hand(over: batch)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // What was read before an error is hashed too: the failure is named after it.
        _ = hand(over: batch)
        state.withLock { $0.result = result }
        state.signal()
    }

    /// - Returns: false where nobody wants more.
    private func hand(over batch: Batch) -> Bool {
        let goesOn = state.waiting { state in
            if state.isStopped { return .over(false) }
            guard state.batches.count < Self.mostBatches else { return .untilSignal }
            state.batches.append(batch)
            return .over(true)
        }
        state.signal()
        return goesOn
    }

    // MARK: The thread that hashes

    private func next() throws(LedgerError) -> Batch? {
        let next: Result<Batch?, LedgerError> = state.waiting { state in
            if !state.batches.isEmpty { return .over(.success(state.batches.removeFirst())) }
            switch state.result {
            case nil: return .untilSignal
            case .success?: return .over(.success(nil))
            case .failure(let error)?: return .over(.failure(error))
            }
        }
        state.signal()
        return try next.get()
    }

    private func stop() {
        state.withLock { $0.isStopped = true }
        state.signal()
    }
}
