import HITLCore

/// Names that some readers take for one: those of Go compare members without regard to case.
enum FoldedNames {
    static func check(
        _ object: JSONObject, against known: [String], of id: MessageID?
    ) throws(LineObjection) {
        for member in object.members {
            for name in known where resembles(member.name, name) {
                throw LineObjection(id, .invalidRequest, "`\(member.name)` can be read as `\(name)`")
            }
        }
    }

    /// Whether it is another name, and folds to the same.
    private static func resembles(_ name: String, _ known: String) -> Bool {
        var name = name
        return name.withUTF8 { bytes in
            // Of names in ASCII nearly none is as long, so nothing is folded for them.
            guard bytes.allSatisfy({ $0 < 0x80 }) else {
                return fold(known) == fold(String(decoding: bytes, as: UTF8.self))
            }
            guard bytes.count == known.utf8.count else { return false }
            var differs = false
            for (left, right) in zip(bytes, known.utf8) where left != right {
                guard lower(left) == lower(right) else { return false }
                differs = true
            }
            return differs
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    static func fold(_ name: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in name.unicodeScalars {
            switch scalar {
            // The two letters outside ASCII that fold into it.
            case "\u{17F}": bytes.append(UInt8(ascii: "s"))
            case "\u{212A}": bytes.append(UInt8(ascii: "k"))
            case "A"..."Z": bytes.append(UInt8(scalar.value) | 0x20)
            default: bytes += Array(String(scalar).utf8)
            }
        }
        return bytes
    }
}
