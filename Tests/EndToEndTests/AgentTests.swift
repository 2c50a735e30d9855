import Glibc
import HITLTestSupport
import Testing

/// What the loop's own agent wants, with real files and commands.
@Suite(.oneAtATime) struct `An agent's call` {
    private static let draft = """
        name: draft
        description: Writes a draft.
        agents:
          main:
            - call: writeFile
              arguments: { path: draft.txt, content: "for everybody" }
              onSucceeded:
                - say: "${summary}"
              onRejected:
                - say: "Rejected: ${reason}"
              onExpired:
                - say: "Nobody decided: ${message}"
        """

    private static func loop(_ home: Home, _ scenario: String, _ more: String...) throws -> [String] {
        try home.write(scenario, to: "scenario.yaml")
        return ["--scenario", home.path("scenario.yaml"), "--workspace", home.workspace] + more
    }

    // bind-09
    @Test func `is judged and shown again when it was edited, with the difference`() async throws {
        let home = try Home()
        let desk = try await Desk.open(
            home, try Self.loop(home, Self.draft, "--enable-hitl"), firstPrompt: "hitl (1) >")
        try await desk.hasBeenShown(1)
        #expect(
            masked(try await desk.enter("/hitl edit 1 --set content=\"for few\""), in: home) == """
                📝 Request 1 is replaced by request 2, which needs its own approval:
                2. Tool: writeFile
                   Args: { path: "draft.txt", content: "for few" }
                   Confidence: not given
                   Requested: N seconds ago
                   Directory: HOME/w
                   Resolves to: HOME/w/draft.txt
                   Effect:
                     │ --- /dev/null
                     │ +++ draft.txt
                     │ @@ -0,0 +1 @@
                     │ +for few
                     │ \\ No newline at end of file
                   Approving: hitl runs exactly this, once
                   Agent: simulated (main)
                   Risk: RISK
                   Asked because: no rule covers the call [default, built-in]
                   Expires: in 5 minutes
                   Replaces: request 1
                   Id: EVT
                   Digest: hmac-sha256:DIGEST
                   Changed:
                     - content: "for everybody"
                     + content: "for few"

                """)
        #expect(!home.exists("w/draft.txt"))
        #expect(
            try await desk.enter("/hitl approve 1").first?.hasPrefix("Request 1 was already superseded by request 2, ")
                == true)
        try await desk.waitOut(.beforeDeciding)
        #expect(try await desk.enter("/hitl approve 2").first == "✅ Approved writeFile operation")
        #expect(home.read("w/draft.txt") == "for few")
        try await desk.sees("main│ ")
        // Shown once, not announced as well; and the agent knows what it was that ran.
        #expect(desk.screen.count(of: "New request 2:") == 0)
        #expect(
            masked(try await desk.enter("/hitl history"), in: home) == """
                📜 HITL History (2):

                1. writeFile: superseded by request 2, N seconds ago
                   Args: { path: "draft.txt", content: "for everybody" }

                2. writeFile: approved by OPERATOR (human@tty), N seconds ago
                   Args: { path: "draft.txt", content: "for few" }
                   Outcome: succeeded (N ms): created `draft.txt` with 7 bytes
                   Signed: KEY

                """)
    }

    @Test func `that was edited into what needs nobody waits all the same, and says so`() async throws {
        let home = try Home(
            configuration: """
                policy:
                  rules:
                    - { name: notes, when: { tool: writeFile, arguments: { path: { eq: notes.txt } } }, action: allow }
                """)
        let desk = try await Desk.open(
            home, try Self.loop(home, Self.draft, "--enable-hitl"), firstPrompt: "hitl (1) >")
        try await desk.hasBeenShown(1)
        let shown = try await desk.enter("/hitl edit 1 --set path=notes.txt")
        #expect(shown.contains("   Approving: hitl runs exactly this, once"), "\(shown)")
        #expect(
            shown.contains { $0.hasPrefix("   Asked because: it was edited; by itself it needs nobody: ") }, "\(shown)")
        #expect(!home.exists("w/notes.txt"))
        try await desk.waitOut(.beforeDeciding)
        #expect(try await desk.enter("/hitl approve 2").first == "✅ Approved writeFile operation")
        #expect(home.read("w/notes.txt") == "for everybody")
    }

    @Test func `can be edited in the operator's editor, and is left alone where that goes wrong`() async throws {
        let home = try Home()
        try home.write("#!/bin/sh\ncp \"$1\" \(home.path("seen"))\n. \(home.path("how"))\n", to: "editor", mode: 0o700)
        let desk = try await Desk.open(
            home, try Self.loop(home, Self.draft, "--enable-hitl"), environment: ["EDITOR": home.path("editor")],
            firstPrompt: "hitl (1) >")
        let whole = "{\n  \"path\": \"draft.txt\",\n  \"content\": \"for everybody\"\n}\n"
        // What was saved with a mistake is there again the next time, as it was left, until nothing is left of it.
        for (how, opened, answer) in [
            ("exit 3", whole, "The editor did not end well (`HOME/editor` ended with 3), so nothing was changed."),
            ("true", whole, "Nothing was changed; request 1 still waits."),
            (
                "printf '{\n  \"path\": x' > \"$1\"", whole,
                "What was saved is not JSON: unexpected byte, in line 2. Nothing was changed."
            ),
            ("exit 1", "{\n  \"path\": x", "The editor did not end well"),
            ("echo '[]' > \"$1\"", "{\n  \"path\": x", "Arguments must be a JSON object. Nothing was changed."),
            ("echo > \"$1\"", "[]\n", "What was saved is not JSON: the text ends too early, in line 2."),
            ("true", whole, "Nothing was changed; request 1 still waits."),
        ] {
            try home.write(how, to: "how")
            #expect(masked(try await desk.enter("/hitl edit 1"), in: home).hasPrefix(answer), "\(how)")
            #expect(home.read("seen") == opened, "\(how)")
        }
        try home.write("sed -i s/everybody/ada/ \"$1\"", to: "how")
        #expect(try await desk.enter("/hitl edit 1").contains("     + content: \"for ada\""))
        #expect(Home.names(in: home.path("t")) == [])
        try await desk.until { $0.marksPastes }
        #expect(desk.screen.unknown.isEmpty)
    }

    @Test func `that is rejected hears why, and is not done`() async throws {
        let home = try Home()
        let desk = try await Desk.open(
            home, try Self.loop(home, Self.draft, "--enable-hitl"), firstPrompt: "hitl (1) >")
        try await desk.hasBeenShown(1)
        try await desk.enter("/hitl reject 1 --reason 'nur für \"Ada\", 日本'")
        try await desk.sees("main│ Rejected: nur für \"Ada\", 日本")
        #expect(Home.names(in: home.workspace) == [])
        #expect(
            try await home.hitl("history", "--json").out.contains(#""reason":"nur f\u00fcr \"Ada\", \u65e5\u672c""#))
    }

    // timeout-01, timeout-02
    @Test func `that nobody decides expires, and that is no rejection`() async throws {
        let home = try Home(configuration: "hitl: { timeout: 400ms }\n")
        let desk = try await Desk.open(home, try Self.loop(home, Self.draft, "--enable-hitl"))
        try await desk.sees(
            "⌛ Request 1, writeFile, expired: nobody decided in time. It did not run.", "main│ Nobody decided: ")
        try await desk.until { $0.cursorLine == "hitl >" }
        #expect(!desk.screen.contains("rejected by"))
        #expect(
            try await desk.enter("/hitl approve 1").first?.hasPrefix(
                "Request 1 was already expired: nobody decided in time, ") == true)
        #expect(!home.exists("w/draft.txt"))
        #expect(
            try await home.hitl("history", "--decision", "expired").out.contains(
                "1. writeFile: expired: nobody decided in time, "))
        #expect(try await home.hitl("history", "--decision", "rejected").out == "No decision in the history matches.\n")
    }

    @Test func `has more time when it is extended`() async throws {
        let home = try Home(configuration: "hitl: { timeout: 2s }\n")
        let desk = try await Desk.open(
            home, try Self.loop(home, Self.draft, "--enable-hitl"), firstPrompt: "hitl (1) >")
        #expect(try await desk.enter("/hitl extend 1 1h") == ["Request 1 now expires in 1 hour.", ""])
        #expect(try await desk.enter("/hitl status").contains("   Expires: in 1 hour"))
        try await desk.hasBeenShown(1)
        try await desk.enter("/hitl approve 1")
        #expect(home.read("w/draft.txt") == "for everybody")
    }

    @Test func `that runs long is told of when it ends, and can be stopped with all that it started`() async throws {
        let home = try Home()
        let long = """
            name: long
            description: Runs something long.
            workspace:
              long.sh: |
                sleep 60 & echo $! > child
                echo begun
                sleep 60
            agents:
              main:
                - call: executeCommand
                  arguments: { argv: [sh, long.sh] }
                  onFailed:
                    - say: "It ended: ${summary}"
            """
        let desk = try await Desk.open(home, ["--enable-hitl"] + (try Self.loop(home, long)), firstPrompt: "hitl (1) >")
        try await desk.hasBeenShown(1)
        #expect(try await desk.enter("/hitl approve 1") == ["✅ Approved executeCommand operation", "   Running", ""])
        let child = try #require(home.read("w/child").flatMap { pid_t($0.dropLast()) })
        #expect(kill(child, 0) == 0)
        #expect(try await desk.enter("/session").contains { $0.hasPrefix("   Running: 1: executeCommand, since ") })
        #expect(try await desk.enter("/hitl stop 1") == ["Stopping request 1.", ""])
        try await desk.sees("Request 1, executeCommand: Execution failed: ", "main│ It ended: ")
        #expect(kill(child, 0) == -1 && errno == ESRCH)
        #expect(try await desk.enter("/hitl stop 1") == ["Request 1 is not running.", ""])
        #expect(
            try await desk.enter("/hitl show 1").contains { $0.hasPrefix("     stdout: ") || $0.contains("│ begun") })
    }

    /// Nobody was asked, so it has no number; whoever sees it run can end it all the same.
    @Test func `that a rule permitted is stopped by its id`() async throws {
        let home = try Home(
            configuration: "policy: { rules: [{ name: any, when: { tool: executeCommand }, action: allow }] }\n")
        let long = """
            name: long
            description: Runs something long.
            workspace:
              long.sh: |
                sleep 60 & echo $! > child
                sleep 60
            agents:
              main:
                - call: executeCommand
                  arguments: { argv: [sh, long.sh] }
                  onFailed:
                    - say: "It ended: ${summary}"
            """
        let desk = try await Desk.open(home, ["--enable-hitl"] + (try Self.loop(home, long)))
        try await desk.until { _ in home.read("w/child")?.hasSuffix("\n") == true }
        let child = try #require(home.read("w/child").flatMap { pid_t($0.dropLast()) })
        let running = try #require(try await desk.enter("/session").first { $0.hasPrefix("   Running: evt_") })
        let id = String(running.dropFirst("   Running: ".count).prefix("evt_0123456789abcdef".count))
        #expect(try await desk.enter("/hitl stop \(id)") == ["Stopping \(id).", ""])
        try await desk.sees("main│ It ended: ")
        #expect(kill(child, 0) == -1 && errno == ESRCH)
        #expect(try await home.hitl("stop", id) == Said(code: 1, err: "hitl: \(id) is not running.\n"))
        #expect(
            try await home.hitl("stop", "evt_0123456789abcdef").err
                == "hitl: There is no request evt_0123456789abcdef. Nothing is pending.\n")
    }

    @Test func `that only reads runs unasked, and not beyond the workspace`() async throws {
        let home = try Home()
        try home.write("outside", to: "secret.txt")
        try home.write(
            """
            name: reader
            description: Reads.
            workspace: { note.txt: "inside" }
            agents:
              main:
                - call: readFile
                  arguments: { path: note.txt }
                  onSucceeded: [ { say: "I read: ${result.text}" } ]
                - call: readFile
                  arguments: { path: ../secret.txt }
                  onSucceeded: [ { say: "I read: ${result.text}" } ]
                  onFailed: [ { say: "Not read." } ]
                - call: deleteFile
                  arguments: { path: ../secret.txt }
                  onFailed: [ { say: "Not deleted." } ]
            """, to: "scenario.yaml")
        let said = try await home.script(
            ["/hitl approve 1-2", "/hitl approve 2", "/hitl history"], "--enable-hitl", "--scenario",
            home.path("scenario.yaml"), "--workspace", home.workspace)
        #expect(home.read("secret.txt") == "outside")
        #expect(
            masked(said.out, in: home) == """
                Agent: simulated, scenario reader: Reads.
                Workspace: HOME/w

                main│ I read: inside
                🔔 New request 1:
                1. Tool: readFile
                   Args: { path: "../secret.txt" }
                   Confidence: not given
                   Requested: N seconds ago
                   Directory: HOME/w
                   Resolves to: HOME/secret.txt
                   Approving: hitl runs exactly this, once
                   Agent: simulated (main)
                   Risk: RISK
                   Asked because: no rule covers the call [default, built-in]
                   Expires: in 5 minutes
                   ⚠ it cannot run: `../secret.txt` leaves the workspace: it leads to `HOME/secret.txt`

                hitl > /hitl approve 1-2
                ✅ Approved readFile operation
                   Execution failed
                   not executed: `../secret.txt` leaves the workspace: it leads to `HOME/secret.txt`
                   Request 1
                There is no request 2. Nothing is pending.

                main│ Not read.
                🔔 New request 2:
                2. Tool: deleteFile
                   Args: { path: "../secret.txt" }
                   Confidence: not given
                   Requested: N seconds ago
                   Directory: HOME/w
                   Resolves to: HOME/secret.txt
                   Approving: hitl runs exactly this, once
                   Agent: simulated (main)
                   Risk: RISK
                   Asked because: no rule covers the call [default, built-in]
                   Expires: in 5 minutes
                   ⚠ it cannot run: `../secret.txt` leaves the workspace: it leads to `HOME/secret.txt`

                hitl > /hitl approve 2
                ✅ Approved deleteFile operation
                   Execution failed
                   not executed: `../secret.txt` leaves the workspace: it leads to `HOME/secret.txt`

                main│ Not deleted.
                hitl > /hitl history
                📜 HITL History (3):

                EVT. readFile: allowed by rule: it only reads, beneath the workspace [autoApproveThreshold, default], N seconds ago
                   Args: { path: "note.txt" }
                   Outcome: succeeded (N ms): read 6 bytes

                1. readFile: approved by OPERATOR (script@stdin), N seconds ago
                   Args: { path: "../secret.txt" }
                   Outcome: failed (N ms): not executed: `../secret.txt` leaves the workspace: it leads to `HOME/secret.txt`
                   Signed: KEY

                2. deleteFile: approved by OPERATOR (script@stdin), N seconds ago
                   Args: { path: "../secret.txt" }
                   Outcome: failed (N ms): not executed: `../secret.txt` leaves the workspace: it leads to `HOME/secret.txt`
                   Signed: KEY


                """)
    }

    @Test func `is only recorded where nothing is gated, and the first lines say so`() async throws {
        let home = try Home()
        let said = try await home.script(["/hitl status", "/hitl history"], try Self.loop(home, Self.draft))
        #expect(home.read("w/draft.txt") == "for everybody")
        #expect(said.code == 0)
        #expect(
            masked(said.out, in: home) == """
                Agent: simulated, scenario draft: Writes a draft.
                Workspace: HOME/w
                Nothing is gated: the agent's calls are recorded and not asked for. To gate them: hitl loop --enable-hitl

                main│ created `draft.txt` with 13 bytes
                hitl > /hitl status
                No pending HITL approvals.

                hitl > /hitl history
                📜 HITL History (1):

                EVT. writeFile: ungated by rule: every call [ungated, the loop runs without --enable-hitl], N seconds ago
                   Args: { path: "draft.txt", content: "for everybody" }
                   Outcome: succeeded (N ms): created `draft.txt` with 13 bytes


                """)
        // What others ask is gated all the same.
        let desk = try await Desk.open(home, ["--agent", "none"])
        try await desk.sees("Nothing is gated: the agent's calls are recorded and not asked for.")
        #expect(try await home.ask("paint") == 1)
        try await desk.until { $0.cursorLine == "hitl (1) >" }
        #expect(try await home.hitl("history", "--decision", "ungated").out.contains("writeFile: ungated by rule"))
    }

    @Test func `finds the scenario's files in an empty workspace only`() async throws {
        let home = try Home()
        try home.write("mine", to: "w/mine.txt")
        let said = try await home.script([], ["--workspace", home.workspace, "--enable-hitl"])
        #expect(Home.names(in: home.workspace) == ["mine.txt"])
        #expect(
            masked(said.out, in: home).contains(
                """
                Workspace: HOME/w
                The scenario's files were not written, because `HOME/w` is not empty. Choose an empty directory with `--workspace`.

                """))
    }
}
