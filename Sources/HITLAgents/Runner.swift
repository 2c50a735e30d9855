package import HITLCore
package import HITLGate

/// Drives or proxies one agent: what the agent wants becomes a `ToolCall`, what the gate says becomes
/// what the agent is told. It only ever receives a `Ruling`; it cannot decide.
package protocol Runner: Sendable {
    /// What records call the agent.
    var name: String { get }

    /// Runs the agent until it ends or the task is cancelled.
    ///
    /// Whatever it asked for and nobody decided is withdrawn by the cancellation (`Gate.rule` sees to
    /// it), so a runner has only to return. It ends `context.opening` once what it does by itself at
    /// the beginning has strands of its own.
    func run(_ context: RunnerContext) async
}

/// All that a runner has of the program around it.
package struct RunnerContext: Sendable {
    package let gate: Gate
    package let workbench: any Workbench
    /// What records call the agent, and its session.
    package let agent: String
    package let session: String
    /// Absolute path of the directory that the agent works in.
    package let workspace: String
    /// What the operator types to the agent.
    package let lines: AsyncStream<TypedLine>
    package let activity: AgentActivity
    /// Working from the moment the context exists, so that nobody takes a runner that has not begun
    /// for one that is idle.
    package let opening: Strand
    /// Hands out what an agent says, unchanged and unchecked: whoever shows it escapes it.
    package let say: @Sendable (Utterance) -> Void
    /// What this program has to say about the agent.
    package let announce: @Sendable (AgentNotice) -> Void
    /// Files of the gate itself that a call names, for calls that the workbench does not prepare.
    package let gateFiles: @Sendable (ToolCall) -> [String]

    package init(
        gate: Gate, workbench: any Workbench, agent: String, session: String, workspace: String,
        conversation: Conversation, gateFiles: @escaping @Sendable (ToolCall) -> [String] = { _ in [] },
        say: @escaping @Sendable (Utterance) -> Void,
        announce: @escaping @Sendable (AgentNotice) -> Void = { _ in }
    ) {
        self.gateFiles = gateFiles
        self.gate = gate
        self.workbench = workbench
        self.agent = agent
        self.session = session
        self.workspace = workspace
        self.say = say
        self.announce = announce
        lines = conversation.lines
        activity = conversation.activity
        opening = conversation.activity.begin([])
    }

    /// Who asks, as the program itself knows it.
    package var requester: Principal { Principal(role: .agent, name: agent, channel: "process") }
}

/// Something that an agent says, in its own words.
package struct Utterance: Sendable, Equatable {
    /// From the root agent down, the speaking one last.
    package let lineage: [String]
    package let text: String

    package init(lineage: [String], text: String) {
        self.lineage = lineage
        self.text = text
    }
}
