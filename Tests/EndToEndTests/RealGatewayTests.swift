import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// A client and a server on the protocol's official library with the gateway between them, in both eras: what the server
/// did, and what the client was told.
@Suite(.oneAtATime) struct `A client and a server of the official library` {
    private static let modes = ["auto", "legacy"]

    private final class Stage: Sendable {
        let home: Home
        let desk: BareDesk?
        let client: ChildProcess

        /// - Parameter isTorn: the client's call reaches the gateway by half.
        init(_ mode: String, timeout: String? = nil, isTorn: Bool = false, hasDesk: Bool = true) async throws {
            home = try Home(configuration: timeout.map { "hitl:\n  timeout: \($0)\n" })
            let client = try RealPeers.python("venv-mcp", "sdk_client.py")
            let server = try RealPeers.python("venv-mcp", "sdk_server.py")
            desk = hasDesk ? try await BareDesk.open(home) : nil
            let torn = isTorn ? ["/usr/bin/python3", RealPeers.torn, "in", "tools/call", "--"] : []
            let gateway = [
                Home.hitl, "mcp", "--name", "t", "--socket", home.socket, "--state", home.path("s"), "--",
            ]
            self.client = try await home.start(
                program: client[0],
                [client[1], "--mode", mode, "--call", "drop", #"{"table":"users"}"#, "--"] + torn + gateway + server,
                timeLimit: .seconds(60))
        }

        func asks() async throws { try await home.waitFor { try await $0.pending() == [1] } }

        /// All that the client was told, when it has ended.
        func told(_ words: String) async throws {
            let said = Said(await client.wait())
            try #require(said.out.contains(words), "\(said)")
        }

        /// What the server's tool leaves in the directory it runs in.
        func dropped(_ table: String?) throws {
            try #require(home.read("w/drop_marker") == table.map { $0 + "\n" })
        }
    }

    private func conformance(
        _ row: String, _ mode: String, timeout: String? = nil, isTorn: Bool = false, hasDesk: Bool = true,
        _ body: (Stage) async throws -> Void
    ) async throws {
        try await ConformanceCase(row: row, column: "MCP SDK (\(mode == "auto" ? "2026-07-28" : "2025-11-25"))").run {
            let stage = try await Stage(mode, timeout: timeout, isTorn: isTorn, hasDesk: hasDesk)
            defer { stage.client.stop(grace: .zero) }
            try await body(stage)
        }
    }

    @Test(arguments: modes) func `runs what was approved`(_ mode: String) async throws {
        try await conformance("allow", mode) { stage in
            try await stage.asks()
            try stage.dropped(nil)
            try await stage.desk?.enter("/hitl approve 1")
            try await stage.told("dropped users")
            try stage.dropped("users")
        }
    }

    @Test(arguments: modes) func `is told why a call was rejected`(_ mode: String) async throws {
        try await conformance("reject with a reason", mode) { stage in
            try await stage.asks()
            try await stage.desk?.enter("/hitl reject 1 --reason \"use archive\"")
            try await stage.told(#"rejected request 1, with the reason \"use archive\""#)
            try stage.dropped(nil)
        }
    }

    @Test(arguments: modes) func `runs edited arguments, and is told`(_ mode: String) async throws {
        try await conformance("edit", mode) { stage in
            try await stage.asks()
            try #require(try await stage.home.hitl("edit", "1", "--set", "table=tmp").code == 0)
            _ = try await stage.home.hitl("approve", "2")
            try await stage.told(#"`table` is \"tmp\" instead of \"users\""#)
            try stage.dropped("tmp")
        }
    }

    @Test(arguments: modes) func `is told that nobody decided`(_ mode: String) async throws {
        try await conformance("expire", mode, timeout: "1s") { stage in
            try await stage.told("nobody decided request 1 in time")
            try stage.dropped(nil)
        }
    }

    @Test(arguments: modes) func `takes its call back`(_ mode: String) async throws {
        try await conformance("withdraw", mode) { stage in
            try await stage.asks()
            kill(stage.client.pid, SIGINT)
            try await stage.home.waitFor { try await $0.pending() == [] }
            try #require(try await stage.home.auditRecords().map(\.decision) == ["withdrawn"])
            try stage.dropped(nil)
        }
    }

    @Test(arguments: modes) func `waits for the next desk`(_ mode: String) async throws {
        try await conformance("desk killed while waiting", mode) { stage in
            try await stage.asks()
            _ = await stage.desk?.end(by: SIGKILL)
            try stage.dropped(nil)
            let next = try await BareDesk.open(stage.home)
            // The gateway comes back to it by itself.
            try await stage.home.waitFor { home in
                _ = try await home.hitl("approve", "1")
                return home.exists("w/drop_marker")
            }
            try await stage.told("dropped users")
            try stage.dropped("users")
            withExtendedLifetime(next) {}
        }
    }

    @Test(arguments: modes) func `is told that there is no desk`(_ mode: String) async throws {
        try await conformance("desk absent", mode, hasDesk: false) { stage in
            try await stage.told("no desk is running, so nobody can approve it")
            try stage.dropped(nil)
        }
    }

    @Test(arguments: modes) func `has half a call not forwarded`(_ mode: String) async throws {
        try await conformance("bytes torn", mode, isTorn: true) { stage in
            _ = await stage.client.wait()
            try #require(try await stage.home.pending() == [])
            try stage.dropped(nil)
        }
    }

    @Test(arguments: modes) func `that died is answered to nobody`(_ mode: String) async throws {
        try await conformance("answer after death", mode) { stage in
            try await stage.asks()
            kill(stage.client.pid, SIGKILL)
            try await stage.home.waitFor { try await $0.pending() == [] }
            try #require(try await stage.home.hitl("approve", "1").code == 1)
            try stage.dropped(nil)
        }
    }
}
