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

    /// What becomes of a call of its agent's that a person edits and approves.
    func reach(ofEdits call: ToolCall) -> EditReach
}

package enum EditReach: Sendable, Equatable {
    /// The agent hears what was changed; nothing runs.
    case toldOnly
    case carriedOut
}

extension Runner {
    package func reach(ofEdits call: ToolCall) -> EditReach { .carriedOut }

    /// The call that an edit makes of one that its agent carries out itself and cannot be given anew; nil for every other
    /// call. What its approval means is among its warnings, and what came of it is known: it did not run.
    package func edited(_ call: ToolCall, _ arguments: JSONObject) -> ToolCall? {
        guard reach(ofEdits: call) == .toldOnly else { return nil }
        return ToolCall(
            tool: call.tool, kind: call.kind, arguments: arguments, origin: call.origin, directory: call.directory,
            claims: call.claims, performer: .requester,
            facts: Facts(
                warnings: [
                    "\(name) does this itself and cannot be given other arguments: approved, it does not run, and "
                        + "\(name) is told what you changed, so that it can ask again"
                ]))
    }
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
    /// The runner says there whether its agent came to speak.
    package let beginning: Beginning
    /// Hands out what an agent says, unchanged and unchecked: whoever shows it escapes it.
    package let say: @Sendable (Utterance) -> Void
    /// What this program has to say about the agent.
    package let announce: @Sendable (AgentNotice) -> Void
    /// Adds to a call that the workbench does not prepare what can be seen of it from here.
    package let look: @Sendable (ToolCall) -> ToolCall

    package init(
        gate: Gate, workbench: any Workbench, agent: String, session: String, workspace: String,
        conversation: Conversation, beginning: Beginning = Beginning(),
        look: @escaping @Sendable (ToolCall) -> ToolCall = { $0 },
        say: @escaping @Sendable (Utterance) -> Void,
        announce: @escaping @Sendable (AgentNotice) -> Void = { _ in }
    ) {
        self.look = look
        self.beginning = beginning
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
