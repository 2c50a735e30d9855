package import HITLCore
import HITLPlatform

/// Codex, driven over its app server.
///
/// It fails closed: what it asks about runs only after an answer of ours that accepts it.
package final class CodexRunner: Runner {
    package let name: String
    private let program: AgentProgram
    /// Codex's id of the conversation, so that it goes on after it was cancelled.
    private let thread = Locked<String?>(nil)

    package init(name: String, _ program: AgentProgram) {
        self.name = name
        self.program = program
    }

    package func reach(ofEdits call: ToolCall) -> EditReach { CodexQuestion.reach(ofEdits: call.tool) }

    package func run(_ context: RunnerContext) async {
        let words = ["app-server"] + program.arguments
        guard let agent = await DrivenProcess.start(program.with(arguments: words), named: name, for: context) else {
            return
        }
        await CodexSession(agent, resuming: thread.withLock { $0 }) { id in self.thread.withLock { $0 = id } }.run()
    }
}
