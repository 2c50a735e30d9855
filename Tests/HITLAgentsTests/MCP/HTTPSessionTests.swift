import HITLAgents
import HITLCore
import Testing

/// What a session sends and passes on; time is told to it.
@Suite struct `A session over HTTP` {
    private static let second: UInt64 = 1_000_000_000

    private static func endpoint(_ fields: [ServerEndpoint.Field] = []) -> ServerEndpoint {
        ServerEndpoint(
            host: "crm.example", isAddress: false, port: 443, isEncrypted: true, target: "/mcp?key=secret",
            fields: fields)
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static func head(_ status: Int, _ fields: String...) throws -> ReplyHead {
        var reader = ReplyReader()
        let text = (["HTTP/1.1 \(status) x"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
        guard case .head(let head)? = try reader.read(Array(text.utf8)[...]).first else { throw ReplyFault.cut }
        return head
    }

    /// The steps in words.
    private static func told(_ steps: [HTTPSession.Step]) -> [String] {
        steps.map { step in
            switch step {
            case .open(let number, let outgoing):
                let text = String(decoding: outgoing.bytes, as: UTF8.self)
                let lines = text.split(separator: "\r\n").map(String.init)
                let shown = lines.filter { line in
                    let name = line.prefix { $0 != ":" }.lowercased()
                    return name.hasPrefix("mcp-") || name == "last-event-id"
                }
                return (["open \(number) \(lines[0].prefix { $0 != " " })"] + shown).joined(separator: " | ")
            case .close(let number): return "close \(number)"
            case .line(let line): return "line \(String(decoding: line, as: UTF8.self))"
            case .answer(let line): return "answer \(String(decoding: line, as: UTF8.self))"
            case .failed(let id, let fault): return "failed \(id.json.canonicalText): \(fault)"
            case .definitions: return "definitions"
            case .note(let text): return "note \(text)"
            case .finished: return "finished"
            }
        }
    }

    private static let initialize =
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}"#
    private static let opened =
        #"{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}}}}"#
    private static let json = "Content-Type: application/json; charset=utf-8"
    private static let stream = "Content-Type: text/event-stream"

    private static func call(_ id: Int) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"drop","arguments":{"table":"t"}}}"#
    }

    /// A session of the older era, up to its stream of server messages, which is exchange 3.
    private static func open() throws -> HTTPSession {
        var session = HTTPSession(endpoint())
        #expect(told(session.client(bytes(initialize), now: 0)) == ["open 1 POST"])
        _ = session.head(1, try head(200, json, "Mcp-Session-Id: s-1"), now: 0)
        _ = session.body(1, bytes(opened), now: 0)
        #expect(told(session.ended(1, .whole, now: 0)) == ["line \(opened)", "close 1"])
        let initialized = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
        #expect(
            told(session.client(bytes(initialized), now: 0)) == [
                "open 2 POST | MCP-Protocol-Version: 2025-11-25 | Mcp-Session-Id: s-1"
            ])
        // What follows waits until the server has taken it.
        #expect(session.client(bytes(#"{"jsonrpc":"2.0","id":"l","method":"ping"}"#), now: 0) == [])
        _ = session.head(2, try head(202), now: 0)
        #expect(
            told(session.ended(2, .whole, now: 0)) == [
                "open 3 GET | MCP-Protocol-Version: 2025-11-25 | Mcp-Session-Id: s-1",
                "open 4 POST | MCP-Protocol-Version: 2025-11-25 | Mcp-Session-Id: s-1",
            ])
        _ = session.head(4, try head(200, json), now: 0)
        _ = session.body(4, bytes(#"{"jsonrpc":"2.0","id":"l","result":{}}"#), now: 0)
        _ = session.ended(4, .whole, now: 0)
        _ = session.head(3, try head(200, stream), now: 0)
        return session
    }

    @Test func `of the newer era says in the header what the body says`() throws {
        var session = HTTPSession(Self.endpoint())
        let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}"#
        let list = #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{\#(meta)}}"#
        #expect(
            Self.told(session.client(Self.bytes(list), now: 0)) == [
                "open 1 POST | MCP-Protocol-Version: 2026-07-28 | Mcp-Method: tools/list"
            ])
        _ = session.head(1, try Self.head(200, Self.json, "Mcp-Session-Id: no"), now: 0)
        let tools =
            #"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"süß","inputSchema":{"properties":{"#
            + #""region":{"type":"string","x-mcp-header":"Region"},"deep":{"properties":{"n":{"type":"integer","x-mcp-header":"N"}}},"#
            + #""list":{"items":{"type":"string","x-mcp-header":"Item"}}}}}]}}"#
        _ = session.body(1, Self.bytes(tools), now: 0)
        _ = session.ended(1, .whole, now: 0)
        let call =
            #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"süß","arguments":{"region":"a\r\nHost: evil","#
            + #""deep":{"n":42},"list":["x"]},\#(meta)}}"#
        #expect(
            Self.told(session.client(Self.bytes(call), now: 0)) == [
                "open 2 POST | MCP-Protocol-Version: 2026-07-28 | Mcp-Method: tools/call | Mcp-Name: =?base64?c8O8w58=?= | "
                    + "Mcp-Param-Region: =?base64?YQ0KSG9zdDogZXZpbA==?= | Mcp-Param-N: 42"
            ])
        // Hanging up is how it is cancelled; no message says so.
        let cancelled = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#
        #expect(Self.told(session.client(Self.bytes(cancelled), now: 0)) == ["close 2"])
        #expect(Self.told(session.finish(now: 0)) == ["finished"])
    }

    @Test func `takes answers only to what was asked there, and once`() throws {
        var session = try Self.open()
        _ = session.client(Self.bytes(Self.call(5)), now: 0)
        _ = session.client(Self.bytes(Self.call(6)), now: 0)
        _ = session.head(5, try Self.head(200, Self.stream), now: 0)
        let answer = #"{"jsonrpc":"2.0","id":5,"result":{}}"#
        let events = [
            #"{"jsonrpc":"2.0","id":6,"result":{"forged":true}}"#, #"{"jsonrpc":"2.0","id":"5","result":{}}"#, answer,
            answer,
        ].map { "data: \($0)\n\n" }.joined()
        #expect(
            Self.told(session.body(5, Self.bytes(events), now: 0)) == [
                "note The server answered 6, which was not asked there; dropped.",
                #"note The server answered "5", which was not asked there; dropped."#,
                "line \(answer)",
                "note The server answered 5, which was not asked there; dropped.",
            ])
        // Nothing on the stream of its own is an answer, either.
        #expect(
            Self.told(session.body(3, Self.bytes("data: \(#"{"jsonrpc":"2.0","id":6,"result":{}}"#)\n\n"), now: 0)) == [
                "note The server answered 6, which was not asked there; dropped."
            ])
    }

    @Test func `goes on where a stream broke off, and sends nothing twice`() throws {
        var session = try Self.open()
        _ = session.client(Self.bytes(Self.call(5)), now: 0)
        _ = session.head(5, try Self.head(200, Self.stream), now: 0)
        _ = session.body(5, Self.bytes("id: e-7\nretry: 2000\ndata:\n\n"), now: 0)
        #expect(session.ended(5, .cut("x"), now: 0) == [])
        #expect(session.tick(2 * Self.second - 1) == [])
        #expect(
            Self.told(session.tick(2 * Self.second)) == [
                "open 6 GET | MCP-Protocol-Version: 2025-11-25 | Mcp-Session-Id: s-1 | Last-Event-ID: e-7"
            ])
        _ = session.head(6, try Self.head(200, Self.stream), now: 0)
        let answer = #"{"jsonrpc":"2.0","id":5,"result":{}}"#
        #expect(Self.told(session.body(6, Self.bytes("data: \(answer)\n\n"), now: 0)) == ["line \(answer)"])
    }

    @Test func `says that it does not know where the answer is lost`() throws {
        for ending in [HTTPSession.Ending.cut("x"), .whole] {
            var session = try Self.open()
            _ = session.client(Self.bytes(Self.call(5)), now: 0)
            _ = session.head(5, try Self.head(200, Self.stream), now: 0)
            _ = session.body(5, Self.bytes("data: {\"jsonrpc\":\"2.0\",\"id\":5"), now: 0)
            guard case .failed(_, let fault)? = session.ended(5, ending, now: 0).first else {
                Issue.record("nothing failed")
                continue
            }
            #expect(fault.mayHaveRun)
        }
    }

    @Test func `that the server ended is begun anew, with a look at its tools, and no call is sent again`() throws {
        var session = try Self.open()
        _ = session.client(Self.bytes(Self.call(5)), now: 0)
        let ping = #"{"jsonrpc":"2.0","id":6,"method":"ping"}"#
        _ = session.client(Self.bytes(ping), now: 0)
        #expect(
            Self.told(session.head(5, try Self.head(404), now: 0)) == [
                "close 5", "failed 5: the server had ended the session; a new one is begun",
                "note The server had ended the session; a new one is begun.", "close 3", "open 7 POST",
            ])
        #expect(Self.told(session.head(6, try Self.head(404), now: 0)) == ["close 6"])
        _ = session.head(7, try Self.head(200, Self.json, "Mcp-Session-Id: s-2"), now: 0)
        _ = session.body(7, Self.bytes(Self.opened), now: 0)
        let with = "| MCP-Protocol-Version: 2025-11-25 | Mcp-Session-Id: s-2"
        #expect(Self.told(session.ended(7, .whole, now: 0)) == ["close 7", "open 8 POST \(with)"])
        _ = session.head(8, try Self.head(202), now: 0)
        #expect(Self.told(session.ended(8, .whole, now: 0)) == ["open 9 POST \(with)"])
        _ = session.head(9, try Self.head(200, Self.json), now: 0)
        _ = session.body(9, Self.bytes(#"{"jsonrpc":"2.0","id":"hitl-0","result":{"tools":[]}}"#), now: 0)
        #expect(
            Self.told(session.ended(9, .whole, now: 0)) == [
                "close 9", "definitions", "open 10 GET \(with)", "open 11 POST \(with)",
            ])
    }

    @Test func `follows a redirect to the same server only, and with no call`() throws {
        for (place, isFollowed) in [
            ("/mcp/", true), ("https://crm.example/other", true), ("https://evil.example/mcp", false),
            ("//evil.example/mcp", false), ("http://crm.example/mcp", false), ("https://crm.example.evil/mcp", false),
            ("https://crm.example:444/mcp", false), ("/\\evil.example", false),
        ] {
            var session = HTTPSession(Self.endpoint([.init("Authorization", "Bearer x")]))
            _ = session.client(Self.bytes(Self.initialize), now: 0)
            let steps = Self.told(session.head(1, try Self.head(307, "Location: \(place)"), now: 0))
            #expect(steps.contains("open 2 POST") == isFollowed, "\(place)")
        }
        var session = try Self.open()
        _ = session.client(Self.bytes(Self.call(5)), now: 0)
        #expect(
            Self.told(session.head(5, try Self.head(307, "Location: /mcp/"), now: 0)) == [
                "close 5", "failed 5: the server leads to `/mcp/` (HTTP 307), which is not followed",
            ])
    }

    @Test(arguments: [
        "Content-Type: text/html", "Content-Type: application/jsonp", "X: y",
    ]) func `takes nothing but JSON and events`(_ type: String) throws {
        var session = try Self.open()
        _ = session.client(Self.bytes(Self.call(5)), now: 0)
        let steps = session.head(5, try Self.head(200, type), now: 0)
        #expect(
            Self.told(steps) == [
                "close 5",
                "failed 5: the server answered what no server may (something that is neither JSON nor a stream of events)",
            ])
    }

    @Test(arguments: ["a b", "a\tb", "é", "", String(repeating: "x", count: 1025)])
    func `takes no id that is none`(_ id: String) throws {
        var session = HTTPSession(Self.endpoint())
        _ = session.client(Self.bytes(Self.initialize), now: 0)
        let steps = Self.told(session.head(1, try Self.head(200, Self.json, "Mcp-Session-Id: \(id)"), now: 0))
        #expect(steps.last == "failed 0: the server answered what no server may (a session's id that is none)")
    }

    @Test func `keeps the id that it got first`() throws {
        var session = try Self.open()
        _ = session.client(Self.bytes(Self.call(5)), now: 0)
        _ = session.head(5, try Self.head(200, Self.json, "Mcp-Session-Id: hijacked"), now: 0)
        _ = session.body(5, Self.bytes(#"{"jsonrpc":"2.0","id":5,"result":{}}"#), now: 0)
        _ = session.ended(5, .whole, now: 0)
        #expect(Self.told(session.client(Self.bytes(Self.call(6)), now: 0))[0].hasSuffix("Mcp-Session-Id: s-1"))
    }

    @Test func `gives up what has begun and does not end`() throws {
        var session = try Self.open()
        _ = session.client(Self.bytes(Self.call(5)), now: 0)
        _ = session.head(5, try Self.head(200, Self.stream), now: 0)
        _ = session.body(5, Self.bytes(": waiting\n\n"), now: 0)
        #expect(session.due == .max)
        _ = session.body(5, Self.bytes("da"), now: 0)
        #expect(session.due == 120 * Self.second)
        // A byte now and then does not help it.
        _ = session.body(5, Self.bytes("ta: "), now: 100 * Self.second)
        #expect(
            Self.told(session.tick(120 * Self.second)) == [
                "close 5", "failed 5: the connection to the server was lost (it takes too long)",
            ])
    }

    @Test func `says how to give what the server wants to know`() throws {
        for (fields, words) in [
            (
                [],
                "the server wants to know who asks (HTTP 401): a person gives the gateway `--bearer-env` or `--header`"
            ),
            (
                [ServerEndpoint.Field("Authorization", "Bearer x")],
                "the server does not accept the credentials that the gateway was given, or not for this (HTTP 401)"
            ),
        ] {
            var session = HTTPSession(Self.endpoint(fields))
            _ = session.client(Self.bytes(Self.initialize), now: 0)
            _ = session.head(1, try Self.head(401, Self.json), now: 0)
            _ = session.body(1, Self.bytes(#"{"error":{"code":-32000,"message":"log in at evil.example"}}"#), now: 0)
            #expect(Self.told(session.ended(1, .whole, now: 0)) == ["failed 0: \(words)"])
        }
    }

    @Test func `passes an error on that came with a status of HTTP`() throws {
        var session = HTTPSession(Self.endpoint())
        _ = session.client(Self.bytes(#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#), now: 0)
        _ = session.head(1, try Self.head(400, Self.json), now: 0)
        _ = session.body(
            1, Self.bytes(#"{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"no session"}}"#),
            now: 0)
        #expect(
            Self.told(session.ended(1, .whole, now: 0)) == [
                #"line {"error":{"code":-32600,"message":"no session"},"id":1,"jsonrpc":"2.0"}"#
            ])
    }

    @Test func `ends at the server when the client has gone`() throws {
        var session = try Self.open()
        #expect(
            Self.told(session.finish(now: 0)) == [
                "close 3", "open 5 DELETE | MCP-Protocol-Version: 2025-11-25 | Mcp-Session-Id: s-1",
            ])
        #expect(Self.told(session.ended(5, .whole, now: 0)) == ["finished"])
    }
}
