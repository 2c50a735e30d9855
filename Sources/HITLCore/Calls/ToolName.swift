/// The words that a tool's name is made of.
public enum ToolName {
    /// `deleteFile`, `delete_file`, `delete-file` and `mcp__fs__DELETEFile` all hold the words `delete`, `file`.
    ///
    /// Words, not substrings: `confirmOrder` holds no `rm`, `undeleted` no `delete`. Non-ASCII letters
    /// belong to the word they stand in and are compared as they are.
    public static func words(of name: String) -> [String] {
        let bytes = Array(name.utf8)
        return ranges(in: bytes).map { String(decoding: bytes[$0].lazy.map(lowercased), as: UTF8.self) }
    }

    /// The words without anything between them: `filePath`, `file_path` and `FILE-PATH` are one.
    static func joined(_ name: String) -> String {
        String(decoding: name.utf8.lazy.filter { shape(of: $0) != .separator }.map(lowercased), as: UTF8.self)
    }

    /// Where in the UTF-8 the words stand.
    static func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        func finish(at end: Int) {
            if start < end { ranges.append(start..<end) }
        }

        var previous = Shape.separator
        for (place, byte) in bytes.enumerated() {
            let shape = shape(of: byte)
            switch shape {
            case .separator:
                finish(at: place)
                start = place + 1
            case .upper:
                let next = place + 1 < bytes.count ? Self.shape(of: bytes[place + 1]) : .separator
                // `deleteFile` starts a word at F; `DELETEFile` ends the capitals before the last of them.
                if previous == .lower || previous == .digit || (previous == .upper && next == .lower) {
                    finish(at: place)
                    start = place
                }
            case .lower, .digit: break
            }
            previous = shape
        }
        finish(at: bytes.count)
        return ranges
    }

    private enum Shape { case separator, upper, lower, digit }

    private static func shape(of byte: UInt8) -> Shape {
        switch byte {
        case 0x41...0x5A: .upper
        case 0x61...0x7A, 0x80...: .lower
        case 0x30...0x39: .digit
        default: .separator
        }
    }

    static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 32 : byte }
}
