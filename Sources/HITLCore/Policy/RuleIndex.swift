/// The rules of a policy, arranged so that a call meets only those that could be about it.
///
/// A rule that names tools is found by the call's tool; one without that names content, by what occurs in the
/// arguments; the rest is looked at for each call. Patterns of all rules share one automaton for each kind of text.
struct RuleIndex: Sendable {
    struct Entry: Sendable {
        let rule: Rule
        /// Without the tool clauses: whoever finds the rule by its tool has them.
        let clauses: [Clause]
        let namesTools: Bool
        /// What is said of a match, where that is the same for every call.
        let reference: RuleReference?
    }

    /// A clause with its patterns replaced by their numbers.
    enum Clause: Sendable {
        /// Of a rule that was found in another way, with the numbers of its globs.
        case tool([Condition.ToolTest], [Int32])
        case kind(Set<ToolKind>)
        case argument(slot: Int, [Test])
        case content([Int32])
        case riskAtLeast(Risk.Level)
        case riskAtMost(Risk.Level)
        case confidenceBelow(ExactDecimal)
        case agent([Int32])
        case session([Int32])
        case directory([Int32])
        case path([Int32])
        case command([Int32])
        case time([TimeWindow])
        case usage(UsageLimit)
        case provenReadOnly
        case readsWithin(Confinement)
        case harmlessWithin(Confinement)
        case gateFiles
        /// The patterns of all rules together have outgrown the automaton.
        case undecidable
    }

    struct Test: Sendable {
        let comparison: Comparison
        /// Of its pattern, where it has one.
        let pattern: Int32
    }

    /// In the order in which they are listed.
    private(set) var entries: [Entry] = []
    private(set) var tools = ToolIndex()
    private(set) var contents = PatternSet()
    private(set) var values = PatternSet()
    private(set) var slots: [ArgumentPath] = []
    /// By content pattern.
    private(set) var byContent: [[Int32]] = []
    private(set) var always: [Int32] = []
    /// All that name tools, for a tool whose name cannot be decided.
    private(set) var byTool: [Int32] = []

    /// Those with a limit, which the call at hand counts for.
    private(set) var counting: [Int32] = []

    var limits: [UsageLimit] {
        counting.flatMap { number in
            entries[Int(number)].clauses.compactMap { if case .usage(let limit) = $0 { limit } else { nil } }
        }
    }

    private var slotIndex: [ArgumentPath: Int] = [:]

    init(_ rules: [Rule]) {
        for rule in Rule.listed(rules) where rule.enabled { insert(rule) }
    }

    /// - Returns: a clause of one of the rules, as it is evaluated.
    func lookUp(_ clause: Condition.Clause) -> Clause {
        // Nothing is inserted: all that the clause names is known.
        var index = self
        return index.indexed(clause)
    }

    private mutating func insert(_ rule: Rule) {
        let number = Int32(entries.count)
        var clauses: [Clause] = []
        var namesTools = false
        var contentPatterns: [Int32]?
        for clause in rule.when.clauses {
            if !namesTools, case .tool(let tests) = clause, tools.insert(tests, rule: number) {
                namesTools = true
                continue
            }
            let indexed = self.indexed(clause)
            if case .content(let patterns) = indexed { contentPatterns = patterns }
            clauses.append(indexed)
        }
        // What is cheap and says no to most comes first; the order changes no answer.
        clauses.sort { $0.cost < $1.cost }
        if namesTools {
            byTool.append(number)
        } else if let contentPatterns {
            for pattern in contentPatterns {
                while byContent.count <= Int(pattern) { byContent.append([]) }
                byContent[Int(pattern)].append(number)
            }
        } else {
            always.append(number)
        }
        if clauses.contains(where: { if case .usage = $0 { true } else { false } }) { counting.append(number) }
        entries.append(
            Entry(
                rule: rule, clauses: clauses, namesTools: namesTools,
                reference: rule.settledFact.map { RuleReference(to: rule, fact: $0) }))
    }

    private mutating func indexed(_ clause: Condition.Clause) -> Clause {
        switch clause {
        case .tool(let tests):
            let globs = tests.compactMap { if case .like(let pattern) = $0 { pattern } else { nil } }
            return numbers(globs, in: \.values).map { Clause.tool(tests, $0) } ?? .undecidable
        case .kind(let kinds): return .kind(Set(kinds))
        case .argument(let path, let comparisons):
            let slot = slotIndex[path] ?? slots.count
            if slot == slots.count {
                slots.append(path)
                slotIndex[path] = slot
            }
            var tests: [Test] = []
            for comparison in comparisons {
                var number: Int32 = -1
                if case .matches(let pattern) = comparison {
                    guard let inserted = values.insert(pattern) else { return .undecidable }
                    number = inserted
                }
                tests.append(Test(comparison: comparison, pattern: number))
            }
            return .argument(slot: slot, tests)
        case .content(let patterns): return numbers(patterns, in: \.contents).map(Clause.content) ?? .undecidable
        case .riskAtLeast(let level): return .riskAtLeast(level)
        case .riskAtMost(let level): return .riskAtMost(level)
        case .confidenceBelow(let threshold): return .confidenceBelow(threshold)
        case .agent(let patterns): return numbers(patterns, in: \.values).map(Clause.agent) ?? .undecidable
        case .session(let patterns): return numbers(patterns, in: \.values).map(Clause.session) ?? .undecidable
        case .directory(let patterns): return numbers(patterns, in: \.values).map(Clause.directory) ?? .undecidable
        case .path(let patterns): return numbers(patterns, in: \.values).map(Clause.path) ?? .undecidable
        case .command(let patterns): return numbers(patterns, in: \.values).map(Clause.command) ?? .undecidable
        case .time(let windows): return .time(windows)
        case .usage(let limit): return .usage(limit)
        case .provenReadOnly: return .provenReadOnly
        case .readsWithin(let confinement): return .readsWithin(confinement)
        case .harmlessWithin(let confinement): return .harmlessWithin(confinement)
        case .gateFiles: return .gateFiles
        }
    }

    private mutating func numbers(
        _ patterns: [Pattern], in set: WritableKeyPath<RuleIndex, PatternSet>
    ) -> [Int32]? {
        var numbers: [Int32] = []
        for pattern in patterns {
            guard let number = self[keyPath: set].insert(pattern) else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}

extension RuleIndex.Clause {
    fileprivate var cost: Int {
        switch self {
        case .kind, .riskAtLeast, .riskAtMost, .provenReadOnly, .readsWithin, .harmlessWithin, .gateFiles, .undecidable:
            0
        case .argument(_, let tests): tests.contains { $0.pattern >= 0 } ? 2 : 1
        case .confidenceBelow, .time: 1
        case .tool, .agent, .session, .directory, .path, .command: 3
        case .content: 4
        case .usage: 5
        }
    }
}
