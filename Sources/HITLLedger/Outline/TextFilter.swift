/// Tells of most stretches of entries that none of their records has a text: a Bloom filter of 2¹⁸ bits with the
/// sequences of three bytes that the records have.
///
/// 4,096 records of 400 bytes have some 30,000 of them, which leave seven in ten bits clear. A text of ten bytes is then
/// taken for one that may be there in one of a thousand stretches that have it not, if its parts are no commoner than others.
package enum TextFilter {
    private static let bitCount = 1 << 18

    package static let kind = Outline.Kind(suffix: ".text") { entries in
        var bits = [UInt8](repeating: 0, count: bitCount / 8)
        bits.withUnsafeMutableBytes { bits in
            for entry in entries {
                entry.record.withUnsafeBytes { record in
                    guard record.count >= 3 else { return }
                    var part = UInt64(record[0]) << 8 | UInt64(record[1])
                    for place in 2..<record.count {
                        part = (part << 8 | UInt64(record[place])) & 0xff_ffff
                        let (first, second, third) = places(of: part)
                        bits[first >> 3] |= 1 << UInt8(first & 7)
                        bits[second >> 3] |= 1 << UInt8(second & 7)
                        bits[third >> 3] |= 1 << UInt8(third & 7)
                    }
                }
            }
        }
        return bits
    }

    /// - Parameter bits: what is derived of a stretch.
    package static func mayHave(_ text: [UInt8], in bits: [UInt8]) -> Bool {
        guard bits.count == bitCount / 8, text.count >= 3 else { return true }
        for start in 0...(text.count - 3) {
            let part = text[start..<start + 3].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            let (first, second, third) = places(of: part)
            for place in [first, second, third] where bits[place >> 3] & 1 << UInt8(place & 7) == 0 { return false }
        }
        return true
    }

    /// Three parts of one product: 2⁶⁴ divided by the golden ratio spreads what is alike.
    private static func places(of part: UInt64) -> (Int, Int, Int) {
        let spread = (part &+ 1) &* 0x9e37_79b9_7f4a_7c15
        return (Int(spread >> 46), Int(spread >> 28 & 0x3ffff), Int((spread >> 10 ^ spread >> 37) & 0x3ffff))
    }
}
