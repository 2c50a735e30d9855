import HITLCore

/// A question of the app server: the call that it is about, and the answers that it takes.
///
/// Only answers that hold once are given. Codex offers others (for the session, an amended policy); a standing permission
/// is a grant at the desk.
struct CodexQuestion: Sendable {
    let tool: String
    let kind: ToolKind
    let arguments: JSONObject
    let directory: String?
    /// In the agent's words.
    let reason: String?
    /// The item that will tell the outcome, and the turn.
    let item: String?
    let turn: String?
    var reach: EditReach { Self.reach(ofEdits: tool) }
    let no: JSONValue
    /// Nil where these arguments are nothing that can be said.
    let yes: @Sendable (_ arguments: JSONObject) -> JSONValue?

    /// - Parameter started: what was told of an item when it began.
    /// - Returns: nil for a question that is none of these.
    init?(_ method: String, _ parameters: JSONObject, started: (String) -> JSONObject?) {
        let item = parameters["itemId"]?.string ?? parameters["callId"]?.string
        var arguments = JSONObject(parameters.members.filter { !Self.surroundings.contains($0.name) })
        var yes: @Sendable (JSONObject) -> JSONValue? = { _ in ["decision": "accept"] }
        var no: JSONValue = ["decision": "decline"]
        switch method {
        case "item/commandExecution/requestApproval":
            if parameters["networkApprovalContext"]?.object != nil {
                (tool, kind) = ("networkAccess", .fetch)
            } else {
                guard parameters["command"]?.string != nil else { return nil }
                (tool, kind) = (
                    parameters["kind"]?.string == "writeStdin" ? "writeStdin" : "commandExecution", .execute
                )
            }
        case "execCommandApproval":
            guard parameters["command"]?.array != nil else { return nil }
            (tool, kind) = ("execCommand", .execute)
            (yes, no) = ({ _ in ["decision": "approved"] }, ["decision": "denied"])
        case "item/fileChange/requestApproval":
            // Without the change there is nothing to be approved; with a root it would be for the whole session.
            guard let item, let changes = started(item)?["changes"] else { return nil }
            guard parameters["grantRoot"] == nil || parameters["grantRoot"] == .null else { return nil }
            arguments["changes"] = changes
            (tool, kind) = ("fileChange", .edit)
        case "applyPatchApproval":
            guard parameters["grantRoot"] == nil || parameters["grantRoot"] == .null else { return nil }
            (tool, kind) = ("applyPatch", .edit)
            (yes, no) = ({ _ in ["decision": "approved"] }, ["decision": "denied"])
        case "item/permissions/requestApproval":
            guard parameters["permissions"]?.object != nil else { return nil }
            (tool, kind) = ("permissions", .other)
            no = ["permissions": [:], "scope": "turn"]
            yes = { arguments in
                guard let permissions = arguments["permissions"]?.object else { return nil }
                return ["permissions": .object(permissions), "scope": "turn"]
            }
        case "mcpServer/elicitation/request":
            (tool, kind) = (Self.elicitedTool(parameters), .other)
            no = ["action": "decline", "content": nil]
            let mustSay = parameters["requestedSchema"]?.object?["required"]?.array?.isEmpty == false
            yes = { arguments in
                let content = arguments["content"]?.object
                // What a form asks for only a person can give, by editing.
                guard content != nil || !mustSay else { return nil }
                return ["action": "accept", "content": .object(content ?? JSONObject())]
            }
        case "item/tool/requestUserInput":
            (tool, kind) = ("requestUserInput", .other)
            no = ["answers": [:]]
            yes = { ["answers": .object($0["answers"]?.object ?? JSONObject())] }
        default: return nil
        }
        self.item = item
        self.arguments = arguments
        self.yes = yes
        self.no = no
        turn = parameters["turnId"]?.string
        directory = parameters["cwd"]?.string.flatMap { $0.utf8.first == UInt8(ascii: "/") ? $0 : nil }
        reason = parameters["reason"]?.string
    }

    /// Only what is an answer in itself can be another one; a command or a change runs as it was asked for.
    static func reach(ofEdits tool: String) -> EditReach {
        ["permissions", "requestUserInput"].contains { $0.utf8.elementsEqual(tool.utf8) }
            || tool.utf8.starts(with: "mcp__".utf8) ? .carriedOut : .toldOnly
    }

    /// The refusal of a question that cannot be put to anybody.
    static func no(to method: String) -> JSONValue? {
        switch method {
        case "item/commandExecution/requestApproval", "item/fileChange/requestApproval": ["decision": "decline"]
        case "execCommandApproval", "applyPatchApproval": ["decision": "denied"]
        case "item/permissions/requestApproval": ["permissions": [:], "scope": "turn"]
        case "mcpServer/elicitation/request": ["action": "decline", "content": nil]
        case "item/tool/requestUserInput": ["answers": [:]]
        default: nil
        }
    }

    /// What is around the call, and what Codex would have answered for good.
    private static let surroundings = [
        "threadId", "turnId", "itemId", "conversationId", "callId", "approvalId", "startedAtMs", "cwd", "reason",
        "availableDecisions", "proposedExecpolicyAmendment", "proposedNetworkPolicyAmendments", "commandActions",
        "parsedCmd", "environmentId", "grantRoot", "kind", "autoResolutionMs", "isBlocking",
    ]

    /// A server's tool is named so that no server's tool can pass for one of Codex's own.
    private static func elicitedTool(_ parameters: JSONObject) -> String {
        let name = "mcp__\(parameters["serverName"]?.string ?? "unknown")"
        return name.utf8.count <= 256 ? name : "mcp__unknown"
    }
}
