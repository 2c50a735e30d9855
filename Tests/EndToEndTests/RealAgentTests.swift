import HITLCore
import HITLTestSupport
import Testing

/// What its peer can do beyond the cases that all agents share.
@Suite(.oneAtATime) struct `An agent on the official library of the protocol` {
    private static func agent() throws -> ProtocolAgent? {
        guard let words = RealPeers.pythonOrSkip("venv-acp", "sdk_agent.py") else { return nil }
        return ProtocolAgent(try Home(), program: words)
    }

    @Test func `is told yes and no by the options that hold once`() async throws {
        guard let agent = try Self.agent() else { return }
        let said = try await agent.play(
            "ask rm x", "/hitl approve 1", "ask-bare rm y", #"/hitl reject 2 --reason "y stays""#)
        #expect(said.out.contains("acp│ [rm x: selected/yes]"), "\(said.out)")
        #expect(said.out.contains("acp│ [rm y: selected/no]"), "\(said.out)")
        #expect(said.out.contains(#"Args: { command: "rm y", toolCall: { title: "rm y""#), "\(said.out)")
    }

    @Test func `asks for several things at once`() async throws {
        guard let agent = try Self.agent() else { return }
        let said = try await agent.play("par 3", "/wait 300ms", "/hitl approve 1-2", "/hitl reject 3")
        #expect(said.out.split(separator: "selected/yes]").count == 3, "\(said.out)")
        #expect(said.out.split(separator: "selected/no]").count == 2, "\(said.out)")
    }

    @Test func `has its files and commands from the desk`() async throws {
        guard let agent = try Self.agent() else { return }
        let said = try await agent.play(
            "write f hello", "/hitl approve 1", "read f", "run touch ran", "/hitl approve 2", "run touch not",
            "/hitl reject 3")
        #expect(agent.home.read("w/f") == "hello")
        #expect(said.out.contains("acp│ hello\n"), "\(said.out)")
        #expect(agent.made("ran") && !agent.made("not"))
    }

    @Test func `may write what is no message, and die`() async throws {
        guard let agent = try Self.agent() else { return }
        let said = try await agent.play("junk;ask x", "/hitl approve 1", "crash", "say more")
        #expect(said.out.contains("such lines are passed over: this is not JSON-RPC"), "\(said.out)")
        #expect(said.out.contains("acp ended with exit code 9."), "\(said.out)")
        #expect(said.out.contains("There is no agent here to talk to."), "\(said.out)")
    }
}
