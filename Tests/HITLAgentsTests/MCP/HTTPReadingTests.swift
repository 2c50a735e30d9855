import HITLAgents
import Testing

@Suite struct `An HTTP reply` {
    private static func read(_ text: String, tornAt place: Int? = nil) throws(ReplyFault) -> [ReplyReader.Part] {
        let bytes = Array(text.utf8)
        var reader = ReplyReader()
        var parts: [ReplyReader.Part] = []
        for piece in [bytes[..<(place ?? bytes.count)], bytes[(place ?? bytes.count)...]] {
            parts += try reader.read(piece)
        }
        return parts
    }

    private static func body(_ parts: [ReplyReader.Part]) -> String {
        let bytes = parts.flatMap { part -> [UInt8] in if case .body(let bytes) = part { bytes } else { [] } }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let chunked =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nX: y\r\n\r\n"
        + "5;name=value\r\nhello\r\n1\r\n,\r\n6\r\n world\r\n0\r\nTrailer: x\r\n\r\n"
    private static let counted = "HTTP/1.1 200\r\nContent-Length:  12 \r\n\r\nhello, world"

    @Test(arguments: [chunked, counted]) func `is the same wherever its bytes are torn`(_ text: String) throws {
        for place in 0...text.utf8.count {
            let parts = try Self.read(text, tornAt: place)
            #expect(Self.body(parts) == "hello, world")
            #expect(parts.last == .end)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n", ReplyFault.ambiguousHead),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n", .ambiguousHead),
        ("HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n", .ambiguousHead),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n", .ambiguousHead),
        ("HTTP/1.1 200 OK\r\nMcp-Session-Id: a\r\nmcp-session-id: b\r\n\r\n", .ambiguousHead),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .encoding),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n", .encoding),
        ("HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", .malformedHead),
        ("HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n", .malformedHead),
        ("HTTP/1.1 200 OK\r\n Continued: x\r\n\r\n", .malformedHead),
        ("HTTP/1.1 200 OK\r\nA: x\u{0}y\r\n\r\n", .malformedHead),
        ("HTTP/1.1 200 OK\r\nA: x\ry\r\n\r\n", .malformedHead),
        ("HTTP/1.1 2000 OK\r\n\r\n", .malformedHead),
        ("HTTP/2 200 OK\r\n\r\n", .notHTTP),
        ("SSH-2.0-OpenSSH", .notHTTP),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .upgrade),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .malformedChunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", .malformedChunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\nx", .malformedChunk),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", .malformedChunk),
    ]) func `that can be read in two ways is none`(_ text: String, _ fault: ReplyFault) {
        #expect(throws: fault) { try Self.read(text) }
    }

    @Test func `whose header does not end is none`() {
        let text = "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 70_000)
        #expect(throws: ReplyFault.headTooLong) { try Self.read(text) }
    }

    @Test func `that is followed by another one closes the connection`() throws {
        var reader = ReplyReader()
        _ = try reader.read(Array(Self.counted.utf8)[...])
        #expect(reader.allowsAnother)
        _ = try reader.read(Array("HTTP/1.1 200 OK\r\n\r\n".utf8)[...])
        #expect(!reader.allowsAnother)
    }

    @Test func `that ends with its connection is whole only where it says no length`() throws {
        var open = ReplyReader()
        _ = try open.read(Array("HTTP/1.1 200 OK\r\n\r\nabc".utf8)[...])
        #expect(try open.end() == [.end])
        #expect(!open.allowsAnother)
        for text in ["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc", "HTTP/1.1 200 OK\r\n", Self.chunked + "x"] {
            var cut = ReplyReader()
            _ = try cut.read(Array(text.utf8.dropLast(text == Self.chunked + "x" ? 3 : 0))[...])
            #expect(throws: ReplyFault.cut) { try cut.end() }
        }
    }
}

@Suite struct `A stream of events` {
    private static func events(_ pieces: [[UInt8]]) throws -> (events: [String], id: String?, retry: Int?) {
        var reader = EventStreamReader(longest: 1000)
        var events: [String] = []
        for piece in pieces {
            events += try reader.read(piece).map {
                String(decoding: $0.name, as: UTF8.self) + "=" + String(decoding: $0.data, as: UTF8.self)
            }
        }
        return (events, reader.lastID, reader.retry)
    }

    private static let text = """
        \u{FEFF}: a comment
        id: 1
        data: {"a":
        data:  1}
        retry: 250

        event: ping
        data

        event: other
        data: x

        id: 2
        data:

        :

        data: last
        unknown: y


        """

    @Test(arguments: ["\n", "\r\n", "\r"]) func `is the same wherever it is torn, whatever ends its lines`(
        _ end: String
    ) throws {
        let bytes = Self.text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map(Array.init).joined(separator: Array(end.utf8)).map(\.self)
        for place in 0...bytes.count {
            let found = try Self.events([Array(bytes[..<place]), Array(bytes[place...])])
            #expect(found.events == ["message={\"a\":\n 1}", "other=x", "message=last"])
            #expect(found.id == "2")
            #expect(found.retry == 250)
        }
        let single = try Self.events(bytes.map { [$0] })
        #expect(single.events.count == 3)
    }

    @Test func `does not count an event that did not end`() throws {
        #expect(try Self.events([Array("id: 7\ndata: {}\n".utf8)]).id == nil)
        #expect(try Self.events([Array("id: 7\ndata: {}\n".utf8)]).events == [])
    }

    @Test(arguments: ["a\u{0}b", "é", String(repeating: "x", count: 2000)])
    func `takes no id that could not stand in a header`(_ id: String) throws {
        var reader = EventStreamReader(longest: 10_000)
        _ = try reader.read(Array("id: 1\ndata: x\n\nid: \(id)\ndata: y\n\n".utf8))
        #expect(reader.lastID == nil)
    }

    @Test func `may not hold more than is taken`() {
        let line = Array("data: \(String(repeating: "x", count: 600))\n".utf8)
        #expect(throws: EventStreamReader.Fault.tooLong(limit: 1000)) { try Self.events([line, line]) }
        #expect(throws: EventStreamReader.Fault.tooLong(limit: 1000)) {
            try Self.events([[UInt8](repeating: 0x78, count: 1001)])
        }
    }
}
