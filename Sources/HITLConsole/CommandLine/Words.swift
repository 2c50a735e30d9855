/// Splits a line into words the way people know from shells: quotes, backslashes, no expansion.
package enum Words {
    /// - Throws: `UsageError.unterminatedQuote`, `.severalLines`.
    package static func split(_ line: String) throws(UsageError) -> [String] {
        var words: [String] = []
        var word: [UInt8]?
        var quote: UInt8?
        var bytes = Array(line.utf8)[...]
        while let byte = bytes.popFirst() {
            switch (byte, quote) {
            case (UInt8(ascii: "\n"), nil): throw .severalLines
            case (UInt8(ascii: "\\"), nil), (UInt8(ascii: "\\"), UInt8(ascii: "\"")?):
                // Inside double quotes a backslash protects only what would mean something there.
                if quote != nil, let next = bytes.first, next != UInt8(ascii: "\""), next != UInt8(ascii: "\\") {
                    word = (word ?? []) + [byte]
                } else {
                    guard let next = bytes.popFirst() else { throw .unterminatedQuote }
                    word = (word ?? []) + [next]
                }
            case (UInt8(ascii: "'"), nil), (UInt8(ascii: "\""), nil):
                quote = byte
                word = word ?? []
            case (_, byte?): quote = nil
            case (UInt8(ascii: " "), nil), (UInt8(ascii: "\t"), nil):
                if let finished = word { words.append(String(decoding: finished, as: UTF8.self)) }
                word = nil
            default: word = (word ?? []) + [byte]
            }
        }
        guard quote == nil else { throw .unterminatedQuote }
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        return words
    }

    /// The word as it must be typed so that `split` gives it back.
    package static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: ","),
                UInt8(ascii: "+"), UInt8(ascii: "%"), 0x80...:
                true
            default: false
            }
        }
        if plain, !word.isEmpty { return word }
        var quoted: [UInt8] = [UInt8(ascii: "'")]
        for byte in word.utf8 {
            if byte == UInt8(ascii: "'") { quoted += Array("'\\''".utf8) } else { quoted.append(byte) }
        }
        return String(decoding: quoted + [UInt8(ascii: "'")], as: UTF8.self)
    }
}
