/// Calls that a call carries in its arguments: the steps of a plan, a batch, a call that is passed on to another tool.
///
///     { "steps": [{ "tool": "deleteFile", "arguments": { "path": "a" } }, …] }
///     { "name": "deleteFile", "arguments": "{\"path\":\"a\"}" }
///
/// Whatever has the name of a tool and arguments beside it is one. It may be none; then it is judged too strictly.
package enum CallParts {
    /// More than this are not looked at, which the analysis says.
    package static let most = 64
    private static let deepest = 8

    /// - Returns: nil where there are more than are looked at.
    package static func of(_ call: ToolCall) -> [ToolCall]? {
        var parts: [ToolCall] = []
        return collect(.object(call.arguments), of: call, depth: 0, into: &parts) ? parts : nil
    }

    private static func collect(
        _ value: JSONValue, of call: ToolCall, depth: Int, into parts: inout [ToolCall]
    ) -> Bool {
        guard depth <= deepest else { return false }
        switch value {
        case .null, .bool, .number, .string: return true
        case .array(let elements):
            for element in elements where !collect(element, of: call, depth: depth + 1, into: &parts) { return false }
            return true
        case .object(let object):
            if let part = part(object, of: call) {
                guard parts.count < most else { return false }
                parts.append(part)
                // What it carries itself is found when it is analysed.
                return true
            }
            for member in object.members where !collect(member.value, of: call, depth: depth + 1, into: &parts) {
                return false
            }
            return true
        }
    }

    private static func part(_ object: JSONObject, of call: ToolCall) -> ToolCall? {
        guard object.members.count > 1, let arguments = arguments(in: object), let name = name(in: object) else {
            return nil
        }
        // `functions.bash` is the tool `bash` of a name space.
        let tool = name.split(separator: ".").last.map(String.init) ?? name
        return ToolCall(
            tool: tool, kind: ToolCatalog.kind(of: tool), arguments: arguments, origin: call.origin,
            directory: call.directory, performer: .unobserved)
    }

    private static func arguments(in object: JSONObject) -> JSONObject? {
        for member in object.members {
            switch member.value {
            case .object(let arguments) where isNamed(member, argumentNames): return arguments
            // As models write them.
            case .string(let text) where text.utf8.first == UInt8(ascii: "{") && isNamed(member, argumentNames):
                if case .success(.object(let arguments)) = Result(catching: { () throws(JSONError) in
                    try JSONValue(parsing: text)
                }) {
                    return arguments
                }
            default: continue
            }
        }
        return nil
    }

    private static func name(in object: JSONObject) -> String? {
        for member in object.members {
            if case .string(let text) = member.value, !text.isEmpty, isNamed(member, names) { return text }
        }
        return nil
    }

    private static func isNamed(_ member: JSONObject.Member, _ names: Set<String>) -> Bool {
        names.contains(ToolName.joined(member.name))
    }

    private static let names: Set<String> = [
        "tool", "toolname", "name", "function", "functionname", "action", "operation", "recipientname", "method",
    ]
    private static let argumentNames: Set<String> = [
        "arguments", "args", "input", "parameters", "params", "toolinput", "toolargs", "kwargs", "payload",
    ]
}
