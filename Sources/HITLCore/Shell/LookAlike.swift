/// Characters that look like ASCII ones and are others.
enum LookAlike {
    /// Whether a word of the text mixes letters of ASCII with letters of another script that look like them, or is made of
    /// nothing but such: `READMЕ` with a Cyrillic last letter, `сору` without any Latin one. Words of another script that
    /// could not be taken for Latin ones are ordinary writing.
    static func isIn(_ text: some Collection<UInt8>) -> Bool {
        guard text.contains(where: { 0xCD...0xD6 ~= $0 }) else { return false }
        var decoder = UTF8()
        var iterator = text.makeIterator()
        var (latin, twins, others) = (0, 0, 0)
        while true {
            let scalar: Unicode.Scalar
            switch decoder.decode(&iterator) {
            case .emptyInput: return isDeceiving(latin, twins, others)
            // Whoever decodes it otherwise notices.
            case .error: continue
            case .scalarValue(let next): scalar = next
            }
            if scalar.isTwinOfLatin {
                twins += 1
            } else if scalar.value < 0x80 ? scalar.properties.isAlphabetic : (0xC0...0x24F).contains(scalar.value) {
                latin += 1
            } else if scalar.properties.isAlphabetic {
                others += 1
            } else {
                if isDeceiving(latin, twins, others) { return true }
                (latin, twins, others) = (0, 0, 0)
            }
        }
    }

    private static func isDeceiving(_ latin: Int, _ twins: Int, _ others: Int) -> Bool {
        twins > 0 && (latin > 0 || others == 0)
    }
}

extension Unicode.Scalar {
    /// A Greek, Cyrillic or Armenian letter that is drawn as a Latin one.
    fileprivate var isTwinOfLatin: Bool {
        switch value {
        case 0x391, 0x392, 0x395, 0x396, 0x397, 0x399, 0x39A, 0x39C, 0x39D, 0x39F, 0x3A1, 0x3A4, 0x3A5, 0x3A7, 0x3B1,
            0x3B9, 0x3BD, 0x3BF, 0x3C1, 0x3C5, 0x3F2, 0x3F3, 0x3F9:
            true
        case 0x405, 0x406, 0x408, 0x410, 0x412, 0x415, 0x41A, 0x41C, 0x41D, 0x41E, 0x420, 0x421, 0x422, 0x423, 0x425,
            0x430, 0x435, 0x43E, 0x440, 0x441, 0x443, 0x445, 0x455, 0x456, 0x458, 0x475, 0x4AE, 0x4BB, 0x4C0, 0x4CF,
            0x501, 0x50C, 0x51A...0x51D:
            true
        case 0x54D, 0x54F, 0x555, 0x561, 0x563, 0x566, 0x570, 0x578, 0x57C, 0x57D, 0x581, 0x584, 0x585: true
        default: false
        }
    }

    /// Looks like one of the ASCII signs that mean something to a shell or to an option, or is a letter that
    /// compatibility folding makes one of ASCII.
    var looksLikeShell: Bool {
        switch value {
        // Greek question mark, the Greek accent that is a backtick, modifier apostrophes and accents.
        case 0x37E, 0x1FEF, 0x1FEE, 0x1FFD, 0xB4, 0x2B9...0x2C6, 0x2C8, 0x2CA, 0x2CB, 0x2F4, 0x55A, 0x5F3, 0x5F4:
            true
        // Hyphens, dashes, double bars, quotation marks, primes, angle quotation marks, slashes.
        case 0x2010...0x201F, 0x2032...0x203A, 0x2044, 0x204F, 0x2052, 0x2053, 0x2212, 0x2215...0x2217, 0x2223, 0x2225,
            0x223C, 0x226E, 0x226F, 0x2260, 0x2768...0x2775, 0x275B...0x275E, 0x29F5,
            0x29F8, 0x29F9, 0x2E3A, 0x2E3B, 0xAB, 0xBB:
            true
        case 0x1C0, 0x1C1, 0x1C3, 0xA789, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF0F, 0xFF1A...0xFF20,
            0xFF3B...0xFF40, 0xFF5B...0xFF65:
            true
        // Vertical bars of other kinds, and what stands for a character that could not be read.
        case 0x2502, 0x2503, 0x2571, 0x2572, 0x2758...0x275A, 0xFFE8, 0xFFFD: true
        // The Kelvin sign, numerals, mathematical letters.
        case 0x2100...0x214F, 0x2160...0x217F, 0x1D400...0x1D7FF: true
        // Letters and digits of full width.
        case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A: true
        default: false
        }
    }
}
