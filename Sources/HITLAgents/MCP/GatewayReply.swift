import HITLCore

/// The lines that the gateway itself writes to a client.
enum GatewayReply {
    /// A result and no error, because several clients end their run at a JSON-RPC error or tell the model to try again.
    static func refusal(_ sentence: String, to call: ToolsCall) -> [UInt8] {
        guard call.form == .tool else {
            let error: JSONValue = ["code": .integer(notPermitted), "message": .string(sentence)]
            return (["error": error, "id": call.id.json, "jsonrpc": "2.0"] as JSONValue).canonical
        }
        let result = JSONValue.members([
            "content": [["text": .string(sentence), "type": "text"]],
            "isError": true,
            "resultType": call.isModern ? "complete" : nil,
        ])
        return JSONValue.members(["id": call.id.json, "jsonrpc": "2.0", "result": result]).canonical
    }

    /// Outside of what JSON-RPC and MCP keep for themselves.
    private static let notPermitted = 4030
    private static let unanswered = 5020

    /// Of a request that is no call, and that the server does not answer.
    static func failure(_ sentence: String, of id: MessageID) -> [UInt8] {
        let error: JSONValue = ["code": .integer(unanswered), "message": .string(sentence)]
        return (["error": error, "id": id.json, "jsonrpc": "2.0"] as JSONValue).canonical
    }

    static func objections(_ objections: [LineObjection]) -> [UInt8] {
        let answers = objections.map(objection)
        return answers.count == 1 ? answers[0].canonical : JSONValue.array(answers).canonical
    }

    private static func objection(_ objection: LineObjection) -> JSONValue {
        [
            "error": [
                "code": .integer(objection.code.rawValue),
                "message": .string("Refused by hitl and not passed on: \(objection.why)."),
            ],
            "id": objection.id?.json ?? .null,
            "jsonrpc": "2.0",
        ]
    }

    /// Of a call that the server has: what a client sends that does not want it any more.
    static func cancellation(of id: MessageID) -> [UInt8] {
        ([
            "jsonrpc": "2.0", "method": "notifications/cancelled",
            "params": ["reason": "stopped by the operator", "requestId": id.json],
        ] as JSONValue).canonical
    }

    /// Tiny and growing, so that the server's own progress, which follows, grows on.
    static func progress(_ count: Int, token: JSONValue, _ sentence: String) -> [UInt8] {
        let digits = String(count)
        let fraction = String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
        let progress = JSONNumber("0." + fraction).map(JSONValue.number) ?? .integer(0)
        return JSONValue.members([
            "jsonrpc": "2.0",
            "method": "notifications/progress",
            "params": ["message": .string(sentence), "progress": progress, "progressToken": token],
        ]).canonical
    }

    /// The server's answer with a sentence of ours before what it says; nil where it has no place for one.
    static func noting(_ sentence: String, in line: [UInt8]) -> [UInt8]? {
        guard let value = try? JSONValue(parsing: line, depth: 512), var message = value.object,
            var result = message["result"]?.object, case .array(let content)? = result["content"]
        else { return nil }
        result["content"] = .array([["text": .string(sentence), "type": "text"]] + content)
        message["result"] = .object(result)
        return JSONValue.object(message).canonical
    }
}
