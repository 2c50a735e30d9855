/// How many columns of a terminal a text takes.
///
/// Terminals differ on joined emoji and flags. Nothing that must hold depends on this number: rows are drawn
/// with automatic wrapping off, so that a disagreement costs a glyph at the margin and never a row.
package enum Columns {
    package static func of(_ text: String) -> Int {
        text.reduce(0) { $0 + of($1) }
    }

    package static func of(_ character: Character) -> Int {
        if let ascii = character.asciiValue { return ascii < 0x20 || ascii == 0x7F ? 0 : 1 }
        var widest = 0
        var sum = 0
        var spacing = 0
        var modifiable = false
        var joined = true
        for scalar in character.unicodeScalars {
            // A vowel sign that stands beside its letter has a column of its own.
            if sum > 0 && scalar.properties.generalCategory == .spacingMark {
                spacing += 1
                continue
            }
            let width = of(scalar)
            // A skin tone melts into an emoji that takes one; after anything else it stands beside it.
            if scalar.properties.isEmojiModifier && sum > 0 && !modifiable { joined = false }
            if scalar.value == 0xFE0F && modifiableByPresentation(character) { widest = max(widest, 2) }
            modifiable = scalar.properties.isEmojiModifierBase
            widest = max(widest, width)
            sum += width
        }
        return spacing + (joined && !isFlag(character) ? widest : max(sum, widest))
    }

    /// Of one character by itself.
    static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? 0 : 1 }
        if Hangul.isConjoining(scalar) { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return WideRanges.contains(scalar) ? 2 : 1
        }
    }

    /// Two regional indicators, one column each, make a flag of two.
    private static func isFlag(_ character: Character) -> Bool {
        character.unicodeScalars.allSatisfy { (0x1F1E6...0x1F1FF).contains($0.value) }
    }

    /// U+FE0F makes a symbol that is text by default an emoji, which takes two columns.
    private static func modifiableByPresentation(_ character: Character) -> Bool {
        character.unicodeScalars.first?.properties.isEmoji ?? false
    }
}
