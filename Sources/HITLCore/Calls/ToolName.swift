/// The words that a tool's name is made of.
public enum ToolName {
    /// `deleteFile`, `delete_file`, `delete-file` and `mcp__fs__DELETEFile` all hold the words `delete`, `file`.
    ///
    /// Words, not substrings: `confirmOrder` holds no `rm`, `undeleted` no `delete`. Non-ASCII letters
    /// belong to the word they stand in and are compared as they are.
    public static func words(of name: String) -> [String] {
        var words: [String] = []
        var word: [Unicode.Scalar] = []
        func finish() {
            guard !word.isEmpty else { return }
            words.append(lowercased(word))
            word = []
        }

        let scalars = Array(name.unicodeScalars)
        for (place, scalar) in scalars.enumerated() {
            switch shape(of: scalar) {
            case .separator: finish()
            case .upper:
                let previous = place > 0 ? shape(of: scalars[place - 1]) : .separator
                let next = place + 1 < scalars.count ? shape(of: scalars[place + 1]) : .separator
                // `deleteFile` starts a word at F; `DELETEFile` ends the capitals before the last of them.
                if previous == .lower || previous == .digit || (previous == .upper && next == .lower) { finish() }
                word.append(scalar)
            case .lower, .digit: word.append(scalar)
            }
        }
        finish()
        return words
    }

    private enum Shape { case separator, upper, lower, digit }

    private static func shape(of scalar: Unicode.Scalar) -> Shape {
        switch scalar.value {
        case 0x41...0x5A: .upper
        case 0x61...0x7A: .lower
        case 0x30...0x39: .digit
        case 0x80...: .lower
        default: .separator
        }
    }

    private static func lowercased(_ scalars: [Unicode.Scalar]) -> String {
        var text = String.UnicodeScalarView()
        for scalar in scalars {
            text.append((0x41...0x5A).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
        }
        return String(text)
    }
}
