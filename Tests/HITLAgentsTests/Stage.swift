import HITLAgents
import HITLConfiguration
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTools

extension Toolbox: Workbench {
    package var tools: [String] { ToolTable.all.map(\.name) }
}

/// A clock that moves when it is told to.
final class StoppedClock: Sendable {
    private struct State {
        var now: Int64 = 1_767_225_600_000
        var sleepers: [(until: Int64, waiter: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Locked(State())

    var clocks: Clocks {
        Clocks(
            wall: { WallTime(milliseconds: self.state.withLock { $0.now }) },
            monotonic: { Milliseconds(self.state.withLock { $0.now }) },
            sleep: { until in
                await withCheckedContinuation { waiter in
                    let isOver = self.state.withLock { state in
                        if state.now >= until.count { return true }
                        state.sleepers.append((until.count, waiter))
                        return false
                    }
                    if isOver { waiter.resume() }
                }
            })
    }

    func advance(by duration: Milliseconds) {
        let due = state.withLock { state in
            state.now += duration.count
            let due = state.sleepers.filter { $0.until <= state.now }
            state.sleepers.removeAll { $0.until <= state.now }
            return due
        }
        for sleeper in due { sleeper.waiter.resume() }
    }

    /// A sleeper that nobody wakes would be leaked.
    func end() { advance(by: Milliseconds(1 << 50)) }
}

/// A scenario played before a real gate: memory ledger, real tools, an operator called Alice.
final class Stage: Sendable {
    let workspace: TemporaryDirectory
    let outside: TemporaryDirectory
    let clock = StoppedClock()
    let gate: Gate
    let workbench: ScenarioWorkbench
    let activity: AgentActivity
    let conversation: Conversation
    let context: RunnerContext
    private let said = Locked<[Utterance]>([])
    private let ids = Locked<UInt64>(0)

    static let alice = Principal(role: .person, name: "alice", channel: "tty")

    /// What the desk does by default: what is proven to only read needs nobody, everything else asks.
    static let usual = Policy(
        rules: [Rule(name: "read-only", source: "built-in", when: .provenReadOnly, action: .allow)],
        timeout: .minutes(5), version: "test")

    init(_ scenario: Scenario? = nil, policy: Policy = usual) async throws {
        workspace = try TemporaryDirectory()
        outside = try TemporaryDirectory()
        let clocks = clock.clocks
        let ids = self.ids
        let nextID: @Sendable () -> RequestID = {
            RequestID(
                bits: ids.withLock {
                    $0 += 1; return $0
                })
        }
        let ledger = try Ledger.inMemory(indexer: EventIndex.index(of:), clock: { clocks.wall().milliseconds })
        let queue = try await Queue(ledger: ledger, clocks: clocks, randomID: nextID)
        gate = Gate(
            queue: queue, ledger: EventLedger(ledger), clocks: clocks, policy: { policy },
            digest: { CallDigest(String(decoding: $0.digested, as: UTF8.self)) }, randomID: nextID)
        workbench = ScenarioWorkbench(
            try Toolbox(
                workspace: workspace.path, outbox: outside.path + "/outbox", gateFiles: [],
                environment: CleanEnvironment(home: outside.path, user: "operator"), now: clocks.wall),
            tools: scenario?.tools ?? [])
        activity = AgentActivity(queue: queue)
        conversation = Conversation(activity: activity)
        context = RunnerContext(
            gate: gate, workbench: workbench, agent: "simulated", session: "s1", workspace: workspace.path,
            conversation: conversation, say: { [said] utterance in said.withLock { $0.append(utterance) } })
        if let scenario { try Furnishing.put(scenario.files, into: workspace.path) }
    }

    deinit { clock.end() }

    // MARK: What Alice sees

    /// What was said since the last look, with the workspace's path as `<workspace>`.
    func heard() -> String {
        let utterances = said.withLock { said in
            defer { said = [] }
            return said
        }
        return utterances.map { "\($0.lineage.joined(separator: "/")): \($0.text)" }.joined(separator: "\n")
            .hiding(workspace.path)
    }

    /// One line for each pending request: number, who, tool, arguments, confidence.
    func pending() async -> String {
        var lines: [String] = []
        for number in await gate.queue.waiting.map(\.number).sorted() {
            guard let call = try? await gate.queue.open(number).call else { continue }
            let confidence = call.claims.confidence.map { " \($0.lexeme)" } ?? ""
            let arguments = call.arguments.members.map { "\($0.name): \($0.value.canonicalText)" }.joined(
                separator: ", ")
            lines.append(
                "\(number) \(call.origin.lineage.joined(separator: "/")) \(call.tool) { \(arguments) }\(confidence)")
        }
        return lines.joined(separator: "\n").hiding(workspace.path)
    }

    func doing() async -> String {
        await activity.agents().map { agent in
            let name = agent.lineage.joined(separator: "/")
            return switch agent.doing {
            case .working: "\(name) works"
            case .blocked(let numbers): "\(name) waits for \(numbers.map(String.init).joined(separator: ", "))"
            case .idle: "\(name) is idle"
            }
        }.joined(separator: "\n")
    }

    // MARK: What Alice does

    func approve(_ numbers: Int64...) async throws {
        for number in numbers {
            _ = try await gate.review(number, Review(answer: .approve, reviewer: Self.alice))
            await activity.settled()
        }
    }

    func reject(_ number: Int64, _ reason: String? = nil) async throws {
        _ = try await gate.review(number, Review(answer: .reject, reviewer: Self.alice, reason: reason))
        await activity.settled()
    }

    /// Lets `count` requests run into their deadline.
    func expire(_ count: Int, after duration: Milliseconds) async {
        let changes = await gate.queue.changes()
        clock.advance(by: duration)
        var closed = 0
        for await case .closed in changes {
            closed += 1
            if closed == count { break }
        }
        await activity.settled()
    }

    func edit(_ number: Int64, _ name: String, _ value: JSONValue) async throws -> Int64 {
        let old = try await gate.queue.open(number).call
        var arguments = old.arguments
        arguments[name] = value
        let call = await workbench.prepare(
            tool: old.tool, arguments: arguments, origin: old.origin, claims: old.claims)
        let new = try await gate.supersede(number, with: call, by: Self.alice)
        await activity.settled()
        return new.number
    }

    func type(_ line: String) async {
        conversation.send(line)
        await activity.settled()
    }
}

extension String {
    func hiding(_ path: String) -> String {
        var text = self
        while text.range(of: path) != nil { text = text.replacing(path, with: "<workspace>") }
        return text
    }
}

extension Scenario {
    static let realTools = ToolTable.all.map(\.name)

    static func demo() throws -> Scenario {
        try Scenario(Array(demoSource.utf8), file: "demo.yaml", tools: realTools)
    }

    init(_ text: String) throws {
        try self.init(Array(text.utf8), file: "story.yaml", tools: Self.realTools)
    }
}

/// Plays `scenario` until `act` is through, then cancels the runner as the loop does.
func play<Result: Sendable>(
    _ scenario: Scenario, policy: Policy = Stage.usual, _ act: (Stage) async throws -> Result
) async throws -> Result {
    let stage = try await Stage(scenario, policy: policy)
    return try await stage.perform(SimulatedRunner(scenario), act)
}

extension Stage {
    func perform<Result: Sendable>(
        _ runner: some Runner, _ act: (Stage) async throws -> Result
    ) async throws -> Result {
        let run = Task { [context] in await runner.run(context) }
        await activity.settled()
        do {
            let result = try await act(self)
            run.cancel()
            await run.value
            return result
        } catch {
            run.cancel()
            await run.value
            throw error
        }
    }
}

extension String {
    func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].utf8.starts(with: text.utf8) {
                return start..<utf8.index(start, offsetBy: text.utf8.count)
            }
            start = index(after: start)
        }
        return nil
    }

    func replacing(_ text: String, with other: String) -> String {
        guard let place = range(of: text) else { return self }
        return String(self[..<place.lowerBound]) + other + String(self[place.upperBound...])
    }
}
