import Glibc
import HITLTestSupport
import Testing

@testable import HITLCore

/// A pattern over a few letters, with the text that spells it and a meaning of its own: the places where a match that
/// begins at one place may end. Slow and plain, and nothing of it is shared with the engine.
private indirect enum Plain {
    case letters(Set<Unicode.Scalar>, String)
    case sequence([Plain])
    case either([Plain])
    case times(Plain, Int, Int?, lazy: Bool)
    case edge(String)

    var spelled: String {
        switch self {
        case .letters(_, let text), .edge(let text): text
        case .sequence(let parts): parts.map(\.spelled).joined()
        case .either(let parts): "(?:" + parts.map(\.spelled).joined(separator: "|") + ")"
        case .times(let part, let least, let most, let lazy):
            "(" + part.spelled + ")"
                + (most == nil && least == 0 ? "*" : most == nil ? "{\(least),}" : "{\(least),\(most ?? 0)}")
                + (lazy ? "?" : "")
        }
    }

    func ends(in text: [Unicode.Scalar], from start: Int) -> Set<Int> {
        switch self {
        case .letters(let letters, _): start < text.count && letters.contains(text[start]) ? [start + 1] : []
        case .sequence(let parts):
            parts.reduce([start]) { places, part in
                Set(places.flatMap { part.ends(in: text, from: $0) })
            }
        case .either(let parts): Set(parts.flatMap { $0.ends(in: text, from: start) })
        case .times(let part, let least, let most, _): Self.times(part, least, most, in: text, from: start)
        case .edge(let edge): Self.holds(edge, in: text, at: start) ? [start] : []
        }
    }

    private static func times(_ part: Plain, _ least: Int, _ most: Int?, in text: [Unicode.Scalar], from start: Int)
        -> Set<Int>
    {
        var reached: Set<Int> = least == 0 ? [start] : []
        var places: Set<Int> = [start]
        // Beyond as many rounds as there are letters, only rounds that match nothing are left.
        for round in 1...max(1, most ?? (least + text.count + 1)) where most != 0 {
            places = Set(places.flatMap { part.ends(in: text, from: $0) })
            if round >= least { reached.formUnion(places) }
        }
        return reached
    }

    private static func holds(_ edge: String, in text: [Unicode.Scalar], at place: Int) -> Bool {
        func isWord(_ place: Int) -> Bool { text.indices.contains(place) && ["a", "b", "c"].contains(text[place]) }
        switch edge {
        case "^": return place == 0
        case "$": return place == text.count
        case "(?m:^)": return place == 0 || text[place - 1] == "\n"
        case "(?m:$)": return place == text.count || text[place] == "\n"
        case "\\b": return isWord(place - 1) != isWord(place)
        default: return isWord(place - 1) == isWord(place)
        }
    }

    func occurs(in text: [Unicode.Scalar]) -> Bool { (0...text.count).contains { !ends(in: text, from: $0).isEmpty } }
}

extension SplitMix {
    fileprivate mutating func plain(depth: Int) -> Plain {
        let leaves: [Plain] = [
            .letters(["a"], "a"), .letters(["b"], "b"), .letters(["\u{E9}"], "\u{E9}"), .letters(["a", "c"], "[ac]"),
            .letters(["a", "b", "c", " ", "\u{E9}", "\u{1F600}"], "."), .letters(["\n"], "\\n"),
            .letters(["b", " ", "\n", "\u{E9}", "\u{1F600}"], "[^ac]"), .letters(["a", "b", "c"], "\\w"),
            .letters([" ", "\n"], "\\s"), .letters(["\u{E9}", "\u{1F600}"], "[\\x{80}-\\x{10FFFF}]"),
            .edge("^"), .edge("$"), .edge("(?m:^)"), .edge("(?m:$)"), .edge("\\b"), .edge("\\B"),
        ]
        switch Int.random(in: 0...(depth > 0 ? 9 : 5), using: &self) {
        case 6: return .either((0..<Int.random(in: 1...3, using: &self)).map { _ in plain(depth: depth - 1) })
        case 7, 8:
            let least = Int.random(in: 0...2, using: &self)
            let most = Bool.random(using: &self) ? nil : least + Int.random(in: 0...2, using: &self)
            return .times(plain(depth: depth - 1), least, most, lazy: Bool.random(using: &self))
        case 9: return .sequence((0..<Int.random(in: 0...3, using: &self)).map { _ in plain(depth: depth - 1) })
        default: return leaves.randomElement(using: &self) ?? .edge("^")
        }
    }

    fileprivate mutating func scalars() -> [Unicode.Scalar] {
        (0..<Int.random(in: 0...7, using: &self)).map { _ in
            ["a", "b", "c", " ", "\n", "\u{E9}", "\u{1F600}"].randomElement(using: &self) ?? "a"
        }
    }
}

@Suite struct `Random patterns` {
    /// `HITL_CASES=1000000` is the long form.
    private let count = (getenv("HITL_CASES").flatMap { Int(String(cString: $0)) } ?? 15_000) / 10

    @Test func `mean what a plain reading of them means, together and alone`() throws {
        var random = SplitMix(seed: 71)
        for _ in 0..<(count / 5) {
            let patterns = (0..<5).map { _ in random.plain(depth: 4) }
            var set = PatternSet()
            let ids = try patterns.map { try #require(set.insert(try Pattern($0.spelled))) }
            var automaton = Automaton(set.program, memory: Bool.random(using: &random) ? 4 << 20 : 1000)
            for _ in 0..<10 {
                let scalars = random.scalars()
                var text = String.UnicodeScalarView()
                text.append(contentsOf: scalars)
                var hits = PatternHits(count: set.count)
                let isWhole = automaton.scan(String(text), into: &hits)
                for (id, pattern) in zip(ids, patterns)
                where !isWhole || hits.contains(id) != pattern.occurs(in: scalars) {
                    Issue.record("`\(pattern.spelled)` on \(String(text).debugDescription)")
                }
            }
        }
    }

    private static func read(_ text: String, as syntax: Pattern.Syntax) throws(PatternError) -> Pattern {
        switch syntax {
        case .expression: try Pattern(text)
        case .glob: try Pattern(glob: text)
        case .pathGlob: try Pattern(pathGlob: text)
        case .wordGlob: try Pattern(wordGlob: text)
        }
    }

    @Test func `that are noise are read or refused, and never crash`() {
        var random = SplitMix(seed: 72)
        let pieces = [
            "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "\\", "^", "$", "-", "a", "1", ",", ":", "=", "<",
            "!", "P", "i", "\u{E9}", "\u{1F600}", "x", "\\Q", "\\E", "[:alpha:]", "\0", "\n", "/", ".",
        ]
        for _ in 0..<count * 2 {
            let text = (0..<Int.random(in: 0...10, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            for syntax in [Pattern.Syntax.expression, .glob, .pathGlob, .wordGlob] {
                do throws(PatternError) {
                    let pattern = try Self.read(text, as: syntax)
                    if pattern.matches(text) == nil { Issue.record("\(text) hangs") }
                } catch {
                    if !(0...text.utf8.count).contains(error.offset) {
                        Issue.record("\(text) fails at \(error.offset)")
                    }
                }
            }
        }
    }
}
