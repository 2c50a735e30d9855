/// What makes a text look other than what a shell reads in it.
enum ShellText {
    /// Longer ones nobody reads to their end.
    private static let longest = 8192
    private static let longestBlank = 40

    static func doubts(of bytes: [UInt8]) -> [ShellDoubt] {
        var found: [ShellDoubt] = []
        var isPlain = true
        var blanks = 0
        for (offset, byte) in bytes.enumerated() {
            switch byte {
            case 0x20, 0x09, 0x0A:
                blanks += 1
                if blanks == longestBlank { found.append(ShellDoubt(kind: .padding, offset: offset)) }
                continue
            case 0x0D: found.append(ShellDoubt(kind: .carriageReturn, offset: offset))
            case 0..<0x20, 0x7F: found.append(ShellDoubt(kind: .controlCharacter, offset: offset))
            case 0x80...: isPlain = false
            default: break
            }
            blanks = 0
        }
        if bytes.count > longest { found.append(ShellDoubt(kind: .tooLong, offset: longest)) }
        if !isPlain { inspectScalars(of: bytes, into: &found) }
        return found
    }

    private static func inspectScalars(of bytes: [UInt8], into found: inout [ShellDoubt]) {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        // The line's start counts as an operator: a mark there combines with what is shown before it.
        var isAfterSign = true
        var marks = 0
        while true {
            let scalar: Unicode.Scalar
            switch decoder.decode(&iterator) {
            case .emptyInput: return
            case .error:
                found.append(ShellDoubt(kind: .invalidText, offset: offset))
                return
            case .scalarValue(let next): scalar = next
            }
            if scalar.value >= 0x80 {
                let isMark = scalar.properties.isMark
                marks = isMark ? marks + 1 : 0
                if scalar.isHidden || (isMark && (isAfterSign || marks > 4)) {
                    found.append(ShellDoubt(kind: .hiddenCharacter, offset: offset))
                } else if scalar.looksLikeShell {
                    found.append(ShellDoubt(kind: .lookAlike, offset: offset))
                }
                isAfterSign = false
            } else {
                marks = 0
                isAfterSign = !scalar.properties.isAlphabetic
            }
            offset += scalar.utf8Length
        }
    }
}

extension Unicode.Scalar {
    fileprivate var utf8Length: Int { value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4 }

    /// Not seen, or it moves what is seen: the same scalars that the screen shows in their escaped form.
    fileprivate var isHidden: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            true
        default: properties.isDefaultIgnorableCodePoint || value == 0x2800
        }
    }

    /// Looks like one of the ASCII signs that mean something to a shell or to an option.
    fileprivate var looksLikeShell: Bool {
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
        // Letters and digits of full width.
        case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A: true
        default: false
        }
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isMark: Bool {
        switch generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
