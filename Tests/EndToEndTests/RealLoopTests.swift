import Glibc
import HITLCore
import HITLTestSupport
import Testing

/// Real agents in the loop, each with the same cases: what happened in the world, and what the model or the agent was told.
@Suite(.oneAtATime) struct `A real agent in the loop` {
    /// One agent at work on its one call, which asks as request 1.
    private final class Stage: Sendable {
        let home: Home
        let agent: RealAgent
        let model: ScriptedModel?
        let desk: Desk

        init(_ agent: RealAgent, timeout: String? = nil, isTorn: Bool = false) async throws {
            home = try Home(configuration: timeout.map { "hitl:\n  timeout: \($0)\n" })
            self.agent = agent
            model = agent == .sdk ? nil : try await ScriptedModel.start(home, [agent.call])
            desk = try await agent.open(home, model, isTorn: isTorn)
            // An agent takes its time to come up; what is typed waits for it.
            desk.type(agent.prompt + "\r")
        }

        func asks() async throws { try await home.waitFor { try await $0.pending() == [1] } }

        func hasRun(_ text: String) async throws { try await home.waitFor { $0.read("w/one") == text } }

        /// The model has been told; of an agent without one, the agent, which says so.
        func told(_ words: String) async throws {
            guard let model else {
                return try await desk.until { screen in
                    (screen.scrollback + screen.lines).contains {
                        ($0.hasPrefix("acp│") || $0.hasPrefix("⚠ acp could not go on: ")) && $0.contains(words)
                    }
                }
            }
            try await home.waitFor { _ in model.heard(words) }
        }

        func notRun() throws { try #require(!home.exists("w/one")) }

        func quit() async throws {
            desk.type("/quit\r")
            _ = try await desk.terminal.waitForExit()
        }

        func decisions(_ words: [String]) async throws {
            try #require(try await home.auditRecords().map(\.decision) == words)
        }
    }

    private func conformance(
        _ row: String, _ agent: RealAgent, timeout: String? = nil, isTorn: Bool = false,
        _ body: (Stage) async throws -> Void
    ) async throws {
        try await ConformanceCase(row: row, column: agent.rawValue).run {
            try await body(try await Stage(agent, timeout: timeout, isTorn: isTorn))
        }
    }

    @Test(arguments: RealAgent.allCases) func `runs what was approved`(_ agent: RealAgent) async throws {
        try await conformance("allow", agent) { stage in
            try await stage.asks()
            try stage.notRun()
            try #require(try await stage.home.hitl("approve", "1").code == 0)
            try await stage.hasRun(RealAgent.made)
            try await stage.told(RealAgent.made)
            try await stage.quit()
        }
    }

    @Test(arguments: RealAgent.allCases) func `is told why a call was rejected`(_ agent: RealAgent) async throws {
        try await conformance("reject with a reason", agent) { stage in
            try await stage.asks()
            try #require(try await stage.home.hitl("reject", "1", "--reason", "use make clean").code == 0)
            try await stage.told("use make clean")
            try stage.notRun()
            try await stage.quit()
        }
    }

    @Test(arguments: RealAgent.allCases) func `runs edited arguments or is told of them`(
        _ agent: RealAgent
    ) async throws {
        try await conformance("edit", agent) { stage in
            try await stage.asks()
            try #require(try await stage.home.hitl("edit", "1", "--set", agent.edit).code == 0)
            try #require(try await stage.home.hitl("approve", "2").code == 0)
            if agent.takesEdits {
                try await stage.hasRun(RealAgent.edited)
                try await stage.told(RealAgent.edited)
            } else {
                try await stage.told("edited-%s here > one; cat one")
                try stage.notRun()
            }
            try await stage.quit()
        }
    }

    @Test(arguments: RealAgent.allCases) func `is told that nobody decided`(_ agent: RealAgent) async throws {
        try await conformance("expire", agent, timeout: "1s") { stage in
            try await stage.told("nobody decided")
            try stage.notRun()
            try await stage.decisions(["expired"])
            try await stage.quit()
        }
    }

    @Test(arguments: RealAgent.allCases) func `takes its question back when its turn is cancelled`(
        _ agent: RealAgent
    ) async throws {
        try await conformance("withdraw", agent) { stage in
            try await stage.asks()
            stage.desk.type("/agent cancel\r")
            try await stage.home.waitFor { try await $0.pending() == [] }
            try #require(try await stage.home.hitl("approve", "1").code == 1)
            try await stage.decisions(["withdrawn"])
            try stage.notRun()
            try await stage.quit()
        }
    }

    @Test(arguments: RealAgent.allCases) func `runs nothing when its desk is killed`(_ agent: RealAgent) async throws {
        try await conformance("desk killed while waiting", agent) { stage in
            try await stage.asks()
            stage.desk.terminal.signal(SIGKILL)
            _ = try await stage.desk.terminal.waitForExit()
            try #require(try await stage.home.hitl("approve", "1").code == 6)
            let next = try await BareDesk.open(stage.home)
            if agent == .sdk {
                // What the desk itself carries out can still be approved, which says that nobody hears of it.
                let shown = try await stage.home.hitl("show", "1").out
                try #require(shown.contains("Approving: hitl runs it; its agent is gone and does not hear of it"))
            } else {
                _ = try await stage.home.hitl("approve", "1")
            }
            try stage.notRun()
            withExtendedLifetime(next) {}
        }
    }

    @Test(arguments: RealAgent.allCases) func `runs nothing by half a question`(_ agent: RealAgent) async throws {
        try await conformance("bytes torn", agent, isTorn: true) { stage in
            try await stage.desk.until { $0.unwrapped.firstMatch(of: /(claude|codex|acp)`? (ended|was ended)/) != nil }
            try await stage.home.waitFor { try await $0.pending() == [] }
            try stage.notRun()
            try await stage.quit()
        }
    }

    @Test(arguments: RealAgent.allCases) func `that died is answered to nobody`(_ agent: RealAgent) async throws {
        try await conformance("answer after death", agent) { stage in
            try await stage.asks()
            try stage.home.kill(agent.mark)
            try await stage.home.waitFor { try await $0.pending() == [] }
            try #require(try await stage.home.hitl("approve", "1").code == 1)
            try await stage.decisions(["withdrawn"])
            try stage.notRun()
            try await stage.quit()
        }
    }
}

extension ScreenModel {
    /// All rows, without what wrapping put between them.
    fileprivate var unwrapped: String { (scrollback + lines).joined(separator: " ") }
}
