/// RFC 2045 §6.7.
enum QuotedPrintable {
    /// - Parameter text: lines that end in a line feed.
    static func encode(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var length = 0
        for (place, byte) in text.enumerated() {
            if byte == 0x0A {
                result.append(byte)
                length = 0
                continue
            }
            let endsLine = place + 1 == text.count || text[place + 1] == 0x0A
            let piece = isPlain(byte, endsLine: endsLine) ? [byte] : Array("=\(hexadecimal(byte))".utf8)
            // 76 with the `=` that a soft line break ends in.
            if length + piece.count > (endsLine ? 76 : 75) {
                result += [UInt8(ascii: "="), 0x0A]
                length = 0
            }
            result += piece
            length += piece.count
        }
        return result
    }

    private static func isPlain(_ byte: UInt8, endsLine: Bool) -> Bool {
        // Blanks at the end of a line get lost on the way.
        if byte == 0x20 || byte == 0x09 { return !endsLine }
        return (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
    }

    static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
