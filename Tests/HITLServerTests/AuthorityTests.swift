import Glibc
import HITLCore
import HITLGate
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLServer

/// A process that the probes are not below, so that they are strangers to the desk.
private func stranger() async throws -> ChildProcess {
    try await ChildProcess.start(Launch("/bin/sleep", ["1000"]))
}

@Suite(.oneAtATime) struct `A process that asks` {
    @Test func `cannot decide on its own request, and another process can`() async throws {
        let other = try await stranger()
        let desk = try await TestDesk(desk: other.process)
        let asker = try await Probe("talk", desk.socket)
        try await asker.send("ask", ["id": "c1", "tool": "bash", "args": [:]])
        #expect(try await asker.line()["method"] == "opened")

        let refused = try await asker.call("approve", ["request": 1])
        #expect(
            refused.message == "Request 1 was asked for by this process or one above it; somebody else decides.")
        #expect(try await asker.call("reject", ["request": 1]).kind == "mayNotDecide")
        // Another connection of the same process makes no other process of it.
        #expect(try desk.status(of: 1) == .pending)
        #expect(try desk.attempts == ["approve 1", "reject 1"])

        let operatorsShell = try await Probe("talk", desk.socket)
        #expect(try await operatorsShell.call("approve", ["request": 1]).result?["status"] == "approved")
        #expect(try await asker.line().decision == "approved")
        await desk.close()
        other.stop(grace: .zero)
    }

    @Test func `cannot let a child of its own decide`() async throws {
        let other = try await stranger()
        let desk = try await TestDesk(desk: other.process)
        let parent = try await Probe("parent", desk.socket)
        #expect(try await parent.line()["method"] == "opened")
        // From here on the child has the streams.
        let refused = try await parent.call("approve", ["request": 1])
        #expect(refused.kind == "mayNotDecide")
        // It may ask, and decide on what others ask for.
        let asker = try await Probe("talk", desk.socket)
        try await asker.send("ask", ["id": "c1", "tool": "bash", "args": [:]])
        _ = try await asker.line()
        #expect(try await parent.call("approve", ["request": 2]).result?["status"] == "approved")
        #expect(try desk.status(of: 1) == .pending)
        await desk.close()
        other.stop(grace: .zero)
        parent.child.stop(grace: .zero)
        _ = await parent.end()
    }

    @Test func `cannot decide on what a command of its own asked for, and another process can`() async throws {
        let other = try await stranger()
        let gate = Locked<Gate?>(nil)
        let commands = ForwardedCommands(
            need: { _ in .deciding(requests: []) },
            run: { command in
                // As `erase` and `rollback` do.
                let requester = Principal(role: .gate, name: "eraseRecords", channel: command.channel)
                let call = ToolCall(
                    tool: "eraseRecords", kind: .delete, arguments: JSONObject(),
                    origin: Origin(agent: "hitl", session: "s"), performer: .desk)
                let request = try? await gate.withLock { $0 }?.post(call, from: requester)
                return ForwardedResult(exitCode: 0, output: "\(request?.number ?? 0)")
            })
        let desk = try await TestDesk(desk: other.process, commands: commands)
        gate.withLock { $0 = desk.gate }
        let asker = try await Probe("talk", desk.socket)
        #expect(try await asker.call("run", ["command": "erase"]).result?["output"] == "1")
        let refused = try await asker.call("approve", ["request": 1])
        #expect(
            refused.message == "Request 1 was asked for by this process or one above it; somebody else decides.")
        #expect(try desk.status(of: 1) == .pending)
        // The operator's next command, say: below the same shell, and not below the one that asked.
        let next = try await Probe("talk", desk.socket)
        #expect(try await next.call("approve", ["request": 1]).result?["status"] == "approved")
        await desk.close()
        other.stop(grace: .zero)
    }

    @Test func `is known to the next desk, too`() async throws {
        let other = try await stranger()
        let scratch = Scratch()
        let desk = try await TestDesk(in: scratch, desk: other.process)
        // This process asks and leaves, and the desk is another.
        let asker = try await desk.client()
        let asked = try await asker.call("ask", ["id": "c1", "tool": "bash", "args": [:], "mode": "async"])
        #expect(asked.decision == "pending")
        let own = try DeskAuthority.thisProcess()
        let requester = try await desk.gate.queue.open(1).requester
        let process = RequesterProcess(way: .socket, root: own.desk)
        #expect(requester == Principal(role: .agent, name: "alice", channel: process.channel))
        #expect(RequesterProcess.read(process.channel) == .process(process))
        await desk.close()

        let next = try await TestDesk(in: scratch, ledger: desk.ledger, desk: other.process)
        #expect(try await next.client().call("approve", ["request": 1]).kind == "mayNotDecide")
        #expect(try next.status(of: 1) == .pending)
        await next.close()
        other.stop(grace: .zero)
    }

    @Test func `through a hook stands for its agent, from whose tree nobody decides`() async throws {
        let other = try await stranger()
        let desk = try await TestDesk(desk: other.process)
        // agent (any program, here timeout) ── sh ── hook (the probe that talks)
        let agent = try await Probe(
            running: "/usr/bin/timeout", "1000", "/bin/sh", "-c", "\"$0\" talk \"$1\"; exit 0", Probe.executable,
            desk.socket)
        try await agent.send("ask", ["id": "c1", "tool": "bash", "args": [:], "via": "hook"])
        #expect(try await agent.line()["method"] == "opened")
        let channel = try await desk.gate.queue.open(1).requester.channel
        #expect(channel == RequesterProcess(way: .hook, root: agent.child.process).channel)
        #expect(try await agent.call("approve", ["request": 1]).kind == "mayNotDecide")
        await desk.close()
        other.stop(grace: .zero)
        agent.child.stop(grace: .zero)
        _ = await agent.end()
    }
}

@Suite(.oneAtATime) struct `A process that the desk started` {
    @Test func `can ask and never decide`() async throws {
        // The desk is this very process; the probe is its child.
        let commands = ForwardedCommands(
            need: { $0.command == "status" ? .reading : .deciding(requests: []) },
            run: { ForwardedResult(exitCode: 0, output: $0.command) })
        let desk = try await TestDesk(commands: commands)
        let agent = try await Probe("talk", desk.socket)
        let other = try await Probe("talk", desk.socket)
        try await other.send("ask", ["id": "c1", "tool": "bash", "args": [:]])
        #expect(try await other.line()["method"] == "opened")
        let number: Int64 = 1
        try await agent.send("ask", ["id": "c1", "tool": "bash", "args": [:]])
        #expect(try await agent.line()["method"] == "opened")

        let sentence = "A process that the desk started can ask and never decide."
        #expect(try await agent.call("approve", ["request": .integer(number)]).message == sentence)
        #expect(try await agent.call("reject", ["request": .integer(number)]).message == sentence)
        #expect(try await agent.call("withdraw", ["request": .integer(number)]).message == sentence)
        #expect(
            try await agent.call("run", ["command": "config", "arguments": ["hitl.enabled", "false"]]).message
                == sentence)
        #expect(try await agent.call("run", ["command": "status"]).result?["output"] == "status")
        #expect(try desk.status(of: number) == .pending)
        #expect(try desk.attempts == ["approve 1", "reject 1", "withdraw 1", "config"])
        // Its own request it may take back.
        try await agent.send("withdraw", ["request": 2])
        let lines = [try await agent.line(), try await agent.line()]
        #expect(lines.contains { $0.decision == "withdrawn" })
        await desk.close()
        _ = await agent.end()
    }

    @Test func `cannot decide through descendants that detach themselves`() async throws {
        let desk = try await TestDesk()
        let other = try await desk.client()
        let number = try await other.ask()
        // A double fork out of the session: its parent is now whoever reaps for the desk.
        let agent = try await Probe(
            "start", "/bin/sh", "-c",
            "setsid sh -c '\"$0\" talk \"$1\" <&3 >&4 &' \"$0\" \"$1\" 3<&0 4>&1; exec sleep 1000", Probe.executable,
            desk.socket)
        #expect(try await agent.call("approve", ["request": .integer(number)]).kind == "mayNotDecide")
        await desk.close()
        agent.child.stop(grace: .zero)
        _ = await agent.end()
    }

    @Test func `and tries again and again is let go of`() async throws {
        let desk = try await TestDesk(change: { $0.attempts = 3 })
        let agent = try await Probe("talk", desk.socket)
        let other = try await desk.client()
        _ = try await other.ask()
        for _ in 1...3 { #expect(try await agent.call("approve", ["request": 1]).kind == "mayNotDecide") }
        #expect(try await agent.call("approve", ["request": 1]).kind == "tooManyAttempts")
        #expect(try await agent.line()["method"] == "closing")
        #expect(try desk.attempts.count == 3)
        await desk.close()
        agent.child.stop(grace: .zero)
        _ = await agent.end()
    }
}

@Suite(.oneAtATime) struct `Authority` {
    @Test func `is refused where the peer has ended or its ancestors cannot be told`() async throws {
        let gone = try await ChildProcess.start(Launch("/bin/true"))
        _ = await gone.wait()
        let own = try DeskAuthority.thisProcess()
        let authority = DeskAuthority(
            desk: ProcessIdentity(pid: own.desk.pid, startTicks: 0), uid: own.uid, user: "alice")
        #expect(throws: Objection.gone) { try authority.checkMayDecide(Peer(gone.process) { false }) }
        #expect(throws: Objection.unknownAncestry(.gone(pid: gone.pid))) {
            try authority.checkMayDecide(Peer(gone.process) { true })
        }
    }

    @Test func `is refused where the record says that a process asked, and not which`() async throws {
        let own = try DeskAuthority.thisProcess()
        let authority = DeskAuthority(
            desk: ProcessIdentity(pid: own.desk.pid, startTicks: 0), uid: own.uid, user: "alice")
        let call = ToolCall(
            tool: "t", kind: .other, arguments: JSONObject(), origin: Origin(agent: "a", session: "s"),
            performer: .unobserved)
        let verdict = Verdict(effect: .ask, rules: [], risk: Risk(factors: []), timeout: nil, policyVersion: "")
        for channel in ["socket", "socket:", "socket:1", "socket:x.y", "hook:1.2.3", "gateway:-.1"] {
            let request = ApprovalRequest(
                number: 7, id: RequestID(bits: 7), call: call, digest: CallDigest(""), verdict: verdict,
                requester: Principal(role: .agent, name: "alice", channel: channel), attendance: .detached,
                openedAt: TestDesk.now, deadline: nil)
            #expect(throws: Objection.unknownRequester(number: 7)) {
                try authority.checkMayDecide(Peer(own.desk) { true }, on: request)
            }
        }
    }

    @Test func `of a reader is not needed for commands that only read`() async throws {
        let desk = try await TestDesk()
        #expect(try await desk.client().call("run", ["command": "status"]).kind == "noCommands")
        await desk.close()
    }
}
