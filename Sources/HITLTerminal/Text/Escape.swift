/// The one escape form.
///
///     U+202E             <U+202E>         at least four upper-case hexadecimal digits
///     the byte FF        <0xFF>           where the bytes are not UTF-8
///     "<U+" itself       <U+003C>U+       so that an escape is never mistaken for text, nor text for one
///     "<0xFF>" itself    <U+003C>0xFF>
///
/// What is escaped is decided by `EscapeRule`. `undo` gives back the original bytes.
package enum Escape {
    /// Whether nothing has to be escaped: printable ASCII without the beginning of an escape.
    static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        plainPrefix(of: bytes, from: 0) == bytes.count
    }

    static func apply(to bytes: UnsafeBufferPointer<UInt8>) -> DisplayText {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + bytes.count / 4 + 16)
        var rule = EscapeRule()
        var lookalikes = LookalikeFinder()
        var notes = TextNotes.none
        var index = 0

        while index < bytes.count {
            let plainEnd = plainPrefix(of: bytes, from: index)
            if plainEnd > index {
                let run = bytes[index..<plainEnd]
                output.append(contentsOf: run)
                rule.passedASCII(endingWith: bytes[plainEnd - 1])
                lookalikes.passASCII(run)
                index = plainEnd
                continue
            }
            switch UTF8Step(bytes, at: index) {
            case .invalid, .incomplete:
                append(byte: bytes[index], to: &output)
                rule.passedEscape()
                lookalikes.endWord()
                notes.hidden += 1
                notes.hasNonASCII = true
                index += 1
            case .scalar(let scalar, let length):
                if scalar == "<" {
                    // Plain bytes stop at it only where it would read as the beginning of an escape.
                    append(scalar, to: &output)
                    rule.passedEscape()
                    lookalikes.endWord()
                } else if rule.shows(scalar) {
                    output.append(contentsOf: bytes[index..<(index + length)])
                    lookalikes.pass(scalar)
                    notes.hasNonASCII = true
                } else {
                    append(scalar, to: &output)
                    lookalikes.endWord()
                    if scalar != "\n" && scalar != "\t" { notes.hidden += 1 }
                    if !scalar.isASCII { notes.hasNonASCII = true }
                }
                index += length
            }
        }
        lookalikes.endWord()
        notes.lookalikes = lookalikes.count
        return DisplayText(text: String(decoding: output, as: UTF8.self), notes: notes)
    }

    /// The bytes that `text` was made of, where `text` came from `init(untrusted:)`.
    package static func undo(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        var original: [UInt8] = []
        var index = 0
        while index < bytes.count {
            switch read(bytes, at: index) {
            case .scalar(let scalar, let length):
                original.append(contentsOf: UTF8.encode(scalar)!)
                index += length
            case .byte(let byte, let length):
                original.append(byte)
                index += length
            case nil:
                original.append(bytes[index])
                index += 1
            }
        }
        return original
    }

    /// How long the escape at `index` is; 0 where there is none.
    static func length(_ bytes: some RandomAccessCollection<UInt8>, at index: Int) -> Int {
        switch read(bytes, at: index) {
        case .scalar(_, let length), .byte(_, let length): length
        case nil: 0
        }
    }

    static func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        output.append(contentsOf: "<U+".utf8)
        let digits = String(scalar.value, radix: 16, uppercase: true)
        for _ in digits.utf8.count..<max(4, digits.utf8.count) { output.append(UInt8(ascii: "0")) }
        output.append(contentsOf: digits.utf8)
        output.append(UInt8(ascii: ">"))
    }

    private static func append(byte: UInt8, to output: inout [UInt8]) {
        output.append(contentsOf: "<0x".utf8)
        output.append(hexadecimalDigits[Int(byte >> 4)])
        output.append(hexadecimalDigits[Int(byte & 15)])
        output.append(UInt8(ascii: ">"))
    }

    /// Our own words with their control characters, of which there should be none, escaped.
    static func controls(of text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        var output: [UInt8] = []
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar.value == 0x7F {
                append(scalar, to: &output)
            } else {
                output.append(contentsOf: UTF8.encode(scalar)!)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// With every character outside ASCII escaped as well, for screens that do not read UTF-8: to them the
    /// bytes of a harmless letter may be control characters.
    static func ascii(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        var output: [UInt8] = []
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                output.append(UInt8(scalar.value))
            } else {
                append(scalar, to: &output)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}

// MARK: - Reading

extension Escape {
    private static let hexadecimalDigits = Array("0123456789ABCDEF".utf8)

    private enum Original {
        case scalar(Unicode.Scalar, length: Int)
        case byte(UInt8, length: Int)
    }

    private static func read(_ bytes: some RandomAccessCollection<UInt8>, at index: Int) -> Original? {
        let start = bytes.index(bytes.startIndex, offsetBy: index)
        let rest = bytes[start...].prefix(11)  // the longest is <U+10FFFF>
        guard rest.count >= 6, let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return nil }
        let digits = rest[..<end].dropFirst(3)
        guard digits.allSatisfy(hexadecimalDigits.contains),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { return nil }
        if rest.starts(with: "<U+".utf8), digits.count >= 4, let scalar = Unicode.Scalar(value) {
            return .scalar(scalar, length: digits.count + 4)
        }
        if rest.starts(with: "<0x".utf8), digits.count == 2 {
            return .byte(UInt8(value), length: 6)
        }
        return nil
    }

    /// Where the run of bytes that need no escape and begin at `start` ends.
    private static func plainPrefix(of bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        let count = bytes.count
        while index < count {
            // Eight at a time while all are printable ASCII other than "<".
            while index + 8 <= count {
                let word = UnsafeRawPointer(bytes.baseAddress! + index).loadUnaligned(as: UInt64.self)
                if hasOddByte(word) { break }
                index += 8
            }
            guard index < count else { break }
            let byte = bytes[index]
            guard byte >= 0x20, byte < 0x7F else { break }
            if byte == UInt8(ascii: "<"), beginsEscape(bytes, at: index) { break }
            index += 1
        }
        return index
    }

    /// Whether a byte of the word is below 0x20, above 0x7E, or "<". May say yes for a plain one, never no
    /// for an odd one: the tests are carries out of a byte, and a carry can spill into its neighbour.
    private static func hasOddByte(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        let low = (word &- ones &* 0x20) & ~word & high
        let delete = (word &+ ones) & high
        let open = word ^ (ones &* UInt64(UInt8(ascii: "<")))
        let opens = (open &- ones) & ~open & high
        return (word & high) | low | delete | opens != 0
    }

    private static func beginsEscape(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        let rest = bytes[index...]
        return rest.starts(with: "<U+".utf8)
            || (rest.starts(with: "<0x".utf8) && length(rest, at: 0) == 6)
    }
}
