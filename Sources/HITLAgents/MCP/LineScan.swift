import HITLCore

/// Tells with one look at its bytes which line of a client certainly is nothing that the gateway has to understand.
///
/// It errs on one side only: what it lets go spells `tools/…` for no reader of JSON, of a laxer dialect, of another
/// encoding, of CRs as line ends.
enum LineScan {
    enum Finding {
        /// Has to be read.
        case suspicious
        case plain
    }

    /// - Parameter introductions: whether a line that introduces the client is of interest.
    static func look(at line: [UInt8], introductions: Bool) -> Finding {
        line.withUnsafeBufferPointer { bytes in
            guard let first = bytes.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return .plain }
            // Batches, byte order marks, and whatever else is not one object.
            guard first == UInt8(ascii: "{") else { return .suspicious }
            return look(at: bytes, introductions)
        }
    }

    private static func look(at bytes: UnsafeBufferPointer<UInt8>, _ introductions: Bool) -> Finding {
        var holdsOtherThanASCII = false
        for place in bytes.indices {
            switch bytes[place] {
            // UTF-16 and UTF-32 have NULs where ASCII letters are.
            case 0x00..<0x09, 0x0A..<0x0D, 0x0E..<0x20: return .suspicious
            case UInt8(ascii: "/"):
                if ends(with: "tools", at: place, bytes) || begins(with: "cancelled", after: place, bytes) {
                    return .suspicious
                }
            // Any escape that could spell a letter or a slash: `\u0074`, `\/`, and what laxer readers know (`\x74`).
            case UInt8(ascii: "\\"):
                guard place + 1 < bytes.count, isPlainEscape(bytes[place + 1]) else { return .suspicious }
            case UInt8(ascii: "I"):
                if introductions, ends(with: "client", at: place, bytes), begins(with: "nfo\"", after: place, bytes) {
                    return .suspicious
                }
            case 0x80...: holdsOtherThanASCII = true
            default: break
            }
        }
        // Overlong forms of ASCII are no UTF-8.
        if holdsOtherThanASCII, String(validating: bytes, as: UTF8.self) == nil { return .suspicious }
        return .plain
    }

    private static func isPlainEscape(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"),
            UInt8(ascii: "b"), UInt8(ascii: "f"):
            true
        default: false
        }
    }

    /// Whatever the case of its letters.
    private static func ends(with word: StaticString, at end: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = word.utf8CodeUnitCount
        guard end >= count else { return false }
        for offset in 0..<count where bytes[end - count + offset] | 0x20 != word.utf8Start[offset] { return false }
        return true
    }

    private static func begins(with word: StaticString, after place: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = word.utf8CodeUnitCount
        guard place + count < bytes.count else { return false }
        for offset in 0..<count where bytes[place + 1 + offset] | 0x20 != word.utf8Start[offset] { return false }
        return true
    }
}
