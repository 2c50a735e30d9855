/// Which rules are about a tool, found by its name: whole names and words by hash, globs by one automaton.
struct ToolIndex: Sendable {
    /// A rule, and which of the tests in its tool clause holds.
    struct Hit: Sendable {
        let rule: Int32
        let test: Int32
    }

    private var names: [ExactText: [Hit]] = [:]
    /// By the first word of the run.
    private var words: [ExactText: [(rest: [ExactText], hit: Hit)]] = [:]
    private(set) var globs = PatternSet()
    private var globHits: [[Hit]] = []

    /// - Returns: false where there are too many patterns.
    mutating func insert(_ tests: [Condition.ToolTest], rule: Int32) -> Bool {
        for (place, test) in tests.enumerated() {
            let hit = Hit(rule: rule, test: Int32(place))
            switch test {
            case .named(let name): names[ExactText(name), default: []].append(hit)
            case .word(let text):
                let run = ToolName.words(of: text).map(ExactText.init)
                guard let first = run.first else { continue }
                words[first, default: []].append((Array(run.dropFirst()), hit))
            case .like(let pattern):
                guard let id = globs.insert(pattern) else { return false }
                while globHits.count <= Int(id) { globHits.append([]) }
                globHits[Int(id)].append(hit)
            }
        }
        return true
    }

    /// - Returns: each rule once, with the first of its tests that holds; nil where that took too long.
    func hits(on tool: String, globs automaton: inout Automaton) -> [Hit]? {
        var hits = names[ExactText(tool)] ?? []
        if !words.isEmpty {
            let spoken = ToolName.words(of: tool).map(ExactText.init)
            for (place, word) in spoken.enumerated() {
                for entry in words[word] ?? [] where spoken[(place + 1)...].starts(with: entry.rest) {
                    hits.append(entry.hit)
                }
            }
        }
        if globs.count > 0 {
            var found = PatternHits(count: globs.count)
            guard automaton.scan(tool, into: &found) else { return nil }
            for id in found.ids { hits += globHits[Int(id)] }
        }
        hits.sort { ($0.rule, $0.test) < ($1.rule, $1.test) }
        var distinct: [Hit] = []
        for hit in hits where distinct.last?.rule != hit.rule { distinct.append(hit) }
        return distinct
    }
}

extension Condition.ToolTest {
    /// Whether a test without a glob holds.
    func isMet(by tool: String) -> Bool {
        switch self {
        case .named(let name): return name.utf8.elementsEqual(tool.utf8)
        case .like: return false
        case .word(let text):
            let wanted = ToolName.words(of: text).map(ExactText.init)
            let words = ToolName.words(of: tool).map(ExactText.init)
            return !wanted.isEmpty && words.indices.contains { words[$0...].starts(with: wanted) }
        }
    }
}
