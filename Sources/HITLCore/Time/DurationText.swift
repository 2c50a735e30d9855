extension Milliseconds {
    /// The longest time that may be asked for. Beyond it a number is more likely a slip (or an
    /// attempt to overflow a timer) than a wish.
    public static let longest = Milliseconds(366 * 86_400_000)

    /// Reads `250ms`, `30s`, `5m`, `2h`, `7d`. Anything else, a bare integer too, is nil.
    public init?(text: String) {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let unit = String(text.utf8.dropFirst(digits.count))
        guard let amount = Int64(String(digits) ?? ""), let factor = Self.factors[unit ?? ""] else { return nil }
        let (count, overflow) = amount.multipliedReportingOverflow(by: factor)
        guard !overflow, Milliseconds(count) <= .longest else { return nil }
        self.init(count)
    }

    private static let factors: [String: Int64] = [
        "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]

    /// The shortest exact spelling that `init(text:)` reads back: `90s`, `5m`, `1500ms`.
    public var text: String {
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)] as [(String, Int64)]
        where count != 0 && count % factor == 0 {
            return "\(count / factor)\(unit)"
        }
        return "\(count)ms"
    }

    /// In words, the largest unit only: `5 seconds`, `1 minute`, `3 days`.
    public var words: String {
        let seconds = max(0, count) / 1000
        for (unit, length) in [("day", 86_400), ("hour", 3600), ("minute", 60)] as [(String, Int64)]
        where seconds >= length {
            return plural(seconds / length, unit)
        }
        return plural(seconds, "second")
    }

    /// In words, for what is left of it: `5 minutes` a moment after five minutes were given.
    public var remaining: String {
        let unit: Int64 = count < 120_000 ? 1000 : count < 7_200_000 ? 60_000 : 3_600_000
        return Milliseconds((max(0, count) + unit - 1) / unit * unit).words
    }

    private func plural(_ count: Int64, _ unit: String) -> String { "\(count) \(unit)\(count == 1 ? "" : "s")" }
}
