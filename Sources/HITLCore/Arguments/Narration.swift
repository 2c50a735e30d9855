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
        let words = ToolName.words(of: String(decoding: bytes.prefix(4096), as: UTF8.self))
        if words.contains(where: addresses)
            || zip(words, words.dropFirst()).contains(where: {
                ($0 == "answer" || $0 == "say" || $0 == "type" || $0 == "press") && ["y", "yes", "ok"].contains($1)
            })
        {
            findings.append(
                Finding(
                    factor: "claims", weight: 15, effect: .ask,
                    words: "the agent's words speak to whoever reviews; they change nothing"))
        }
        return findings
    }

    private static func addresses(_ word: String) -> Bool {
        let starts = [
            "approv", "preapprov", "authoriz", "authoris", "whitelist", "allowlist", "bypass", "hitl", "reviewer",
            "operator", "jailbreak",
        ]
        let whole = [
            "ignore", "disregard", "override", "trusted", "permitted", "pre", "harmless", "sandboxed", "consent",
            "consented",
        ]
        return starts.contains { word.utf8.starts(with: $0.utf8) } || whole.contains(word)
    }

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
