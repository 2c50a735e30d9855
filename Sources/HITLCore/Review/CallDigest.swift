/// Keyed digest of a call's canonical bytes: `hmac-sha256:…`, so that a short secret among the
/// arguments cannot be guessed from the record.
///
/// Two are equal where their texts are, byte for byte: one may come from a client, and `==` on strings would take
/// canonically equivalent ones for the same.
public struct CallDigest: Sendable, Hashable, CustomStringConvertible {
    private let form: Form

    /// A desk keeps one for every pending request, so the usual form is kept without its text.
    private enum Form: Hashable {
        case keyed(UInt64, UInt64, UInt64, UInt64)
        case other([UInt8])
    }

    private static let prefix = Array("hmac-sha256:".utf8)

    public init(_ text: String) {
        let bytes = Array(text.utf8)
        form = Self.keyed(bytes) ?? .other(bytes)
    }

    public var description: String {
        switch form {
        case .other(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .keyed(let first, let second, let third, let fourth):
            var text = Self.prefix
            text.reserveCapacity(text.count + 64)
            for word in [first, second, third, fourth] {
                for shift in stride(from: 60, through: 0, by: -4) {
                    let digit = UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15
                    text.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
                }
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// Nil unless the digits are lower-case and 64, so that one digest has one text.
    private static func keyed(_ text: [UInt8]) -> Form? {
        guard text.count == prefix.count + 64, text.starts(with: prefix) else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (place, byte) in text.dropFirst(prefix.count).enumerated() {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x61...0x66: digit = byte - 0x57
            default: return nil
            }
            words[place / 16] = words[place / 16] << 4 | UInt64(digit)
        }
        return .keyed(words[0], words[1], words[2], words[3])
    }
}
