/// A decimal number as it is written, compared exactly: 10000.000000000000001 is more than 10000, which no
/// floating-point number shows.
public struct ExactDecimal: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    private let isNegative: Bool
    /// The value is 0.digits × 10^exponent; no zero at either end. Zero has none.
    private let digits: [UInt8]
    private let exponent: Int

    /// - Returns: nil where the exponent has more than nine digits. Such a number is nobody's amount.
    public init?(_ number: JSONNumber) {
        self.init(lexeme: number.lexeme)
    }

    /// - Parameter text: a number as JSON writes it.
    public init?(_ text: String) {
        guard let number = JSONNumber(text) else { return nil }
        self.init(number)
    }

    public init(_ integer: Int64) {
        var digits = String(integer.magnitude).utf8.map { $0 - 0x30 }
        let exponent = digits.count
        while digits.last == 0 { digits.removeLast() }
        self.init(String(integer), negative: integer < 0, digits: digits, exponent: exponent)
    }

    private init(_ description: String, negative: Bool, digits: [UInt8], exponent: Int) {
        self.description = description
        self.isNegative = negative && !digits.isEmpty
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent
    }

    private init?(lexeme: String) {
        var digits: [UInt8] = []
        var point = 0
        var written = 0
        var exponent = 0
        var sawPoint = false
        var sawExponent = false
        var isNegative = false
        var exponentIsNegative = false
        for byte in lexeme.utf8 {
            switch byte {
            case UInt8(ascii: "-"): if sawExponent { exponentIsNegative = true } else { isNegative = true }
            case UInt8(ascii: "+"): break
            case UInt8(ascii: "."): sawPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): sawExponent = true
            default:
                if sawExponent {
                    exponent = exponent * 10 + Int(byte - 0x30)
                    if exponent > 999_999_999 { return nil }
                } else {
                    if !sawPoint { point += 1 }
                    if !digits.isEmpty || byte != 0x30 { digits.append(byte - 0x30) }
                    written += 1
                }
            }
        }
        let leadingZeros = written - digits.count
        while digits.last == 0 { digits.removeLast() }
        self.init(
            lexeme, negative: isNegative, digits: digits,
            exponent: point - leadingZeros + (exponentIsNegative ? -exponent : exponent))
    }

    public var isBelowZero: Bool { isNegative }

    /// - Returns: nil where one is below zero, or the digits of the sum would fill a page.
    public func adding(_ other: ExactDecimal) -> ExactDecimal? {
        guard !isNegative, !other.isNegative else { return nil }
        guard !digits.isEmpty else { return other }
        guard !other.digits.isEmpty else { return self }
        let top = max(exponent, other.exponent)
        let bottom = min(exponent - digits.count, other.exponent - other.digits.count)
        guard top - bottom <= 1000 else { return nil }
        func digit(_ number: ExactDecimal, at power: Int) -> UInt8 {
            let place = number.exponent - 1 - power
            return number.digits.indices.contains(place) ? number.digits[place] : 0
        }
        var sum: [UInt8] = []
        var carry: UInt8 = 0
        for power in bottom..<top {
            let value = digit(self, at: power) + digit(other, at: power) + carry
            sum.append(value % 10)
            carry = value / 10
        }
        if carry > 0 { sum.append(carry) }
        let height = top + (carry > 0 ? 1 : 0)
        var digits = Array(sum.reversed())
        while digits.last == 0 { digits.removeLast() }
        while digits.first == 0 { digits.removeFirst() }
        return ExactDecimal(Self.text(digits, height), negative: false, digits: digits, exponent: height)
    }

    private static func text(_ digits: [UInt8], _ exponent: Int) -> String {
        let written = digits.map { String($0) }.joined()
        if exponent <= 0 { return "0." + String(repeating: "0", count: -exponent) + written }
        if exponent >= digits.count { return written + String(repeating: "0", count: exponent - digits.count) }
        return digits[..<exponent].map { String($0) }.joined() + "." + digits[exponent...].map { String($0) }.joined()
    }

    public static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isCloserToZero(than: left) : left.isCloserToZero(than: right)
    }

    private func isCloserToZero(than other: ExactDecimal) -> Bool {
        guard !digits.isEmpty, !other.digits.isEmpty else { return digits.isEmpty && !other.digits.isEmpty }
        if exponent != other.exponent { return exponent < other.exponent }
        return digits.lexicographicallyPrecedes(other.digits)
    }

    /// By value: 1.50 is 1.5.
    public static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        left.isNegative == right.isNegative && left.exponent == right.exponent && left.digits == right.digits
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(isNegative)
        hasher.combine(exponent)
        hasher.combine(digits)
    }
}

extension ExactDecimal: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) { self.init(value) }
}
