import HITLCore

/// What stands in the brackets of `Bash(…)`: an exact command, a prefix (`npm run test:*`), or text with stars.
struct ClaudeCommand {
    private let words: CommandWords

    /// - Returns: nil where its words are not plain ones: then only a shell knows which commands it means.
    init?(_ specifier: String) {
        var text = specifier
        var isOpen = false
        // `prefix:*` and `prefix *` both end at the end of a word.
        for tail in [":*", " *"] where text.hasSuffix(tail) {
            text = String(text.dropLast(2))
            isOpen = true
            break
        }
        let hasStars = text.contains("*")
        // A star is no more than a letter here; how a shell would take it is of no interest.
        let script = ShellScript.parse(Array(text.replacingEach("*", with: "x").utf8))
        guard script.doubts.isEmpty, script.segments.count == 1, let segment = script.segments.first,
            segment.assignments.isEmpty, segment.redirections.isEmpty, !segment.inBackground, !segment.words.isEmpty,
            segment.words.allSatisfy({ $0.literal != nil && $0.parts.count <= 1 && !$0.isQuoted })
        else { return nil }
        let words = text.split(separator: " ").map(String.init)
        guard words.count == segment.words.count, CommandWords.canBeWords(words),
            zip(words, segment.words).allSatisfy({ word, read in
                read.literal?.elementsEqual(word.replacingEach("*", with: "x").utf8) ?? false
            })
        else { return nil }
        let read = CommandWords(words: words, isOpen: isOpen, hasStars: hasStars)
        guard read.arePatterns else { return nil }
        self.words = read
    }

    var obstacle: String? { words.obstacle }
    var example: [String] { words.example }
    func patterns(isStrict: Bool) -> [String] { words.patterns(isStrict: isStrict) }

    /// The text as Claude Code compares it: `*` is any text.
    static func expression(_ specifier: String) -> String {
        var text = specifier
        var tail = ""
        if text.hasSuffix(":*") {
            text = String(text.dropLast(2))
            tail = "( .*)?"
        }
        let parts = text.split(separator: "*", omittingEmptySubsequences: false).map { part in
            part.unicodeScalars.reduce(into: "") { result, scalar in
                if "\\.+?()|[]{}^$".unicodeScalars.contains(scalar) { result += "\\" }
                result.unicodeScalars.append(scalar)
            }
        }
        return "(?s)\\A\(parts.joined(separator: ".*"))\(tail)\\z"
    }

    /// A text that it matches.
    static func sample(_ specifier: String) -> String {
        let text = specifier.hasSuffix(":*") ? String(specifier.dropLast(2)) : specifier
        return text.replacingEach("*", with: "x")
    }
}
