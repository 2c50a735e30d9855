import HITLCore

/// Names that some readers take for one: those of Go compare members without regard to case.
enum FoldedNames {
    static func check(
        _ object: JSONObject, against known: [String], of id: MessageID?
    ) throws(LineObjection) {
        for member in object.members {
            let folded = fold(member.name)
            for name in known where !name.utf8.elementsEqual(member.name.utf8) && fold(name) == folded {
                throw LineObjection(id, .invalidRequest, "`\(member.name)` can be read as `\(name)`")
            }
        }
    }

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
