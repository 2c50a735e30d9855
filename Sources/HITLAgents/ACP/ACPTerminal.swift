import HITLCore
import HITLGate
import HITLPlatform

/// A command that the agent has this desk run, from its permit to its end.
final class ACPTerminal: Sendable {
    private struct State {
        var outcome: Outcome?
        var waiters: [CheckedContinuation<Outcome, Never>] = []
    }

    let id: String
    let session: String
    let output = LiveOutput()
    private let subject: Subject
    /// Bytes of output that the agent wants at most, the newest ones.
    private let limit: Int?
    private let state = Locked(State())

    init(id: String, session: String, subject: Subject, limit: Int?) {
        self.id = id
        self.session = session
        self.subject = subject
        self.limit = limit
    }

    func finish(_ outcome: Outcome) {
        let waiters = state.withLock { state in
            state.outcome = outcome
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: outcome) }
    }

    func ended() async -> Outcome {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state -> Outcome? in
                if state.outcome == nil { state.waiters.append(continuation) }
                return state.outcome
            }
            if let now { continuation.resume(returning: now) }
        }
    }

    func kill(_ gate: Gate) async {
        guard state.withLock({ $0.outcome }) == nil else { return }
        do throws(ReviewError) { try await gate.queue.stop(subject) } catch {
            // It has ended meanwhile.
        }
    }

    /// `{"output":"…","truncated":false,"exitStatus":{…}}`
    var report: JSONValue {
        let outcome = state.withLock { $0.outcome }
        let (bytes, isCut) = Self.text(of: outcome, output)
        var text = bytes
        var truncated = isCut
        if let limit, text.count > limit {
            text = Array(text.suffix(limit))
            // Not in the middle of a character.
            text = Array(text.drop { $0 & 0xC0 == 0x80 })
            truncated = true
        }
        return .members([
            "output": .string(String(decoding: text, as: UTF8.self)), "truncated": .bool(truncated),
            "exitStatus": outcome.map(Self.exit),
        ])
    }

    /// What it printed: standard output, then standard error. Of a command that did not run, why.
    private static func text(of outcome: Outcome?, _ live: LiveOutput) -> ([UInt8], isCut: Bool) {
        let (output, error) = live.now
        if let outcome, outcome.result == nil { return (Array((outcome.summary ?? "").utf8), false) }
        return (output.bytes + error.bytes, output.cut + error.cut > 0)
    }

    /// As a shell would report a command that could not be run, where there is no exit code.
    static func exit(_ outcome: Outcome) -> JSONValue {
        let result = outcome.result?.object
        if let code = result?["exitCode"] { return ["exitCode": code, "signal": .null] }
        if let signal = result?["signal"]?.integer { return ["exitCode": .null, "signal": .string(String(signal))] }
        if result?["timedOut"] != nil || result?["stopped"] != nil { return ["exitCode": .null, "signal": "9"] }
        return ["exitCode": 126, "signal": .null]
    }
}

/// Runs what is permitted as the workbench does, and lets its output be looked at meanwhile.
struct WatchedExecution: Executor {
    let workbench: any Workbench
    let output: LiveOutput

    func changes(since call: ToolCall) async -> [String] { await workbench.changes(since: call) }

    func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome {
        await workbench.run(permit, until: stop, showing: output)
    }
}
