import HITLCore

/// Reads an event's members, each with the form that the desk will demand of it.
struct HookFields {
    private let event: JSONObject

    init(_ event: JSONObject) { self.event = event }

    var name: String {
        get throws(HookFlaw) { try required("hook_event_name") }
    }

    func call(_ question: HookCall.Question, by agent: String) throws(HookFlaw) -> HookCall {
        guard let given = event["tool_input"] else { throw .missing("tool_input") }
        guard case .object(let arguments) = given else { throw .wrongForm("tool_input", expected: "an object") }
        let directory = try text("cwd", within: 4096)
        if let directory, directory.utf8.first != UInt8(ascii: "/") || directory.utf8.contains(0) {
            throw .wrongForm("cwd", expected: "an absolute path")
        }
        // A sub-agent says of which kind it is, and which one.
        var branch = try text("agent_type")
        if branch == nil { branch = try text("agent_id") }
        return HookCall(
            question, tool: try tool(), arguments: arguments, session: try text("session_id"),
            directory: directory, lineage: [agent] + (branch.map { [$0] } ?? []))
    }

    /// Gemini CLI says where a tool is a server's. Some versions call it as the server does, who can call it as one of the
    /// agent's own is called: then it is known by another name than that.
    private func tool() throws(HookFlaw) -> String {
        let name = try required("tool_name")
        guard let context = event["mcp_context"], context != .null, ToolCatalog.kind(of: name) != .other else {
            return name
        }
        return "mcp__" + name
    }

    private func required(_ name: String) throws(HookFlaw) -> String {
        guard let value = try text(name) else { throw .missing(name) }
        return value
    }

    private func text(_ name: String, within limit: Int = 256) throws(HookFlaw) -> String? {
        guard let value = event[name], value != .null else { return nil }
        guard case .string(let text) = value, !text.isEmpty, text.utf8.count <= limit else {
            throw .wrongForm(name, expected: "a text of 1 to \(limit) bytes")
        }
        return text
    }
}
