import HITLCore
import HITLGate

/// What a model is told. The one wording of refusals is `RefusalNotice`'s.
enum GatewayWords {
    static func refused(_ refusal: Refusal, _ tool: String, _ request: Int64?, proposedAs: Int64?) -> String {
        RefusalNotice(refusal: refusal, tool: tool, request: request, proposedAs: proposedAs).sentence
    }

    static let unproven =
        "What answered is not the desk whose key `--desk-key` names, or one of an older version."

    static func notTaken(_ tool: String, _ why: String) -> String {
        "`\(tool)` was not executed: \(why) Nobody decided on it."
    }

    static func noDesk(_ tool: String) -> String {
        """
        `\(tool)` was not executed: no desk is running, so nobody can approve it. This is no decision: ask the person \
        to start one with `hitl loop --enable-hitl --agent none` in a terminal, and call again then.
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

    static func stopped(_ tool: String) -> String {
        """
        Nobody knows what came of `\(tool)`: it had been permitted, and the operator stopped it while it ran. This is a \
        decision and no error: do not call it again; look at what it did, and ask what to do instead.
        """
    }

    static func stoppedBefore(_ tool: String) -> String {
        """
        `\(tool)` was not executed: it had been permitted, and the operator stopped it before it ran. This is a decision \
        and no error: do not call it again; ask what to do instead.
        """
    }

    static func unanswered(_ tool: String, _ fault: ServerFault) -> String {
        fault.mayHaveRun
            ? "Nobody knows what came of `\(tool)`: \(shown(fault)). Look before you call it again."
            : "`\(tool)` was not executed: \(shown(fault)). It had been permitted; calling again asks again."
    }

    static func unanswered(_ fault: ServerFault) -> String {
        let sentence = shown(fault)
        return sentence.prefix(1).uppercased() + sentence.dropFirst() + "."
    }

    /// What a server says stands in it: short, and without what a terminal or a reader could take for something else.
    private static func shown(_ fault: ServerFault) -> String {
        var text = ""
        for scalar in fault.description.unicodeScalars.prefix(600) {
            text.unicodeScalars.append(scalar.value >= 0x20 && scalar.value < 0x7F ? scalar : "?")
        }
        return text
    }

    static func note(_ call: ToolsCall, _ approval: DeskReply.Approval, tool: String) -> String? {
        var sentences: [String] = []
        if approval.arguments != call.shown,
            let edit = EditNotice(
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
