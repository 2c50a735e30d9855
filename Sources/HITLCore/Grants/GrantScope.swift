/// Which later calls a grant is for, the narrowest first. All of them are of the same tool, agent and session.
public enum GrantScope: String, Sendable, CaseIterable {
    /// The same arguments in the same directory, byte by byte.
    case exact
    /// The same program with the same words, whatever else the call says.
    case argv
    /// The same paths, whatever is done to them with that tool.
    case path
    /// Every call of the tool.
    case tool
}

/// What a call must be for a grant to cover it. Made from the call that a person saw.
public struct GrantPattern: Sendable, Equatable {
    public let scope: GrantScope
    private let tool: String
    private let origin: Origin
    private let form: [UInt8]
    /// A riskier call than the one that was seen asks again.
    private let level: Risk.Level

    /// nil where the call has not what the scope is about: no program, no paths.
    public init?(_ scope: GrantScope, like call: ToolCall, at level: Risk.Level) {
        guard let form = Self.form(call, scope) else { return nil }
        self.scope = scope
        self.form = form
        self.level = level
        tool = call.tool
        origin = call.origin
    }

    public func covers(_ call: ToolCall, at level: Risk.Level) -> Bool {
        // Compared as bytes: text that is only canonically equivalent is other text.
        guard level <= self.level, call.tool.utf8.elementsEqual(tool.utf8), isSame(call.origin) else { return false }
        return call.obstacleToGrant(at: level) == nil && Self.form(call, scope) == form
    }

    private func isSame(_ other: Origin) -> Bool {
        origin.agent.utf8.elementsEqual(other.agent.utf8) && origin.session.utf8.elementsEqual(other.session.utf8)
            && origin.lineage.count == other.lineage.count
            && zip(origin.lineage, other.lineage).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    private static func form(_ call: ToolCall, _ scope: GrantScope) -> [UInt8]? {
        let directory = call.directory.map(JSONValue.string) ?? .null
        switch scope {
        case .exact:
            return JSONValue.array([.object(call.arguments), directory, command(call) ?? .null]).canonical
        case .argv: return command(call).map { JSONValue.array([$0, directory]).canonical }
        case .path:
            guard !call.facts.paths.isEmpty else { return nil }
            return JSONValue.array(call.facts.paths.map { .string($0.resolved) }).canonical
        case .tool: return []
        }
    }

    private static func command(_ call: ToolCall) -> JSONValue? {
        guard let command = call.facts.command else { return nil }
        let environment = command.environment.map {
            JSONValue.array([.string($0.name), $0.value.map(JSONValue.string) ?? .null])
        }
        return .array([
            .string(command.executable), .array(command.argv.map(JSONValue.string)), .array(environment),
        ])
    }
}
