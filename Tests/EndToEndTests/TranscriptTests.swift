import HITLTestSupport
import Testing

/// The transcript that the interface documents, on the demo, with its effects in the world.
///
/// Items have more lines than the documented ones, behind them; otherwise it is word for word.
@Suite(.oneAtATime) struct `The documented transcript` {
    private static let status = """
        📋 Pending HITL Approvals (2):

        1. Tool: deleteFile
           Args: { path: "HOME/t/DEMO/workspace/data.csv" }
           Confidence: 0.76
           Requested: N seconds ago
           Agent: simulated (main)
           Risk: RISK
           Expires: in 5 minutes

        2. Tool: sendEmail
           Args: { to: "customer@example.com", subject: "Order Update" }
           Confidence: 0.92
           Requested: N seconds ago
           Agent: simulated (main)
           Risk: RISK
           Expires: in 5 minutes

        """

    @Test func `is what a script prints`() async throws {
        let home = try Home()
        let said = try await home.script(
            [
                "/hitl status", "/hitl approve 1", "/hitl reject 2 --reason \"Email template needs review\"",
                "/hitl history",
            ], "--enable-hitl")
        #expect(said.code == 0)
        #expect(said.err == "")
        let transcript = try #require(said.out.firstRange(of: "hitl > "))
        let text = masked(String(said.out[transcript.lowerBound...]), in: home)
        // What the agent proposes next is its own affair.
        #expect(
            text.replacing(/(?s)🔔 New request 3:.*?\n\n/, with: "(another request)\n") == """
                hitl > /hitl status
                \(Self.status)
                hitl > /hitl approve 1
                ✅ Approved deleteFile operation
                   Execution completed successfully
                   deleted `data.csv`

                main│ data.csv is gone.
                hitl > /hitl reject 2 --reason "Email template needs review"
                ❌ Rejected sendEmail operation
                   Reason logged: Email template needs review

                main│ I do not send it. You said: Email template needs review
                (another request)
                hitl > /hitl history
                📜 HITL History (2):

                1. deleteFile: approved by OPERATOR (script@stdin), N seconds ago
                   Args: { path: "HOME/t/DEMO/workspace/data.csv" }
                   Outcome: succeeded (N ms): deleted `data.csv`
                   Signed: KEY

                2. sendEmail: rejected by OPERATOR (script@stdin), N seconds ago
                   Args: { to: "customer@example.com", subject: "Order Update" }
                   Reason: Email template needs review
                   Signed: KEY

                Request 3 was withdrawn: the loop ended.
                What was done is in HOME/t/DEMO/workspace

                """)
        #expect(
            Self.workspace(home) == ["import-1.tmp", "import-2.tmp", "notes.md", "orders", "outbox", "thumbnails.tmp"])
        #expect(Home.names(in: Self.scratch(home) + "/workspace/outbox") == [])
    }

    @Test func `is what a terminal shows, with the count in the prompt`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, ["--enable-hitl"], firstPrompt: "hitl (2) >")
        #expect(masked(try await desk.enter("/hitl status"), in: home) == Self.status)
        try await desk.hasBeenShown(2)
        #expect(
            try await desk.enter("/hitl approve 1") == [
                "✅ Approved deleteFile operation", "   Execution completed successfully", "   deleted `data.csv`", "",
            ])
        try await desk.until { $0.contains("main│ data.csv is gone.") && $0.cursorLine == "hitl (1) >" }
        #expect(
            try await desk.enter("/hitl reject 2 --reason \"Email template needs review\"") == [
                "❌ Rejected sendEmail operation", "   Reason logged: Email template needs review", "",
            ])
        try await desk.sees("main│ I do not send it. You said: Email template needs review")
        #expect(
            Self.workspace(home) == ["import-1.tmp", "import-2.tmp", "notes.md", "orders", "outbox", "thumbnails.tmp"])
        #expect(Home.names(in: Self.scratch(home) + "/workspace/outbox") == [])
        #expect(try await desk.quit() == .exited(0))
        #expect(desk.screen.unknown.isEmpty)
    }

    @Test func `can go the other way round: what is rejected stays, what is approved is done`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, ["--enable-hitl"], firstPrompt: "hitl (2) >")
        try await desk.hasBeenShown(2)
        #expect(
            masked(try await desk.enter("/hitl approve 2"), in: home) == """
                ✅ Approved sendEmail operation
                   Execution completed successfully
                   put a message to 1 recipient into the outbox as `MESSAGE.eml`

                """)
        #expect(
            try await desk.enter("/hitl reject 1") == ["❌ Rejected deleteFile operation", "   No reason given", ""])
        try await desk.sees("main│ data.csv stays. You said: no reason was given")
        #expect(Self.workspace(home).contains("data.csv"))
        let outbox = Self.scratch(home) + "/workspace/outbox"
        let message = try #require(Home.names(in: outbox).first.flatMap { Home.contents(of: outbox + "/" + $0) })
        #expect(
            masked(message.replacing("\r\n", with: "\n"), in: home) == """
                Date: DATE
                From: OPERATOR@localhost
                To: customer@example.com
                Subject: Order Update
                Message-ID: <MESSAGE@localhost>
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit



                """)
    }

    private static func scratch(_ home: Home) -> String {
        home.path("t/" + (Home.names(in: home.path("t")).first { $0.hasPrefix("hitl-demo-") } ?? ""))
    }

    private static func workspace(_ home: Home) -> [String] { Home.names(in: scratch(home) + "/workspace") }
}
