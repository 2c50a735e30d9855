import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport

/// An MCP client with `hitl mcp` in front of a server that writes down what reaches it.
final class GatewayClient: Sendable {
    private let child: ChildProcess
    private let home: Home

    static let probe = PseudoTerminal.built("MCPProbe")
    private static let log = "server.log"

    static func open(_ home: Home, _ options: String..., server: [String]? = nil) async throws -> GatewayClient {
        try await open(home, options + ["--"] + (server ?? [probe, home.path(log)]))
    }

    /// In front of a server that is reached by its URL.
    static func open(
        _ home: Home, url: String, _ options: [String] = [], environment: [String: String] = [:]
    ) async throws -> GatewayClient {
        try await open(home, options + ["--url", url], environment)
    }

    private static func open(
        _ home: Home, _ options: [String], _ environment: [String: String] = [:]
    ) async throws -> GatewayClient {
        var launch = Launch(
            Home.hitl,
            ["mcp", "--name", "t", "--socket", home.path("r/hitl/desk.sock"), "--state", home.path("s")] + options,
            environment: home.environment.merging(environment) { $1 }, directory: home.workspace)
        launch.input = .channel
        launch.output = .channel
        launch.timeLimit = .seconds(60)
        launch.grace = .zero
        launch.lineLimits = .init(lineLength: 64 << 20)
        return GatewayClient(try await ChildProcess.start(launch), home)
    }

    private init(_ child: ChildProcess, _ home: Home) {
        self.child = child
        self.home = home
    }

    deinit { child.stop(grace: .zero) }

    var pid: Int32 { child.pid }

    /// What the server got, line by line.
    var reached: [String] { (home.read(Self.log) ?? "").split(separator: "\n").map(String.init) }

    func send(_ line: String) async throws { try await child.write(Array((line + "\n").utf8)) }

    func write(_ text: String) async throws { try await child.write(Array(text.utf8)) }

    func disconnect() { child.channel?.closeWriting() }

    func ended() async -> Said { Said(await child.wait()) }

    static func call(_ id: Int, _ tool: String, _ arguments: String = "{}") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments),"#
            + #"""
            "_meta":{"progressToken":\#(id)}}}
            """#
    }

    /// Sends a call and waits until the desk has it as that request.
    func ask(_ id: Int, _ tool: String, _ arguments: String = "{}", becomes request: Int) async throws {
        try await send(Self.call(id, tool, arguments))
        let notice = try await next()
        guard notice.contains("waiting for a person's decision on request \(request)\"") else {
            throw Home.Failure(what: "no request \(request): \(notice)", errno: 0)
        }
    }

    /// The next line that the client gets.
    func next() async throws -> String {
        guard let line = try await child.nextLine() else { throw Home.Failure(what: "the gateway ended", errno: 0) }
        return String(decoding: line, as: UTF8.self)
    }

    /// The next answer; what is said on the way is passed over.
    func answer() async throws -> JSONObject {
        while true {
            let line = try await next()
            if let object = try JSONValue(parsing: line).object, object["method"] == nil { return object }
        }
    }

    /// What the model is told, and whether as an error.
    func told() async throws -> String {
        let answer = try await answer()
        guard let result = answer["result"]?.object else { return answer["error"].map(\.canonicalText) ?? "nothing" }
        let texts = result["content"]?.array?.compactMap { $0.object?["text"]?.string } ?? []
        return (result["isError"] == .bool(true) ? "error: " : "") + texts.joined(separator: " | ")
    }
}
