/// A component as the least strict file system would compare it.
///
/// `.GIT`, `.git.`, `.g\u{200C}it`, `.git::$DATA` and `GIT~1` all open `.git` somewhere: on a case-folding volume,
/// on NTFS, on HFS+ (which ignores some characters; CVE-2014-9390), by its 8.3 alias. What one of them opens is
/// protected under all of its spellings, also on a volume that tells them apart.
enum FoldedName {
    static func folded(_ component: [UInt8]) -> [UInt8] {
        guard component.contains(where: isUnusual) else { return component }
        var name: [UInt8] = []
        name.reserveCapacity(component.count)
        var place = 0
        while place < component.count {
            let byte = component[place]
            if byte < 0x80 {
                name.append((0x41...0x5A).contains(byte) ? byte + 32 : byte)
                place += 1
            } else if let ignored = ignoredLength(component[place...]) {
                place += ignored
            } else if component[place...].starts(with: [0xC5, 0xBF]) {
                // U+017F, which Unicode case folding makes an s.
                name.append(UInt8(ascii: "s"))
                place += 2
            } else if component[place...].starts(with: [0xE2, 0x84, 0xAA]) {
                // U+212A, the Kelvin sign, likewise a k.
                name.append(UInt8(ascii: "k"))
                place += 3
            } else {
                name.append(byte)
                place += 1
            }
        }
        // The name of an alternate data stream; a colon that leads or ends is part of the name.
        if let colon = name.dropFirst().firstIndex(of: UInt8(ascii: ":")), colon < name.count - 1 {
            name.removeSubrange(colon...)
        }
        while let last = name.last, last == UInt8(ascii: ".") || last == UInt8(ascii: " "), name.count > 1 {
            name.removeLast()
        }
        return name
    }

    /// The stem of a short name: `git` of `git~1`, and its extension.
    static func shortStem(_ folded: [UInt8]) -> (stem: ArraySlice<UInt8>, suffix: ArraySlice<UInt8>)? {
        guard let tilde = folded.firstIndex(of: UInt8(ascii: "~")), (1...6).contains(tilde) else { return nil }
        let after = folded[(tilde + 1)...]
        let digits = after.prefix { (0x30...0x39).contains($0) }
        guard (1...6).contains(digits.count) else { return nil }
        let rest = after.dropFirst(digits.count)
        guard rest.isEmpty || (rest.first == UInt8(ascii: ".") && rest.count <= 4) else { return nil }
        return (folded[..<tilde], rest.dropFirst())
    }

    /// What Windows makes of a long name: no dots but the last, six letters, three of the extension.
    static func short(_ name: [UInt8]) -> (stem: [UInt8], suffix: [UInt8]) {
        let dot = name.lastIndex(of: UInt8(ascii: ".")).flatMap { $0 > 0 ? $0 : nil }
        let stem = name[..<(dot ?? name.count)].filter { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: " ") }
        let suffix = dot.map { name[($0 + 1)...] } ?? []
        return (Array(stem.prefix(6)), Array(suffix.prefix(3)))
    }

    private static func isUnusual(_ byte: UInt8) -> Bool {
        byte >= 0x80 || (0x41...0x5A).contains(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: " ")
            || byte == UInt8(ascii: ":")
    }

    /// HFS+ leaves these out when it compares: U+200C–200F, U+202A–202E, U+206A–206F, U+FEFF. Git's list.
    private static func ignoredLength(_ rest: ArraySlice<UInt8>) -> Int? {
        guard rest.count >= 3 else { return nil }
        let (first, second, third) = (rest[rest.startIndex], rest[rest.startIndex + 1], rest[rest.startIndex + 2])
        switch (first, second, third) {
        case (0xE2, 0x80, 0x8B...0x8F), (0xE2, 0x80, 0xAA...0xAE), (0xE2, 0x81, 0xA0...0xAF), (0xEF, 0xBB, 0xBF):
            return 3
        default: return nil
        }
    }
}
