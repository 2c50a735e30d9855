import CCrypto

/// A SHA-256 digest: 32 bytes.
///
/// Kept in four words, so that a digest costs no allocation and a million of them no more than 32 MB.
public struct Digest: Sendable, Hashable {
    public static let byteCount = 32

    /// The bytes in memory order, which is the order SHA-256 gives them in.
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// The SHA-256 of `bytes`.
    public init(hashing bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { Digest(hashing: $0) }
    }

    /// The digest with exactly these 32 bytes; nil for any other count.
    public init?(bytes: [UInt8]) {
        guard let digest = bytes.withUnsafeBytes({ Digest(copying: $0) }) else { return nil }
        self = digest
    }

    /// The digest that `hex` spells, in 64 lower-case hexadecimal digits; nil for anything else, so
    /// that one digest has one spelling.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 2 * Digest.byteCount else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Digest.byteCount)
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Digest.value(of: digits[place]), let low = Digest.value(of: digits[place + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.init(bytes: bytes)
    }

    public var bytes: [UInt8] {
        withUnsafeBytes { Array($0) }
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        withUnsafeBytes { bytes in
            String(unsafeUninitializedCapacity: 2 * Digest.byteCount) { text in
                for (place, byte) in bytes.enumerated() {
                    text[2 * place] = Digest.digits[Int(byte >> 4)]
                    text[2 * place + 1] = Digest.digits[Int(byte & 15)]
                }
                return 2 * Digest.byteCount
            }
        }
    }

    public static func == (one: Digest, other: Digest) -> Bool {
        one.words == other.words
    }

    public func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension Digest: CustomStringConvertible {
    public var description: String { hex }
}

// MARK: - Without copies, for the chain and the stores

extension Digest {
    public static let zero = Digest(words: (0, 0, 0, 0))

    package init(hashing bytes: UnsafeRawBufferPointer) {
        self.init(hashing: bytes, then: UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// The digest of two parts, one after the other.
    package init(hashing first: UnsafeRawBufferPointer, then second: UnsafeRawBufferPointer) {
        self = .zero
        withUnsafeMutableBytes(of: &words) { digest in
            hitl_sha256_parts(
                first.baseAddress, first.count, second.baseAddress, second.count,
                digest.assumingMemoryBound(to: UInt8.self).baseAddress
            )
        }
    }

    /// A copy of 32 bytes; nil for any other count.
    package init?(copying bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Digest.byteCount else { return nil }
        self = .zero
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
    }

    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try Swift.withUnsafeBytes(of: words) { bytes throws(Failure) in try body(bytes) }
    }

    package init(keyedBy key: UnsafeRawBufferPointer, hashing bytes: UnsafeRawBufferPointer) {
        self = .zero
        withUnsafeMutableBytes(of: &words) { digest in
            hitl_hmac_sha256(
                key.baseAddress, key.count, bytes.baseAddress, bytes.count,
                digest.assumingMemoryBound(to: UInt8.self).baseAddress
            )
        }
    }

    private init(words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = words
    }
}
