/// Text outside ASCII in headers: RFC 2047, UTF-8, in the Q form, which people can still read.
enum EncodedWord {
    /// Words of at most 75 characters; between two of them stands a fold. No character is split between words.
    static func encode(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars {
            let piece = String(scalar).utf8.map(encoded).joined()
            if start.utf8.count + word.utf8.count + piece.utf8.count + end.utf8.count > 75 {
                words.append(start + word + end)
                word = ""
            }
            word += piece
        }
        return words + [start + word + end]
    }

    /// Plain text that a reader would decode and so must not be sent as it is.
    static func looksEncoded(_ text: String) -> Bool { Array(text.utf8).contains(Array("=?".utf8)) }

    private static let start = "=?UTF-8?Q?"
    private static let end = "?="

    private static func encoded(_ byte: UInt8) -> String {
        switch byte {
        case 0x20: "_"
        // What may stand for itself also within the name of a mailbox (RFC 2047 §5).
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "/"):
            String(Unicode.Scalar(byte))
        default: "=" + QuotedPrintable.hexadecimal(byte)
        }
    }
}
