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
            question, tool: try required("tool_name"), arguments: arguments, session: try text("session_id"),
            directory: directory, lineage: [agent] + (branch.map { [$0] } ?? []))
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
