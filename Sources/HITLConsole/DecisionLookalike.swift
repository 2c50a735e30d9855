package import HITLTerminal

/// A line for the agent that was probably meant as a decision: `y`, `yes please`, `approve 1`, `1 2`.
///
/// While anything is pending such a line is neither a decision nor sent to the agent.
package enum DecisionLookalike {
    private static let words: Set<String> = [
        "y", "ye", "yes", "yep", "yeah", "ok", "okay", "k", "sure", "fine", "go", "approve", "approved", "accept",
        "allow", "confirm", "a", "n", "no", "nope", "reject", "rejected", "deny", "denied", "decline", "cancel",
        "edit", "modify", "trust", "all", "please", "it", "them", "everything", "да", "у", "ja", "si", "oui",
    ]

    package static func matches(_ line: String) -> Bool {
        let words = line.lowercased().unicodeScalars
            .split { !($0.properties.isAlphabetic || ("0"..."9").contains($0)) }
            .map { String(String.UnicodeScalarView($0)) }
        guard let first = words.first else { return false }
        // A held key repeats one letter: `yyyyyyyy`.
        if words.count == 1, first.unicodeScalars.count > 1, let letter = first.unicodeScalars.first,
            letter == "y" || letter == "n", first.unicodeScalars.allSatisfy({ $0 == letter })
        {
            return true
        }
        // `Y E S`: single letters.
        if words.count > 1, words.allSatisfy({ $0.unicodeScalars.count == 1 }) { return true }
        if words.allSatisfy({ Self.words.contains($0) || isNumber($0) }) { return true }
        return ["approve", "reject", "deny", "allow", "accept", "modify", "trust"].contains(first)
    }

    private static func isNumber(_ word: String) -> Bool { word.utf8.allSatisfy { (0x30...0x39).contains($0) } }

    package static let answer: StyledText =
        "That looks like a decision, so it was not sent to the agent, and nothing was decided. Type: /hitl approve N or /hitl reject N --reason \"why\""
}
