/// The command line of Claude Code as the far end of its control protocol.
enum ClaudeArguments {
    /// Options of Claude Code's that would take the gate away, with how many values follow.
    private static let loosening: [(option: String, values: Int)] = [
        ("--dangerously-skip-permissions", 0), ("--allow-dangerously-skip-permissions", 0), ("--permission-mode", 1),
        ("--permission-prompt-tool", 1), ("--input-format", 1), ("--output-format", 1), ("--bare", 0),
    ]

    /// - Returns: the words after the program's name, and those of the operator's that were left out.
    static func words(_ given: [String], resuming session: String?) -> (words: [String], left: [String]) {
        var kept: [String] = []
        var left: [String] = []
        var rest = given[...]
        while let word = rest.popFirst() {
            let name = word.split(separator: "=", maxSplits: 1).first.map(String.init) ?? word
            guard let found = loosening.first(where: { $0.option.utf8.elementsEqual(name.utf8) }) else {
                kept.append(word)
                continue
            }
            left.append(word)
            if !word.contains("="), found.values == 1, let value = rest.popFirst() { left.append(value) }
        }
        var words = kept
        words += ["--input-format", "stream-json", "--output-format", "stream-json", "--verbose"]
        words += ["--permission-prompt-tool", "stdio", "--permission-mode", "default"]
        if let session { words += ["--resume", session] }
        return (words, left)
    }
}
