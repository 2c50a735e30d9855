import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `history-meter PATH TEXT`: what questions to a long ledger take, without the start of a program.
///
/// Prints a name and the median in microseconds: `first`, with everything that is derived beside the ledger where it is
/// not there yet; then `last`, `tool`, `decision` (of which only the oldest have any), `since`, `stats`, `stats-since`,
/// `text` (what has TEXT) and `no-text` (a text that nothing has).
@main
struct HistoryMeter {
    static func main() async throws {
        let path = CommandLine.arguments[1]
        let ledger = try Ledger.openReadOnly(
            path: path, indexer: EventIndex.index(of:), clock: SystemClock.wallMilliseconds)
        let records = Records(ledger)
        try measure("first", times: 1) { for kind in Records.outlines { try ledger.outline(kind).extend() } }
        try measure("last", times: 21) { _ = try records.history(.init(last: 10)) }
        try measure("tool", times: 21) { _ = try records.history(.init(last: 10, tool: "deleteFile")) }
        try measure("decision", times: 7) { _ = try records.history(.init(last: 10, decision: "rejected")) }
        let newest = try ledger.latest(limit: 1).first?.time ?? 0
        let since = WallTime(milliseconds: newest - 60_000)
        try measure("since", times: 21) { _ = try records.history(.init(since: since)) }
        try measure("stats", times: 7) { _ = try records.statistics() }
        try measure("stats-since", times: 7) { _ = try records.statistics(since: since) }
        let text = CommandLine.arguments[2]
        try measure("text", times: 3) { _ = try records.history(.init(last: 10, text: text)) }
        try measure("no-text", times: 3) { _ = try records.history(.init(last: 10, text: "mauve albatross")) }
    }

    private static func measure(_ name: String, times: Int, _ work: () throws -> Void) throws {
        var taken: [UInt64] = []
        for _ in 0..<times {
            let start = SystemClock.monotonicNanoseconds()
            try work()
            taken.append(SystemClock.monotonicNanoseconds() - start)
        }
        print(name, taken.sorted()[times / 2] / 1000)
    }
}
