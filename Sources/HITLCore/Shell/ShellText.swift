/// What makes a text look other than what a shell reads in it.
enum ShellText {
    /// Longer ones nobody reads to their end.
    private static let longest = 8192
    private static let longestBlank = 40
    private static let mostLines = 100

    static func doubts(of bytes: [UInt8]) -> [ShellDoubt] {
        var found: [ShellDoubt] = []
        var isPlain = true
        var blanks = 0
        var lines = 0
        for (offset, byte) in bytes.enumerated() {
            switch byte {
            case 0x20, 0x09, 0x0A:
                blanks += 1
                lines += byte == 0x0A ? 1 : 0
                if blanks == longestBlank { found.append(ShellDoubt(kind: .padding, offset: offset)) }
                continue
            case 0x0D: found.append(ShellDoubt(kind: .carriageReturn, offset: offset))
            case 0..<0x20, 0x7F: found.append(ShellDoubt(kind: .controlCharacter, offset: offset))
            case 0x80...: isPlain = false
            default: break
            }
            blanks = 0
        }
        if lines > mostLines { found.append(ShellDoubt(kind: .tooLong, offset: bytes.count)) }
        if bytes.count > longest { found.append(ShellDoubt(kind: .tooLong, offset: longest)) }
        if !isPlain, LookAlike.isIn(bytes) { found.append(ShellDoubt(kind: .lookAlike, offset: 0)) }
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
}

extension Unicode.Scalar.Properties {
    fileprivate var isMark: Bool {
        switch generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
