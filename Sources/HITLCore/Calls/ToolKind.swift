/// What a tool does to the world, in the words of the Agent Client Protocol.
///
/// Each adapter fills it from its own table of tools; a tool that no table names is `other`.
public enum ToolKind: String, Sendable, CaseIterable {
    case other, read, edit, delete, move, search, execute, think, fetch
}
