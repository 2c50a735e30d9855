/// Where the members of a JSON object stand in its bytes, found without reading their values.
///
/// For lines that are passed on as they are: it tells an answer's id, not what a call means. What decides over a call
/// is read by `JSONValue(parsing:)`.
struct JSONSkim {
    struct Member {
        /// Between the quotes, escapes as they are.
        let name: Range<Int>
        let value: Range<Int>
    }

    /// Nil where the bytes are no object whose brackets and quotes pair up.
    static func members(of bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) -> [Member]? {
        var skim = JSONSkim(bytes: bytes, place: range.lowerBound, end: range.upperBound)
        return skim.object()
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var place: Int
    private let end: Int

    private mutating func skipSpace() {
        while place < end, Self.isSpace(bytes[place]) { place += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard place < end, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func object() -> [Member]? {
        guard take(UInt8(ascii: "{")) else { return nil }
        var members: [Member] = []
        if take(UInt8(ascii: "}")) { return members }
        while true {
            skipSpace()
            guard let name = string(), take(UInt8(ascii: ":")), let value = value() else { return nil }
            members.append(Member(name: name.lowerBound + 1..<name.upperBound - 1, value: value))
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "}")) ? members : nil
        }
    }

    /// With its quotes.
    private mutating func string() -> Range<Int>? {
        let start = place
        guard place < end, bytes[place] == UInt8(ascii: "\"") else { return nil }
        place += 1
        while place < end {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                place += 1
                return start..<place
            case UInt8(ascii: "\\"): place += 2
            default: place += 1
            }
        }
        return nil
    }

    private mutating func value() -> Range<Int>? {
        skipSpace()
        let start = place
        guard place < end else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "{"), UInt8(ascii: "["): return nested() ? start..<place : nil
        default:
            while place < end, !Self.endsWord(bytes[place]) { place += 1 }
            return place > start ? start..<place : nil
        }
    }

    private mutating func nested() -> Bool {
        var depth = 0
        while place < end {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return false }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            place += 1
            if depth == 0 { return true }
        }
        return false
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): true
        default: isSpace(byte)
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D: true
        default: false
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    func spells(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for (offset, place) in range.enumerated() where self[place] != text.utf8Start[offset] { return false }
        return true
    }
}
