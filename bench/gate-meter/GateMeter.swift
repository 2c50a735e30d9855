import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `gate-meter CYCLES`: a gate on a ledger in memory, an agent's task that asks and a reviewer's task that approves.
///
/// Prints `memory.review p50 p99`, what a whole review takes, and `memory.released p50 p99`, what is left of it when
/// the decision is recorded: until the agent goes on; then `memory.signed p50 p99`, a whole review that is signed. In
/// microseconds.
@main
struct GateMeter {
    static func main() async throws {
        let cycles = Int(CommandLine.arguments.dropFirst().first ?? "") ?? 5_000
        let plain = try await measure(cycles, nil)
        report("memory.review", plain.reviews)
        report("memory.released", plain.releases)
        guard let key = SigningKey(seed: RandomBytes.make(32)) else { return }
        report("memory.signed", try await measure(cycles, Keyholder(key: key)).reviews)
    }

    private struct Keyholder: Signer {
        let key: SigningKey

        nonisolated(nonsending) func sign(
            _ statement: @Sendable (String) -> [UInt8]
        ) async throws(SigningFailure) -> (key: String, bytes: [UInt8]) {
            do { return (key.verifying.name, try key.sign(statement(key.verifying.name))) } catch {
                throw SigningFailure(error.description)
            }
        }
    }

    private static func measure(
        _ cycles: Int, _ signer: (any Signer)?
    ) async throws -> (reviews: [UInt64], releases: [UInt64]) {
        let recorded = Locked<UInt64>(0)
        // The clock is asked right before an entry is made; nothing else of the record is left to do then but to keep it.
        let ledger = try Ledger.inMemory(
            indexer: EventIndex.index(of:),
            clock: {
                recorded.withLock { $0 = SystemClock.monotonicNanoseconds() }
                return SystemClock.wallMilliseconds()
            })
        let newID: @Sendable () -> RequestID = {
            RequestID(bits: RandomBytes.make(8).reduce(0) { $0 << 8 | UInt64($1) })
        }
        let queue = try await Queue(ledger: ledger, clocks: .system, signer: signer, randomID: newID)
        let policy = Policy(rules: [], timeout: nil, version: "sha256:bench")
        let gate = Gate(
            queue: queue, ledger: EventLedger(ledger), clocks: .system, policy: { policy },
            digest: { call in
                CallDigest("hmac-sha256:" + KeyedDigest.hmac(key: Array("bench".utf8), call.digested).hex)
            },
            randomID: newID)

        let call = ToolCall(
            tool: "writeFile", kind: .edit,
            arguments: JSONObject([
                .init("path", .string("reports/1.md")), .init("content", .string(String(repeating: "x", count: 250))),
            ]),
            origin: Origin(agent: "mason", session: "sess_bench", lineage: ["main"]), performer: .requester)
        let mason = Principal(role: .agent, name: "mason", channel: "process")
        let ada = Principal(role: .person, name: "ada", channel: "tty")

        var reviews: [UInt64] = []
        var releases: [UInt64] = []
        for cycle in 0..<cycles + 500 {
            let (opened, told) = AsyncStream.makeStream(of: Int64.self)
            async let released = ask(gate, call, mason, told)
            var number: Int64 = 0
            for await one in opened { number = one }
            let start = SystemClock.monotonicNanoseconds()
            _ = try await gate.review(number, Review(answer: .approve, reviewer: ada))
            let end = await released
            guard cycle >= 500 else { continue }
            reviews.append(end - start)
            releases.append(end - recorded.withLock { $0 })
        }
        return (reviews, releases)
    }

    /// - Returns: when the agent went on.
    private static func ask(
        _ gate: Gate, _ call: ToolCall, _ requester: Principal, _ told: AsyncStream<Int64>.Continuation
    ) async -> UInt64 {
        let ruling = await gate.rule(on: call, from: requester) { request in
            told.yield(request.number)
            told.finish()
        }
        switch consume ruling {
        case .permitted: return SystemClock.monotonicNanoseconds()
        case .refused: return 0
        }
    }

    private static func report(_ name: String, _ times: [UInt64]) {
        let times = times.sorted()
        print(name, microseconds(times[times.count / 2]), microseconds(times[times.count * 99 / 100]))
    }

    private static func microseconds(_ nanoseconds: UInt64) -> String {
        "\(nanoseconds / 1000).\(nanoseconds % 1000 / 100)"
    }
}
