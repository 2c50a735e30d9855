/// `text` with every scalar that would not simply be seen written as `<U+202E>`.
///
/// The one escape form of the program: ASCII, nothing exempt, and reversible because a literal
/// `<U+` becomes `<U+003C>U+`. Files of a workspace are written by agents, and their lines are
/// quoted in errors.
package func visible(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "<") }) { return text }
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
        let imitatesEscape = scalar == "<" && rest.starts(with: "U+".unicodeScalars)
        if imitatesEscape || !isPlainlyVisible(scalar) {
            result.append(contentsOf: escape(scalar).unicodeScalars)
        } else {
            result.append(scalar)
        }
    }
    return String(result)
}

/// How many columns `text`, already made visible, takes on a terminal.
func columns(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + (isWide($1) ? 2 : 1) }
}

func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "<U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + ">"
}

private func isPlainlyVisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value >= 0x20 }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
        return false
    // A mark changes the character before it, which may be ours.
    case .nonspacingMark, .spacingMark, .enclosingMark: return false
    default: return !properties.isDefaultIgnorableCodePoint && scalar.value != 0x2800
    }
}

/// East Asian Wide and Fullwidth, and emoji, by block (UAX #11): enough to put a caret under a word.
private func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
        true
    default: scalar.properties.isEmojiPresentation
    }
}
