/// How much of a ledger there is: its size in entries, and the hash of the last one (of an empty
/// ledger: the genesis hash). Two ledgers with the same head are the same up to it.
public struct Head: Sendable, Hashable {
    public let size: Int64
    public let hash: Digest

    public init(size: Int64, hash: Digest) {
        self.size = size
        self.hash = hash
    }

    /// `1027 9f86d0…`, as in the file of remembered heads.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2,
            let size = Int64(canonical: parts[0]),
            let hash = Digest(hex: String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        self.init(size: size, hash: hash)
    }
}

extension Head: CustomStringConvertible {
    public var description: String { "\(size) \(hash.hex)" }
}

extension Int64 {
    /// A count as its formatter writes it: no sign, no leading zeros, in range.
    init?(canonical digits: Substring.UTF8View) {
        let text = String(decoding: digits, as: UTF8.self)
        guard let value = Int64(text), value >= 0, String(value).utf8.elementsEqual(digits) else { return nil }
        self = value
    }
}
