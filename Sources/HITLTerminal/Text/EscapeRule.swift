/// Decides, character by character, what of a text is shown as it is and what is escaped.
///
/// Escaped is whatever cannot be seen, looks like a space without being one, or changes how its neighbours
/// look: control, format, private and unassigned characters, separators, default-ignorable ones (some of
/// which are letters by category), symbols drawn as nothing, and combining marks that sit on nothing, on
/// an ASCII operator, or on top of four others. There are no exemptions: an emoji's joiner is shown, too.
struct EscapeRule {
    /// What a combining mark would attach to.
    private enum Base {
        case none
        case hangul
        case other
    }

    private var base = Base.none
    private var marks = 0

    private static let mostMarks = 4

    /// Symbols and letters whose glyph is empty although their category says otherwise: blank Braille
    /// pattern, object replacement character, null note head.
    private static let blank: Set<UInt32> = [0x2800, 0xFFFC, 0x1D159]

    mutating func shows(_ scalar: Unicode.Scalar) -> Bool {
        let shown = decide(scalar)
        if !shown { passedEscape() }
        return shown
    }

    /// Plain ASCII went by.
    mutating func passedASCII(endingWith byte: UInt8) {
        base = Self.isLetterOrDigit(byte) ? .other : .none
        marks = 0
    }

    mutating func passedEscape() {
        base = .none
        marks = 0
    }

    private mutating func decide(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            guard scalar.value >= 0x20, scalar.value < 0x7F else { return false }
            passedASCII(endingWith: UInt8(scalar.value))
            return true
        }
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint || properties.isWhitespace || Self.blank.contains(scalar.value) {
            return false
        }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned,
            .spaceSeparator, .lineSeparator, .paragraphSeparator:
            return false
        case .nonspacingMark, .spacingMark, .enclosingMark:
            guard base != .none, marks < Self.mostMarks else { return false }
            marks += 1
            return true
        default:
            // Vowels and finals of Hangul take no column of their own: alone they are lost in what precedes.
            if Hangul.isConjoining(scalar) { return base == .hangul }
            base = Hangul.contains(scalar) ? .hangul : .other
            marks = 0
            return true
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

enum Hangul {
    /// Vowels and finals, which terminals draw into the column of the initial before them.
    static func isConjoining(_ scalar: Unicode.Scalar) -> Bool {
        (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value)
    }

    /// Initials and whole syllables.
    static func contains(_ scalar: Unicode.Scalar) -> Bool {
        (0x1100...0x115F).contains(scalar.value) || (0xA960...0xA97C).contains(scalar.value)
            || (0xAC00...0xD7A3).contains(scalar.value)
    }
}
