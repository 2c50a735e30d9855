/// A set of Unicode scalars, as ranges that are sorted and do not touch.
struct ScalarSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>]

    init(_ ranges: [ClosedRange<UInt32>] = []) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
            if let last = merged.last, range.lowerBound <= last.upperBound || range.lowerBound == last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    static let all = ScalarSet([0...0x10FFFF])
    static let digit = ScalarSet([0x30...0x39])
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet([0x09...0x0D, 0x20...0x20])
    static let lineFeed = ScalarSet([0x0A...0x0A])

    var isEmpty: Bool { ranges.isEmpty }
    var isASCII: Bool { ranges.last.map { $0.upperBound < 0x80 } ?? true }

    func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    func inverted() -> ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return ScalarSet(gaps)
    }

    /// With each ASCII letter its other case. Letters outside ASCII are left as they are: a Kelvin sign is no `k`
    /// to any program that a pattern is about.
    func foldingASCII() -> ScalarSet {
        var folded = ranges
        for range in ranges {
            for (letters, shift) in [(UInt32(0x41)...0x5A, 32), (UInt32(0x61)...0x7A, -32)]
                as [(ClosedRange<UInt32>, Int)]
            where range.overlaps(letters) {
                let common = range.clamped(to: letters)
                folded.append(
                    UInt32(Int(common.lowerBound) + shift)...UInt32(Int(common.upperBound) + shift))
            }
        }
        return ScalarSet(folded)
    }

    /// The set as sequences of ranges of bytes of well-formed UTF-8 (Unicode 16, table 3-7); surrogates are left out.
    var utf8Sequences: [[ClosedRange<UInt8>]] {
        var sequences: [[ClosedRange<UInt8>]] = []
        for range in ranges {
            for (low, high) in [
                (UInt32(0), UInt32(0x7F)), (0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x1_0000, 0x10_FFFF),
            ]
            where range.overlaps(low...high) {
                let part = range.clamped(to: low...high)
                Self.split(part.lowerBound, part.upperBound, into: &sequences)
            }
        }
        return sequences
    }

    /// Splits until all but the last byte of the bounds agree, or what follows covers 80...BF on both ends.
    private static func split(_ low: UInt32, _ high: UInt32, into sequences: inout [[ClosedRange<UInt8>]]) {
        let width = encode(low).count
        for shift in stride(from: UInt32(6), to: UInt32(6 * width), by: 6) where width > 1 {
            let mask: UInt32 = (1 << shift) - 1
            guard low & ~mask != high & ~mask else { break }
            if low & mask != 0 {
                split(low, low | mask, into: &sequences)
                split((low | mask) + 1, high, into: &sequences)
                return
            }
            if high & mask != mask {
                split(low, (high & ~mask) - 1, into: &sequences)
                split(high & ~mask, high, into: &sequences)
                return
            }
        }
        sequences.append(zip(encode(low), encode(high)).map { $0...$1 })
    }

    private static func encode(_ value: UInt32) -> [UInt8] {
        switch value {
        case ..<0x80: [UInt8(value)]
        case ..<0x800: [0xC0 | UInt8(value >> 6), continuation(value)]
        case ..<0x1_0000: [0xE0 | UInt8(value >> 12), continuation(value >> 6), continuation(value)]
        default:
            [
                0xF0 | UInt8(value >> 18), continuation(value >> 12), continuation(value >> 6), continuation(value),
            ]
        }
    }

    private static func continuation(_ value: UInt32) -> UInt8 { 0x80 | UInt8(value & 0x3F) }
}
