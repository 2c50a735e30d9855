import HITLAgents
import HITLConsole
import HITLGate
import HITLPlatform

/// The loop's own agent: started, talked to, cancelled and ended.
final class AgentHost: Sendable {
    private struct Work {
        var conversation: Conversation
        var task: Task<Void, Never>?
        /// Cancelled work that has not ended yet.
        var former: [Task<Void, Never>] = []
    }

    private let agent: LoopPlan.Agent
    private let activity: AgentActivity
    private let makeContext: @Sendable (Conversation, Notices) -> RunnerContext
    private let work: Locked<Work>
    private let notices = Locked<Notices?>(nil)

    init(
        _ agent: LoopPlan.Agent, activity: AgentActivity,
        makeContext: @escaping @Sendable (Conversation, Notices) -> RunnerContext
    ) {
        self.agent = agent
        self.activity = activity
        self.makeContext = makeContext
        work = Locked(Work(conversation: Conversation(activity: activity)))
    }

    func start(saying notices: Notices) {
        self.notices.withLock { $0 = notices }
        guard case .simulated(let scenario, _) = agent else { return }
        begin(SimulatedRunner(scenario), notices)
    }

    private func begin(_ runner: SimulatedRunner, _ notices: Notices) {
        let conversation = Conversation(activity: activity)
        let context = makeContext(conversation, notices)
        let task = Task { await runner.run(context) }
        work.withLock { work in
            if let former = work.task { work.former.append(former) }
            work.conversation = conversation
            work.task = task
        }
    }

    /// False where there is no agent.
    func tell(_ line: String) -> Bool {
        guard case .simulated = agent else { return false }
        work.withLock { $0.conversation.send(line) }
        return true
    }

    /// Ends what the agent is at; its open requests are withdrawn. It listens again afterwards.
    func cancel() async {
        guard case .simulated(let scenario, _) = agent, let notices = notices.withLock({ $0 }) else { return }
        let task = work.withLock { $0.task }
        task?.cancel()
        await task?.value
        begin(SimulatedRunner(scenario.listeningOnly), notices)
    }

    func end() async {
        let (conversation, tasks) = work.withLock { ($0.conversation, $0.former + [$0.task].compactMap { $0 }) }
        conversation.end()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// What commands may know of it.
    var view: HITLConsole.Desk.Agents? {
        guard case .simulated(let scenario, _) = agent else { return nil }
        return HITLConsole.Desk.Agents(
            names: { ["simulated, scenario \(scenario.name)"] },
            activities: { [activity] in
                await activity.agents().map { ($0.lineage, Self.words($0.doing)) }
            },
            cancel: { await self.cancel() })
    }

    private static func words(_ doing: AgentActivity.Doing) -> String {
        switch doing {
        case .working: "working"
        case .idle: "idle"
        case .blocked(let numbers): "waits for " + numbers.map { "request \($0)" }.joined(separator: ", ")
        }
    }
}
