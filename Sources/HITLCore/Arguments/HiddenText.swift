/// Characters by which a text shows other than it is.
enum HiddenText {
    /// Control characters (but tabs and line ends), marks that turn the line round, blanks without width, tags.
    ///
    /// A joiner after a letter outside ASCII is part of ordinary writing and does not count.
    static func isIn(_ text: some Collection<UInt8>) -> Bool {
        // The three bytes before this one, and what the character before the last three ended with.
        var (before, one, two): (UInt8, UInt8, UInt8) = (0x20, 0x20, 0x20)
        for byte in text {
            if byte < 0x20 ? byte != 0x09 && byte != 0x0A && byte != 0x0D : byte == 0x7F { return true }
            if byte >= 0x80 {
                if two == 0xC2, byte <= 0x9F || byte == 0xAD { return true }
                if one >= 0xE0, isHidden(one, two, byte, after: before) { return true }
            }
            (before, one, two) = (one, two, byte)
        }
        return false
    }

    private static func isHidden(_ one: UInt8, _ two: UInt8, _ three: UInt8, after before: UInt8) -> Bool {
        switch (one, two, three) {
        case (0xE2, 0x80, 0x8C...0x8D): before < 0x80
        case (0xE2, 0x80, 0x8B), (0xE2, 0x80, 0x8E...0x8F), (0xE2, 0x80, 0xA8...0xAE), (0xE2, 0x81, 0xA0...0xAF),
            (0xEF, 0xBB, 0xBF), (0xF3, 0xA0, _), (0xE1, 0x85, 0x9F...0xA0), (0xE3, 0x85, 0xA4), (0xEF, 0xBE, 0xA0),
            (0xE2, 0xA0, 0x80), (0xE1, 0xA0, 0x8B...0x8F):
            true
        default: false
        }
    }
}
