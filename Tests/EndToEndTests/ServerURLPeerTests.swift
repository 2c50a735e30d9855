import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// Servers and clients on the protocol's official library, where it is installed.
@Suite(.oneAtATime) struct `A server with a URL, on the official library of the protocol` {
    private static func peer(_ program: String) -> [String]? { RealPeers.pythonOrSkip("venv-mcp", program) }

    /// A port that nobody has; somebody may take it before the server does, which the test then says.
    private static func freePort() -> Int {
        let server = ScriptedServer { _, _ in }
        return server.port
    }

    @Test(arguments: ["auto", "legacy"]) func `works for a client on that library, in both eras`(
        _ mode: String
    ) async throws {
        guard let server = Self.peer("sdk_server.py"), let client = Self.peer("sdk_client.py") else { return }
        let home = try Home(
            configuration: """
                policy:
                  rules:
                    - name: all
                      when: { tool: "t:add" }
                      action: allow
                    - name: none
                      when: { tool: "t:drop" }
                      action: block

                """)
        let desk = try await BareDesk.open(home)
        let port = Self.freePort()
        let running = try await home.start(
            program: server[0], [server[1], "--http", String(port)],
            environment: ["DROP_MARKER": home.path("dropped")], timeLimit: .seconds(60))
        defer { running.stop(grace: .zero) }
        try await home.waitFor { _ in Self.listens(port) }
        let said = try await home.run(
            program: client[0],
            [
                client[1], "--mode", mode, "--call", "add", #"{"a":1,"b":2}"#, "--call", "drop", #"{"table":"users"}"#,
                "--", Home.hitl, "mcp", "--name", "t", "--socket", home.path("r/hitl/desk.sock"), "--state",
                home.path("s"), "--url", "http://127.0.0.1:\(port)/mcp",
            ])
        #expect(said.code == 0, "\(said.err)")
        let results = try JSONValue(parsing: said.out).object?["results"]?.array ?? []
        #expect(results.count == 2)
        #expect(results.first?.object?["add"]?.object?["structuredContent"]?.object?["result"]?.integer == 3)
        #expect(results.last?.object?["drop"]?.object?["isError"] == .bool(true))
        #expect(access(home.path("dropped"), F_OK) != 0)
        _ = await desk.end(by: SIGTERM)
    }

    private static func listens(_ port: Int) -> Bool {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(probe, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
