import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// The command of `hitl ask` runs where it was asked for, and outlives a desk that is killed meanwhile.
@Suite(.oneAtATime) struct `A command that runs while its desk is killed` {
    /// Runs until `go` is there, and says that it began.
    private static let work = "echo ran >> ran; until [ -e go ]; do sleep 0.05; done; exit 7"

    /// Killed while the command of request 1 runs.
    private func killedDesk(
        _ home: Home, by signal: Int32 = SIGKILL, _ options: String...
    ) async throws -> ChildProcess {
        let desk = try await BareDesk.open(home)
        let asking = try await home.start(["ask", "deploy"] + options + ["--", "sh", "-c", Self.work])
        try await home.waitFor { try await $0.pending() == [1] }
        #expect(try await home.hitl("approve", "1").code == 0)
        try await home.waitFor { $0.exists("w/ran") }
        #expect(await desk.end(by: signal) == (signal == SIGKILL ? .signalled(SIGKILL) : .exited(0)))
        return asking
    }

    @Test(arguments: [SIGKILL, SIGTERM])
    func `has its outcome handed in to the next one, and is not run again`(by signal: Int32) async throws {
        let home = try Home()
        let asking = try await killedDesk(home, by: signal)
        let next = try await BareDesk.open(home)
        // Not unknown: whoever runs it is there.
        #expect(try await home.auditRecords().map(\.outcome) == ["running"])
        try home.write("", to: "w/go")
        #expect(Said(await asking.wait()).code == 7)
        let history = try await home.hitl("history", "--request", "1").out
        #expect(history.contains("exit code 7"), "\(history)")
        #expect(home.read("w/ran") == "ran\n")
        #expect(await next.end(by: SIGTERM) == .exited(0))
        #expect(try await home.auditRecords().map(\.outcome) == ["failed"])
    }

    @Test func `waits with its outcome for the next one`() async throws {
        let home = try Home()
        let asking = try await killedDesk(home, "--timeout", "30s")
        try home.write("", to: "w/go")
        // There is nobody to be told; it must be alive when there is.
        try await Task.sleep(for: .milliseconds(300))
        let next = try await BareDesk.open(home)
        let said = Said(await asking.wait())
        #expect(
            said
                == Said(
                    code: 7,
                    err:
                        "hitl: The desk is gone; the outcome of request 1 is kept, and this waits for the desk's return.\n"
                ))
        #expect(try await home.auditRecords().map(\.outcome) == ["failed"])
        #expect(home.read("w/ran") == "ran\n")
        withExtendedLifetime(next) {}
    }

    @Test func `gives up when its time is over, and the next desk says that nobody knows`() async throws {
        let home = try Home()
        let asking = try await killedDesk(home, "--timeout", "1s")
        try home.write("", to: "w/go")
        let said = Said(await asking.wait())
        #expect(said.code == 7)
        #expect(
            said.err.hasSuffix(
                "hitl: The desk is gone and has not heard of the outcome; it will be recorded as unknown.\n"))
        let next = try await BareDesk.open(home)
        #expect(try await home.auditRecords().map(\.outcome) == ["unknown"])
        withExtendedLifetime(next) {}
    }

    @Test func `and is killed itself leaves an unknown outcome behind`() async throws {
        let home = try Home()
        let asking = try await killedDesk(home)
        let next = try await BareDesk.open(home)
        kill(asking.pid, SIGKILL)
        _ = await asking.wait()
        try await home.waitFor { try await $0.auditRecords().map(\.outcome) == ["unknown"] }
        let history = try await home.hitl("history", "--request", "1").out
        #expect(history.contains("its requester ended without saying what came of it"), "\(history)")
        withExtendedLifetime(next) {}
    }

    @Test func `was allowed by a rule and has its outcome handed in as well`() async throws {
        let home = try Home(
            configuration: """
                hitl: { enabled: true }
                policy: { rules: [{ name: deploys, when: { tool: deploy }, action: allow }] }
                """)
        let desk = try await BareDesk.open(home)
        let asking = try await home.start(["ask", "deploy", "--", "sh", "-c", Self.work])
        try await home.waitFor { $0.exists("w/ran") }
        #expect(await desk.end(by: SIGKILL) == .signalled(SIGKILL))
        let next = try await BareDesk.open(home)
        try home.write("", to: "w/go")
        #expect(Said(await asking.wait()).code == 7)
        let record = try await home.hitl("audit", "export", "--format", "jsonl").out
        #expect(record.contains(#""status":"failed","success":false,"summary":"exit code 7""#), "\(record)")
        #expect(home.read("w/ran") == "ran\n")
        withExtendedLifetime(next) {}
    }

    /// Another process of the same user says what came of it.
    @Test func `is spoken for by nobody else`() async throws {
        let home = try Home()
        try home.write(
            """
            import json, os, socket
            desk = socket.socket(socket.AF_UNIX)
            desk.connect(os.environ["XDG_RUNTIME_DIR"] + "/hitl/desk.sock")
            params = {"request": 1, "status": "succeeded", "summary": "all is well"}
            desk.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "outcome", "params": params}).encode() + b"\\n")
            print(json.loads(desk.makefile().readline())["error"]["data"]["kind"])
            """, to: "lie.py")
        let asking = try await killedDesk(home)
        let next = try await BareDesk.open(home)
        let lie = try await home.run(program: "/usr/bin/python3", [home.path("lie.py")])
        #expect(lie == Said(code: 0, out: "noPermit\n"))
        try home.write("", to: "w/go")
        #expect(Said(await asking.wait()).code == 7)
        #expect(try await home.auditRecords().map(\.outcome) == ["failed"])
        withExtendedLifetime(next) {}
    }
}

@Suite(.oneAtATime) struct `A command that its requester runs` {
    private static let work = "echo $$ > pid; sleep 60 & echo $! > child; wait; touch survived"

    private func running(_ home: Home) async throws -> ChildProcess {
        let asking = try await home.start(["ask", "deploy", "--", "sh", "-c", Self.work])
        try await home.waitFor { try await $0.pending() == [1] }
        _ = try await home.hitl("approve", "1")
        try await home.waitFor { ($0.read("w/child") ?? "").hasSuffix("\n") }
        return asking
    }

    @Test func `is ended at the operator's word, with all that it started`() async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let asking = try await running(home)
        #expect(
            try await home.hitl("stop", "1")
                == Said(code: 0, out: "Told process \(asking.pid), which runs request 1, to end it.\n"))
        #expect(Said(await asking.wait()) == Said(code: 128 + SIGTERM))
        for name in ["w/pid", "w/child"] {
            let pid = Int32((home.read(name) ?? "").dropLast()) ?? 0
            try await home.waitFor { _ in kill(pid, 0) != 0 }
        }
        #expect(!home.exists("w/survived"))
        #expect(try await home.hitl("history", "--request", "1").out.contains("stopped by the operator"))
        #expect(try await home.hitl("stop", "1") == Said(code: 1, err: "hitl: Request 1 is not running.\n"))
        withExtendedLifetime(desk) {}
    }

    @Test func `for a desk that is gone is named by the next one, which cannot reach it`() async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let asking = try await running(home)
        _ = await desk.end(by: SIGKILL)
        let next = try await BareDesk.open(home)
        let said = try await home.hitl("stop", "1")
        #expect(said.code == 1)
        #expect(
            (said.out + said.err).contains(
                "Request 1 is carried out by process \(asking.pid), which cannot be told to end it from here; it was permitted by a former desk: end it there, with kill \(asking.pid)."
            ), "\(said)")
        kill(asking.pid, SIGTERM)
        #expect(Said(await asking.wait()).code == 128 + SIGTERM)
        #expect(try await home.auditRecords().map(\.outcome) == ["failed"])
        withExtendedLifetime(next) {}
    }

    @Test func `cannot be edited, and the operator is told why`() async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let asking = try await home.start(["ask", "deploy", "--arg", "env=prod", "--", "touch", "deployed"])
        try await home.waitFor { try await $0.pending() == [1] }
        let said = try await home.hitl("edit", "1", "--set", "env=test")
        #expect(said.code == 1)
        #expect(
            (said.out + said.err).contains(
                "Request 1 cannot be edited: its arguments only describe the command, which its requester has fixed and runs itself. Reject it and say what you would accept: `hitl reject 1 --reason \"…\"`"
            ), "\(said)")
        #expect(try await home.pending() == [1])
        #expect(try await home.hitl("reject", "1").code == 0)
        #expect(Said(await asking.wait()).code == 125)
        #expect(!home.exists("w/deployed"))
        withExtendedLifetime(desk) {}
    }
}
