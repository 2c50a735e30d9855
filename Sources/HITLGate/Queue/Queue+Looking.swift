public import HITLCore
import HITLPlatform

extension Queue {
    // MARK: Looking

    /// The open request of that number, whole.
    public func open(_ number: Int64) throws(ReviewError) -> ApprovalRequest {
        guard let entry = pending[number] else { throw .alreadyClosed(try status(of: number)) }
        if let waiter = entry.waiter, waiter.request.deadline == entry.deadline { return waiter.request }
        guard let request = try read(number).request else { throw .unknownRequest(String(number)) }
        return request.with(status: .pending)
    }

    func status(of number: Int64) throws(ReviewError) -> Status {
        guard let status = try read(number).status else { throw .unknownRequest(String(number)) }
        return status
    }

    private func read(_ number: Int64) throws(ReviewError) -> RequestHistory {
        do { return try ledger.history(of: .request(number)) } catch {
            throw .notRecorded(because: error.description)
        }
    }

    /// One line of what waits.
    public struct Waiting: Sendable, Equatable {
        public enum Requester: Sendable { case connected, detached, orphaned }

        public let number: Int64
        public let severity: Severity
        public let openedAt: WallTime
        public let deadline: WallTime?
        public let requester: Requester
        public let performer: Performer
    }

    /// What waits, by number: a few words each, without reading one record.
    public var waiting: [Waiting] {
        pending.map { number, entry in
            Waiting(
                number: number, severity: entry.severity, openedAt: entry.openedAt, deadline: entry.deadline,
                requester: entry.requester, performer: entry.performer)
        }
    }

    public var pendingCount: Int { pending.count }

    public func requesterOf(_ number: Int64) -> Waiting.Requester? { pending[number]?.requester }

    /// The queue's time, which requests' ages and deadlines are measured by.
    public nonisolated var now: WallTime { steady.now }

    // MARK: Hearing

    /// All changes from now on. The stream ends when the queue closes.
    public func changes() -> AsyncStream<QueueChange> {
        let (stream, continuation) = AsyncStream.makeStream(of: QueueChange.self)
        let key = observers.add(continuation)
        continuation.onTermination = { _ in Task { await self.removeObserver(key) } }
        return stream
    }

    private func removeObserver(_ key: Int) { observers.remove(key) }

    /// Sends observers a mark, greater than all before, behind everything they were told so far.
    public func mark() -> Int {
        lastMark += 1
        observers.tell(.mark(lastMark))
        return lastMark
    }
}

extension Pending {
    fileprivate var requester: Queue.Waiting.Requester {
        switch presence {
        case .here: .connected
        case .detached: .detached
        case .gone: .orphaned
        }
    }
}
