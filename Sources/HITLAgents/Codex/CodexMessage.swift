import HITLCore

/// What is said to Codex's app server: JSON-RPC 2.0 without the member that says so.
enum CodexMessage {
    static func initialize(_ id: Int64) -> JSONValue {
        request(id, "initialize", ["clientInfo": ["name": "hitl", "title": "hitl", "version": "0.1.0"]])
    }

    static let initialized: JSONValue = ["method": "initialized"]

    /// The strictest that asks: everything that Codex does not know to be a read comes to the client, and its sandbox
    /// keeps what it does know from writing.
    private static let strictness: [JSONObject.Member] = [
        .init("approvalPolicy", "untrusted"), .init("approvalsReviewer", "user"),
    ]

    static func start(_ id: Int64, in directory: String, resuming thread: String?) -> JSONValue {
        var parameters = strictness + [.init("cwd", .string(directory)), .init("sandbox", "read-only")]
        if let thread { parameters.append(.init("threadId", .string(thread))) }
        return request(id, thread == nil ? "thread/start" : "thread/resume", .object(JSONObject(parameters)))
    }

    static func turn(_ id: Int64, _ text: String, on thread: String) -> JSONValue {
        request(
            id, "turn/start",
            .object(
                JSONObject(
                    strictness + [
                        .init("input", [["type": "text", "text": .string(text)]]),
                        .init("sandboxPolicy", ["type": "readOnly", "networkAccess": false]),
                        .init("threadId", .string(thread)),
                    ])))
    }

    /// Words for the model in the turn that goes on: an answer to a question has no room for a reason.
    static func steer(_ id: Int64, _ text: String, turn: String, on thread: String) -> JSONValue {
        request(
            id, "turn/steer",
            [
                "expectedTurnId": .string(turn), "input": [["type": "text", "text": .string(text)]],
                "threadId": .string(thread),
            ])
    }

    private static func request(_ id: Int64, _ method: String, _ parameters: JSONValue) -> JSONValue {
        ["id": .integer(id), "method": .string(method), "params": parameters]
    }

    static func result(_ id: JSONValue, _ result: JSONValue) -> JSONValue { ["id": id, "result": result] }

    static func error(_ id: JSONValue, _ words: String) -> JSONValue {
        ["id": id, "error": ["code": -32601, "message": .string(words)]]
    }
}
