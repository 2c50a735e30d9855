package import HITLCore

/// The people and agents of the tests.
package enum Cast {
    /// The careful reviewer: reads everything, gives reasons.
    package static let ada = Principal(role: .person, name: "ada", channel: "tty")
    /// The quick one, at another terminal.
    package static let bo = Principal(role: .person, name: "bo", channel: "socket")
    /// An agent that looks at things.
    package static let scout = Principal(role: .agent, name: "scout", channel: "process")
    /// An agent that changes things.
    package static let mason = Principal(role: .agent, name: "mason", channel: "process")
}

extension Principal {
    /// This person's yes.
    package func approval(_ reason: String? = nil, conditions: [String] = []) -> Review {
        Review(answer: .approve, reviewer: self, reason: reason, conditions: conditions)
    }

    /// This person's no.
    package func rejection(_ reason: String? = nil) -> Review {
        Review(answer: .reject, reviewer: self, reason: reason)
    }
}

extension ToolCall {
    /// What mason wants: to delete a file. `hitl` itself would do it.
    package static func deleting(
        _ path: String, by performer: Performer = .desk, agent: String = "mason", session: String = "sess_1",
        claims: Claims = Claims(), facts: Facts = Facts()
    ) -> ToolCall {
        ToolCall(
            tool: "deleteFile", kind: .delete, arguments: JSONObject([.init("path", .string(path))]),
            origin: Origin(agent: agent, session: session), directory: "/site", claims: claims, performer: performer,
            facts: facts)
    }

    /// What scout wants: to read a file.
    package static func reading(_ path: String, by performer: Performer = .desk) -> ToolCall {
        ToolCall(
            tool: "readFile", kind: .read, arguments: JSONObject([.init("path", .string(path))]),
            origin: Origin(agent: "scout", session: "sess_1"), directory: "/site", performer: performer)
    }

    /// A command that the requester itself runs once it may.
    package static func running(_ argv: String..., agent: String = "mason") -> ToolCall {
        ToolCall(
            tool: "bash", kind: .execute,
            arguments: JSONObject([.init("command", .string(argv.joined(separator: " ")))]),
            origin: Origin(agent: agent, session: "sess_1"), directory: "/site", performer: .requester)
    }
}

extension JSONObject {
    /// Members in this order.
    package static func of(_ members: KeyValuePairs<String, JSONValue>) -> JSONObject {
        JSONObject(members.map { Member($0, $1) })
    }
}
