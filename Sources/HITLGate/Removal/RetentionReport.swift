public import HITLCore
import HITLLedger

/// What a ledger has that need not be kept any longer.
public struct RetentionReport: Sendable, Equatable {
    /// The entries from the first on that are older than they have to be kept.
    public internal(set) var past: Int64 = 0
    /// How many of these can be removed: up to the first request that goes on after them, or is not finished.
    public internal(set) var removable: Int64 = 0
    /// What was removed before; entries up to this one are gone.
    public internal(set) var removedBefore: Int64 = 0
    /// Of the records that can be removed.
    public internal(set) var bytes: Int64 = 0
    /// When the oldest and the newest of them were appended.
    public internal(set) var times: ClosedRange<WallTime>?
    public internal(set) var requests: Int64 = 0
    /// The greatest number that a request has had.
    public internal(set) var lastNumber: Int64 = 0

    /// How many entries there are to remove.
    public var entries: Int64 { max(0, removable - removedBefore) }
}

extension Records {
    /// - Parameters:
    ///   - floor: how long entries have to be kept.
    ///   - last: nothing after it is looked at.
    public func retention(
        floor: Milliseconds, now: WallTime, through last: Int64 = .max
    ) throws(EventLedgerError) -> RetentionReport {
        let end = now.milliseconds - floor.count
        let unfinished = Set(try events.unfinished().map { $0.0.description })
        var report = RetentionReport()
        report.lastNumber = try events.lastNumber()
        var sum = RetentionReport()
        // The last entry of all subjects that have one so far: before it nothing can be cut.
        var reach: Int64 = 0
        var isOver = false
        var next: Int64 = 1
        while !isOver {
            let start = next
            let page = try events.read { ledger throws(LedgerError) in try ledger.entries(from: start, limit: 500) }
            guard let newest = page.last else { break }
            next = newest.sequence + 1
            for entry in page {
                guard entry.sequence <= last, entry.time <= end else {
                    isOver = true
                    break
                }
                report.past = entry.sequence
                if entry.index.kind.utf8.elementsEqual(Self.removedKind.utf8), entry.record.isEmpty {
                    (report.removedBefore, report.removable) = (entry.sequence, entry.sequence)
                    continue
                }
                let at = WallTime(milliseconds: entry.time)
                sum.bytes += Int64(entry.record.count)
                sum.times = min(sum.times?.lowerBound ?? at, at)...max(sum.times?.upperBound ?? at, at)
                switch entry.index.kind {
                case EventIndex.opened, EventIndex.ruled: sum.requests += 1
                default: break
                }
                reach = max(reach, try lastEntry(of: entry, unfinished))
                if reach <= entry.sequence {
                    report.removable = entry.sequence
                    (report.bytes, report.times, report.requests) = (sum.bytes, sum.times, sum.requests)
                }
            }
        }
        return report
    }

    static let removedKind = "removed"

    private func lastEntry(of entry: Entry, _ unfinished: Set<String>) throws(EventLedgerError) -> Int64 {
        guard let subject = entry.index.subject else { return entry.sequence }
        if unfinished.contains(subject) { return .max }
        switch entry.index.kind {
        // All others of a subject come after one of these.
        case EventIndex.opened, EventIndex.ruled:
            let entries = try events.read { ledger throws(LedgerError) in try ledger.entries(of: subject) }
            return entries.last?.sequence ?? entry.sequence
        default: return entry.sequence
        }
    }
}
