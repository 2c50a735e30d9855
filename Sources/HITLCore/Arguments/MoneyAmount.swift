/// How much money a call would move, read so that no spelling makes it less.
package enum MoneyAmount {
    static func findings(_ value: JSONValue) -> [Finding] {
        let text: String
        switch value {
        case .number(let number): text = number.lexeme
        case .string(let string): text = string
        case .null, .bool, .array, .object: return [unreadable]
        }
        guard let amount = largestReading(of: Array(text.utf8)) else { return [unreadable] }
        var findings: [Finding] = []
        if amount < 0 {
            findings.append(Finding(factor: "amount", weight: 25, effect: .ask, words: "the amount is negative"))
        }
        switch abs(amount) {
        case ..<1000: break
        case ..<10_000:
            findings.append(
                Finding(factor: "large_amount", weight: 10, effect: .ask, words: "the amount is 1,000 or more"))
        case ..<100_000:
            findings.append(
                Finding(factor: "large_amount", weight: 25, effect: .ask, words: "the amount is 10,000 or more"))
        default:
            findings.append(
                Finding(factor: "large_amount", weight: 40, effect: .ask, words: "the amount is 100,000 or more"))
        }
        return findings
    }

    private static let unreadable = Finding(
        factor: "amount", weight: 25, effect: .ask, words: "the amount cannot be read as a number")

    /// A small number of these is much money.
    static func currencyFindings(_ value: JSONValue) -> [Finding] {
        guard let text = value.string else { return [] }
        let code = text.utf8.map { (0x61...0x7A).contains($0) ? $0 - 32 : $0 }
        guard
            ["BTC", "XBT", "ETH", "XAU", "XAG", "WBTC", "SOL", "BNB"].contains(where: { code.elementsEqual($0.utf8) })
        else { return [] }
        return [
            Finding(factor: "large_amount", weight: 25, effect: .ask, words: "one unit of the currency is worth much")
        ]
    }

    /// `10,000.00` is ten thousand; `10.000,00` too; `10,000` may be ten or ten thousand, and is the larger.
    package static func largestReading(of text: [UInt8]) -> Double? {
        let bare = text.filter { !" $'_".utf8.contains($0) && $0 < 0x80 }
        let trimmed = bare.drop { !isNumeral($0) }.reversed().drop { !isNumeral($0) }.reversed()
        guard !trimmed.isEmpty, trimmed.count <= 64 else { return nil }
        let numeral = Array(trimmed)
        let separators = numeral.filter { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ".") }
        var readings = [numeral.filter { $0 != UInt8(ascii: ",") }]
        if separators.contains(UInt8(ascii: ",")) {
            readings.append(
                numeral.compactMap { $0 == UInt8(ascii: ".") ? nil : $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 })
        }
        // One separator before three digits may part thousands.
        if separators.count >= 1, let last = numeral.lastIndex(of: separators[0]), numeral.count - last == 4 {
            readings.append(numeral.filter { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: ".") })
        }
        let values = readings.compactMap { Double(String(decoding: $0, as: UTF8.self)) }.filter { !$0.isNaN }
        return values.max { abs($0) < abs($1) }
    }

    private static func isNumeral(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
