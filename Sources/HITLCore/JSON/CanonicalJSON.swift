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

    /// The same, but with the members of objects as they stand: people read arguments in the order they were given in.
    package var canonicalInOrder: [UInt8] {
        var bytes: [UInt8] = []
        appendCanonical(to: &bytes, .given)
        return bytes
    }

    enum MemberOrder { case sorted, given }

    func appendCanonical(to bytes: inout [UInt8], _ order: MemberOrder = .sorted) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): bytes.append(contentsOf: number.lexeme.utf8)
        case .string(let text): appendQuoted(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (place, element) in elements.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                element.appendCanonical(to: &bytes, order)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (place, member) in object.members(in: order).enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                appendQuoted(member.name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.appendCanonical(to: &bytes, order)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONObject {
    fileprivate func members(in order: JSONValue.MemberOrder) -> [Member] {
        guard order == .sorted else { return members }
        // Already in order in all records that were read back; checking costs less than sorting.
        for place in members.indices.dropFirst() where !members[place - 1].name.precedes(members[place].name) {
            return members.sorted { $0.name.precedes($1.name) }
        }
        return members
    }
}

extension String {
    /// RFC 8785 §3.2.3: names are compared as arrays of UTF-16 code units. Compared by bytes here, which
    /// gives the same order but for one thing: surrogates come before U+E000, and U+10000 in UTF-8 after it.
    fileprivate func precedes(_ other: String) -> Bool {
        for (left, right) in zip(utf8, other.utf8) where left != right { return left.inUTF16 < right.inUTF16 }
        return utf8.count < other.utf8.count
    }
}

extension UInt8 {
    /// Where the scalars that begin with this byte of UTF-8 stand among UTF-16 code units.
    fileprivate var inUTF16: UInt8 {
        switch self {
        case 0xF0...0xFF: self - 2
        case 0xEE...0xEF: self + 0x10
        default: self
        }
    }
}

/// Most text is printable ASCII from end to end, so what lies between two escapes is copied as one piece.
private func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
        var start = 0
        var place = 0
        while place < utf8.count {
            let byte = utf8[place]
            if byte >= 0x20, byte < 0x7F, byte != 0x22, byte != 0x5C {
                place += 1
                continue
            }
            bytes.append(contentsOf: utf8[start..<place])
            place += appendEscaped(utf8[place...], to: &bytes)
            start = place
        }
        bytes.append(contentsOf: utf8[start...])
    }
    bytes.append(UInt8(ascii: "\""))
}

/// - Returns: how many bytes the first scalar of `utf8` takes.
private func appendEscaped(_ utf8: Slice<UnsafeBufferPointer<UInt8>>, to bytes: inout [UInt8]) -> Int {
    switch utf8[utf8.startIndex] {
    case 0x22: bytes.append(contentsOf: [0x5C, 0x22])
    case 0x5C: bytes.append(contentsOf: [0x5C, 0x5C])
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0C: bytes.append(contentsOf: "\\f".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    default:
        var decoder = UTF8()
        var iterator = utf8.makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else {
            preconditionFailure("a string is valid UTF-8")
        }
        for unit in UTF16.encode(scalar) ?? .init() {
            bytes.append(contentsOf: [0x5C, UInt8(ascii: "u")])
            for shift in stride(from: 12, through: 0, by: -4) {
                bytes.append(hexDigits[Int(unit >> shift) & 0xF])
            }
        }
        return UTF8.width(scalar)
    }
    return 1
}

private let hexDigits = Array("0123456789abcdef".utf8)
