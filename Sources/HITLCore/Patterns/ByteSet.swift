/// A set of bytes.
struct ByteSet: Hashable, Sendable {
    private var bits = SIMD4<UInt64>(repeating: 0)

    init() {}

    init(_ range: ClosedRange<UInt8>) { insert(range) }

    init(_ byte: UInt8) { insert(byte) }

    static let all = ByteSet(0...255)
    static let digit = ByteSet(0x30...0x39)
    /// Of UTF-8: what does not begin a scalar.
    static let continuation = ByteSet(0x80...0xBF)
    static let word: ByteSet = {
        var set = digit
        set.insert(0x41...0x5A)
        set.insert(0x61...0x7A)
        set.insert(0x5F)
        return set
    }()

    mutating func insert(_ byte: UInt8) { bits[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }

    mutating func insert(_ range: ClosedRange<UInt8>) {
        for byte in range { insert(byte) }
    }

    mutating func remove(_ byte: UInt8) { bits[Int(byte >> 6)] &= ~(1 << UInt64(byte & 63)) }

    func contains(_ byte: UInt8) -> Bool { bits[Int(byte >> 6)] & (1 << UInt64(byte & 63)) != 0 }

    /// The byte that is all of it; nil where it has none or several.
    var single: UInt8? {
        var single: UInt8?
        for word in 0..<4 where bits[word] != 0 {
            guard single == nil, bits[word] & (bits[word] - 1) == 0 else { return nil }
            single = UInt8(word * 64 + bits[word].trailingZeroBitCount)
        }
        return single
    }

    func inverted() -> ByteSet {
        var set = ByteSet()
        set.bits = ~bits
        return set
    }
}
