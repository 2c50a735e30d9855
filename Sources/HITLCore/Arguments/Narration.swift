/// What an agent says about its call within the arguments. It is shown as the agent's words; where it speaks to the
/// reviewer, or could be taken for the program's own words, that alone is a reason to ask.
enum Narration {
    static func findings(_ text: String) -> [Finding] {
        let bytes = Array(text.utf8)
        var findings: [Finding] = []
        let lines = bytes.reduce(0) { $0 + ($1 == 0x0A || $1 == 0x0D ? 1 : 0) }
        if lines > 3 || bytes.count > 1000 || bytes.contains(0x1B) || forges(bytes) {
            findings.append(
                Finding(
                    factor: "deception", weight: 30, effect: .ask,
                    words: "the agent's words could be taken for the program's, or push them away"))
        }
        if speaksToReviewer(Array(bytes.prefix(4096))) {
            findings.append(
                Finding(
                    factor: "claims", weight: 15, effect: .ask,
                    words: "the agent's words speak to whoever reviews; they change nothing"))
        }
        return findings
    }

    private static func speaksToReviewer(_ text: [UInt8]) -> Bool {
        let folded = text.map(ToolName.lowercased)
        var isAskedToSay = false
        for range in ToolName.ranges(in: text) {
            let word = folded[range]
            if addressing[Int(word[range.lowerBound])].contains(where: { $0.matches(word) }) { return true }
            if isAskedToSay, answers.contains(where: { word.elementsEqual($0) }) { return true }
            isAskedToSay = saying.contains { word.elementsEqual($0) }
        }
        return false
    }

    private static let saying = ["answer", "say", "type", "press"].map { Array($0.utf8) }
    private static let answers = ["y", "yes", "ok"].map { Array($0.utf8) }

    private struct Addressing {
        let word: [UInt8]
        let isWhole: Bool

        func matches(_ other: ArraySlice<UInt8>) -> Bool {
            isWhole ? other.elementsEqual(word) : other.starts(with: word)
        }
    }

    /// By their first byte, because every word of every note is looked up.
    private static let addressing: [[Addressing]] = {
        let starts = [
            "approv", "preapprov", "authoriz", "authoris", "whitelist", "allowlist", "bypass", "hitl", "reviewer",
            "operator", "jailbreak",
        ]
        let whole = [
            "ignore", "disregard", "override", "trusted", "permitted", "pre", "harmless", "sandboxed", "consent",
            "consented",
        ]
        let all =
            starts.map { Addressing(word: Array($0.utf8), isWhole: false) }
            + whole.map { Addressing(word: Array($0.utf8), isWhole: true) }
        return (0...UInt8.max).map { first in all.filter { $0.word[0] == first } }
    }()

    /// An empty line, or a line that looks like a prompt.
    private static func forges(_ bytes: [UInt8]) -> Bool {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count > 1 else { return false }
        return lines.dropFirst().contains { line in
            let text = line.drop { $0 == 0x20 || $0 == 0x09 }
            return text.isEmpty || ["hitl", "> ", "$ ", "# "].contains { text.starts(with: $0.utf8) }
                || (text.first ?? 0) >= 0xE2
        }
    }
}
