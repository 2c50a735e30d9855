/// Status and header of an HTTP reply, read so strictly that no two programs can read it differently.
package struct ReplyHead: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        /// In lower case.
        package let name: String
        package let value: [UInt8]
    }

    /// How long the body is.
    package enum Framing: Sendable, Equatable {
        case none
        case length(Int)
        case chunked
        case untilEnd
    }

    package let status: Int
    package let fields: [Field]
    package let framing: Framing
    /// Whether another request may follow on the connection.
    package let staysOpen: Bool

    /// The value of a field that may stand there once; nil where it stands nowhere or holds more than printable ASCII.
    package func value(of name: String) -> String? {
        guard let field = fields.first(where: { $0.name.utf8.elementsEqual(name.utf8) }),
            field.value.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 })
        else { return nil }
        return String(decoding: field.value, as: UTF8.self)
    }

    /// What `Content-Type` says before its parameters, in lower case.
    package var mediaType: String? {
        value(of: "content-type").map { type in
            Self.lowercased(Self.trimmed(Array(type.utf8.prefix { $0 != UInt8(ascii: ";") })))
        }
    }

    private static let mostFields = 200
    /// RFC 9110 lets most fields be repeated; these would then mean two things.
    private static let single = [
        "content-length", "transfer-encoding", "content-type", "content-encoding", "mcp-session-id", "location",
    ]

    /// - Parameter bytes: with the empty line that ends it.
    init(_ bytes: [UInt8]) throws(ReplyFault) {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for place in bytes.indices where bytes[place] == 0x0A {
            // A bare line feed ends a line for some readers, and not for others.
            guard place > start, bytes[place - 1] == 0x0D else { throw .malformedHead }
            lines.append(bytes[start..<place - 1])
            start = place + 1
        }
        guard start == bytes.count, lines.last?.isEmpty == true, let first = lines.first,
            !lines.dropLast().contains(where: { $0.contains(0x0D) || $0.contains(0x00) })
        else { throw .malformedHead }
        let (status, isCurrent) = try Self.status(first)
        self.status = status
        let fields = try lines.dropFirst().dropLast().map { line throws(ReplyFault) in try Self.field(line) }
        guard fields.count <= Self.mostFields else { throw .malformedHead }
        for name in Self.single where fields.count(where: { $0.name == name }) > 1 { throw .ambiguousHead }
        self.fields = fields
        func words(_ name: String) -> [String] {
            fields.filter { $0.name == name }.flatMap { field in
                field.value.split(separator: UInt8(ascii: ",")).map { Self.lowercased(Self.trimmed(Array($0))) }
            }
        }
        guard words("content-encoding").allSatisfy({ $0 == "identity" }) else { throw .encoding }
        let options = words("connection")
        staysOpen = isCurrent ? !options.contains("close") : options.contains("keep-alive")
        framing = try Self.framing(of: status, words("transfer-encoding"), words("content-length"))
    }

    private static func framing(
        of status: Int, _ encodings: [String], _ lengths: [String]
    ) throws(ReplyFault) -> Framing {
        guard encodings.isEmpty || lengths.isEmpty else { throw .ambiguousHead }
        if !(200...).contains(status) || status == 204 || status == 304 { return .none }
        if !encodings.isEmpty {
            guard encodings == ["chunked"] else { throw .encoding }
            return .chunked
        }
        guard let length = lengths.first else { return .untilEnd }
        guard lengths.count == 1, length.utf8.count <= 15, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int(length)
        else { throw .ambiguousHead }
        return .length(count)
    }

    private static func status(_ line: ArraySlice<UInt8>) throws(ReplyFault) -> (Int, isCurrent: Bool) {
        let isCurrent = line.starts(with: "HTTP/1.1 ".utf8)
        guard isCurrent || line.starts(with: "HTTP/1.0 ".utf8) else { throw .notHTTP }
        let digits = line.dropFirst(9).prefix(3)
        let rest = line.dropFirst(12)
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            rest.isEmpty || rest.first == 0x20, let status = Int(String(decoding: digits, as: UTF8.self)),
            (100...599).contains(status)
        else { throw .malformedHead }
        return (status, isCurrent)
    }

    /// RFC 9112 §5: no blank before the colon, no line that continues another.
    private static func field(_ line: ArraySlice<UInt8>) throws(ReplyFault) -> Field {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .malformedHead }
        let name = line[..<colon]
        guard !name.isEmpty, name.allSatisfy(FieldText.isTokenByte) else { throw .malformedHead }
        let value = trimmed(Array(line[line.index(after: colon)...]))
        guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .malformedHead }
        return Field(name: lowercased(Array(name)), value: value)
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        return Array(bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    private static func lowercased(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
}

/// Why what came back is no reply that can be taken.
package enum ReplyFault: Error, Sendable, Equatable {
    case notHTTP
    case malformedHead
    /// It says two things about where it ends, or what it is.
    case ambiguousHead
    case headTooLong
    /// The body is compressed or otherwise changed, which was not asked for.
    case encoding
    case malformedChunk
    /// The connection ended in the middle.
    case cut
    case upgrade
}
