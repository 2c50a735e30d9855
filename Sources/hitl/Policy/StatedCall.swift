import HITLCore

/// A call as a file or an option states it, for judging alone: nothing of it runs.
///
///     {"id": "any", "tool": "bash", "arguments": {"command": "ls"}}
///
/// `args` is read for `arguments`. Also known: `kind`, `agent`, `session`, `directory`, `reason`, `confidence`.
struct StatedCall: Sendable {
    /// As it was given; the line's number where it was not.
    let id: JSONValue
    let call: ToolCall
    /// All that was stated.
    let members: JSONObject

    /// Why a line states no call, in one sentence.
    struct Flaw: Error { let id: JSONValue, text: String }

    private static let names: Set<String> = [
        "id", "tool", "arguments", "args", "kind", "agent", "session", "directory", "reason", "confidence",
    ]

    /// - Parameters:
    ///   - others: members that the file has beside those of a call.
    ///   - directory: where the call runs if it does not say.
    init(_ bytes: [UInt8], line: Int, ignoring others: Set<String> = [], directory: String?) throws(Flaw) {
        let line = JSONValue.integer(line)
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes) } catch { throw Flaw(id: line, text: "it is no call: \(error)") }
        guard case .object(let object) = value else { throw Flaw(id: line, text: "a call is an object") }
        let id = object["id"] ?? line
        func flaw(_ text: String) -> Flaw { Flaw(id: id, text: text) }
        func text(_ name: String) throws(Flaw) -> String? {
            switch object[name] {
            case nil: return nil
            case .string(let text)?: return text
            case _?: throw flaw("`\(name)` must be a text")
            }
        }
        if let unknown = object.members.first(where: { !Self.names.contains($0.name) && !others.contains($0.name) }) {
            throw flaw("`\(unknown.name)` is no part of a call")
        }
        guard let tool = try text("tool") else { throw flaw("`tool` is missing") }
        guard object["arguments"] == nil || object["args"] == nil else {
            throw flaw("`arguments` and `args` are the same; one of them is too many")
        }
        guard case .object(let arguments) = object["arguments"] ?? object["args"] ?? .object(JSONObject()) else {
            throw flaw("`arguments` must be an object")
        }
        var kind = ToolCatalog.kind(of: tool)
        if let named = try text("kind") {
            guard let known = ToolKind(rawValue: named) else { throw flaw("`kind` is none of ours") }
            kind = known
        }
        var confidence: JSONNumber?
        switch object["confidence"] {
        case nil: break
        case .number(let number)?: confidence = number
        case _?: throw flaw("`confidence` must be a number")
        }
        self.id = id
        members = object
        call = ToolCall(
            tool: tool, kind: kind, arguments: arguments,
            origin: Origin(agent: try text("agent") ?? "explain", session: try text("session") ?? "explain"),
            directory: try text("directory") ?? directory,
            claims: Claims(reason: try text("reason"), confidence: confidence), performer: .desk)
    }
}
