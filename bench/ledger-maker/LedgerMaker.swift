import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `ledger-maker PATH ENTRIES`: a ledger as a desk leaves it after many decisions, for measuring how long it takes to
/// look something up in it. Four entries for each request; one tool in a hundred requests is rare.
@main
struct LedgerMaker {
    static func main() async throws {
        let path = CommandLine.arguments[1]
        let requests = (Int64(CommandLine.arguments[2]) ?? 4) / 4
        let ledger = try Ledger.open(path: path, indexer: EventIndex.index(of:), clock: SystemClock.wallMilliseconds)
        let events = EventLedger(ledger)
        var batch: [Event] = []
        for number in 1...max(requests, 1) {
            batch += story(of: number)
            if batch.count >= 2000 || number == requests {
                try await events.append(batch, durability: .written)
                batch = []
            }
        }
        ledger.close()
    }

    static func story(of number: Int64) -> [Event] {
        let tool = number % 100 == 0 ? "deleteFile" : "writeFile"
        let call = ToolCall(
            tool: tool, kind: .edit,
            arguments: JSONObject([
                .init("path", .string("reports/\(number).md")),
                .init("content", .string("Report number \(number), as asked for.")),
            ]),
            origin: Origin(agent: "mason", session: "sess_bench", lineage: ["main"]), performer: .desk)
        let at = WallTime(milliseconds: 1_767_225_600_000 + number * 1000)
        let verdict = Verdict(
            effect: .ask, rules: [RuleReference(name: "default", source: "built-in", fact: "no rule covers the call")],
            risk: Risk(factors: [.init(name: "file_modification", weight: 20)]), timeout: .minutes(5),
            policyVersion: "sha256:bench")
        let ada = Principal(role: .person, name: "ada", channel: "tty")
        var request = ApprovalRequest(
            number: number, id: RequestID(bits: UInt64(number)), call: call, digest: CallDigest("hmac-sha256:bench"),
            verdict: verdict, requester: Principal(role: .agent, name: "mason", channel: "process"),
            attendance: .connected, openedAt: at, deadline: nil)
        let opened = Event.opened(Event.Opened(request))
        _ = try? request.apply(.review(Review(answer: .approve, reviewer: ada), shown: nil), at: at)
        return [
            opened, .closed(Event.Closed(request, waited: Milliseconds(900))),
            .started(subject: .request(number), digest: request.digest),
            .finished(subject: .request(number), Outcome(status: .succeeded, summary: "done")),
        ]
    }
}
