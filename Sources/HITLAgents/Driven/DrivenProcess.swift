import HITLCore
import HITLGate
import HITLPlatform

/// One process of an agent that carries its calls out itself, from its first message to its end, whatever protocol it
/// speaks: what is typed to it, a turn at a time, and what it says.
final class DrivenProcess: Sendable {
    private struct State {
        var isAlive = true
        /// Fired when the turn that goes on is over.
        var turn: Signal?
        var starting: Task<Void, Never>?
    }

    let context: RunnerContext
    let pipe: AgentPipe
    let calls: DrivenCalls
    private let isReady = Signal()
    private let startingTime: Duration
    private let state = Locked(State())

    /// - Parameter startingTime: how long it may take to become ready.
    init(_ context: RunnerContext, _ pipe: AgentPipe, startingTime: Duration = .seconds(60)) {
        self.context = context
        self.pipe = pipe
        self.startingTime = startingTime
        calls = DrivenCalls(context)
    }

    /// Nil where it does not start, which is told by then.
    static func start(
        _ program: AgentProgram, named name: String, for context: RunnerContext
    ) async -> DrivenProcess? {
        context.opening.act(as: [context.agent])
        guard let process = await context.start(program) else {
            context.opening.end()
            return nil
        }
        return DrivenProcess(context, AgentPipe(process, name: name))
    }

    // MARK: Its life

    /// - Parameters:
    ///   - hand: hands over a line, which begins a turn; false where the agent cannot be given one.
    ///   - listen: says the first word, and returns when the agent has ended or is not worked with any more.
    func run(
        handing hand: @escaping @Sendable (_ line: String) async -> Bool, listening listen: () async -> Void
    ) async {
        let typed = TypedWork(context, calls, isReady: isReady, name: pipe.name) { line, done in
            guard self.beginTurn(done) else { return false }
            return await hand(line)
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await typed.run() }
            let starting = Task { await self.giveUpOnStarting() }
            state.withLock { $0.starting = starting }
            await listen()
            starting.cancel()
            await close()
        }
    }

    private func giveUpOnStarting() async {
        do { try await Task.sleep(for: startingTime) } catch { return }
        context.beginning.fails(because: "does not answer and is ended")
        _ = await pipe.end()
    }

    /// It speaks its protocol and can be talked to.
    func becomeReady() {
        state.withLock { $0.starting }?.cancel()
        context.beginning.speaks()
        isReady.fire()
        context.opening.end()
    }

    private func close() async {
        let end = await pipe.end()
        await calls.end()
        if !Task.isCancelled, context.beginning.fails(because: end.words + end.saying) == .speaks {
            say(end.sentence(about: pipe.name))
        }
        state.withLock { $0.isAlive = false }
        endTurn()
        isReady.fire()
        context.opening.end()
    }

    // MARK: Talking

    func say(_ text: String, by branch: String? = nil) {
        context.say(Utterance(lineage: calls.lineage + (branch.map { [$0] } ?? []), text: text))
    }

    private func beginTurn(_ done: Signal) -> Bool {
        state.withLock { state in
            if state.isAlive { state.turn = done }
            return state.isAlive
        }
    }

    func endTurn() {
        let turn = state.withLock { state in
            defer { state.turn = nil }
            return state.turn
        }
        turn?.fire()
    }
}
