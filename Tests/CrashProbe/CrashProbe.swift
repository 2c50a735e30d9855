import Glibc
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// A desk that is killed on purpose.
///
///     CrashProbe work DIRECTORY POINT CALL COUNT    COUNT calls; at POINT of the CALLth it kills itself
///     CrashProbe tell DIRECTORY                     opens the ledger again and tells what became of each request
///
/// Before it goes on from a step it writes the step down in `acknowledged`, so that the test knows what had been
/// promised. What an approved call does is a line in `effects`.
@main
struct CrashProbe {
    enum Point: String, CaseIterable {
        case never, beforeRequest, afterRequest, beforeDecision, afterDecision, beforeEffect, afterEffect, afterOutcome
    }

    static func main() async throws {
        let words = CommandLine.arguments
        let desk = try await Desk(words[2])
        switch words[1] {
        case "work":
            let point = Point(rawValue: words[3]) ?? .never
            try await desk.work(dyingAt: point, of: Int(words[4]) ?? 0, count: Int(words[5]) ?? 0)
        default: try await desk.tell()
        }
    }

    /// Every third call is rejected; the rest are approved.
    static func isApproved(_ number: Int64) -> Bool { number % 3 != 0 }
}

struct Desk: Executor {
    let directory: String
    let gate: Gate
    let ledger: Ledger
    let plan = Locked<(point: CrashProbe.Point, call: Int, current: Int)>((.never, 0, 0))

    init(_ directory: String) async throws {
        self.directory = directory
        ledger = try Ledger.open(
            path: directory + "/ledger.db", indexer: EventIndex.index(of:), clock: SystemClock.wallMilliseconds)
        let newID: @Sendable () -> RequestID = {
            RequestID(bits: RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) })
        }
        let queue = try await Queue(ledger: ledger, clocks: .system, randomID: newID)
        let policy = Policy(rules: [], timeout: nil, version: "crash")
        gate = Gate(
            queue: queue, ledger: EventLedger(ledger), clocks: .system, policy: { policy },
            digest: { CallDigest(HITLLedger.Digest(hashing: $0.digested).hex) }, randomID: newID)
    }

    // MARK: Working

    func work(dyingAt point: CrashProbe.Point, of call: Int, count: Int) async throws {
        for current in 1...max(count, 1) {
            plan.withLock { $0 = (point, call, current) }
            pass(.beforeRequest)
            let proposal = ToolCall(
                tool: "append", kind: .edit, arguments: JSONObject([.init("line", .integer(current))]),
                origin: Origin(agent: "mason", session: "crash"), performer: .desk)
            let agent = Principal(role: .agent, name: "mason", channel: "process")
            let ruling = await gate.rule(on: proposal, from: agent) { request in
                acknowledge("opened \(request.number)")
                pass(.afterRequest)
                Task { await decide(request.number) }
            }
            switch consume ruling {
            case .refused: continue
            case .permitted(let permit):
                let subject = permit.subject
                _ = await gate.execute(permit, with: self)
                acknowledge("finished \(subject)")
                pass(.afterOutcome)
            }
        }
    }

    private func decide(_ number: Int64) async {
        pass(.beforeDecision)
        let ada = Principal(role: .person, name: "ada", channel: "tty")
        let answer: Review.Answer = CrashProbe.isApproved(number) ? .approve : .reject
        do throws(ReviewError) {
            _ = try await gate.review(number, Review(answer: answer, reviewer: ada))
        } catch {
            return
        }
        acknowledge("decided \(number)")
        pass(.afterDecision)
    }

    func changes(since call: ToolCall) async -> [String] { [] }

    func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        pass(.beforeEffect)
        append("\(permit.subject)", to: "effects")
        pass(.afterEffect)
        return Outcome(status: .succeeded)
    }

    private func pass(_ point: CrashProbe.Point) {
        let dies = plan.withLock { $0.point == point && $0.call == $0.current }
        if dies { kill(getpid(), SIGKILL) }
    }

    private func acknowledge(_ step: String) { append(step, to: "acknowledged") }

    private func append(_ line: String, to name: String) {
        let descriptor = open(directory + "/" + name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let bytes = Array((line + "\n").utf8)
        precondition(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count, "no space for the probe")
        close(descriptor)
    }

    // MARK: Telling

    /// One line for each request: number, status, whether it started, outcome. Then what verification found.
    func tell() async throws {
        try Records(ledger).forEach { history throws(EventLedgerError) in
            let outcome = history.finished?.value.status.rawValue ?? "none"
            print("\(history.subject) \(history.decision) \(history.started == nil ? "idle" : "started") \(outcome)")
        }
        let failures = try await ledger.verify().failures
        print("verified \(failures.count)")
        ledger.close()
    }
}
