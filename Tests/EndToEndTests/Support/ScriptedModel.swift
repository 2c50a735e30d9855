import HITLCore
import HITLPlatform
import HITLTestSupport

/// A model on loopback that says what the test has it say, and what it was told: the oracle of what reached the agent.
final class ScriptedModel: Sendable {
    let port: Int
    private let home: Home
    private let process: ChildProcess
    private let reading: Task<Void, Never>

    /// One thing that the model wants done, by its own tool.
    struct Call {
        let tool: String
        let arguments: JSONValue
    }

    /// - Parameter calls: one a turn; after the last it says that it is done.
    static func start(_ home: Home, _ calls: [Call]) async throws -> ScriptedModel {
        let program = try RealPeers.source("fake_llm.py")
        let turns = calls.map { call -> JSONValue in
            ["text": "working", "tool_calls": [["name": .string(call.tool), "arguments": call.arguments]]]
        }
        try home.write(JSONValue.array(turns + [["text": "All done."]]).canonicalText, to: "turns.json")
        var launch = Launch(
            "/usr/bin/env",
            ["python3", program, "--port", "0", "--script", home.path("turns.json"), "--log", home.path("llm.jsonl")],
            environment: home.environment, directory: home.path("t"))
        launch.error = .channel
        launch.timeLimit = .seconds(120)
        launch.grace = .zero
        let process = try await ChildProcess.start(launch)
        // `fake_llm on http://127.0.0.1:PORT/v1`
        guard let line = try await process.errorChannel?.nextLine(),
            let port = String(decoding: line, as: UTF8.self).firstMatch(of: /:([0-9]+)\/v1/).flatMap({ Int($0.1) })
        else { throw Home.Failure(what: "no model", errno: 0) }
        return ScriptedModel(port: port, home, process)
    }

    private init(port: Int, _ home: Home, _ process: ChildProcess) {
        self.port = port
        self.home = home
        self.process = process
        reading = Task {
            do { while try await process.errorChannel?.nextLine() != nil {} } catch { return }
        }
    }

    deinit { process.stop(grace: .zero) }

    /// Every text in what it was sent as results of tools, and what the person or `hitl` said to it.
    var heard: [String] {
        var texts: [String] = []
        for line in (home.read("llm.jsonl") ?? "").split(separator: "\n") {
            guard let value = try? JSONValue(parsing: Array(line.utf8), depth: 200),
                let body = value.object?["body"]?.object
            else { continue }
            for message in (body["messages"] ?? body["input"])?.array ?? [] { Self.collect(message, into: &texts) }
        }
        return texts
    }

    func heard(_ words: String) -> Bool { heard.contains { $0.contains(words) } }

    private static func collect(_ value: JSONValue, into texts: inout [String]) {
        switch value {
        case .string(let text): texts.append(text)
        case .array(let elements): for element in elements { collect(element, into: &texts) }
        case .object(let object): for member in object.members { collect(member.value, into: &texts) }
        case .null, .bool, .number: break
        }
    }
}
