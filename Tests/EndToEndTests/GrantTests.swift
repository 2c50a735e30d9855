import HITLTestSupport
import Testing

/// Standing permissions at the desk, from a script's and another terminal's side.
@Suite(.oneAtATime) struct `A grant at the desk` {
    @Test func `is read first, answers afterwards, and is over when it is revoked`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "colour=red") == 1)
        let first = try await home.hitl("approve", "1", "--uses", "2", "--scope", "tool")
        #expect(first.code == 75)
        #expect(
            first.out == """
                This would approve request 1 and allow from then on, without asking:
                   every call of paint, whatever its arguments are, by agent ask in its session socket, at risk low or less, 2 times, until the desk closes at the latest
                Nothing is decided yet. Enter the same line again to approve and to grant that.

                """, "\(first.out)")
        #expect(try await home.pending() == [1])
        // Other terms have not been read.
        #expect(try await home.hitl("approve", "1", "--uses", "3", "--scope", "tool").code == 75)
        #expect(try await home.hitl("approve", "1", "--uses", "2", "--scope", "tool").code == 75)
        let second = try await home.hitl("approve", "1", "--uses", "2", "--scope", "tool")
        #expect(second.code == 0 && second.out.contains("Granted. `hitl grants revoke 1` ends it."), "\(second.out)")
        #expect(try await home.hitl("ask", "paint", "--arg", "colour=blue").code == 0)
        let list = try await home.hitl("grants")
        #expect(list.out.hasPrefix("1. paint, tool for agent ask, used 1 of 2, given by "), "\(list.out)")
        #expect(try await home.hitl("history", "--decision", "allowed").out.contains("paint"))
        #expect(try await home.hitl("grants", "revoke", "1").code == 0)
        #expect(try await home.hitl("grants", "revoke", "1").code == 1)
        #expect(try await home.hitl("ask", "paint", "--timeout", "1ms").code == 4)
        #expect(try await home.hitl("audit", "verify").code == 0)
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `is not to be had for several requests, for nothing, or for what deletes`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("deleteFile", "--arg", "path=x") == 1)
        for words in [
            ["1-2", "--session"], ["1", "--scope", "tool"], ["1", "--uses", "0"], ["1", "--session", "--scope", "all"],
        ] {
            #expect(try await home.run(["approve"] + words).code == 2, "\(words)")
        }
        let said = try await home.hitl("approve", "1", "--session")
        #expect(said.code == 1)
        #expect(
            (said.out + said.err).contains(
                "Nothing can be granted with request 1: it deletes. Without a grant: `hitl approve 1`"), "\(said)")
        #expect(try await home.pending() == [1])
        #expect(try await desk.quit() != .exited(1))
    }
}
