import HITLTestSupport
import Testing

/// The transcript that the interface documents, on the demo, with its effects in the world.
@Suite(.oneAtATime) struct `The documented transcript` {
    private static let commands = [
        "/hitl status", "/hitl approve 1", "/hitl reject 2 --reason \"Email template needs review\"",
    ]

    @Test func `is what a script prints, from the first line to the last`() async throws {
        let home = try Home()
        let said = try await home.script(Self.commands, "--enable-hitl")
        #expect(said.code == 0)
        #expect(said.err == "")
        print(masked(said.out, in: home))
    }
}
