import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// What agents of the loop, a gateway, a hook and a script ask for, at one desk at the same time.
@Suite(.oneAtATime) struct `One queue` {
    @Test func `holds the requests of all kinds side by side, decided in any order`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, ProtocolAgent(home).arguments(), firstPrompt: "hitl >")
        try await desk.enter("make one")
        try await waits([1], home)
        let gateway = try await GatewayClient.open(home)
        try await gateway.ask(1, "echo", #"{"text":"hi"}"#, becomes: 2)
        let hook = try await home.startHook(HookCase.all[0])
        try await waits([1, 2, 3], home)
        let script = try await home.start(["ask", "deploy", "--", "touch", "deployed"])
        try await waits([1, 2, 3, 4], home)

        // Each by its own name, with the session and the lineage that it has.
        let listed = try JSONValue(parsing: try await home.hitl("status", "--json").out)
        let requests = (listed.object?["pending"] ?? listed.object?["requests"] ?? listed).array ?? []
        #expect(requests.count == 4, "\(listed.canonicalText)")
        let shown = try await home.hitl("status").out
        for tool in ["1. Tool: acp/edit", "2. Tool: t:echo", "3. Tool: Bash", "4. Tool: deploy"] {
            #expect(shown.contains(tool), "\(shown)")
        }
        for agent in ["Agent: acp (acp)", "Agent: mcp", "Agent: claude", "Agent: ask"] {
            #expect(shown.contains(agent), "\(shown)")
        }

        // The last first; nobody waits for anybody else.
        #expect(try await home.hitl("approve", "4").code == 0)
        #expect(Said(await script.wait()).code == 0)
        #expect(home.exists("w/deployed"))
        #expect(try await home.hitl("reject", "3", "--reason", "no").code == 0)
        #expect(Said(await hook.wait()).out.contains("rejected request 3"))
        #expect(try await home.hitl("approve", "2").code == 0)
        #expect(try await gateway.told() == "hi")
        #expect(try await home.pending() == [1])
        #expect(!home.exists("w/one"))
        #expect(try await home.hitl("approve", "1").code == 0)
        try await home.waitFor { $0.exists("w/one") }
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `lets go of what one of them asked for when it dies, says so, and keeps the others`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let gateway = try await GatewayClient.open(home)
        try await gateway.ask(1, "echo", becomes: 1)
        let script = try await home.start(["ask", "deploy", "--", "touch", "deployed"])
        try await waits([1, 2], home)
        let hook = try await home.startHook(HookCase.all[0])
        try await waits([1, 2, 3], home)
        kill(gateway.pid, SIGKILL)
        try await waits([2, 3], home)
        try await desk.sees("Request 1, t:echo, was withdrawn")
        hook.stop(grace: .zero)
        try await waits([2], home)
        try await desk.sees("Request 3, Bash, was withdrawn")
        #expect(try await home.hitl("approve", "2").code == 0)
        #expect(Said(await script.wait()).code == 0)
        #expect(try await home.auditRecords().map(\.decision) == ["withdrawn", "approved", "withdrawn"])
        #expect(try await desk.quit() == .exited(0))
    }

    private func waits(_ numbers: [Int], _ home: Home) async throws {
        try await home.waitFor { try await $0.pending() == numbers }
    }
}
