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

    package func run(_ context: RunnerContext) async {
        context.opening.act(as: [context.agent])
        let pipe: AgentPipe
        do throws(AgentProcess.Problem) {
            pipe = try await AgentPipe.start(
                program.with(arguments: ["app-server"] + program.arguments), in: context.workspace, name: name)
        } catch {
            context.say(Utterance(lineage: [context.agent], text: "`\(name)` did not start: \(error)."))
            context.opening.end()
            return
        }
        let session = CodexSession(context, pipe, resuming: thread.withLock { $0 }) { id in
            self.thread.withLock { $0 = id }
        }
        await session.run()
    }
}
