import HITLCore

/// What came back, as curl's `include` writes it: head and body in one.
struct HTTPReply {
    let status: Int
    let headers: [(name: String, value: String)]
    let body: ArraySlice<UInt8>

    /// - Returns: nil where the bytes are no reply.
    init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while true {
            guard rest.starts(with: "HTTP/".utf8), let end = Self.endOfHead(rest) else { return nil }
            let lines = Self.lines(rest[..<end.lowerBound])
            guard let first = lines.first, let status = Self.status(first) else { return nil }
            rest = rest[end.upperBound...]
            // 1xx comes before the reply itself (RFC 9110 §15.2).
            if (100..<200).contains(status) { continue }
            self.status = status
            headers = lines.dropFirst().compactMap(Self.header)
            body = rest
            return
        }
    }

    func value(of name: String) -> String? {
        headers.first { $0.name.lowercased().utf8.elementsEqual(name.utf8) }?.value
    }

    private static func endOfHead(_ bytes: ArraySlice<UInt8>) -> Range<Int>? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard let place = Array(bytes).occurrences(of: mark, atMost: 1).first else { return nil }
        return bytes.startIndex + place..<bytes.startIndex + place + mark.count
    }

    private static func lines(_ head: ArraySlice<UInt8>) -> [String] {
        head.split(separator: 10).map { line in
            String(decoding: line.last == 13 ? line.dropLast() : line, as: UTF8.self)
        }
    }

    private static func status(_ line: String) -> Int? {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[1].utf8.count == 3 else { return nil }
        return Int(parts[1])
    }

    private static func header(_ line: String) -> (name: String, value: String)? {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let value = line[line.utf8.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        return (String(line[..<colon]), String(value))
    }
}
