import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// Real agents that somebody started, with our hook as `hitl hook install` writes it: what happened in the world, and
/// what the model was told. Everything but the hook would let their calls run.
@Suite(.oneAtATime) struct `A real agent with our hook` {
    private static let agents = [RealAgent.claude, .codex]

    private final class Stage: Sendable {
        let home: Home
        let agent: RealAgent
        let model: ScriptedModel
        let desk: BareDesk?
        let process: ChildProcess

        /// - Parameter isTorn: the hook gets the beginning of what its agent says.
        init(
            _ agent: RealAgent, timeout: String? = nil, isTorn: Bool = false, hasDesk: Bool = true, more: [String] = []
        ) async throws {
            home = try Home(configuration: timeout.map { "hitl:\n  timeout: \($0)\n" })
            self.agent = agent
            model = try await ScriptedModel.start(home, [agent.call])
            try agent.configure(home, port: model.port)
            let environment = RealAgent.environment(home, port: model.port)
            let installed = try await home.run(
                ["hook", "install", agent.rawValue, "--write"], environment: environment)
            try #require(installed.code == 0, "\(installed)")
            if isTorn { try Self.tear(home, agent) }
            desk = hasDesk ? try await BareDesk.open(home) : nil
            let program: String
            let words: [String]
            switch agent {
            case .codex:
                program = try RealPeers.codex()
                words = [
                    "exec", "--dangerously-bypass-hook-trust", "-s", "danger-full-access", "--skip-git-repo-check",
                    "please do the work",
                ]
            case .claude, .vibe, .sdk:
                program = try RealPeers.claude()
                words =
                    [
                        "-p", "please do the work", "--model", "fake-model", "--output-format", "stream-json",
                        "--verbose",
                        "--allowedTools", "Bash",
                    ] + more
            }
            process = try await home.start(
                program: program, words, environment: environment, timeLimit: .seconds(60))
        }

        private static func tear(_ home: Home, _ agent: RealAgent) throws {
            let file = agent == .codex ? "h/.codex/hooks.json" : "h/.claude/settings.json"
            let settings = try #require(home.read(file))
            let command = #""command": ""#
            try #require(settings.contains(command))
            let parts = settings.split(separator: command, maxSplits: 1)
            try home.write(parts[0] + command + "head -c 60 | " + parts[1], to: file)
        }

        func asks() async throws { try await home.waitFor { try await $0.pending() == [1] } }

        func told(_ words: String) async throws { try await home.waitFor { [model] _ in model.heard(words) } }

        func notRun() throws { try #require(!home.exists("w/one")) }

        func ended() async { _ = await process.wait() }
    }

    private func conformance(
        _ row: String, _ agent: RealAgent, timeout: String? = nil, isTorn: Bool = false, hasDesk: Bool = true,
        _ body: (Stage) async throws -> Void
    ) async throws {
        try await ConformanceCase(row: row, column: "\(agent.rawValue) (hook)").run {
            let stage = try await Stage(agent, timeout: timeout, isTorn: isTorn, hasDesk: hasDesk)
            defer { stage.process.stop(grace: .zero) }
            try await body(stage)
        }
    }

    @Test(arguments: agents) func `runs what was approved`(_ agent: RealAgent) async throws {
        try await conformance("allow", agent) { stage in
            try await stage.asks()
            try stage.notRun()
            try #require(try await stage.home.hitl("approve", "1").code == 0)
            try await stage.told(RealAgent.made)
            await stage.ended()
            try #require(stage.home.read("w/one") == RealAgent.made)
        }
    }

    @Test(arguments: agents) func `is told why a call was rejected`(_ agent: RealAgent) async throws {
        try await conformance("reject with a reason", agent) { stage in
            try await stage.asks()
            try #require(try await stage.home.hitl("reject", "1", "--reason", "use make clean").code == 0)
            try await stage.told("rejected request 1, with the reason \"use make clean\"")
            await stage.ended()
            try stage.notRun()
        }
    }

    @Test(arguments: agents) func `runs edited arguments`(_ agent: RealAgent) async throws {
        try await conformance("edit", agent) { stage in
            try await stage.asks()
            try #require(try await stage.home.hitl("edit", "1", "--set", agent.edit).code == 0)
            try #require(try await stage.home.hitl("approve", "2").code == 0)
            try await stage.told(RealAgent.edited)
            await stage.ended()
            try #require(stage.home.read("w/one") == RealAgent.edited)
        }
    }

    @Test(arguments: agents) func `is told that nobody decided`(_ agent: RealAgent) async throws {
        try await conformance("expire", agent, timeout: "1s") { stage in
            try await stage.told("nobody decided request 1 in time")
            await stage.ended()
            try stage.notRun()
        }
    }

    @Test(arguments: agents) func `has its request withdrawn when it is interrupted`(_ agent: RealAgent) async throws {
        try await conformance("withdraw", agent) { stage in
            try await stage.asks()
            kill(stage.process.pid, SIGINT)
            try await stage.home.waitFor { try await $0.pending() == [] }
            try #require(try await stage.home.auditRecords().map(\.decision) == ["withdrawn"])
            try stage.notRun()
        }
    }

    @Test(arguments: agents) func `runs nothing when the desk is killed`(_ agent: RealAgent) async throws {
        try await conformance("desk killed while waiting", agent) { stage in
            try await stage.asks()
            _ = await stage.desk?.end(by: SIGKILL)
            try await stage.told("Nothing was executed: ")
            await stage.ended()
            try stage.notRun()
        }
    }

    @Test(arguments: agents) func `runs nothing without a desk`(_ agent: RealAgent) async throws {
        try await conformance("desk absent", agent, hasDesk: false) { stage in
            try await stage.told("Nothing was executed: ")
            await stage.ended()
            try stage.notRun()
        }
    }

    @Test(arguments: agents) func `runs nothing by half a question`(_ agent: RealAgent) async throws {
        try await conformance("bytes torn", agent, isTorn: true) { stage in
            try await stage.told("Nothing was executed: ")
            await stage.ended()
            try stage.notRun()
        }
    }

    @Test func `does not run what its own rules deny, whatever is approved`() async throws {
        try await ConformanceCase(row: "denied by the agent's own rules", column: "claude (hook)").run {
            let stage = try await Stage(.claude, more: ["--disallowedTools", "Bash(printf *)"])
            defer { stage.process.stop(grace: .zero) }
            // Claude Code may ask its hooks first or its rules.
            try await stage.home.waitFor { home in
                _ = try await home.hitl("approve", "1")
                return stage.model.heard("denied") || stage.model.heard("not allowed") || home.exists("w/one")
            }
            await stage.ended()
            try stage.notRun()
        }
    }

    @Test(arguments: agents) func `that died is answered to nobody`(_ agent: RealAgent) async throws {
        try await conformance("answer after death", agent) { stage in
            try await stage.asks()
            try stage.home.kill(agent.mark)
            try await stage.home.waitFor { try await $0.pending() == [] }
            try #require(try await stage.home.hitl("approve", "1").code == 1)
            try stage.notRun()
        }
    }
}
