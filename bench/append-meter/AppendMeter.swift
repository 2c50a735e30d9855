import Glibc
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `append-meter DIRECTORY`: what it takes to make an entry durable, beside a bare sync in the same directory.
///
/// Prints `sync` and `append` with p50 and p99 in microseconds, taken in turns; then `group`, entries a second where many
/// append at once and each waits until its own is on the disk.
@main
struct AppendMeter {
    static func main() async throws {
        let directory = CommandLine.arguments[1]
        let ledger = try Ledger.open(
            path: directory + "/append.db", indexer: EventIndex.index(of:), clock: SystemClock.wallMilliseconds)
        let file = open(directory + "/sync", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LedgerError.readOnly(path: directory) }
        let block = [UInt8](repeating: 0x78, count: 512)
        var (syncs, appends): ([UInt64], [UInt64]) = ([], [])
        for number in 0..<2_000 as Range<Int64> {
            var start = SystemClock.monotonicNanoseconds()
            guard pwrite(file, block, block.count, off_t(number) * 512) == 512, fdatasync(file) == 0 else { return }
            syncs.append(SystemClock.monotonicNanoseconds() - start)
            start = SystemClock.monotonicNanoseconds()
            _ = try await ledger.append([draft(number)])
            appends.append(SystemClock.monotonicNanoseconds() - start)
        }
        report("sync", syncs)
        report("append", appends)

        let (tasks, each): (Int64, Int64) = (256, 100)
        let start = SystemClock.monotonicNanoseconds()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 1...tasks {
                group.addTask {
                    for number in 0..<each { _ = try await ledger.append([draft(task * 1_000_000 + number)]) }
                }
            }
            try await group.waitForAll()
        }
        let taken = SystemClock.monotonicNanoseconds() - start
        print("group", Int64(Double(tasks * each) / Double(taken) * 1e9), "-")
        ledger.close()
    }

    /// As long as most that a desk writes, and found in as many ways.
    private static func draft(_ number: Int64) -> Draft {
        let request = ApprovalRequest(
            number: number + 1, id: RequestID(bits: UInt64(number)),
            call: ToolCall(
                tool: "writeFile", kind: .edit,
                arguments: JSONObject([.init("path", .string("reports/\(number).md"))]),
                origin: Origin(agent: "mason", session: "sess_bench", lineage: ["main"]), performer: .desk),
            digest: CallDigest("hmac-sha256:bench"),
            verdict: Verdict(effect: .deny, rules: [], risk: Risk(factors: []), timeout: nil, policyVersion: "bench"),
            requester: Principal(role: .agent, name: "mason", channel: "process"), attendance: .connected,
            openedAt: WallTime(milliseconds: number), deadline: nil)
        return Draft(.opened(Event.Opened(request)))
    }

    private static func report(_ name: String, _ times: [UInt64]) {
        let times = times.dropFirst(times.count / 10).sorted()
        print(name, times[times.count / 2] / 1000, times[times.count * 99 / 100] / 1000)
    }
}
