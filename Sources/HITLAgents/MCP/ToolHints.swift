import HITLCore

/// What a server's definition of a tool says about its danger. It can make a call riskier and never less risky: that a
/// tool only reads is not believed.
enum ToolHints {
    /// Nil where nothing is known that its name does not say as well.
    static func kind(of tool: String, _ definition: JSONValue?) -> ToolKind? {
        let annotations = definition?.object?["annotations"]?.object
        if annotations?["destructiveHint"] == .bool(true) { return .delete }
        switch ToolCatalog.kind(of: tool) {
        case .read, .search, .think, .other: break
        case let kind: return kind
        }
        return annotations?["openWorldHint"] == .bool(true) ? .fetch : nil
    }
}
