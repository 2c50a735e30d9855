import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// The loop's commands as `hitl status` and so on, from any terminal of the same user.
@Suite(.oneAtATime) struct `From another terminal` {
    /// As JSON, one document a line, from a pipe's end as programs read it; a pseudo-terminal stands for the pipe here.
    @Test func `what waits and what is decided can be followed as it comes`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "wall=north") == 1)
        func follow(_ words: String...) throws -> PseudoTerminal {
            try PseudoTerminal.spawn([Home.hitl] + words, environment: home.environment, columns: 6_000, rows: 30)
        }
        let history = try follow("history", "--follow", "--json")
        let searched = try follow("history", "--follow", "--json", "--grep", "Mon")
        let plain = try follow("history", "--follow", "--tool", "mend")
        let status = try follow("status", "--follow")
        try await status.until { $0.contains("1. Tool: paint") }
        #expect(try await home.ask("paint", "--arg", "wall=east") == 2)
        try await status.until { $0.contains("2. Tool: paint") }
        #expect(try await home.hitl("reject", "2", "--reason", "Monday.").code == 0)
        try await status.until { $0.contains("2. paint: rejected by ") }
        try await history.until { $0.contains(#""decision":"rejected""#) && $0.contains(#""wall":"east""#) }
        #expect(!history.screen.contains(#""wall":"north""#))
        #expect(try await home.hitl("approve", "1").code == 0)
        try await history.until { $0.contains(#""wall":"north""#) }
        #expect(try await home.ask("paint", "--arg", "wall=south") == 3)
        #expect(try await home.hitl("reject", "3", "--reason", "Monday, too.").code == 0)
        try await searched.until { $0.contains(#""wall":"south""#) }
        #expect(searched.screen.contains(#""wall":"east""#) && !searched.screen.contains(#""wall":"north""#))
        // The outcome comes after the decision, and is told when it does.
        let mending = try await home.start(["ask", "mend", "--", "sh", "-c", "cat < '\(home.path("go"))'"])
        try await desk.until { $0.contains("4. Tool: mend") }
        #expect(mkfifo(home.path("go"), 0o600) == 0)
        #expect(try await home.hitl("approve", "4").code == 0)
        try await plain.until { $0.contains("4. mend: approved by ") }
        #expect(!plain.screen.contains("4. mend: succeeded"))
        try home.write("mended", to: "go")
        try await plain.until { $0.contains("4. mend: succeeded") }
        try await history.until { $0.contains(#""outcome":{"#) }
        #expect(Said(await mending.wait()).code == 0)
        for followed in [history, searched, plain, status] {
            followed.signal(SIGINT)
            #expect(try await followed.waitForExit() == .killed(bySignal: SIGINT))
        }
        // At the desk there is nothing to follow, and one request is over when it is shown.
        #expect(
            try await desk.enter("/hitl history --follow").joined(separator: " ")
                .contains("`--follow` is for another terminal"))
        #expect(try await home.hitl("history", "--follow", "--request", "1").code == 2)
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `everything can be looked at and decided, in text`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.hitl("status") == Said(code: 0, out: "No pending HITL approvals.\n"))
        #expect(try await home.ask("sendReport", "--arg", "to=ada@example.com", "--confidence", "0.92") == 1)
        #expect(try await home.ask("sendReport", "--arg", "to=bo@example.com") == 2)
        #expect(
            masked(try await home.hitl("status").out, in: home) == """
                📋 Pending HITL Approvals (2):

                1. Tool: sendReport
                   Args: { to: "ada@example.com" }
                   Confidence: 0.92
                   Requested: N seconds ago
                   Agent: ask, not waiting: it comes back for the answer
                   Risk: RISK
                   Expires: in 5 minutes

                2. Tool: sendReport
                   Args: { to: "bo@example.com" }
                   Confidence: not given
                   Requested: N seconds ago
                   Agent: ask, not waiting: it comes back for the answer
                   Risk: RISK
                   Expires: in 5 minutes

                """)
        #expect(
            masked(try await home.hitl("show", "2").out, in: home) == """
                2. Tool: sendReport
                   Args: { to: "bo@example.com" }
                   Confidence: not given
                   Requested: N seconds ago
                   Approving: tells its requester yes; what it then does is not observed
                   Agent: ask, not waiting: it comes back for the answer
                   Risk: RISK
                   Asked because: no rule covers the call [default, built-in]
                   Expires: in 5 minutes
                   Id: EVT
                   Digest: hmac-sha256:DIGEST

                """)
        #expect(
            try await home.hitl("why", "2").out.hasPrefix(
                "sendReport: a person is asked, because\n   default (built-in): no rule covers the call\n   Risk "))
        // As a list says it a moment later.
        #expect(try await home.hitl("extend", "1", "10m").out == "Request 1 now expires in 15 minutes.\n")
        #expect(try await home.hitl("status").out.contains("   Expires: in 15 minutes\n"))
        #expect(try await home.hitl("extend", "2", "1h").out == "Request 2 now expires in 1 hour.\n")
        #expect(
            try await home.hitl("approve", "1").out == """
                ✅ Approved sendReport operation
                   Its requester hears of it when it comes back; what it does is not observed

                """)
        #expect(
            try await home.hitl("reject", "2", "--reason", "not bo").out == """
                ❌ Rejected sendReport operation
                   Reason logged: not bo

                """)
        #expect(
            masked(try await home.hitl("history").out, in: home) == """
                📜 HITL History (2):

                1. sendReport: approved by OPERATOR (human@socket), N seconds ago
                   Args: { to: "ada@example.com" }
                   Outcome: not observed
                   Signed: KEY

                2. sendReport: rejected by OPERATOR (human@socket), N seconds ago
                   Args: { to: "bo@example.com" }
                   Reason: not bo
                   Signed: KEY

                """)
        #expect(
            masked(try await home.hitl("stats").out, in: home)
                .replacing(/p50 .*, p95 .*/, with: "p50 T, p95 T") == """
                    📊 2 calls: 1 approved, 1 rejected, 50 % of what people decided was approved
                       Response time: p50 T, p95 T
                       Per tool:
                         sendReport: 1 approved, 1 rejected, 50 % of what people decided was approved
                       Per reviewer:
                         OPERATOR: 1 approved, 1 rejected, 50 % of what people decided was approved

                    """)
        #expect(try await home.hitl("config", "hitl.timeout", "10m").out == "hitl.timeout = 10m   (session)\n")
        #expect(try await home.hitl("config", "hitl.timeout").out == "hitl.timeout = 10m   (session)\n")
        // The operator at the desk has seen it all happen.
        try await desk.sees(
            "✅ Request 1, sendReport, was approved by \(operatorName) (human@socket).",
            "❌ Request 2, sendReport, was rejected by \(operatorName) (human@socket).")
    }

    @Test func `everything can be had as JSON`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "to=ada") == 1)
        func json(_ words: String...) async throws -> String {
            masked(try await home.run(words + ["--json"]).out, in: home)
                .replacing(/"(policyVersion|version)":"[^"]*"/, with: #""version":"V""#)
                .replacing(
                    /"risk":\{.*?\]?,"level":"[a-z]+",("reversibility":"[a-zA-Z]+",)?"score":[0-9]+\}/,
                    with: #""risk":RISK"#
                )
                .replacing(/"(waited|executionTime)":[0-9]+/) { "\"\($0.output.1)\":N" }
        }
        let verdict =
            #"{"effect":"ask","risk":RISK,"rules":[{"fact":"no rule covers the call","name":"default","source":"built-in"}],"severity":"low","timeout":300000,"version":"V"}"#
        #expect(
            try await json("status")
                == #"{"pending":[{"agent":"ask","args":{"to":"ada"},"digest":"hmac-sha256:DIGEST","expiresAt":"TIME","id":"EVT","lineage":[],"number":1,"requestedAt":"TIME","requester":"detached","session":"socket","severity":"low","tool":"paint","verdict":\#(verdict)}]}"#
                + "\n")
        #expect(try await json("why", "1") == verdict + "\n")
        let rules =
            #"[{"action":"block","because":"does not hold: it would touch files of the gate itself","name":"self-protection","outcome":"notMatched","source":"built-in"},"#
            + #"{"action":"allow","because":"does not hold: it only reads, beneath the workspace","name":"autoApproveThreshold","outcome":"notMatched","source":"default"},"#
            + #"{"action":"allow","because":"does not hold: it only reads where it is confined (read-only)","name":"confinedReads","outcome":"notMatched","source":"default"}]"#
        #expect(
            try await json("why", "1", "--all")
                == verdict.replacing(#"{"effect":"ask","#, with: #"{"effect":"ask","explanation":\#(rules),"#) + "\n")
        #expect(
            try await home.hitl("why", "1", "--all").out.hasSuffix(
                """
                   With the policy in force now:
                     Rules that do not apply:
                       block: self-protection (built-in): does not hold: it would touch files of the gate itself
                       allow: autoApproveThreshold (default): does not hold: it only reads, beneath the workspace
                       allow: confinedReads (default): does not hold: it only reads where it is confined (read-only)

                """))
        #expect(
            try await json("approve", "1")
                == #"{"decisions":[{"decision":"approved","id":"EVT","number":1,"reviewer":"OPERATOR","tool":"paint"}]}"#
                + "\n")
        // It failed, and says so as a document where documents are read.
        #expect(
            try await json("approve", "1").replacing(/, [0-9]+ second.? ago/, with: ", N seconds ago")
                == #"{"decisions":[{"error":"Request 1 was already approved by OPERATOR (human@socket), N seconds ago.","number":1}]}"#
                + "\n")
        let history = try await json("history", "--last", "1")
        #expect(
            history
                == #"{"history":[{"actor":"human@socket","agent":"ask","args":{"to":"ada"},"call":{"agent":"ask","arguments":{"to":"ada"},"kind":"other","performer":"unobserved","session":"socket","tool":"paint"},"conditions":[],"decidedAt":"TIME","decidedBy":"remote","decision":"approved","digest":"hmac-sha256:DIGEST","hiddenLines":0,"id":"EVT","key":"KEY","lineage":[],"number":1,"requestedAt":"TIME","reviewer":"OPERATOR","session":"socket","shownAt":"TIME","tool":"paint","verdict":\#(verdict),"waited":N}]}"#
                + "\n")
        #expect(
            try await json("config", "hitl.timeout") == #"{"hitl.timeout":{"source":"default","value":300000}}"# + "\n")
        #expect(try await json("stats").hasPrefix(#"{"#))
        #expect(try await desk.quit() == .exited(0))
        // Without a desk the same facts come from the ledger's file.
        #expect(try await json("status") == #"{"pending":[]}"# + "\n")
        #expect(try await json("show", "1").hasPrefix(#"{"actor":"human@socket","agent":"ask","args":{"to":"ada"}"#))
    }

    @Test func `without a desk the ledger can be read and nothing decided`() async throws {
        let home = try Home()
        #expect(try await home.hitl("status") == Said(code: 0, out: "No pending HITL approvals.\n"))
        #expect(try await home.hitl("history") == Said(code: 0, out: "No decisions in the history.\n"))
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        #expect(try await home.ask("paint") == 2)
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(try await desk.quit() == .exited(0))
        // Not the demo, which has a ledger of its own.
        let nothing = Said(
            code: 6,
            err:
                "hitl: No desk is running, so nothing can be decided. Start one: hitl loop --enable-hitl --agent none\n"
        )
        for words in [
            ["approve", "2"], ["reject", "2"], ["edit", "2", "--set", "a=1"], ["extend", "2"], ["withdraw", "2"],
            ["stop", "2"], ["config", "hitl.timeout", "1m"], ["rollback", "1"], ["grants", "revoke", "1"],
        ] { #expect(try await home.run(words) == nothing, "\(words)") }
        #expect(
            try await home.hitl("grants")
                == Said(code: 0, out: "Nothing is granted: a grant ends with its desk, and no desk is running.\n"))
        #expect(
            masked(try await home.hitl("status").out, in: home).split(separator: "\n").prefix(2)
                == ["📋 Pending HITL Approvals (1):", "2. Tool: paint"])
        #expect(
            try await home.hitl("show", "1").out.hasPrefix("1. paint: approved by \(operatorName) (human@socket), "))
        #expect(
            try await home.hitl("show", "7")
                == Said(
                    code: 1,
                    err: """
                        hitl: There is no request 7. Pending:
                           2. paint

                        """))
    }

    @Test func `several numbers are decided one by one`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        for number in 1...4 { #expect(try await home.ask("paint") == number) }
        #expect(try await home.hitl("reject", "2").code == 0)
        let said = try await home.hitl("approve", "1-3,4")
        #expect(said.code == 1)
        #expect(
            masked(said.err, in: home) == """
                ✅ Approved paint operation
                   Its requester hears of it when it comes back; what it does is not observed
                   Request 1
                Request 2 was already rejected by OPERATOR (human@socket), N seconds ago.
                ✅ Approved paint operation
                   Its requester hears of it when it comes back; what it does is not observed
                   Request 3
                ✅ Approved paint operation
                   Its requester hears of it when it comes back; what it does is not observed
                   Request 4

                """)
        try await desk.until { $0.cursorLine == "hitl >" }
    }

    // queue-03
    @Test func `of an approval and a rejection at once one counts, and the other is told`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        for number in 1...5 {
            #expect(try await home.ask("paint") == number)
            let approving = try await home.start(["approve", "\(number)"])
            let rejecting = try await home.start(["reject", "\(number)"])
            let (approved, rejected) = (Said(await approving.wait()), Said(await rejecting.wait()))
            #expect([approved.code, rejected.code].sorted() == [0, 1])
            #expect((approved.err + rejected.err).hasPrefix("hitl: Request \(number) was already "))
            #expect(try await home.hitl("wait", "\(number)").code == (approved.code == 0 ? 0 : 3))
        }
        #expect(try await desk.quit() == .exited(0))
        #expect(
            try await home.hitl("history").out.split(separator: "\n").filter { $0.contains(". paint: ") }.count == 5)
    }

    @Test func `a second loop on the same ledger says who has it`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let second = try await home.hitl("loop", "--agent", "none")
        #expect(second.code == 1)
        #expect(
            masked(second.err, in: home) == """
                hitl: The ledger `HOME/h/.local/state/hitl/ledger.db` is in use by process \(desk.terminal.process). \
                End that one first, or choose another ledger.

                """)
        // The demo has a ledger of its own, and steps aside with its socket.
        let demo = try await Desk.open(home, ["--enable-hitl"], columns: 200, firstPrompt: "hitl (2) >")
        #expect(try await home.hitl("status").out == "No pending HITL approvals.\n")
        let socket = try #require(try await demo.enter("/session").first { $0.contains("Socket: ") })
        let path = String(socket.dropFirst("   Socket: ".count))
        try await demo.sees(
            "Another desk listens at \(home.path("r/hitl/desk.sock")). For this one: hitl status --socket \(path)")
        #expect(
            try await home.hitl("status", environment: ["HITL_SOCKET": path]).out
                .hasPrefix("📋 Pending HITL Approvals (2):"))
        #expect(try await home.hitl("status", "--socket", path).out.hasPrefix("📋 Pending HITL Approvals (2):"))
        #expect(
            try await home.hitl("reject", "2", "--reason", "--socket", "--socket=" + path)
                == Said(code: 0, out: "❌ Rejected sendEmail operation\n   Reason logged: --socket\n"))
        #expect(try await home.hitl("history").out == "No decisions in the history.\n")
    }

    @Test func `gets rows without an end where no terminal has one`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        let reason = String(repeating: "why ", count: 9_000) + "now"
        #expect(
            try await home.hitl("reject", "1", "--reason", reason)
                == Said(code: 0, out: "❌ Rejected paint operation\n   Reason logged: \(reason)\n"))
        #expect(try await home.hitl("history").out.contains("   Reason: \(reason)\n"))
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `hears after a while that the desk says nothing, and gets the answer once it does`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        desk.terminal.signal(SIGSTOP)
        let status = try PseudoTerminal.spawn(
            [Home.hitl, "status"], environment: home.environment, columns: 200, rows: 9)
        try await status.until(.seconds(30)) {
            $0.contains(
                "hitl: The desk has not answered for 5 seconds. It may be stopped (`fg` in its terminal goes on).")
        }
        desk.terminal.signal(SIGCONT)
        try await status.until { $0.contains("No pending HITL approvals.") }
        #expect(try await status.waitForExit() == .exited(0))
        #expect(try await desk.quit() == .exited(0))
    }

    /// A relative path is meant from where it is typed. What reads the ledger's file without a desk does not answer for a
    /// desk that was named.
    @Test func `that is named and is not there is said to be the one that is missing`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, ["--enable-hitl", "--agent", "none", "--socket", "s.sock"])
        #expect(try await home.hitl("status", "--socket", "s.sock").code == 0)
        #expect(try await home.hitl("ask", "paint", "--async", "--socket", home.path("w/s.sock")).code == 75)
        #expect(try await home.hitl("approve", "1", environment: ["HITL_SOCKET": "s.sock"]).code == 0)
        #expect(try await desk.quit() == .exited(0))
        let missing = Said(
            code: 6,
            err: """
                hitl: No desk listens at `\(home.path("w/s.sock"))`. Start one there with `hitl loop --enable-hitl --agent \
                none --socket \(home.path("w/s.sock"))` in another terminal.

                """)
        for words in [["status"], ["history"], ["approve", "1"], ["ask", "paint"], ["config"]] {
            #expect(try await home.run(words + ["--socket", "s.sock"]) == missing, "\(words)")
        }
        #expect(try await home.hitl("reject", "1", environment: ["HITL_SOCKET": "s.sock"]) == missing)
        #expect(
            try await home.hitl("history", "--follow", "--socket", "s.sock")
                == Said(code: 2, err: "hitl: `--follow` and `--socket` contradict each other.\n"))
        #expect(
            try await home.hitl("status", "--socket", "")
                == Said(code: 2, err: "hitl: `` is no value for `--socket`: expected a path.\n"))
    }
}

@Suite(.oneAtATime) struct `Whoever asks` {
    /// Asks over the socket and, while that waits, has a process of its own decide.
    private static let ownApproval = #"""
        import json, os, socket, subprocess, sys
        desk = socket.socket(socket.AF_UNIX)
        desk.connect(os.environ["XDG_RUNTIME_DIR"] + "/hitl/desk.sock")
        lines = desk.makefile("rw")
        ask = {"jsonrpc": "2.0", "id": 1, "method": "ask", "params": {"id": "a", "tool": "paint", "args": {}}}
        lines.write(json.dumps(ask) + "\n")
        lines.flush()
        number = str(json.loads(lines.readline())["params"]["number"])
        hitl = sys.argv[1]
        status = subprocess.run([hitl, "status", "--json"], capture_output=True, text=True).stdout
        name = json.loads(status)["pending"][0]["id"]
        for words in (["approve", number], ["approve", name], ["approve", "1-" + number], ["reject", name],
                      ["extend", number, "10m"], ["withdraw", name], ["edit", number, "--set", "a=1"]):
            done = subprocess.run([hitl] + words, capture_output=True, text=True)
            print(done.returncode, words[0], (done.stdout + done.stderr).strip().replace(number, "N"))
        """#

    @Test func `cannot decide, by number or by id, itself or through a child`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let said = try await home.run(
            program: "/usr/bin/python3", ["-c", Self.ownApproval, Home.hitl])
        #expect(said.err == "")
        let refused = "hitl: Request N was asked for by this process or one above it; somebody else decides."
        #expect(
            said.out == """
                1 approve \(refused)
                1 approve \(refused)
                1 approve \(refused)
                1 reject \(refused)
                1 extend \(refused)
                1 withdraw \(refused)
                1 edit \(refused)

                """)
        try await desk.sees("Request 1, paint, was withdrawn: ask is gone.")
    }

    @Test func `from inside the desk cannot decide at all`() async throws {
        let home = try Home()
        try home.write(
            """
            name: cunning
            description: Wants to approve what it asks for.
            workspace:
              count.sh: |
                HITL_SOCKET=\(home.path("r/hitl/desk.sock")) \(Home.hitl) approve 2
            agents:
              main:
                - call: executeCommand
                  arguments: { argv: [sh, count.sh] }
                  onFailed:
                    - say: "${summary}: ${result.stderr}"
            """, to: "cunning.yaml")
        let desk = try await Desk.open(
            home, ["--enable-hitl", "--scenario", home.path("cunning.yaml")], rows: 60, firstPrompt: "hitl (1) >")
        #expect(try await home.ask("paint") == 2)
        #expect(try await home.hitl("approve", "1").code == 0)
        try await desk.sees("A process that the desk started can ask and never decide.")
        #expect(try await home.hitl("status").out.contains("2. Tool: paint"))
    }
}
