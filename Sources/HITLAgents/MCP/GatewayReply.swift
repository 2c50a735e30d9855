import HITLCore
import HITLGate

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

/// What a model is told. The one wording of refusals is `RefusalNotice`'s.
enum GatewayWords {
    static func refused(_ refusal: Refusal, _ tool: String, _ request: Int64?, proposedAs: Int64?) -> String {
        RefusalNotice(refusal: refusal, tool: tool, request: request, proposedAs: proposedAs).sentence
    }

    static func notTaken(_ tool: String, _ why: String) -> String {
        "`\(tool)` was not executed: \(why) Nobody decided on it."
    }

    static func noDesk(_ tool: String) -> String {
        """
        `\(tool)` was not executed: no desk is running, so nobody can approve it. This is no decision: ask the person \
        to start one with `hitl loop --enable-hitl` in a terminal, and call again then.
        """
    }

    static func waiting(_ tool: String, _ request: Int64?) -> String {
        let ticket = request.map { "as request \($0)" } ?? "until a desk is back"
        return """
            `\(tool)` was not executed yet: it is still waiting for a person's decision \(ticket). This is neither a \
            rejection nor an error. Call `\(tool)` again with exactly the same arguments to collect the decision; \
            nothing runs before you do.
            """
    }

    static func progress(_ request: Int64?) -> String {
        request.map { "waiting for a person's decision on request \($0)" } ?? "waiting for the desk"
    }

    static func quarantined(_ tool: String, _ standing: ToolPins.Standing, server: String) -> String? {
        let why: String
        switch standing {
        case .trusted, .unknown: return nil
        case .unlisted: why = "the server's list has no tool of exactly this name."
        case .appeared: why = "the server added it after its tools were first seen, and nobody has looked at it."
        case .changed: why = "the server changed its definition since it was first seen, and nobody has looked at it."
        }
        let next =
            standing == .unlisted
            ? "Use a name from the list." : "A person can look and trust it: `hitl mcp trust \(server)`."
        return "`\(tool)` was not executed: \(why) \(next)"
    }

    static func unreadableList(_ tool: String) -> String {
        "`\(tool)` was not executed: the server's last list of tools cannot be read without doubt, so none is called."
    }

    static func unwritable(_ tool: String) -> String {
        "`\(tool)` was not executed: what the server's tools are cannot be recorded; see the gateway's log."
    }

    static func serverGone(_ tool: String, wasRunning: Bool) -> String {
        wasRunning
            ? "Nobody knows what came of `\(tool)`: the server ended before it answered. Look before you call it again."
            : "`\(tool)` was not executed: the server ended while a person's decision was awaited."
    }

    static func note(_ call: ToolsCall, _ approval: DeskReply.Approval, tool: String) -> String? {
        var sentences: [String] = []
        if let edit = EditNotice(
            proposed: toolCall(call, call.shown), permitted: toolCall(call, approval.arguments),
            request: approval.request)
        {
            sentences.append(edit.sentence)
        }
        if !approval.conditions.isEmpty {
            let conditions = approval.conditions.map { "\"\($0)\"" }.joined(separator: ", ")
            sentences.append("\(approval.reviewer ?? "A person") approved it on the condition \(conditions).")
        }
        return sentences.isEmpty ? nil : sentences.joined(separator: " ")
    }

    private static func toolCall(_ call: ToolsCall, _ arguments: JSONObject) -> ToolCall {
        ToolCall(
            tool: call.name, kind: .other, arguments: arguments, origin: Origin(agent: "mcp", session: "mcp"),
            performer: .requester)
    }
}
