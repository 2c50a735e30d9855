/// What became of one rule for one call, and why.
public struct Explanation: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        case undecided(because: String)
        case matched(because: String)
        /// The first of its clauses that does not hold, in words that say what it demands.
        case notMatched(because: String)
        case disabled
    }

    public let rule: Rule
    public let outcome: Outcome

    public init(rule: Rule, outcome: Outcome) {
        self.rule = rule
        self.outcome = outcome
    }
}

extension Evaluation {
    /// What the verdict says of a rule that matched or could not be decided.
    func reference(_ match: EvaluationRoom.Match, _ room: inout EvaluationRoom) -> RuleReference {
        if match.isClear, let settled = index.references[Int(match.rule)] { return settled }
        return RuleReference(
            to: index.rules[Int(match.rule)],
            fact: match.isClear
                ? matchingFact(of: match.rule, test: match.test, &room)
                : "cannot be decided: " + obstacle(of: match.rule, &room), isUndecided: !match.isClear)
    }

    func explanation(of number: Int32, _ room: inout EvaluationRoom) -> Explanation {
        let rule = index.rules[Int(number)]
        func outcome(_ outcome: Explanation.Outcome) -> Explanation { Explanation(rule: rule, outcome: outcome) }

        let named = index.entries[Int(number)].namesTools ? room.toolHits(call.tool, index) : []
        let hit = named?.first { $0.rule == number }
        let tool: Truth = !index.entries[Int(number)].namesTools ? .yes : named == nil ? .unclear : Truth(hit != nil)
        switch tool.and(holds(number, &room)) {
        case .yes: return outcome(.matched(because: matchingFact(of: number, test: hit?.test ?? 0, &room)))
        case .unclear: return outcome(.undecided(because: obstacle(of: number, &room)))
        case .no:
            let clauses = rule.when.clauses
            let failing = clauses.indices.first { holds(clauses[$0], at: $0, of: number, &room) == .no }
            return outcome(
                .notMatched(because: "does not hold: " + (failing.map { clauses[$0].words } ?? "one of its clauses")))
        }
    }

    /// In the order in which the rule is written, one fact a clause.
    private func matchingFact(of number: Int32, test: Int32, _ room: inout EvaluationRoom) -> String {
        let rule = index.rules[Int(number)]
        var found: Int? = index.entries[Int(number)].namesTools ? Int(test) : nil
        var facts: [String] = []
        for (place, clause) in rule.when.clauses.enumerated() {
            switch clause {
            case .tool(let tests):
                let test = found ?? tests.firstIndex { holds(.tool([$0]), at: place, of: number, &room) == .yes }
                facts.append(test.map { tests[$0].fact } ?? clause.words)
                found = nil
            case .confidenceBelow(let threshold): facts.append(confidence(below: threshold) ?? clause.words)
            case .content(let patterns), .agent(let patterns), .session(let patterns), .directory(let patterns),
                .path(let patterns), .command(let patterns):
                // The first alone that makes the clause hold; where they hold only together, all of them.
                let indexed = index.clause(of: number, at: place) ?? .undecidable
                let single = patterns.indices.first { holds(indexed.only($0), of: Int(number), &room) == .yes }
                facts.append(
                    single.map { clause.fact(about: patterns[$0], permissive: rule.isPermissive) } ?? clause.words)
            case .kind, .argument, .riskAtLeast, .riskAtMost, .time, .usage, .provenReadOnly, .readsWithin,
                .harmlessWithin, .gateFiles:
                facts.append(clause.words)
            }
        }
        return facts.isEmpty ? "every call" : facts.joined(separator: "; ")
    }

    /// Why a rule cannot be decided: what its first unclear clause lacks.
    private func obstacle(of number: Int32, _ room: inout EvaluationRoom) -> String {
        for (place, clause) in index.rules[Int(number)].when.clauses.enumerated()
        where holds(clause, at: place, of: number, &room) == .unclear {
            switch clause {
            case .tool: return "the tool's name takes too long to compare"
            case .argument(let path, let comparisons):
                let subjects = comparisons.compactMap(\.subject)
                return "`\(path)` is not " + (subjects.first ?? "comparable")
            case .content: return "the arguments take too long to search"
            case .path:
                if case .unknown(let reason) = context.paths { return "the paths are not known: \(reason)" }
                if let more = context.pathSurplus { return "not all of its paths are known: \(more)" }
                return "a path takes too long to compare"
            case .command:
                if case .unknown(let reason) = context.commands { return "the command is not known: \(reason)" }
                if let more = context.surplus.first { return "the command does more than its words say: \(more)" }
                return "a command cannot be compared"
            case .time: return "the time is not known"
            case .usage(let limit):
                if case .sum(let argument) = limit.measure, case .unclear = amount(limit) {
                    return "`\(argument)` is no amount"
                }
                return "what was used before is not known"
            case .agent, .session, .directory: return "a name takes too long to compare"
            case .kind, .riskAtLeast, .riskAtMost, .confidenceBelow, .provenReadOnly, .readsWithin,
                .harmlessWithin, .gateFiles:
                break
            }
        }
        return "the policy has too many patterns"
    }

    /// A clause as it is written, by itself.
    private func holds(
        _ clause: Condition.Clause, at place: Int, of number: Int32, _ room: inout EvaluationRoom
    ) -> Truth {
        // The globs of a rule that was found by its tool are not among the values.
        guard case .tool(let tests) = clause else {
            return holds(index.clause(of: number, at: place) ?? .undecidable, of: Int(number), &room)
        }
        return tests.reduce(.no) { truth, test in
            guard case .like(let pattern) = test else { return truth.or(Truth(test.isMet(by: call.tool))) }
            return truth.or(pattern.matches(call.tool).map(Truth.init) ?? .unclear)
        }
    }
}
