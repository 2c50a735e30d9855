/// Counts, in a text that goes by, what looks like ASCII and is not.
///
/// A word (letters, digits and marks in a row) that mixes Latin with letters of an alphabet that resembles
/// it counts once; a character that imitates ASCII by itself counts each time. Whole words of another
/// script are ordinary language and count nothing; so do Latin and Japanese side by side.
struct LookalikeFinder {
    private(set) var count = 0
    private var hasLatin = false
    private var hasLookalike = false

    mutating func pass(_ scalar: Unicode.Scalar) {
        switch Likeness(scalar) {
        case .latin: hasLatin = true
        case .resembling: hasLookalike = true
        case .imitation: count += 1
        case .otherLetter: break
        case .none: endWord()
        }
    }

    mutating func passASCII(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): hasLatin = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): break
            default: endWord()
            }
        }
    }

    mutating func endWord() {
        if hasLatin && hasLookalike { count += 1 }
        hasLatin = false
        hasLookalike = false
    }
}

/// How a character relates to the Latin ones.
private enum Likeness {
    case latin
    case resembling
    case imitation
    case otherLetter
    case none

    init(_ scalar: Unicode.Scalar) {
        let value = scalar.value
        if Self.imitations.contains(value) || Self.imitationRanges.contains(where: { $0.contains(value) }) {
            self = .imitation
        } else if Self.resemblingRanges.contains(where: { $0.contains(value) }) {
            self = .resembling
        } else if !scalar.properties.isAlphabetic && scalar.properties.numericType == nil
            && !Self.isMark(scalar)
        {
            self = .none
        } else if Self.latinRanges.contains(where: { $0.contains(value) }) {
            self = .latin
        } else {
            self = .otherLetter
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static let latinRanges: [ClosedRange<UInt32>] = [
        0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF,
    ]

    /// Greek, Cyrillic, Armenian, Hebrew, Cherokee, Coptic, Lisu, Deseret; IPA letters look Latin as well.
    private static let resemblingRanges: [ClosedRange<UInt32>] = [
        0x250...0x2AF, 0x370...0x373, 0x376...0x377, 0x37B...0x37D, 0x37F...0x37F, 0x386...0x386, 0x388...0x3FF,
        0x400...0x482, 0x48A...0x52F, 0x531...0x556, 0x560...0x588, 0x5D0...0x5F2, 0x13A0...0x13FD,
        0x1C80...0x1C8A, 0x1F00...0x1FBC, 0x1FC2...0x1FCC, 0x1FD0...0x1FDB, 0x1FE0...0x1FEC, 0x1FF2...0x1FFC,
        0x2C80...0x2CF3, 0xA4D0...0xA4FD, 0xA640...0xA69D, 0xAB70...0xABBF, 0x10400...0x1044F,
    ]

    /// Full-width ASCII; mathematical letters and digits; enclosed letters.
    private static let imitationRanges: [ClosedRange<UInt32>] = [
        0xFF01...0xFF5E, 0x1D400...0x1D7FF, 0x24B6...0x24E9, 0xFE50...0xFE6B,
    ]

    /// Canonical twins of `;`, the backtick and K; then what is drawn as a slash, backslash, bar, colon,
    /// exclamation mark or dot.
    private static let imitations: Set<UInt32> = [
        0x37E, 0x1FEF, 0x212A, 0x2044, 0x2215, 0x29F8, 0x2571, 0x2216, 0x29F5, 0x29F9, 0x2223, 0x1C0, 0x23D0,
        0xA789, 0x2236, 0x5C3, 0x1C3, 0x2024,
    ]
}
