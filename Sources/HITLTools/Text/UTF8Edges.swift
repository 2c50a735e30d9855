/// Where a text that was cut at some byte still is text.
enum UTF8Edges {
    /// Without the beginning of a character whose end was cut off.
    static func withoutCutEnd(_ bytes: [UInt8]) -> [UInt8] {
        // A character has at most four bytes, so its first one is among the last three.
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? Array(bytes.dropLast(back)) : bytes
        }
        return bytes
    }

    /// Without the end of a character whose beginning was cut off.
    static func withoutCutStart(_ bytes: [UInt8]) -> [UInt8] {
        let continuation = bytes.prefix(3).prefix { $0 & 0xC0 == 0x80 }.count
        return Array(bytes.dropFirst(continuation))
    }
}
