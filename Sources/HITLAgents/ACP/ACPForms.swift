import HITLCore

/// What this side says of itself, and how it reads what agents say of themselves.
enum ACPForms {
    static let protocolVersion: Int64 = 1

    static let initialize: JSONValue = [
        "protocolVersion": .integer(protocolVersion),
        "clientCapabilities": ["fs": ["readTextFile": true, "writeTextFile": true], "terminal": true],
        "clientInfo": ["name": "hitl", "title": "hitl", "version": "1"],
    ]

    static func newSession(in workspace: String) -> JSONValue {
        ["cwd": .string(workspace), "mcpServers": []]
    }

    static func existingSession(_ id: String, in workspace: String) -> JSONValue {
        ["sessionId": .string(id), "cwd": .string(workspace), "mcpServers": []]
    }

    static func prompt(_ texts: [String], in session: String) -> JSONValue {
        let blocks = texts.map { JSONValue.members(["type": "text", "text": .string($0)]) }
        return ["sessionId": .string(session), "prompt": .array(blocks)]
    }

    /// Null is how some agents write that they can.
    static func capability(_ path: [String], of agent: JSONValue?) -> Bool {
        var value = agent
        for name in path { value = value?.object?[name] }
        switch value {
        case .bool(let can)?: return can
        case .object?: return true
        default: return false
        }
    }
}

/// What an agent said to `initialize`.
struct ACPAgentFacts: Sendable {
    let name: String?
    let canLoad: Bool
    let canResume: Bool
    let canList: Bool
    let signIns: [SignIn]

    struct SignIn: Sendable {
        let id: String
        let name: String
        /// One that this side cannot do: in a terminal of its own, or by a variable.
        let isElsewhere: Bool
    }

    init(_ answer: JSONObject) {
        let capabilities = answer["agentCapabilities"]
        name = answer["agentInfo"]?.object?["title"]?.string ?? answer["agentInfo"]?.object?["name"]?.string
        canLoad = ACPForms.capability(["loadSession"], of: capabilities)
        canResume = ACPForms.capability(["sessionCapabilities", "resume"], of: capabilities)
        canList = ACPForms.capability(["sessionCapabilities", "list"], of: capabilities)
        signIns = (answer["authMethods"]?.array ?? []).compactMap(\.object).compactMap { method in
            method["id"]?.string.map { id in
                let type = method["type"]?.string
                return SignIn(
                    id: id, name: method["name"]?.string ?? id, isElsewhere: type.map { $0 != "agent" } ?? false)
            }
        }
    }
}
