/// What a plain scalar is by the core schema of YAML 1.2 (§10.3.2).
///
/// Stricter in one place: a decimal number with a leading zero is text, because `010` is eight to
/// a YAML 1.1 reader and ten to a YAML 1.2 one.
package enum CoreScalar: Sendable, Equatable {
    case null
    case bool(Bool)
    /// nil where the number does not fit.
    case integer(Int64?)
    case float(Double)
    case text

    package init(plain text: String) {
        // Nearly all are names and sentences, and say so by how they begin.
        guard let first = text.utf8.first else {
            self = .null
            return
        }
        switch first {
        case UInt8(ascii: "~"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"), UInt8(ascii: "T"),
            UInt8(ascii: "f"), UInt8(ascii: "F"):
            self = text.utf8.count <= 5 ? Self.word(text) : .text
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            self = Self.number(Array(text.utf8)) ?? .text
        default: self = .text
        }
    }

    private static func word(_ text: String) -> CoreScalar {
        switch text {
        case "~", "null", "Null", "NULL": .null
        case "true", "True", "TRUE": .bool(true)
        case "false", "False", "FALSE": .bool(false)
        default: .text
        }
    }

    private static func number(_ bytes: [UInt8]) -> CoreScalar? {
        let text = String(decoding: bytes, as: UTF8.self)
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where bytes.starts(with: prefix.utf8) {
            let digits = bytes.dropFirst(2)
            guard !digits.isEmpty, digits.allSatisfy({ isDigit($0, radix: radix) }) else { return nil }
            return .integer(Int64(String(decoding: digits, as: UTF8.self), radix: radix))
        }

        var rest = bytes[...]
        func takeDigits() -> Int {
            let count = rest.prefix { isDigit($0, radix: 10) }.count
            rest = rest.dropFirst(count)
            return count
        }
        func take(_ choices: String) -> Bool {
            guard let first = rest.first, choices.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }

        _ = take("+-")
        if let sign = infinity(rest, negative: bytes.first == UInt8(ascii: "-")) { return .float(sign) }
        if bytes.elementsEqual(".nan".utf8) || bytes.elementsEqual(".NaN".utf8) || bytes.elementsEqual(".NAN".utf8) {
            return .float(.nan)
        }
        let leadingZero = rest.first == UInt8(ascii: "0")
        let whole = takeDigits()
        if leadingZero && whole > 1 { return nil }
        if rest.isEmpty { return whole > 0 ? .integer(Int64(text)) : nil }
        if take(".") {
            guard takeDigits() > 0 || whole > 0 else { return nil }
        } else if whole == 0 {
            return nil
        }
        if take("eE") {
            _ = take("+-")
            guard takeDigits() > 0 else { return nil }
        }
        guard rest.isEmpty, let value = Double(text) else { return nil }
        return .float(value)
    }

    private static func infinity(_ rest: ArraySlice<UInt8>, negative: Bool) -> Double? {
        for spelling in [".inf", ".Inf", ".INF"] where rest.elementsEqual(spelling.utf8) {
            return negative ? -.infinity : .infinity
        }
        return nil
    }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte) - 0x30 < radix
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): radix == 16
        default: false
        }
    }
}
