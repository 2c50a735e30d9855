/// What evaluations use again and again: the automata with the states that they have built, and lists.
struct EvaluationRoom {
    struct Match {
        let rule: Int32
        /// Which of the tool clause's tests holds.
        let test: Int32
        let isClear: Bool
    }

    /// Text that value patterns are looked for in.
    enum Subject: Equatable {
        case tool, agent, session, directory
        case argument(Int32)
        case path(Int)
        /// A command as it is spelled, and with the last component of its program.
        case command(Int)
        case program(Int)
    }

    enum ContentState { case unread, scanned, abandoned }

    var matches: [Match] = []
    var content: PatternHits
    var contentState = ContentState.unread
    private(set) var subjects: [(subject: Subject, hits: PatternHits, isWhole: Bool)] = []

    private var toolAutomaton: Automaton
    private var contentAutomaton: Automaton
    private var valueAutomaton: Automaton
    private let valueCount: Int
    private var spare: [PatternHits] = []
    private var tools: [ExactText: [ToolIndex.Hit]] = [:]

    /// Names of tools whose rules are remembered. An agent that makes names up gains nothing but their loss.
    private static let rememberedTools = 512
    private static let rememberedName = 200

    init(_ index: RuleIndex) {
        toolAutomaton = Automaton(index.tools.globs.program)
        contentAutomaton = Automaton(index.contents.program)
        valueAutomaton = Automaton(index.values.program)
        content = PatternHits(count: index.contents.count)
        valueCount = index.values.count
    }

    mutating func begin() {
        matches.removeAll(keepingCapacity: true)
        content.removeAll()
        contentState = .unread
        for place in subjects.indices where spare.count < 16 {
            subjects[place].hits.removeAll()
            spare.append(subjects[place].hits)
        }
        subjects.removeAll(keepingCapacity: subjects.count < 64)
        toolAutomaton.refill()
        contentAutomaton.refill()
        valueAutomaton.refill()
    }

    /// In the order in which rules are listed; a rule with several content patterns was found by each that occurs.
    mutating func sortMatches() {
        matches.sort { $0.rule < $1.rule }
        var kept = 0
        for place in matches.indices where kept == 0 || matches[kept - 1].rule != matches[place].rule {
            matches[kept] = matches[place]
            kept += 1
        }
        matches.removeLast(matches.count - kept)
    }

    mutating func toolHits(_ tool: String, _ index: RuleIndex) -> [ToolIndex.Hit]? {
        let key = ExactText(tool)
        if let known = tools[key] { return known }
        guard let hits = index.tools.hits(on: tool, globs: &toolAutomaton) else { return nil }
        if tool.utf8.count <= Self.rememberedName {
            if tools.count >= Self.rememberedTools { tools.removeAll(keepingCapacity: true) }
            tools[key] = hits
        }
        return hits
    }

    /// - Returns: where in `subjects` the patterns of a text are; nil where finding them took too long.
    mutating func hits(_ subject: Subject, text: String) -> Int? {
        if let known = subjects.firstIndex(where: { $0.subject == subject }) {
            return subjects[known].isWhole ? known : nil
        }
        var hits = spare.popLast() ?? PatternHits(count: valueCount)
        let isWhole = valueAutomaton.scan(text, into: &hits)
        subjects.append((subject, hits, isWhole))
        return isWhole ? subjects.count - 1 : nil
    }

    /// Every name, text and number of the arguments.
    mutating func scan(_ arguments: JSONObject) -> Bool {
        for member in arguments.members {
            guard contentAutomaton.scan(member.name, into: &content), scan(member.value) else { return false }
        }
        return true
    }

    private mutating func scan(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool: return true
        case .number(let number): return contentAutomaton.scan(number.lexeme, into: &content)
        case .string(let text): return contentAutomaton.scan(text, into: &content)
        case .array(let elements):
            for element in elements where !scan(element) { return false }
            return true
        case .object(let object): return scan(object)
        }
    }
}
