import HITLCore
import HITLGate
import HITLPlatform

/// Claude Code, driven over the control protocol of its SDK.
///
/// It fails closed: a tool runs only after an answer of ours that allows it, and its end is the end of all questions.
package final class ClaudeRunner: Runner {
    package let name: String
    private let program: AgentProgram
    /// What Claude Code calls the conversation, so that it goes on after it was cancelled.
    private let conversation = Locked<String?>(nil)

    package init(name: String, _ program: AgentProgram) {
        self.name = name
        self.program = program
    }

    package func run(_ context: RunnerContext) async {
        let (words, left) = ClaudeArguments.words(program.arguments, resuming: conversation.withLock { $0 })
        if !left.isEmpty {
            context.say(
                Utterance(
                    lineage: [context.agent],
                    text: "Left out, because the gate decides: \(left.joined(separator: " "))"))
        }
        guard let agent = await DrivenProcess.start(program.with(arguments: words), named: name, for: context) else {
            return
        }
        await ClaudeSession(agent) { id in self.conversation.withLock { $0 = id } }.run()
    }
}
