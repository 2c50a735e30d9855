/// A standing permission that a person gave together with an approval: it answers for them when a call like the one
/// they saw asks again, and never lifts a deny.
///
/// It has the number of the request that it was given with, lives no longer than its desk, and ends with its time, its
/// uses or when it is revoked, whichever comes first.
public struct Grant: Sendable, Equatable {
    public let request: Int64
    public let tool: String
    public let agent: String
    public let scope: GrantScope
    public let until: WallTime?
    public let uses: Int?
    public let grantedBy: Principal

    public init(
        request: Int64, tool: String, agent: String, scope: GrantScope, until: WallTime?, uses: Int?,
        grantedBy: Principal
    ) {
        self.request = request
        self.tool = tool
        self.agent = agent
        self.scope = scope
        self.until = until
        self.uses = uses
        self.grantedBy = grantedBy
    }
}

extension ToolCall {
    /// Why nobody may answer once for all calls like this one; nil where somebody may.
    ///
    /// What destroys, what is risky and what could not be analysed is looked at each time.
    public func obstacleToGrant(at level: Risk.Level) -> String? {
        if kind == .delete { return "it deletes" }
        if content == .redacted || Redaction.finds(in: self) { return "it has secrets in it" }
        if level >= .high { return "its risk is \(level.rawValue)" }
        if !facts.warnings.isEmpty { return "not all of it could be analysed" }
        if !facts.gateFiles.isEmpty { return "it touches the gate" }
        if compensates != nil { return "it undoes another call" }
        return nil
    }
}

// MARK: - Record

extension Grant {
    public var json: JSONValue {
        .members([
            "agent": .string(agent), "by": grantedBy.json, "request": .integer(request),
            "scope": .string(scope.rawValue), "tool": .string(tool),
            "until": until.map { .integer($0.milliseconds) }, "uses": uses.map { .integer($0) },
        ])
    }

    init(_ record: RecordReader) throws(RecordError) {
        guard let scope = GrantScope(rawValue: try record.text("scope")) else { throw .unknownWord("scope") }
        self.init(
            request: try record.integer("request"), tool: try record.text("tool"), agent: try record.text("agent"),
            scope: scope, until: record["until"]?.integer.map(WallTime.init(milliseconds:)),
            uses: record["uses"]?.integer.map { Int($0) }, grantedBy: try Principal(json: try record.value("by")))
    }
}
