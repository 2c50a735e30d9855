/// One word of a command line as the program would get it.
package struct CommandArgument: Sendable, Equatable {
    package let bytes: [UInt8]
    /// The bytes as characters, one for each byte: so comparing texts compares bytes, whatever Unicode thinks equal.
    package let text: String
    /// Empty when the bytes are certain.
    package let opacity: ShellWord.Opacity
    package let isQuoted: Bool

    package init(_ bytes: [UInt8], opacity: ShellWord.Opacity = [], isQuoted: Bool = false) {
        self.bytes = bytes
        self.opacity = opacity
        self.isQuoted = isQuoted
        text = Self.text(of: bytes)
    }

    init(_ text: String) { self.init(Array(text.utf8)) }

    static func text(of bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }

    var isExact: Bool { opacity.isEmpty }

    /// The last component, as programs are called.
    var programName: String {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return text }
        return Self.text(of: bytes[(slash + 1)...])
    }

    var isOption: Bool { bytes.count > 1 && bytes[0] == UInt8(ascii: "-") }
    var isLongOption: Bool { bytes.count > 2 && bytes[0] == UInt8(ascii: "-") && bytes[1] == UInt8(ascii: "-") }

    /// What follows the first `=`.
    var valueAfterEquals: [UInt8]? {
        bytes.firstIndex(of: UInt8(ascii: "=")).map { Array(bytes[($0 + 1)...]) }
    }

    /// Whether it is `--name`, an abbreviation of it, or either with a value.
    func abbreviates(_ long: String, from shortest: Int = 1) -> Bool {
        guard isLongOption else { return false }
        let end = bytes.firstIndex(of: UInt8(ascii: "=")) ?? bytes.count
        let name = bytes[2..<end]
        return name.count >= shortest && name.count <= long.utf8.count && long.utf8.starts(with: name)
    }

    /// Whether it is a cluster of short options (`-rf`) with this letter in it.
    func hasLetter(_ letter: Character) -> Bool {
        guard isOption, !isLongOption, let value = letter.asciiValue else { return false }
        return bytes.dropFirst().contains(value)
    }
}

extension String {
    /// Byte by byte; `hasPrefix` compares characters.
    func begins(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }

    func ends(_ suffix: String) -> Bool {
        utf8.count >= suffix.utf8.count && utf8.reversed().starts(with: suffix.utf8.reversed())
    }

    /// Byte by byte.
    func holds(_ piece: String) -> Bool {
        let all = Array(utf8)
        let wanted = Array(piece.utf8)
        guard let first = wanted.first, all.count >= wanted.count else { return false }
        var index = 0
        while index <= all.count - wanted.count {
            if all[index] == first, all[index..<(index + wanted.count)].elementsEqual(wanted) { return true }
            index += 1
        }
        return false
    }

    func holdsAny(_ pieces: [String]) -> Bool { pieces.contains { holds($0) } }

    /// ASCII letters made small; everything else as it is.
    var asciiLowercased: String {
        guard utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return self }
        return String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
