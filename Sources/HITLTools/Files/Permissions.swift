import HITLPlatform

/// Who may read, write and run a file, and the sticky bit. Never set-user-id and set-group-id: no tool gives these.
struct Permissions: Equatable {
    let bits: UInt32

    private static let known: UInt32 = 0o1777

    init(_ facts: FileFacts) { bits = facts.mode & Self.known }

    /// Three or four octal digits, as chmod(1) takes them.
    init?(_ text: String) {
        let digits = Array(text.utf8)
        guard (3...4).contains(digits.count) else { return nil }
        var bits: UInt32 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { return nil }
            bits = bits << 3 | UInt32(digit - UInt8(ascii: "0"))
        }
        guard bits & ~Self.known == 0 else { return nil }
        self.bits = bits
    }

    /// `0644`
    var text: String {
        let digits = String(bits, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
