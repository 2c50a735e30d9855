/// Values in XML, whose name stands in a tag: `<password>…</password>`, `<entry key="db.password">…</entry>`.
enum MarkupSecret {
    private static let longestTag = 160
    private static let longestValue = 4096

    /// The text behind the `>` at `close`, up to the end tag.
    static func match(_ bytes: [UInt8], close: Int) -> SecretMatch? {
        guard let open = bytes[max(0, close - longestTag)..<close].lastIndex(of: UInt8(ascii: "<")), open + 1 < close,
            isNameStart(bytes[open + 1]), bytes[close - 1] != UInt8(ascii: "/")
        else { return nil }
        let tag = bytes[(open + 1)..<close]
        let name = tag.prefix { $0 > 0x20 }
        let isNamed = SecretName.strength(of: name) == .strong || attribute(of: tag).map(SecretName.isStrong) == true
        guard isNamed else { return nil }
        let end = bytes[(close + 1)...].prefix(longestValue).firstIndex(of: UInt8(ascii: "<")) ?? close
        guard end > close + 1, end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: "/"),
            SecretValue.isPlausible(bytes[(close + 1)..<end], .quoted)
        else { return nil }
        return SecretMatch(kind: .password, range: (close + 1)..<end)
    }

    /// What the tag calls its content: the value of `name` or `key`.
    private static func attribute(of tag: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for word in tag.split(separator: 0x20).dropFirst() {
            for key in ["name=", "key="] where word.starts(with: key.utf8) {
                return word.dropFirst(key.utf8.count).drop { "\"'".utf8.contains($0) }.prefix {
                    !"\"'".utf8.contains($0)
                }
            }
        }
        return nil
    }

    private static func isNameStart(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
