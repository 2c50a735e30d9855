import Glibc
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLServer

/// `hitl ask` without its words, as a process.
@Suite(.oneAtATime) struct `Asking with a command` {
    private let scratch = Scratch()

    private func script(_ text: String) -> String {
        scratch.write("deploy.sh", "#!/bin/sh\n" + text + "\n", mode: 0o700)
        return scratch / "deploy.sh"
    }

    private func ask(_ desk: TestDesk, _ options: String..., environment: [String: String] = ["PATH": "/usr/bin:/bin"])
        async throws -> Probe
    {
        try await Probe(["ask", desk.socket] + options, environment: environment, directory: scratch.path)
    }

    @Test func `runs it here, as it was shown, once it is approved`() async throws {
        let desk = try await TestDesk()
        _ = script("read line; echo \"$line from $PWD as $COLOUR\"; echo trouble >&2; exit 3")
        let probe = try await ask(
            desk, "--arg", "env=prod", "--", "./deploy.sh", "one two",
            environment: ["PATH": "/usr/bin:/bin", "COLOUR": "red", "API_TOKEN": "FAKE-123"])
        #expect(try await probe.news() == "opened(number: 1)")

        let request = try await desk.gate.queue.open(1)
        let call = request.call
        #expect(call.arguments == JSONObject([.init("env", "prod")]))
        #expect(call.directory == scratch.path && call.kind == .execute && call.performer == .requester)
        let command = try #require(call.facts.command)
        #expect(command.argv == ["./deploy.sh", "one two"])
        #expect(command.executable == scratch / "deploy.sh")
        #expect(command.environment.first { $0.name == "COLOUR" }?.value == "red")
        let secret = try #require(command.environment.first { $0.name == "API_TOKEN" }?.value)
        #expect(secret.hasPrefix("(hidden, 8 bytes, digest ") && !call.json.canonicalText.contains("FAKE-123"))
        #expect(call.facts.pins.map(\.path) == [scratch / "deploy.sh"])

        let alice = try await desk.client()
        _ = try await alice.call("approve", ["request": 1])
        #expect(try await probe.news() == "answered approved")
        try await probe.child.write(Array("hello\n".utf8))
        #expect(try await probe.text() == "hello from \(scratch.path) as red")
        #expect(try await probe.news() == "trouble")
        #expect(try await probe.news() == "reported yes")
        #expect(await probe.end() == .exited(3))
        let history = try desk.gate.ledger.history(of: .request(1))
        #expect(history.finished?.value.status == .failed && history.finished?.value.summary == "exit code 3")
        await desk.close()
    }

    @Test func `never runs it when it is rejected`() async throws {
        let desk = try await TestDesk()
        _ = script("touch ran")
        let probe = try await ask(desk, "--", "./deploy.sh")
        #expect(try await probe.news() == "opened(number: 1)")
        let alice = try await desk.client()
        _ = try await alice.call("reject", ["request": 1, "reason": "no"])
        #expect(try await probe.news() == "answered rejected")
        #expect(await probe.end() == .exited(125))
        #expect(scratch.text("ran") == nil)
        await desk.close()
    }

    @Test(arguments: ["deploy.sh", "data.txt"]) func `does not run it when a file changed after it was shown`(
        name: String
    ) async throws {
        let desk = try await TestDesk()
        _ = script("touch ran")
        scratch.write("data.txt", "one")
        let probe = try await ask(desk, "--", "./deploy.sh", "--input=data.txt")
        #expect(try await probe.news() == "opened(number: 1)")
        #expect(try await desk.gate.queue.open(1).call.facts.pins.count == 2)
        scratch.write(name, "#!/bin/sh\ntouch worse\n", mode: 0o700)
        let alice = try await desk.client()
        _ = try await alice.call("approve", ["request": 1])
        #expect(try await probe.news() == "answered approved")
        let path = name == "data.txt" ? scratch / "data.txt" : scratch / "deploy.sh"
        #expect(try await probe.news() == "did not run: `\(path)` has changed since the command was shown")
        #expect(await probe.end() == .exited(125))
        #expect(scratch.text("ran") == nil && scratch.text("worse") == nil)
        #expect(try desk.gate.ledger.history(of: .request(1)).finished?.value.status == .failed)
        await desk.close()
    }

    @Test func `does not run it when the arguments were edited`() async throws {
        let desk = try await TestDesk()
        _ = script("touch ran")
        let probe = try await ask(desk, "--arg", "env=prod", "--", "./deploy.sh")
        #expect(try await probe.news() == "opened(number: 1)")
        let old = try await desk.gate.queue.open(1).call
        let new = try await desk.gate.supersede(
            1, with: old.with(arguments: JSONObject([.init("env", "test")])),
            by: Principal(role: .person, name: "alice", channel: "tty"))
        let alice = try await desk.client()
        _ = try await alice.call("approve", ["request": .integer(new.number)])
        #expect(try await probe.news() == "answered approved")
        #expect(try await probe.news() == "mustNot(HITLServer.AskSession.CommandVerdict.Reason.edited)")
        #expect(await probe.end() == .exited(125))
        #expect(scratch.text("ran") == nil)
        await desk.close()
    }

    @Test func `cannot decide from within it`() async throws {
        let other = try await ChildProcess.start(Launch("/bin/sleep", ["1000"]))
        let desk = try await TestDesk(desk: other.process)
        // The command is below the process that asked, for request 1 and for whatever that process asks.
        _ = script("exec \"$PROBE\" talk \"$DESK\"")
        let probe = try await ask(
            desk, "--", "./deploy.sh",
            environment: ["PATH": "/usr/bin:/bin", "PROBE": Probe.executable, "DESK": desk.socket])
        #expect(try await probe.news() == "opened(number: 1)")
        let operatorsShell = try await Probe("talk", desk.socket)
        _ = try await operatorsShell.call("approve", ["request": 1])
        // Now the command runs, and asks under the same tree.
        try await probe.send("ask", ["id": "c1", "tool": "bash", "args": [:]])
        #expect(try await probe.line()["method"] == "opened")
        #expect(try await probe.call("approve", ["request": 2]).kind == "mayNotDecide")
        #expect(try desk.status(of: 2) == .pending)
        await desk.close()
        probe.child.stop(grace: .zero)
        other.stop(grace: .zero)
        _ = await probe.end()
    }

    @Test func `leaves an unknown outcome when it is killed meanwhile, and the command dies with it`() async throws {
        let desk = try await TestDesk()
        _ = script("echo $$; exec sleep 1000")
        let probe = try await ask(desk, "--", "./deploy.sh")
        #expect(try await probe.news() == "opened(number: 1)")
        let alice = try await desk.client()
        _ = try await alice.call("approve", ["request": 1])
        let line = try await probe.text()
        let pid = try #require(line.flatMap { Int32($0) })
        let command = try ProcessTree.identity(of: pid)
        kill(probe.child.pid, SIGKILL)
        let history = try await desk.history(of: .request(1)) { $0.finished != nil }
        #expect(history.finished?.value.status == .unknown)
        while ProcessTree.isAlive(command) { try await Task.sleep(for: .milliseconds(2)) }
        _ = await probe.end()
        await desk.close()
    }

    @Test func `passes SIGTERM on to it`() async throws {
        let desk = try await TestDesk()
        _ = script("trap 'echo ended; exit 7' TERM; echo ready; while :; do sleep 0.01; done")
        let probe = try await ask(desk, "--", "./deploy.sh")
        #expect(try await probe.news() == "opened(number: 1)")
        let alice = try await desk.client()
        _ = try await alice.call("approve", ["request": 1])
        #expect(try await probe.text() == "ready")
        kill(probe.child.pid, SIGTERM)
        #expect(try await probe.text() == "ended")
        _ = await probe.end()
        #expect(try desk.gate.ledger.history(of: .request(1)).finished?.value.status == .failed)
        await desk.close()
    }

    @Test func `runs it once although the desk was restarted while it waited`() async throws {
        let ledger = try TestDesk.onDisk(scratch)
        let desk = try await TestDesk(in: scratch, ledger: ledger)
        _ = script("echo ran >> log")
        let probe = try await ask(desk, "--", "./deploy.sh")
        #expect(try await probe.news() == "opened(number: 1)")
        await desk.close()
        #expect(try await probe.news() == "deskGone(number: Optional(1))")
        let next = try await TestDesk(in: scratch, ledger: ledger)
        #expect(try await probe.news() == "deskBack")
        let alice = try await next.client()
        _ = try await alice.call("approve", ["request": 1])
        #expect(try await probe.news() == "answered approved")
        #expect(try await probe.news() == "reported yes")
        #expect(await probe.end() == .exited(0))
        #expect(scratch.text("log") == "ran\n")
        #expect(try next.ledger.count(kind: "opened") == 1 && next.ledger.count(kind: "started") == 1)
        await next.close()
    }
}

@Suite(.oneAtATime) struct `Asking` {
    private let scratch = Scratch()

    @Test func `without a desk is over at once`() async throws {
        let probe = try await Probe("ask", scratch / "desk.sock")
        #expect(
            try await probe.news()
                == """
                no desk: No desk listens at `\(scratch / "desk.sock")`. Start one there with `hitl loop --enable-hitl \
                --agent none --socket \(scratch / "desk.sock")` in another terminal.
                """)
        _ = await probe.end()
    }

    @Test func `can wait for a desk`() async throws {
        let probe = try await Probe("ask", scratch / "run/desk.sock", "--wait-for-desk", "1h")
        #expect(try await probe.news() == "waitingForDesk")
        let desk = try await TestDesk(in: scratch)
        #expect(try await probe.news() == "opened(number: 1)")
        let alice = try await desk.client()
        _ = try await alice.call("approve", ["request": 1])
        #expect(try await probe.news() == "answered approved")
        #expect(await probe.end() == .exited(0))
        await desk.close()
    }

    @Test func `waits for the lost desk within its time, and fails closed`() async throws {
        let desk = try await TestDesk(in: scratch)
        let probe = try await Probe("ask", desk.socket, "--timeout", "300ms")
        #expect(try await probe.news() == "opened(number: 1)")
        await desk.close()
        #expect(try await probe.news() == "deskGone(number: Optional(1))")
        #expect(try await probe.news() == "timed out 1")
        #expect(await probe.end() == .exited(1))
        #expect(try desk.status(of: 1) == .pending)
    }

    @Test func `is taken back by Ctrl-C`() async throws {
        let desk = try await TestDesk(in: scratch)
        let probe = try await Probe("ask", desk.socket)
        #expect(try await probe.news() == "opened(number: 1)")
        kill(probe.child.pid, SIGINT)
        #expect(try await probe.news() == "interrupted 1")
        guard case .withdrawn(_, "interrupted by its requester")? = try desk.status(of: 1) else {
            Issue.record("\(String(describing: try desk.status(of: 1)))")
            return
        }
        _ = await probe.end()
        await desk.close()
    }

    @Test func `does not believe another user's desk`() async throws {
        // Only root can play another user.
        guard geteuid() == 0 else { return }
        let shared = scratch / "shared"
        #expect(mkdir(shared, 0o777) == 0 && chmod(shared, 0o777) == 0 && chmod(scratch.path, 0o755) == 0)
        let path = shared + "/desk.sock"
        let impostor = try await Probe("impostor", path)
        #expect(try await impostor.text() == "listening")
        #expect(throws: DeskSocket.Failure.notOurs(path: path, uid: 65534)) { try DeskSocket.connect(to: .named(path)) }
        impostor.child.stop(grace: .zero)
        _ = await impostor.end()
    }
}

@Suite struct `The environment that is shown` {
    private let key = "0123456789abcdef"

    private func difference(_ entries: String...) -> String {
        EnvironmentDifference(
            entries.map { Array($0.utf8) }, expected: ["HOME": "/home/alice", "PATH": "/usr/bin:/bin"], key: key
        ).json.canonicalText
    }

    @Test func `is what differs from a fresh login`() {
        #expect(
            difference("PATH=/usr/bin:/bin", "HOME=/home/alice", "LANG=de_DE.UTF-8", "TERM=xterm", "SHLVL=2") == "{}")
        #expect(
            difference("PATH=/home/alice/bin:/usr/bin", "LD_PRELOAD=/tmp/x.so")
                == #"{"HOME":null,"LD_PRELOAD":"/tmp/x.so","PATH":"/home/alice/bin:/usr/bin"}"#)
    }

    @Test(arguments: [
        "GITHUB_TOKEN=x", "PGPASSWORD=x", "aws_secret_access_key=x", "API_KEY=x", "DB_PASS=x", "SESSION_COOKIE=x",
        "DATABASE_URL=postgres://alice:x@db/prod", "NPM_CONFIG_//registry/:_authToken=x",
    ]) func `hides what may be a secret`(entry: String) {
        let shown = difference("PATH=/usr/bin:/bin", "HOME=/home/alice", entry)
        #expect(shown.contains("(hidden, ") && !shown.contains(":\"x\"") && !shown.contains("alice:x@"))
    }

    @Test func `tells a secret from another without giving it away`() {
        let one = difference("API_KEY=one", "HOME=/home/alice", "PATH=/usr/bin:/bin")
        #expect(one != difference("API_KEY=two", "HOME=/home/alice", "PATH=/usr/bin:/bin"))
        let other = EnvironmentDifference([Array("API_KEY=one".utf8)], expected: [:], key: "another key that is random")
        #expect(one != other.json.canonicalText)
    }

    @Test func `shows both of a name that occurs twice, and bytes that are no text as a digest`() {
        #expect(difference("HOME=/home/alice", "PATH=/usr/bin:/bin", "A=1", "A=2") == #"{"A":"1","A (again)":"2"}"#)
        let bytes = EnvironmentDifference([Array("A=".utf8) + [0xFF]], expected: [:], key: key).json.canonicalText
        #expect(bytes.hasPrefix(#"{"A":"(hidden, 1 bytes, digest "#))
    }
}
