public import HITLCore

/// The two calls that take something out of the ledger. They are proposed, shown and approved like any other, and nobody
/// but a person can approve them.
public enum RemovalTool: String, Sendable, CaseIterable {
    case erase = "eraseRecords"
    case purge = "purgeRecords"

    /// Whose calls they are: no agent has this name.
    public static let agent = "hitl"

    /// Nil for any other call.
    public init?(_ call: ToolCall) {
        guard let tool = RemovalTool(rawValue: call.tool), call.performer == .desk,
            call.origin.agent.utf8.elementsEqual(Self.agent.utf8), call.origin.lineage.isEmpty
        else { return nil }
        self = tool
    }
}
