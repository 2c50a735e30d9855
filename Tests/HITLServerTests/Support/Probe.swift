import Glibc
import HITLCore
import HITLPlatform
import Testing

/// A running `ServerProbe`.
final class Probe: Sendable {
    let child: ChildProcess

    static let executable: String = {
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let tests = String(decoding: path[..<max(count, 0)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)]) + "/ServerProbe"
    }()

    convenience init(
        _ words: String..., environment: [String: String] = ["PATH": "/usr/bin:/bin"], directory: String? = nil
    ) async throws {
        try await self.init(Launch(Self.executable, words, environment: environment, directory: directory))
    }

    convenience init(_ words: [String], environment: [String: String], directory: String) async throws {
        try await self.init(Launch(Self.executable, words, environment: environment, directory: directory))
    }

    /// Another program in the probe's place.
    convenience init(running program: String, _ words: String...) async throws {
        try await self.init(Launch(program, words, environment: ["PATH": "/usr/bin:/bin"]))
    }

    private init(_ launch: Launch) async throws {
        var launch = launch
        launch.input = .channel
        launch.output = .channel
        launch.error = .channel
        child = try await ChildProcess.start(launch)
    }

    func send(_ method: String, _ parameters: JSONValue) async throws {
        let request: JSONValue = ["id": 1, "jsonrpc": "2.0", "method": .string(method), "params": parameters]
        try await child.write(request.canonical + [10])
    }

    func text() async throws -> String? { try await child.nextLine().map { String(decoding: $0, as: UTF8.self) } }

    func line() async throws -> JSONObject {
        let line = try #require(try await child.nextLine(), "the probe has ended")
        let object = try JSONValue(parsing: line).object
        return try #require(object) as JSONObject
    }

    func call(_ method: String, _ parameters: JSONValue) async throws -> JSONObject {
        try await send(method, parameters)
        return try await line()
    }

    /// The next line of its standard error.
    func news() async throws -> String? {
        try await child.errorChannel?.nextLine().map { String(decoding: $0, as: UTF8.self) }
    }

    func end() async -> ProcessResult.Ending { await child.wait().ending }
}
