import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `ledger-maker PATH ENTRIES`: a ledger as a desk leaves it after many decisions, for measuring how long it takes to
/// look something up in it. Four entries for each request, one request a second until now; one tool in a hundred
/// requests is rare, and only the oldest twenty requests were rejected.
@main
struct LedgerMaker {
    static func main() async throws {
        let path = CommandLine.arguments[1]
        let entries = Int64(CommandLine.arguments[2]) ?? 4
        let draftName = path + ".new"
        let ledger = try Ledger.open(
            path: draftName, indexer: EventIndex.index(of:), clock: SystemClock.wallMilliseconds)
        let head = try ledger.head
        ledger.close()
        let writer = try BulkWriter(draftName, after: head)
        let requests = entries / 4 + 1
        let start = SystemClock.wallMilliseconds() - requests * 1000
        // Two chunks are made while the one before is written.
        let chunk: Int64 = 4_000
        var made: [Task<[[Draft]], Never>] = []
        var next: Int64 = 1
        writing: while true {
            while made.count < 3, next <= requests {
                let range = next..<min(next + chunk, requests + 1)
                next = range.upperBound
                made.append(Task.detached { range.map { story(of: $0, since: start).map { Draft($0) } } })
            }
            guard !made.isEmpty else { break }
            let (drafts, first) = (await made.removeFirst().value, writer.size)
            for (place, story) in drafts.enumerated() {
                for draft in story {
                    guard writer.size < entries else { break writing }
                    try writer.append(draft, at: start + (first / 4 + Int64(place)) * 1000)
                }
            }
        }
        for task in made { task.cancel() }
        try writer.finish()
        try writer.rename(to: path)
    }

    static func story(of number: Int64, since start: Int64) -> [Event] {
        let tool = number % 100 == 0 ? "deleteFile" : "writeFile"
        let call = ToolCall(
            tool: tool, kind: .edit,
            arguments: JSONObject([
                .init("path", .string("reports/\(number).md")),
                .init("content", .string("Report number \(number), as asked for.")),
            ]),
            origin: Origin(agent: "mason", session: "sess_bench", lineage: ["main"]), performer: .desk)
        let at = WallTime(milliseconds: start + number * 1000)
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
        let answer: Review.Answer = number <= 20 ? .reject : .approve
        _ = try? request.apply(.review(Review(answer: answer, reviewer: ada), shown: nil), at: at)
        let closed = Event.closed(Event.Closed(request, waited: Milliseconds(600 + number * 7919 % 5000)))
        if number <= 20 { return [opened, closed] }
        return [
            opened, closed, .started(subject: .request(number), digest: request.digest),
            .finished(subject: .request(number), Outcome(status: .succeeded, summary: "done")),
        ]
    }
}
