import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// `hitl ask … -- COMMAND` from another terminal.
@Suite(.oneAtATime) struct `A command that is asked for` {
    private static let deploy = """
        #!/bin/sh
        read line
        echo "deploying $1 with $line in $(pwd)"
        echo "a warning" >&2
        touch deployed
        exit 3
        """

    @Test func `is shown in full, and runs only when approved, where it was asked for`() async throws {
        let home = try Home()
        try home.write(Self.deploy, to: "w/deploy.sh", mode: 0o700)
        let desk = try await Desk.open(home, rows: 60)
        let asking = try await home.start(
            [
                "ask", "deploy", "--arg", "env=prod", "--reason", "go live", "--confidence", "0.5", "--", "./deploy.sh",
                "prod",
            ],
            input: "care\n", environment: ["STAGE": "blue"])
        try await desk.until { $0.cursorLine == "hitl (1) >" && $0.contains("STAGE") }
        #expect(
            masked(desk.screen.announcement, in: home) == """
                🔔 New request 1:
                1. Tool: deploy
                   Args: { env: "prod" }
                   Confidence: 0.5
                   Requested: N seconds ago
                   Command: "./deploy.sh" "prod"
                   Executable: HOME/w/deploy.sh
                   Directory: HOME/w
                   Approving: its requester runs exactly this, once, and reports the outcome
                   Agent: ask
                   Risk: RISK
                   Asked because: no rule covers the call [default, built-in]
                   Expires: in 5 minutes
                   Agent says:
                     │ go live
                   Environment (what differs from a clean one):
                     HOME="HOME/h"
                     LOGNAME is not set
                     PATH="/usr/bin:/bin"
                     PWD is not set
                     STAGE="blue"
                     SWIFT_BACKTRACE="interactive=no"
                     TMPDIR="HOME/t"
                     USER="ada"
                     XDG_RUNTIME_DIR="HOME/r"
                """)
        #expect(!home.exists("w/deployed"))
        try await desk.hasBeenShown(1)
        #expect(
            try await desk.enter("/hitl approve 1") == [
                "✅ Approved deploy operation", "   Execution failed", "   exit code 3", "",
            ])
        #expect(
            Said(await asking.wait())
                == Said(code: 3, out: "deploying prod with care in \(home.workspace)\n", err: "a warning\n"))
        #expect(home.exists("w/deployed"))
        #expect(
            masked(try await desk.enter("/hitl history"), in: home) == """
                📜 HITL History (1):

                1. deploy: approved by OPERATOR (human@tty), N seconds ago
                   Args: { env: "prod" }
                   Outcome: failed (N ms): exit code 3
                   Signed: KEY

                """)
    }

    @Test func `does not run when rejected, and hears why`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let asking = try await home.start(["ask", "deploy", "--", "touch", "deployed"])
        try await desk.sees("New request 1:")
        #expect(try await home.hitl("reject", "1", "--reason", "not on Fridays").code == 0)
        #expect(
            Said(await asking.wait()) == Said(code: 125, err: "hitl: Rejected by \(operatorName): not on Fridays.\n"))
        #expect(!home.exists("w/deployed"))
        try await desk.sees("❌ Request 1, deploy, was rejected by \(operatorName) (human@socket).")
    }

    // bind-01
    @Test func `does not run when its file is another one than was shown`() async throws {
        let home = try Home()
        try home.write(Self.deploy, to: "w/deploy.sh", mode: 0o700)
        let desk = try await Desk.open(home)
        let asking = try await home.start(["ask", "deploy", "--", "./deploy.sh"])
        try await desk.sees("New request 1:")
        try home.write("#!/bin/sh\ntouch evil\n", to: "w/deploy.sh", mode: 0o700)
        let approved = try await home.hitl("approve", "1")
        #expect(
            masked(approved.out, in: home) == """
                ✅ Approved deploy operation
                   Execution failed
                   did not run: `HOME/w/deploy.sh` has changed since the command was shown

                """)
        let said = Said(await asking.wait())
        #expect(said.code == 125)
        #expect(
            masked(said.err, in: home)
                == "hitl: The command did not run: `HOME/w/deploy.sh` has changed since the command was shown.\n")
        #expect(!home.exists("w/evil") && !home.exists("w/deployed"))
    }

    @Test func `is taken back by Control-C`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let asking = try PseudoTerminal.spawn(
            [Home.hitl, "ask", "deploy", "--", "touch", "deployed"], environment: home.environment,
            directory: home.workspace)
        try await asking.until { $0.contains("Waiting for approval of request 1: deploy.") }
        try await desk.sees("New request 1:")
        asking.send("\u{3}")
        #expect(try await asking.waitForExit() == .exited(125))
        try await asking.until { $0.contains("hitl: Interrupted; request 1 is withdrawn.") }
        try await desk.sees("Request 1, deploy, was withdrawn: interrupted by its requester.")
        #expect(
            masked(try await desk.enter("/hitl approve 1"), in: home) == """
                Request 1 was already withdrawn: interrupted by its requester, N seconds ago.

                """)
        #expect(!home.exists("w/deployed"))
    }

    // queue-04
    @Test func `is withdrawn when whoever asked dies`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let asking = try await home.start(["ask", "deploy", "--", "touch", "deployed"])
        try await desk.sees("New request 1:")
        kill(asking.pid, SIGKILL)
        try await desk.sees("Request 1, deploy, was withdrawn: ask is gone.")
        try await desk.until { $0.cursorLine == "hitl >" }
        #expect(
            masked(try await desk.enter("/hitl approve 1"), in: home) == """
                Request 1 was already withdrawn: ask is gone, N seconds ago.

                """)
        #expect(!home.exists("w/deployed"))
    }

    @Test func `gives up after its own time, and says so`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(
            try await home.hitl("ask", "deploy", "--timeout", "50ms", "--", "touch", "deployed")
                == Said(code: 125, err: "hitl: Nobody decided in time.\n"))
        #expect(
            try await home.hitl("ask", "deploy", "--timeout", "50ms")
                == Said(code: 4, err: "hitl: Nobody decided in time.\n"))
        #expect(!home.exists("w/deployed"))
        try await desk.sees("⌛ Request 2, deploy, expired: nobody decided in time. It did not run.")
    }

    @Test func `has its own exit code, whatever that is`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        for (number, (command, code)) in [("exit 0", 0), ("exit 75", 75), ("kill -9 $$", 137)].enumerated() {
            let asking = try await home.start(["ask", "run", "--", "sh", "-c", command])
            try await desk.sees("New request \(number + 1):")
            #expect(try await home.hitl("approve", "\(number + 1)").code == 0)
            #expect(Said(await asking.wait()) == Said(code: Int32(code)))
        }
        // What the operator of the desk hears of decisions made elsewhere.
        try await desk.sees(
            "✅ Request 3, run, was approved by \(operatorName) (human@socket).",
            "Request 3, run: Execution failed: ended by signal 9")
    }
}

/// `hitl ask` without a command, `--async` and `hitl wait`.
@Suite(.oneAtATime) struct `A question from a script` {
    @Test func `is answered by the exit code`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        for (number, (decision, code)) in [("approve", 0), ("reject", 3), ("withdraw", 4)].enumerated() {
            let asking = try await home.start(["ask", "dropTable", "--args", #"{"rows": 12, "table": "users"}"#])
            try await desk.sees("\(number + 1). Tool: dropTable", #"Args: { rows: 12, table: "users" }"#)
            #expect(try await home.hitl(decision, "\(number + 1)").code == 0)
            #expect(Said(await asking.wait()).code == Int32(code))
        }
    }

    @Test func `that is not waited for is answered later`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let asked = try await home.hitl("ask", "report", "--async", "--arg", "month=10")
        #expect(asked.code == 75)
        #expect(masked(asked.out, in: home) == "1 EVT\n")
        let id = asked.out.split(separator: " ").last.map { String($0.dropLast()) } ?? ""
        #expect(
            try await home.hitl("wait", "1", "--timeout", "20ms")
                == Said(code: 75, err: "hitl: The time is over; request 1 is not decided yet.\n"))
        let waiting = try await home.start(["wait", id])
        try await desk.hasBeenShown(1)
        try await desk.enter("/hitl approve 1 --reason \"go on\"")
        #expect(Said(await waiting.wait()) == Said(code: 0))
        #expect(try await home.hitl("wait", "1") == Said(code: 0))

        #expect(try await home.ask("report", "--arg", "month=11") == 2)
        #expect(try await home.hitl("reject", "2", "--reason", "too early").code == 0)
        #expect(
            try await home.hitl("wait", "2") == Said(code: 3, err: "hitl: Rejected by \(operatorName): too early.\n"))
        #expect(try await home.ask("report", "--arg", "month=12") == 3)
        #expect(try await home.hitl("withdraw", "3", "--reason", "not needed").code == 0)
        #expect(try await home.hitl("wait", "3") == Said(code: 4, err: "hitl: Withdrawn: not needed.\n"))
        #expect(try await home.hitl("wait", "9") == Said(code: 1, err: "hitl: There is no request `9`.\n"))

        // What was decided is known without a desk, too; what was not needs one.
        #expect(try await home.ask("report") == 4)
        #expect(try await desk.quit() == .exited(0))
        #expect(try await home.hitl("wait", "1") == Said(code: 0))
        #expect(
            try await home.hitl("wait", "2")
                == Said(code: 3, err: "hitl: Request 2: rejected by \(operatorName) (human@socket).\n"))
        #expect(try await home.hitl("wait", "4").code == 6)
    }

    @Test func `has its arguments in the order that they were given in`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("sendEmail", "--arg", "to=ada@example.com", "--arg", "subject=hi") == 1)
        #expect(try await home.ask("sendEmail", "--args", #"{"to":{"z":1,"a":[{"y":2,"b":3}]},"cc":null}"#) == 2)
        try await desk.sees(#"Args: { to: "ada@example.com", subject: "hi" }"#)
        try await desk.sees("Args: { to: { z: 1, a: [{ y: 2, b: 3 }] }, cc: null }")
        #expect(try await desk.quit() == .exited(0))
        let next = try await Desk.open(home, firstPrompt: "hitl (2) >")
        #expect(
            try await next.enter("/hitl status").contains(#"   Args: { to: "ada@example.com", subject: "hi" }"#))
        #expect(try await next.quit() == .exited(0))
    }

    @Test func `is answered in JSON where that is asked for`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let asked = try await home.hitl("ask", "report", "--async", "--json", "--args", #"{"b": 1.50, "a": null}"#)
        #expect(asked.code == 75)
        #expect(
            masked(asked.out, in: home)
                == #"{"arguments":{"a":null,"b":1.50},"decision":"pending","digest":"hmac-sha256:DIGEST","id":"EVT","number":1}"#
                + "\n")
        let waiting = try await home.start(["wait", "1", "--json"])
        #expect(try await home.hitl("approve", "1", "--reason", "why not", "--condition", "once").code == 0)
        let answered = Said(await waiting.wait())
        #expect(answered.code == 0)
        #expect(
            masked(answered.out, in: home)
                == #"{"arguments":{"a":null,"b":1.50},"conditions":["once"],"decision":"approved","digest":"hmac-sha256:DIGEST","number":1,"reason":"why not","reviewer":"OPERATOR"}"#
                + "\n")
        let asking = try await home.start(["ask", "run", "--json", "--", "echo", "done"])
        try await desk.sees("New request 2:")
        #expect(try await home.hitl("approve", "2").code == 0)
        let said = Said(await asking.wait())
        #expect(said.code == 0)
        #expect(said.out == "done\n")
        #expect(
            masked(said.err, in: home).replacing(/"executionTime":[0-9]+/, with: #""executionTime":N"#)
                == #"{"arguments":{},"decision":"approved","digest":"hmac-sha256:DIGEST","number":2,"outcome":{"executionTime":N,"result":{"exitCode":0},"status":"succeeded","summary":"exit code 0"},"reviewer":"OPERATOR"}"#
                + "\n")
    }

    @Test func `without a desk is over at once, or waits for one`() async throws {
        let home = try Home()
        let nobody =
            "hitl: No desk is running. Start one with `hitl loop --enable-hitl --agent none` in another terminal.\n"
        #expect(try await home.hitl("ask", "report") == Said(code: 6, err: nobody))
        #expect(try await home.hitl("ask", "report", "--", "touch", "x") == Said(code: 125, err: nobody))
        #expect(try await home.hitl("ask", "report", "--wait-for-desk", "20ms") == Said(code: 6, err: nobody))
        #expect(try await home.hitl("wait", "1") == Said(code: 6, err: nobody))
        let asking = try await home.start(["ask", "report", "--wait-for-desk", "20s"])
        let desk = try await Desk.open(home)
        try await desk.sees("New request 1:")
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(Said(await asking.wait()) == Said(code: 0))
    }
}

@Suite(.oneAtATime) struct `When the desk goes away` {
    @Test func `by a kill, its requests wait for the next one and are decided once`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let asking = try await home.start(["ask", "deploy", "--", "sh", "-c", "echo ran >> ran; exit 7"])
        try await desk.sees("New request 1:")
        #expect(try await home.ask("report") == 2)
        desk.terminal.signal(SIGKILL)
        #expect(try await desk.terminal.waitForExit() == .killed(bySignal: SIGKILL))
        #expect(try await home.hitl("approve", "1").code == 6)

        let next = try await Desk.open(home, firstPrompt: "hitl (2) >")
        try await next.sees("Requests 1 and 2 wait from before: /hitl status")
        // Nobody approves what has not been on this desk's screen.
        #expect(
            try await next.enter("/hitl approve 1").first == """
                Request 1 had not been shown in full, so nothing was decided. This is it; then type it again:
                """)
        #expect(!home.exists("w/ran"))
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(
            Said(await asking.wait())
                == Said(
                    code: 7,
                    err: "hitl: The desk is gone; request 1 is pending, and this waits for the desk's return.\n"))
        #expect(home.read("w/ran") == "ran\n")
        #expect(
            masked(try await next.enter("/hitl history --request 1"), in: home).split(separator: "\n").prefix(3) == [
                "1. deploy: approved by OPERATOR (human@socket), N seconds ago", "   Args: {}",
                "   Outcome: failed (N ms): exit code 7",
            ])
    }

    @Test func `and the next one has another ledger, its requests are asked there, under other numbers`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("report") == 1)
        let asking = try await home.start(["ask", "deploy", "--", "sh", "-c", "echo ran >> ran"])
        try await desk.sees("New request 2:")
        desk.terminal.signal(SIGKILL)
        #expect(try await desk.terminal.waitForExit() == .killed(bySignal: SIGKILL))

        let next = try await Desk.open(home, environment: ["HITL_AUDIT_PATH": home.path("other/ledger.db")])
        try await next.sees("New request 1:")
        #expect(try await home.hitl("approve", "1").code == 0)
        let said = Said(await asking.wait())
        #expect(said.code == 0, "\(said)")
        #expect(home.read("w/ran") == "ran\n")
    }

    @Test(arguments: [SIGTERM, SIGHUP])
    func `in order, it leaves what others asked and takes back what its own agent asked`(signal: Int32) async throws {
        let home = try Home()
        try home.write(
            """
            name: small
            description: Deletes a file.
            workspace: { a.txt: "a" }
            agents:
              main:
                - call: deleteFile
                  arguments: { path: a.txt }
            """, to: "small.yaml")
        let loop = ["--enable-hitl", "--scenario", home.path("small.yaml")]
        let desk = try await Desk.open(home, loop, firstPrompt: "hitl (1) >")
        let asking = try await home.start(["ask", "deploy", "--", "true"])
        try await desk.until { $0.cursorLine == "hitl (2) >" }
        desk.terminal.signal(signal)
        #expect(try await desk.terminal.waitForExit() == .exited(0))
        if signal == SIGTERM {
            try await desk.sees(
                "Request 1 was withdrawn: the loop ended.", "Request 2 stays pending for the next desk.")
        }
        let next = try await Desk.open(home, firstPrompt: "hitl (1) >")
        // One was not decided now, so it is said as an error.
        let rejected = try await home.hitl("reject", "1-2")
        #expect(rejected.code == 1)
        #expect(
            masked(rejected.err, in: home) == """
                Request 1 was already withdrawn: the loop ended, N seconds ago.
                ❌ Rejected deploy operation
                   No reason given
                   Request 2

                """)
        #expect(Said(await asking.wait()).code == 125)
        try await next.until { $0.cursorLine == "hitl >" }
    }

    @Test func `that was edited is no plain yes for a script, which would do what was changed`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let asking = try await home.start(["ask", "dropTable", "--arg", "table=users"])
        try await desk.sees("New request 1:")
        _ = try await home.run(["edit", "1", "--set", "table=tmp"])
        try await desk.sees("New request 2:")
        _ = try await home.run(["approve", "2"])
        let said = Said(await asking.wait())
        #expect(said.code == 1 && said.out == "")
        #expect(said.err.contains(#"Approved with other arguments: {"table":"tmp"}"#), "\(said.err)")
    }
}
