import HITLCore

/// Checks the calls that a rule gives as examples: one that does not come out as it says is an error at its line.
struct ExampleReader {
    let rule: Rule

    func check(_ field: Field) {
        guard let map = field.map(["matches", "notMatches"]) else { return }
        _ = map["matches"]?.list(of: "calls") { check($0, matches: true) }
        _ = map["notMatches"]?.list(of: "calls") { check($0, matches: false) }
    }

    private func check(_ field: Field, matches: Bool) -> Bool? {
        guard let (call, context) = example(field) else { return nil }
        let enabled = Rule(name: rule.name, source: rule.source, when: rule.when, action: rule.action)
        let policy = Policy(rules: [enabled], timeout: nil, version: "")
        guard let outcome = policy.explain(call, in: context).first(where: { $0.rule == enabled })?.outcome else {
            return nil
        }
        switch (outcome, matches) {
        case (.matched, true), (.notMatched, false): return true
        case (.matched(let fact), false):
            field.report(.refused("this example of what does not match does: \(visible(fact))"))
        case (.notMatched(let reason), true):
            field.report(.refused("this example of what matches does not; what \(visible(reason))"))
        case (.undecided(let reason), _):
            field.report(.refused("the rule cannot decide this example: \(visible(reason))"))
        case (.disabled, _): break
        }
        return nil
    }

    private static let keys = [
        "tool", "kind", "arguments", "agent", "session", "cwd", "confidence", "risk", "paths", "commands", "at", "used",
    ]

    /// A call as an example writes it: what it leaves out is not there, and the risk is none.
    private func example(_ field: Field) -> (ToolCall, EvaluationContext)? {
        let before = field.reading.diagnostics.count
        guard let map = field.map(Self.keys) else { return nil }
        let tool = map.required("tool")?.string()
        let kind = map["kind"]?.choice(ToolKind.allCases.map(\.rawValue)).flatMap(ToolKind.init)
        let arguments = map["arguments"]?.json()
        if let arguments, arguments.object == nil { map["arguments"]?.report(expected: "a map of arguments") }
        let confidence = map["confidence"]?.decimal()
        let level = map["risk"]?.choice(Risk.Level.allCases.map(\.rawValue)).flatMap(Risk.Level.init)
        let time = map["at"].flatMap { field -> WallTime? in
            guard let time = field.string().flatMap(WallTime.init(timestamp:)) else {
                field.report(expected: "a time such as `2026-01-31T09:00:00Z`")
                return nil
            }
            return time
        }
        let paths = map["paths"]?.list(of: "paths") { $0.string() } ?? []
        let commands = map["commands"]?.list(of: "commands") { $0.list(of: "words") { $0.string() } } ?? []
        let used = map["used"]?.decimal() ?? 0
        let agent = map["agent"]?.string()
        let session = map["session"]?.string()
        let directory = map["cwd"]?.string()
        guard let tool, field.reading.diagnostics.count == before else { return nil }
        let call = ToolCall(
            tool: tool, kind: kind ?? .other, arguments: arguments?.object ?? JSONObject(),
            origin: Origin(agent: agent ?? "", session: session ?? ""), directory: directory,
            claims: Claims(confidence: confidence.flatMap { JSONNumber($0.description) }), performer: .unobserved)
        let weight = [Risk.Level.none: 0, .low: 1, .medium: 25, .high: 50, .critical: 80][level ?? .none] ?? 0
        return (
            call,
            EvaluationContext(
                risk: Risk(factors: [.init(name: "example", weight: weight)]), time: time, paths: .known(paths),
                commands: .known(commands), usage: { _ in used })
        )
    }
}
