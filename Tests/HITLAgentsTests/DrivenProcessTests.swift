import HITLCore
import HITLGate
import HITLPlatform
import Testing

@testable import HITLAgents

@Suite struct `An agent that is driven over its own protocol` {
    /// Says one line after a while, and ends when its input does.
    private static let late = "sleep 0.3; echo '{\"late\":true}'; cat >/dev/null"

    private static func process(
        _ stage: Stage, startingTime: Duration, failed: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> DrivenProcess {
        let program = AgentProgram(
            words: ["/bin/sh", "-c", late], directory: "/", searchPath: "/usr/bin:/bin", environment: [])
        let context = RunnerContext(
            gate: stage.gate, workbench: stage.workbench, agent: "driven", session: "s1",
            workspace: stage.workspace.path, conversation: stage.conversation, beginning: Beginning(failed: failed),
            say: { _ in })
        let process = try #require(await context.start(program))
        return DrivenProcess(context, AgentPipe(process, name: "driven"), startingTime: startingTime)
    }

    @Test func `may take its time once it is ready`() async throws {
        let stage = try await Stage()
        let agent = try await Self.process(stage, startingTime: .milliseconds(50))
        stage.conversation.end()
        let heard = Locked<[String]>([])
        await agent.run(handing: { _ in true }) {
            agent.becomeReady()
            if case .message(let message) = await agent.pipe.next() {
                heard.withLock { $0.append(JSONValue.object(message).canonicalText) }
            }
        }
        #expect(heard.withLock { $0 } == [#"{"late":true}"#])
        #expect(agent.context.beginning.fails(because: "late") == .speaks)
    }

    @Test func `is ended where it does not become ready in time, and is none`() async throws {
        let stage = try await Stage()
        let reasons = Locked<[String]>([])
        let agent = try await Self.process(stage, startingTime: .milliseconds(50)) { reason in
            reasons.withLock { $0.append(reason) }
        }
        stage.conversation.end()
        await agent.run(handing: { _ in true }) {
            while case .message = await agent.pipe.next() {}
        }
        #expect(reasons.withLock { $0 } == ["does not answer and is ended"])
        #expect(agent.context.beginning.fails(because: "late") == .failed)
    }
}

@Suite struct `The beginning of an agent` {
    @Test func `fails once, with the first reason, and not after it spoke`() {
        let reasons = Locked<[String]>([])
        let beginning = Beginning { reason in reasons.withLock { $0.append(reason) } }
        #expect(beginning.fails(because: "ended with exit code 0") == .silent)
        #expect(beginning.fails(because: "was ended") == .failed)
        #expect(reasons.withLock { $0 } == ["ended with exit code 0"])
        let other = Beginning { reason in reasons.withLock { $0.append(reason) } }
        other.speaks()
        #expect(other.fails(because: "ended with exit code 1") == .speaks)
        #expect(reasons.withLock { $0 } == ["ended with exit code 0"])
    }
}
