extension Rule {
    /// The fact that makes the rule apply, where it is the same for every call that it applies to.
    var settledFact: String? {
        var facts: [String] = []
        for clause in when.clauses {
            guard let fact = clause.settledFact(permissive: isPermissive) else { return nil }
            facts.append(fact)
        }
        return facts.isEmpty ? "every call" : facts.joined(separator: "; ")
    }

    /// Whether it may spare a call the question; then each of its paths and commands must match.
    var isPermissive: Bool { action == .allow }
}

extension Condition.Clause {
    /// nil where it depends on the call which of several values holds.
    func settledFact(permissive: Bool) -> String? {
        switch self {
        case .tool(let tests):
            if tests.count == 1 { return tests[0].fact }
            return tests.allSatisfy { if case .named = $0 { true } else { false } }
                ? "the tool is named in the list" : nil
        case .content(let patterns), .agent(let patterns), .session(let patterns), .directory(let patterns),
            .path(let patterns), .command(let patterns):
            return patterns.count == 1 ? fact(about: patterns[0], permissive: permissive) : nil
        case .confidenceBelow: return nil
        case .kind, .argument, .riskAtLeast, .riskAtMost, .time, .usage, .provenReadOnly, .readsWithin,
            .harmlessWithin, .gateFiles:
            return words
        }
    }

    /// - Parameter pattern: the first of several that matches.
    func fact(about pattern: Pattern, permissive: Bool) -> String {
        let subject =
            switch self {
            case .content: "text in the arguments matches"
            case .agent: "the agent's name matches"
            case .session: "the session matches"
            case .directory: "the directory that it runs in matches"
            case .path: permissive ? "every path matches" : "a path matches"
            case .command: permissive ? "every command matches" : "a command matches"
            case .tool, .kind, .argument, .riskAtLeast, .riskAtMost, .confidenceBelow, .time, .usage, .provenReadOnly,
                .readsWithin, .harmlessWithin, .gateFiles:
                words
            }
        return "\(subject) `\(pattern.text)`"
    }

    /// What the clause demands, in our own words.
    var words: String {
        switch self {
        case .tool(let tests):
            tests.reduce(into: [String]()) { if !$0.contains($1.fact) { $0.append($1.fact) } }
                .joined(separator: " or ")
        case .kind(let kinds): "the kind is " + kinds.map { "`\($0.rawValue)`" }.joined(separator: " or ")
        case .argument(let path, let comparisons):
            comparisons.isEmpty
                ? "`\(path)` is there" : comparisons.map { "`\(path)` \($0.words)" }.joined(separator: " and ")
        case .content(let patterns): "text in the arguments matches" + list(patterns)
        case .riskAtLeast(let level): "the risk is at least \(level.rawValue)"
        case .riskAtMost(let level): "the risk is at most \(level.rawValue)"
        case .confidenceBelow(let threshold): "confidence is below \(threshold)"
        case .agent(let patterns): "the agent's name matches" + list(patterns)
        case .session(let patterns): "the session matches" + list(patterns)
        case .directory(let patterns): "the directory that it runs in matches" + list(patterns)
        case .path(let patterns): "a path matches" + list(patterns)
        case .command(let patterns): "a command matches" + list(patterns)
        case .time: "it is within the rule's hours"
        case .usage(let limit): limit.words
        case .provenReadOnly: "it only reads, beneath the workspace"
        case .readsWithin(let confinement): "it only reads where it is confined (\(confinement.rawValue))"
        case .harmlessWithin(let confinement): "it can do no harm where it is confined (\(confinement.rawValue))"
        case .gateFiles: "it would touch files of the gate itself"
        }
    }

    private func list(_ patterns: [Pattern]) -> String {
        patterns.isEmpty ? " nothing" : " " + patterns.map { "`\($0.text)`" }.joined(separator: " or ")
    }
}

extension Condition.ToolTest {
    var fact: String {
        switch self {
        case .named: "the tool is named in the list"
        case .like(let pattern): "the tool's name matches `\(pattern.text)`"
        case .word(let word): "`\(word)` is a word of the tool's name"
        }
    }
}

extension UsageLimit {
    fileprivate var words: String {
        let whose =
            switch scope {
            case .everyone: ""
            case .agent: " of this agent"
            case .session: " of this session"
            }
        return switch measure {
        case .calls: "it would be more than \(most) calls\(whose) in \(within.text)"
        case .sum(let path): "`\(path)`\(whose) would add up to more than \(most) in \(within.text)"
        }
    }
}
