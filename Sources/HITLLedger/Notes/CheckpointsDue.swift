/// When the next checkpoint is to be made by itself.
struct CheckpointsDue: Sendable {
    /// At 10,000 entries a second two to three checkpoints a second; at a person's pace one in some weeks, beside
    /// those at the end of sessions.
    static let interval: Int64 = 4_096

    private var next: Int64
    private var isUnderWay = false

    /// - Parameter isOnDisk: a ledger in memory has nothing to lose to a later day.
    init(after size: Int64, isOnDisk: Bool) {
        next = isOnDisk ? Self.following(size) : .max
    }

    /// - Returns: true for the one who makes it, and then calls `end`.
    mutating func begin(at size: Int64) -> Bool {
        guard size >= next, !isUnderWay else { return false }
        next = Self.following(size)
        isUnderWay = true
        return true
    }

    mutating func end() {
        isUnderWay = false
    }

    private static func following(_ size: Int64) -> Int64 { (size / interval + 1) * interval }
}
