/// Says how risky a call is from the call alone. Pure: facts about the world arrive with the call.
public struct RiskAssessor: Sendable {
    public init() {}

    public func assess(_ call: ToolCall) -> Risk {
        var factors: [Risk.Factor] = []
        func add(_ name: String, _ weight: Int) { factors.append(.init(name: name, weight: weight)) }

        switch call.kind {
        case .read, .search, .think:
            // Only what `hitl` itself carries out, beneath the workspace, is known to be a read. Anyone
            // can call a tool `readFile`.
            if call.performer != .desk { add("unproven_read", 5) }
        case .edit: add("file_modification", 20)
        case .move: add("file_move", 20)
        case .delete: add("file_deletion", 30)
        case .execute: add("system_command", 25)
        case .fetch: add("network_access", 25)
        case .other: add("unclassified_effect", 20)
        }
        if call.arguments["recursive"] == .bool(true) { add("recursive", 25) }
        if !call.facts.warnings.isEmpty { add("not_analysable", 20) }
        if !call.facts.gateFiles.isEmpty { add("self_modification", 80) }
        if ToolName.words(of: call.tool).contains(where: Self.outward.contains) { add("leaves_the_machine", 10) }
        if ToolName.words(of: call.tool).contains(where: Self.irreversible.contains) { add("hard_to_undo", 25) }
        return Risk(factors: factors)
    }

    private static let outward: Set<String> = ["send", "post", "publish", "email", "upload", "notify", "http"]
    private static let irreversible: Set<String> = [
        "transfer", "pay", "deploy", "drop", "purge", "prescribe", "release",
    ]
}
