extension JSONValue {
    /// Reads one JSON document that fills `bytes`.
    ///
    /// Stricter than RFC 8259 wherever two parsers might read two things into the same bytes:
    /// a name that occurs twice (or in two canonically equal spellings), a byte order mark, a lone
    /// surrogate, invalid UTF-8, a raw control byte, anything after the value.
    ///
    /// - Throws: `JSONError` with the offset of the first byte that cannot be accepted.
    public init(parsing bytes: [UInt8], depth: Int = greatestDepth) throws(JSONError) {
        var parser = JSONParser(bytes: bytes, limit: depth)
        self = try parser.document()
    }

    /// How many arrays and objects may stand inside each other in a call's arguments or a tool's result.
    public static let greatestDepth = 64

    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }
}

/// Why bytes are not a JSON document that can be accepted, and where.
public struct JSONError: Error, Equatable, CustomStringConvertible {
    public enum Fault: Sendable, Equatable {
        case unexpectedByte
        case unexpectedEnd
        case trailingBytes
        case byteOrderMark
        case nesting(limit: Int)
        case repeatedName(String)
        case invalidUTF8
        case loneSurrogate
        case controlByte
        case number
        case escape
    }

    public let fault: Fault
    public let offset: Int

    public var description: String { "\(fault) at byte \(offset)" }
}

extension JSONError.Fault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unexpectedByte: "unexpected byte"
        case .unexpectedEnd: "the text ends too early"
        case .trailingBytes: "something follows the value"
        case .byteOrderMark: "a byte order mark is not allowed"
        case .nesting(let limit): "nested deeper than \(limit) levels"
        case .repeatedName: "a name occurs twice in one object"
        case .invalidUTF8: "invalid UTF-8"
        case .loneSurrogate: "an escaped surrogate without its partner"
        case .controlByte: "a raw control byte inside a string"
        case .number: "malformed number"
        case .escape: "unknown escape in a string"
        }
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    let limit: Int
    var offset = 0

    init(bytes: [UInt8], limit: Int) {
        self.bytes = bytes
        self.limit = limit
    }

    mutating func document() throws(JSONError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw fail(.byteOrderMark) }
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw fail(.trailingBytes) }
        return value
    }

    private func fail(_ fault: JSONError.Fault) -> JSONError { JSONError(fault: fault, offset: offset) }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard offset < bytes.count else { throw fail(.unexpectedEnd) }
        return bytes[offset]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw fail(.unexpectedByte) }
        offset += 1
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return try .object(object(depth: depth + 1))
        case UInt8(ascii: "["): return try .array(array(depth: depth + 1))
        case UInt8(ascii: "\""): return try .string(string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try .number(number())
        default: throw fail(.unexpectedByte)
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for place in 0..<word.utf8CodeUnitCount { try expect(word.utf8Start[place]) }
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        guard depth <= limit else { throw fail(.nesting(limit: limit)) }
        try expect(UInt8(ascii: "{"))
        var members: [JSONObject.Member] = []
        var names = DistinctNames()
        skipSpace()
        if try peek() == UInt8(ascii: "}") {
            offset += 1
            return JSONObject(members)
        }
        while true {
            skipSpace()
            let start = offset
            let name = try string()
            guard names.insert(name) else { throw JSONError(fault: .repeatedName(name), offset: start) }
            skipSpace()
            try expect(UInt8(ascii: ":"))
            members.append(.init(name, try value(depth: depth)))
            skipSpace()
            if try peek() == UInt8(ascii: "}") {
                offset += 1
                return JSONObject(members)
            }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= limit else { throw fail(.nesting(limit: limit)) }
        try expect(UInt8(ascii: "["))
        var elements: [JSONValue] = []
        skipSpace()
        if try peek() == UInt8(ascii: "]") {
            offset += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if try peek() == UInt8(ascii: "]") {
                offset += 1
                return elements
            }
            try expect(UInt8(ascii: ","))
        }
    }

    /// RFC 8259 §6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private mutating func number() throws(JSONError) -> JSONNumber {
        let start = offset
        if try peek() == UInt8(ascii: "-") { offset += 1 }
        if try peek() == UInt8(ascii: "0") { offset += 1 } else { try digits() }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            offset += 1
            try digits()
        }
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "e") || bytes[offset] == UInt8(ascii: "E") {
            offset += 1
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-") {
                offset += 1
            }
            try digits()
        }
        return JSONNumber(checked: String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    private mutating func digits() throws(JSONError) {
        let start = offset
        while offset < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[offset]) { offset += 1 }
        guard offset > start else { throw fail(.number) }
    }

    private mutating func string() throws(JSONError) -> String {
        try expect(UInt8(ascii: "\""))
        let start = offset
        var bits: UInt8 = 0
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                let text: String
                if bits < 0x80 {
                    // ASCII is always valid, and taken several times as fast.
                    text = String(decoding: bytes[start..<offset], as: UTF8.self)
                } else if let valid = String(validating: bytes[start..<offset], as: UTF8.self) {
                    text = valid
                } else {
                    throw invalidUTF8(from: start)
                }
                offset += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw fail(.controlByte)
            case let byte:
                bits |= byte
                offset += 1
            }
        }
        throw fail(.unexpectedEnd)
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<offset])
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                guard let checked = String(validating: text, as: UTF8.self) else { throw invalidUTF8(from: start) }
                offset += 1
                return checked
            case UInt8(ascii: "\\"):
                offset += 1
                text.append(contentsOf: try escape())
            case 0..<0x20: throw fail(.controlByte)
            case let byte:
                text.append(byte)
                offset += 1
            }
        }
        throw fail(.unexpectedEnd)
    }

    /// Escapes are ASCII, so the raw bytes of a string are invalid exactly where its text is.
    private func invalidUTF8(from start: Int) -> JSONError {
        var decoder = UTF8()
        var rest = bytes[start..<offset].makeIterator()
        var place = start
        while case .scalarValue(let scalar) = decoder.decode(&rest) { place += UTF8.width(scalar) }
        return JSONError(fault: .invalidUTF8, offset: place)
    }

    private mutating func escape() throws(JSONError) -> [UInt8] {
        let letter = try peek()
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(String(try escapedScalar()).utf8)
        default:
            offset -= 1
            throw fail(.escape)
        }
    }

    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let alone = JSONError(fault: .loneSurrogate, offset: offset - 2)
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xD800...0xDBFF).contains(first), offset + 1 < bytes.count,
            bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
        else { throw alone }
        offset += 2
        let second = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(second) else { throw alone }
        let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        guard let scalar = Unicode.Scalar(value) else { throw alone }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt16 =
                switch try peek() {
                case let byte where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
                    UInt16(byte - UInt8(ascii: "0"))
                case let byte where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte):
                    UInt16(byte - UInt8(ascii: "a")) + 10
                case let byte where (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(byte):
                    UInt16(byte - UInt8(ascii: "A")) + 10
                default: throw fail(.escape)
                }
            value = value << 4 | digit
            offset += 1
        }
        return value
    }
}
