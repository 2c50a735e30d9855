extension JSONValue {
    /// The one spelling of this value that is hashed, stored, exported and executed.
    ///
    /// Layout and key order of RFC 8785 (no space, names sorted by UTF-16 code units), with two
    /// differences that `docs/formats/records.md` gives reasons for: numbers keep the lexeme they were
    /// sent with, and everything outside printable ASCII is written as `\u` escapes, so that a
    /// record looked at with `cat` cannot attack the terminal.
    public var canonical: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        appendCanonical(to: &bytes)
        return bytes
    }

    public var canonicalText: String { String(decoding: canonical, as: UTF8.self) }

    func appendCanonical(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): bytes.append(contentsOf: number.lexeme.utf8)
        case .string(let text): appendQuoted(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (place, element) in elements.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                element.appendCanonical(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (place, member) in object.sortedMembers.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                appendQuoted(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.appendCanonical(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONObject {
    fileprivate var sortedMembers: [Member] {
        // Already in order in all records that were read back; checking costs less than sorting.
        for place in members.indices.dropFirst() where !members[place - 1].name.precedes(members[place].name) {
            return members.sorted { $0.name.precedes($1.name) }
        }
        return members
    }
}

extension String {
    /// RFC 8785 §3.2.3: names are compared as arrays of UTF-16 code units.
    fileprivate func precedes(_ other: String) -> Bool { utf16.lexicographicallyPrecedes(other.utf16) }
}

private func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
        case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
        case 0x08: bytes.append(contentsOf: "\\b".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0C: bytes.append(contentsOf: "\\f".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x20...0x7E: bytes.append(UInt8(scalar.value))
        default:
            for unit in String(scalar).utf16 {
                bytes.append(contentsOf: [0x5C, UInt8(ascii: "u")])
                for shift in stride(from: 12, through: 0, by: -4) {
                    bytes.append(hexDigits[Int(unit >> shift) & 0xF])
                }
            }
        }
    }
    bytes.append(UInt8(ascii: "\""))
}

private let hexDigits = Array("0123456789abcdef".utf8)
