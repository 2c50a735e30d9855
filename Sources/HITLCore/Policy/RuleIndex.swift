/// The rules of a policy, arranged so that a call meets only those that could be about it.
///
/// A rule that names tools is found by the call's tool; one without that names content, by what occurs in the
/// arguments; the rest is looked at for each call. Patterns of all rules share one automaton for each kind of text.
///
/// What a call is held against are plain numbers in a few long lists, with no object behind any of them: looking at a
/// rule counts no references, and thousands of rules are a handful of allocations.
struct RuleIndex: Sendable {
    /// What evaluations need of a rule. The rule itself, and what is said of a match where that is the same for every
    /// call, are at the same place in `rules` and `references`.
    struct Entry: Sendable {
        /// Without the tool clauses: whoever finds the rule by its tool has them.
        let clauses: Run
        let namesTools: Bool
        let isPermissive: Bool
        let effect: Effect?
        let severity: Severity?
        let timeout: Milliseconds?
        let hasObligations: Bool
    }

    /// Neighbours in one of the lists.
    struct Run: Sendable {
        let start: Int32
        let end: Int32

        var range: Range<Int> { Int(start)..<Int(end) }
        var isEmpty: Bool { start == end }

        func only(_ place: Int) -> Run { Run(start: start + Int32(place), end: start + Int32(place) + 1) }
    }

    /// A clause with its patterns replaced by their numbers, which stand in `numbers`.
    enum Clause: Sendable {
        /// Of a rule that was found in another way: in `toolTests`, and the numbers of its globs.
        case tool(Run, globs: Run)
        case kind(KindSet)
        /// In `tests`.
        case argument(slot: Int32, Run)
        case content(Run)
        case riskAtLeast(Risk.Level)
        case riskAtMost(Risk.Level)
        /// In `thresholds`.
        case confidenceBelow(Int32)
        case agent(Run)
        case session(Run)
        case directory(Run)
        case path(Run)
        case command(Run)
        /// In `windows`.
        case time(Run)
        /// In `usages`.
        case usage(Int32)
        case provenReadOnly
        case readsWithin(Confinement)
        case harmlessWithin(Confinement)
        case gateFiles
        /// The patterns of all rules together have outgrown the automaton.
        case undecidable

        /// The same demand of one of its patterns alone.
        func only(_ place: Int) -> Clause {
            switch self {
            case .content(let run): .content(run.only(place))
            case .agent(let run): .agent(run.only(place))
            case .session(let run): .session(run.only(place))
            case .directory(let run): .directory(run.only(place))
            case .path(let run): .path(run.only(place))
            case .command(let run): .command(run.only(place))
            case .tool, .kind, .argument, .riskAtLeast, .riskAtMost, .confidenceBelow, .time, .usage, .provenReadOnly,
                .readsWithin, .harmlessWithin, .gateFiles, .undecidable:
                self
            }
        }
    }

    struct PlacedClause: Sendable {
        let clause: Clause
        /// Which of the rule's clauses it is, as the rule is written.
        let place: Int32
    }

    struct Test: Sendable {
        let comparison: Comparison
        /// Of its pattern; -1 where it has none.
        let pattern: Int32
    }

    /// Kinds of tools, one bit each.
    struct KindSet: Sendable {
        private var bits: UInt32 = 0

        init(_ kinds: [ToolKind]) { for kind in kinds { bits |= Self.bit(kind) } }

        func contains(_ kind: ToolKind) -> Bool { bits & Self.bit(kind) != 0 }

        private static func bit(_ kind: ToolKind) -> UInt32 {
            1 << UInt32(ToolKind.allCases.firstIndex(of: kind) ?? 31)
        }
    }

    /// In the order in which they are listed.
    private(set) var entries: [Entry] = []
    private(set) var rules: [Rule] = []
    private(set) var references: [RuleReference?] = []

    private(set) var clauses: [PlacedClause] = []
    private(set) var numbers: [Int32] = []
    private(set) var tests: [Test] = []
    private(set) var toolTests: [Condition.ToolTest] = []
    private(set) var thresholds: [ExactDecimal] = []
    private(set) var windows: [TimeWindow] = []
    private(set) var usages: [UsageLimit] = []

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

    private var slotIndex: [ArgumentPath: Int32] = [:]

    /// - Parameter rules: all of them, in the order in which they are listed.
    init(_ rules: [Rule]) {
        entries.reserveCapacity(rules.count)
        references.reserveCapacity(rules.count)
        clauses.reserveCapacity(rules.count)
        numbers.reserveCapacity(rules.count)
        for rule in rules where rule.enabled { insert(rule) }
    }

    private mutating func insert(_ rule: Rule) {
        let number = Int32(entries.count)
        let start = clauses.count
        var namesTools = false
        var contentPatterns: Run?
        for (place, clause) in rule.when.clauses.enumerated() {
            if !namesTools, case .tool(let tests) = clause, tools.insert(tests, rule: number) {
                namesTools = true
                continue
            }
            let indexed = self.indexed(clause)
            if case .content(let patterns) = indexed { contentPatterns = patterns }
            clauses.append(PlacedClause(clause: indexed, place: Int32(place)))
        }
        // What is cheap and says no to most comes first; the order changes no answer.
        if clauses.count > start + 1 { sortClauses(from: start) }
        if namesTools {
            byTool.append(number)
        } else if let contentPatterns {
            for pattern in numbers[contentPatterns.range] {
                while byContent.count <= Int(pattern) { byContent.append([]) }
                byContent[Int(pattern)].append(number)
            }
        } else {
            always.append(number)
        }
        if clauses[start...].contains(where: { if case .usage = $0.clause { true } else { false } }) {
            counting.append(number)
        }
        entries.append(
            Entry(
                clauses: run(from: start, to: clauses.count), namesTools: namesTools, isPermissive: rule.isPermissive,
                effect: rule.action.effect, severity: rule.severity, timeout: rule.timeout,
                hasObligations: !rule.obligations.isEmpty))
        references.append(rule.settledFact.map { RuleReference(to: rule, fact: $0) })
        rules.append(rule)
    }

    private mutating func sortClauses(from start: Int) {
        let sorted = clauses[start...].sorted { cost(of: $0.clause) < cost(of: $1.clause) }
        clauses.replaceSubrange(start..., with: sorted)
    }

    /// A clause of a rule, as it is evaluated; nil for the one that the rule is found by.
    ///
    /// - Parameter place: which of the rule's clauses, as the rule is written.
    func clause(of rule: Int32, at place: Int) -> Clause? {
        clauses[entries[Int(rule)].clauses.range].first { $0.place == Int32(place) }?.clause
    }

    private func run(from start: Int, to end: Int) -> Run { Run(start: Int32(start), end: Int32(end)) }

    private mutating func indexed(_ clause: Condition.Clause) -> Clause {
        switch clause {
        case .tool(let tests):
            let globs = tests.compactMap { if case .like(let pattern) = $0 { pattern } else { nil } }
            guard let globs = insert(globs, in: \.values) else { return .undecidable }
            toolTests += tests
            return .tool(run(from: toolTests.count - tests.count, to: toolTests.count), globs: globs)
        case .kind(let kinds): return .kind(KindSet(kinds))
        case .argument(let path, let comparisons):
            let slot = slotIndex[path] ?? Int32(slots.count)
            if Int(slot) == slots.count {
                slots.append(path)
                slotIndex[path] = slot
            }
            let start = tests.count
            for comparison in comparisons {
                var number: Int32 = -1
                if case .matches(let pattern) = comparison {
                    guard let inserted = values.insert(pattern) else { return .undecidable }
                    number = inserted
                }
                tests.append(Test(comparison: comparison, pattern: number))
            }
            return .argument(slot: slot, run(from: start, to: tests.count))
        case .content(let patterns): return insert(patterns, in: \.contents).map(Clause.content) ?? .undecidable
        case .riskAtLeast(let level): return .riskAtLeast(level)
        case .riskAtMost(let level): return .riskAtMost(level)
        case .confidenceBelow(let threshold):
            thresholds.append(threshold)
            return .confidenceBelow(Int32(thresholds.count - 1))
        case .agent(let patterns): return insert(patterns, in: \.values).map(Clause.agent) ?? .undecidable
        case .session(let patterns): return insert(patterns, in: \.values).map(Clause.session) ?? .undecidable
        case .directory(let patterns): return insert(patterns, in: \.values).map(Clause.directory) ?? .undecidable
        case .path(let patterns): return insert(patterns, in: \.values).map(Clause.path) ?? .undecidable
        case .command(let patterns): return insert(patterns, in: \.values).map(Clause.command) ?? .undecidable
        case .time(let windows):
            self.windows += windows
            return .time(run(from: self.windows.count - windows.count, to: self.windows.count))
        case .usage(let limit):
            usages.append(limit)
            return .usage(Int32(usages.count - 1))
        case .provenReadOnly: return .provenReadOnly
        case .readsWithin(let confinement): return .readsWithin(confinement)
        case .harmlessWithin(let confinement): return .harmlessWithin(confinement)
        case .gateFiles: return .gateFiles
        }
    }

    private mutating func insert(_ patterns: [Pattern], in set: WritableKeyPath<RuleIndex, PatternSet>) -> Run? {
        let start = numbers.count
        for pattern in patterns {
            guard let number = self[keyPath: set].insert(pattern) else { return nil }
            numbers.append(number)
        }
        return run(from: start, to: numbers.count)
    }

    private func cost(of clause: Clause) -> Int {
        switch clause {
        case .kind, .riskAtLeast, .riskAtMost, .provenReadOnly, .readsWithin, .harmlessWithin, .gateFiles, .undecidable:
            0
        case .argument(_, let run): tests[run.range].contains { $0.pattern >= 0 } ? 2 : 1
        case .confidenceBelow, .time: 1
        case .tool, .agent, .session, .directory, .path, .command: 3
        case .content: 4
        case .usage: 5
        }
    }
}
