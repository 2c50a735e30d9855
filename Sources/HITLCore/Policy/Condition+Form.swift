extension Condition {
    /// The condition as JSON, for a policy's digest: two conditions with one form mean the same.
    public var form: JSONValue { .array(clauses.map(\.form)) }
}

extension Condition.Clause {
    fileprivate var form: JSONValue {
        switch self {
        case .tool(let tests): .members(["tool": .array(tests.map(\.form))])
        case .kind(let kinds): .members(["kind": .array(kinds.map { .string($0.rawValue) })])
        case .argument(let path, let comparisons):
            .members(["argument": .array(path.steps.map(JSONValue.string)), "is": .array(comparisons.map(\.form))])
        case .content(let patterns): .members(["content": patterns.form])
        case .riskAtLeast(let level): .members(["riskAtLeast": .string(level.rawValue)])
        case .riskAtMost(let level): .members(["riskAtMost": .string(level.rawValue)])
        case .confidenceBelow(let threshold): .members(["confidenceBelow": .string(threshold.description)])
        case .agent(let patterns): .members(["agent": patterns.form])
        case .session(let patterns): .members(["session": patterns.form])
        case .directory(let patterns): .members(["cwd": patterns.form])
        case .path(let patterns): .members(["path": patterns.form])
        case .command(let patterns): .members(["command": patterns.form])
        case .time(let windows): .members(["time": .array(windows.map(\.form))])
        case .usage(let limit): .members(["usage": limit.form])
        case .provenReadOnly: "provenReadOnly"
        case .readsWithin(let confinement): .members(["readsWithin": .string(confinement.rawValue)])
        case .harmlessWithin(let confinement): .members(["harmlessWithin": .string(confinement.rawValue)])
        case .gateFiles: "gateFiles"
        }
    }
}

extension Condition.ToolTest {
    fileprivate var form: JSONValue {
        switch self {
        case .named(let name): .members(["named": .string(name)])
        case .like(let pattern): .members(["like": [pattern].form])
        case .word(let word): .members(["word": .string(word)])
        }
    }
}

extension [Pattern] {
    fileprivate var form: JSONValue { .array(map { .members([$0.syntax.rawValue: .string($0.text)]) }) }
}

extension Comparison {
    fileprivate var form: JSONValue {
        switch self {
        case .equal(let value): .members(["eq": value])
        case .notEqual(let value): .members(["ne": value])
        case .oneOf(let values): .members(["in": .array(values)])
        case .less(let bound): .members(["lt": .string(bound.description)])
        case .lessOrEqual(let bound): .members(["le": .string(bound.description)])
        case .greater(let bound): .members(["gt": .string(bound.description)])
        case .greaterOrEqual(let bound): .members(["ge": .string(bound.description)])
        case .matches(let pattern): .members(["matches": [pattern].form])
        case .exists(let wanted): .members(["exists": .bool(wanted)])
        }
    }
}

extension TimeWindow {
    fileprivate var form: JSONValue {
        let zone: JSONValue =
            switch zone {
            case .offset(let minutes): .integer(minutes)
            case .named(let rules): .string(rules.name)
            }
        return .members([
            "days": .array(days.map(\.rawValue).sorted().map { .integer($0) }), "end": .integer(end),
            "start": .integer(start), "zone": zone,
        ])
    }
}

extension UsageLimit {
    public var form: JSONValue {
        let measure: JSONValue =
            switch measure {
            case .calls: "calls"
            case .sum(let path): .array(path.steps.map(JSONValue.string))
            }
        return .members([
            "measure": measure, "most": .string(most.description), "per": .string(scope.rawValue),
            "within": .integer(within.count),
        ])
    }
}
