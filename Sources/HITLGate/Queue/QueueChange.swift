public import HITLCore

/// What observers of the queue hear, after it is in the ledger.
public enum QueueChange: Sendable {
    case opened(ApprovalRequest)
    case extended(Int64, deadline: WallTime)
    case closed(ApprovalRequest)
    case finished(Subject, tool: String, Outcome)
    /// An agent asks for more than may wait; what is over that is refused until it is below again.
    case overflowed(agent: String, limit: Int)
    /// Nothing happened; whoever asked for it wants to know that all before it was heard.
    case mark(Int)
}

/// Everybody who wants to hear of changes, each with a stream of its own.
struct Observers {
    private var streams: [Int: AsyncStream<QueueChange>.Continuation] = [:]
    private var nextKey = 0
    private var isFinished = false

    mutating func add(_ stream: AsyncStream<QueueChange>.Continuation) -> Int {
        nextKey += 1
        // Who comes after the end hears of the end.
        if isFinished { stream.finish() } else { streams[nextKey] = stream }
        return nextKey
    }

    mutating func remove(_ key: Int) { streams[key] = nil }

    func tell(_ change: QueueChange) {
        for stream in streams.values { stream.yield(change) }
    }

    mutating func finish() {
        isFinished = true
        for stream in streams.values { stream.finish() }
        streams = [:]
    }
}
