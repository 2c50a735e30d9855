import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// Agents that the loop drives and that carry out their calls themselves, against stand-ins that speak their protocols:
/// what happened in the world, and what the model would have been told.
@Suite(.oneAtATime) struct `A driven agent` {
    private static let agents = ["claude", "codex"]
    private static let standIns =
        #filePath.split(separator: "/").dropLast(2).reduce(into: "") { $0 += "/" + $1 } + "/StandIns"

    private func open(_ agent: String, in home: Home, _ more: [String] = []) async throws -> Desk {
        try await Desk.open(
            home, ["--enable-hitl", "--agent", agent, "--workspace", home.workspace] + more, rows: 60,
            environment: ["PATH": "\(Self.standIns):/usr/bin:/bin"])
    }

    private func told(_ home: Home) -> [String] {
        (home.read("h/told") ?? "").split(separator: "\n").map(String.init)
    }

    private func tell(_ desk: Desk, _ line: String) async throws { try await desk.enter(line) }

    private func opened(_ numbers: [Int], in home: Home) async throws {
        try await home.waitFor { try await $0.pending() == numbers }
    }

    @Test(arguments: agents) func `runs what was approved, and its outcome is recorded`(_ agent: String) async throws {
        let home = try Home()
        let desk = try await open(agent, in: home)
        try await tell(desk, "say hello; bash echo one > one; bash exit 3")
        try await desk.sees("\(agent)│ hello")
        try await opened([1], in: home)
        #expect(!home.exists("w/one"))
        #expect(try await home.hitl("approve", "1").out.contains("Execution completed successfully"))
        try await opened([2], in: home)
        #expect(home.read("w/one") == "one\n")
        #expect(try await home.hitl("approve", "2").out.contains("Execution failed"))
        #expect(try await home.auditRecords().map(\.outcome) == ["succeeded", "failed"])
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: agents) func `is told why a call was rejected, and goes on`(_ agent: String) async throws {
        let home = try Home()
        let desk = try await open(agent, in: home)
        try await tell(desk, "bash touch one; say next")
        try await opened([1], in: home)
        #expect(try await home.hitl("reject", "1", "--reason", "use make clean").code == 0)
        try await desk.sees("\(agent)│ next")
        #expect(!home.exists("w/one"))
        #expect(told(home).contains { $0.contains("rejected request 1, with the reason \"use make clean\".") })
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: agents) func `runs edited arguments, or is told of them`(_ agent: String) async throws {
        let home = try Home()
        let desk = try await open(agent, in: home)
        try await tell(desk, "bash touch one; say next")
        try await opened([1], in: home)
        #expect(try await home.hitl("edit", "1", "--set", "command=touch two").code == 0)
        _ = try await home.hitl("approve", "2")
        try await desk.sees("\(agent)│ next")
        #expect(!home.exists("w/one"))
        #expect(home.exists("w/two") == (agent == "claude"))
        if agent == "codex" {
            #expect(told(home).contains { $0.hasSuffix(#"exactly these arguments: {"command":"touch two"}"#) })
            #expect(try await home.auditRecords().map(\.outcome) == [nil, "failed"])
        }
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: agents) func `is told that nobody decided in time`(_ agent: String) async throws {
        let home = try Home(configuration: "hitl:\n  timeout: 1s\n")
        let desk = try await open(agent, in: home)
        try await tell(desk, "bash touch one; say next")
        try await desk.sees("\(agent)│ next")
        #expect(!home.exists("w/one"))
        #expect(told(home).contains { $0.contains("nobody decided request 1 in time.") })
        #expect(try await home.auditRecords().map(\.decision) == ["expired"])
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: agents) func `takes a question back`(_ agent: String) async throws {
        let home = try Home()
        let desk = try await open(agent, in: home)
        try await tell(desk, "unask touch one; say next")
        try await opened([1], in: home)
        try home.write("", to: "w/go")
        try await desk.sees("\(agent)│ next")
        try await opened([], in: home)
        #expect(try await home.hitl("approve", "1").code == 1)
        #expect(!home.exists("w/one"))
        #expect(try await home.auditRecords().map(\.decision) == ["withdrawn"])
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: agents) func `asks several questions at once, decided in any order`(_ agent: String) async throws {
        let home = try Home()
        let desk = try await open(agent, in: home)
        try await tell(desk, "both touch one,touch two; say next")
        try await opened([1, 2], in: home)
        #expect(try await home.hitl("reject", "2").code == 0)
        _ = try await home.hitl("approve", "1")
        try await desk.sees("\(agent)│ next")
        #expect(home.exists("w/one") && !home.exists("w/two"))
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: agents) func `that dies has its requests withdrawn, and says so`(_ agent: String) async throws {
        let home = try Home()
        let desk = try await open(agent, in: home)
        try await tell(desk, "crash touch one")
        try await opened([1], in: home)
        try home.write("", to: "w/go")
        try await desk.sees("`\(agent)` was ended by signal 9. The last that it said:", "out of memory")
        try await opened([], in: home)
        #expect(!home.exists("w/one"))
        try await tell(desk, "bash touch two")
        try await desk.sees("is not running and has not heard that.")
        // It can be started again, and the conversation goes on.
        try await tell(desk, "/agent cancel")
        try await tell(desk, "say back")
        try await desk.sees("\(agent)│ back")
        #expect(told(home).filter { $0.hasPrefix("started") } == ["started new", "started resumed"])
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: agents) func `runs nothing when the desk is killed`(_ agent: String) async throws {
        let home = try Home()
        let desk = try await open(agent, in: home)
        try await tell(desk, "bash touch one")
        try await opened([1], in: home)
        desk.terminal.signal(SIGKILL)
        _ = try await desk.terminal.waitForExit()
        #expect(try await home.hitl("approve", "1").code == 6)
        let next = try await BareDesk.open(home)
        // An approval after its death is heard by nobody.
        _ = try await home.hitl("approve", "1")
        #expect(!home.exists("w/one"))
        withExtendedLifetime(next) {}
    }

    @Test(arguments: agents) func `gets nothing by junk, torn lines and double names`(_ agent: String) async throws {
        let home = try Home()
        let desk = try await open(agent, in: home)
        try await tell(desk, "junk; twice touch one; other; say next")
        try await desk.sees("A line of `\(agent)` cannot be read; nothing in it was executed.", "\(agent)│ next")
        #expect(told(home).contains("error"))
        // It is not left waiting.
        #expect(told(home).contains { $0.contains("This was not executed") })
        try await tell(desk, "torn")
        try await desk.sees("`\(agent)` ended with exit code 3.")
        #expect(!home.exists("w/one"))
        #expect(try await home.pending() == [])
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: agents) func `gets nothing by two questions under one id`(_ agent: String) async throws {
        let home = try Home()
        let desk = try await open(agent, in: home)
        try await tell(desk, "same touch one,touch two; say next")
        try await desk.sees("\(agent)│ next")
        #expect(!home.exists("w/one") && !home.exists("w/two"))
        #expect(try await home.pending() == [])
        #expect(try await home.auditRecords().map(\.decision) == ["withdrawn"])
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `that is Claude Code is kept in the mode that asks`() async throws {
        let home = try Home()
        let desk = try await open(
            "claude", in: home, ["--", "--dangerously-skip-permissions", "--permission-mode", "bypassPermissions"])
        try await desk.sees(
            "Left out, because the gate decides: --dangerously-skip-permissions --permission-mode")
        try await tell(desk, "mode acceptEdits; say next")
        try await desk.sees("went into the mode `acceptEdits`, which asks less; it is set back to `default`.")
        try await opened([1], in: home)
        _ = try await home.hitl("approve", "1")
        try await desk.sees("claude│ next")
        #expect(told(home).contains("mode default"))
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `that is Codex is ended when it would ask less`() async throws {
        let home = try Home()
        let desk = try await open("codex", in: home)
        try await tell(desk, "mode never")
        try await desk.sees("goes by the approval policy `never` of `user`, which asks less; it is ended.")
        try await desk.sees("`codex` ended")
        try await opened([], in: home)
        #expect(!home.exists("w/loosened"))
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `that is Codex is given patches, permissions and a server's tools, each once`() async throws {
        let home = try Home()
        let desk = try await open("codex", in: home)
        try await tell(desk, "patch a hello; root b hello; rights; rights; elicit; elicit; input; say next")
        try await opened([1], in: home)
        let shown = try await home.hitl("show", "1").out
        #expect(
            shown.contains(#"Args: { changes: [{ diff: "hello", kind: { type: "add" }, path: "a" }] }"#), "\(shown)")
        _ = try await home.hitl("approve", "1")
        for (number, decision) in [(2, "approve"), (3, "reject"), (4, "approve"), (5, "reject")] {
            try await opened([number], in: home)
            _ = try await home.hitl(decision, "\(number)")
        }
        try await opened([6], in: home)
        #expect(try await home.hitl("edit", "6", "--set", #"answers={"why":{"answers":["because"]}}"#).code == 0)
        _ = try await home.hitl("approve", "7")
        try await desk.sees("codex│ next")
        #expect(home.read("w/a") == "hello")
        #expect(!home.exists("w/b"))
        #expect(
            told(home).filter { $0.hasPrefix("{") } == [
                #"{"permissions": {"network": {"enabled": true}}, "scope": "turn"}"#,
                #"{"permissions": {}, "scope": "turn"}"#,
                #"{"action": "accept", "content": {}}"#,
                #"{"action": "decline", "content": null}"#,
                #"{"answers": {"why": {"answers": ["because"]}}}"#,
            ])
        #expect(try await desk.quit() == .exited(0))
    }

    @Test(arguments: agents) func `is found where the configuration says`(_ agent: String) async throws {
        let home = try Home(
            configuration: """
                hitl: { enabled: true }
                agent: { name: \(agent), command: [\(Self.standIns)/\(agent)] }

                """)
        let said = try await home.script(["say hello", "/quit"], "--workspace", home.workspace)
        #expect(said.code == 0 && said.out.contains("\(agent)│ hello"), "\(said)")
    }

    @Test(arguments: agents) func `that is not installed is one sentence`(_ agent: String) async throws {
        let home = try Home()
        let said = try await home.hitl("loop", "--enable-hitl", "--agent", agent)
        let title = agent == "claude" ? "Claude Code" : "Codex"
        let package = agent == "claude" ? "@anthropic-ai/claude-code" : "@openai/codex"
        #expect(
            said
                == Said(
                    code: 1,
                    err:
                        "hitl: \(title) cannot be started: there is no command `\(agent)`. Install it with: npm install -g \(package)\n"
                ))
    }
}
