import HITLCore
import Testing

@testable import HITLAgents

extension ClientLine {
    init(_ text: String, introductions: Bool = true) { self.init(Array(text.utf8), introductions: introductions) }

    var call: ToolsCall? { if case .call(let call) = verdict { call } else { nil } }
    var objections: [LineObjection] { if case .refused(let objections) = verdict { objections } else { [] } }
    var passes: Bool { if case .passes = verdict { true } else { false } }
}

@Suite struct `A line of an MCP client` {
    private static let method = "tools/call"

    private static func call(method: String = method, id: String = "5", params: String = #"{"name":"echo"}"#) -> String
    {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
    }

    @Test func `is a call however its method is spelled`() {
        #expect(ClientLine(Self.call()).call?.name == "echo")
        #expect(ClientLine("  \t" + Self.call() + "\r").call?.name == "echo")
        #expect(ClientLine(Self.call(method: #"tools\/call"#)).call?.name == "echo")
        let bytes = Array(Self.method.utf8)
        for place in bytes.indices {
            for digits in [String(bytes[place], radix: 16), String(bytes[place], radix: 16, uppercase: true)] {
                let escaped =
                    String(decoding: bytes[..<place], as: UTF8.self) + "\\u00" + digits
                    + String(decoding: bytes[(place + 1)...], as: UTF8.self)
                #expect(ClientLine(Self.call(method: escaped)).call?.name == "echo", "\(escaped)")
            }
        }
        #expect(ClientLine(#"{"\u006dethod":"tools/call","id":1,"params":{"n\u0061me":"echo"}}"#).call?.name == "echo")
    }

    @Test(arguments: [
        #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
        #"{"jsonrpc":"2.0","id":1,"result":{"text":"tools/call"}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"tools/call \u00e9 \/ tools\/call"}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"x","a":"\"method\":\"tools/call\"","params":{"method":"tools/call"}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"p2"}}"#,
        #"{"jsonrpc":"2.0","id":1,"method":"tasks/result","params":{"taskId":"t"}}"#,
        #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"}]"#,
        // What laxer readers make of it is still no call.
        #"{"a":1,"a":2,} // comment"#, "not JSON at all", "",
    ]) func `passes where it is none`(_ line: String) {
        let read = ClientLine(line)
        if line == "not JSON at all" { return #expect(read.objections.map(\.code) == [.notJSON]) }
        #expect(read.passes)
    }

    @Test(arguments: [
        (call(id: "null"), LineObjection.Code.invalidRequest), (call(id: "1.0"), .invalidRequest),
        (call(id: "-0"), .invalidRequest), (call(id: "true"), .invalidRequest),
        (#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo"}}"#, .invalidRequest),
        (call(method: "tools/call "), .invalidRequest), (call(method: "Tools/Call"), .invalidRequest),
        (call(method: "tools//call"), .invalidRequest), (call(method: #"tools\/list "#), .invalidRequest),
        (call(params: #"{"name":"echo","Arguments":{}}"#), .invalidRequest),
        (call(params: #"{"name":"echo","argument\u017f":{}}"#), .invalidRequest),
        (call(params: #"{"name":"echo","arguments":"{}"}"#), .invalidParameters),
        (call(params: #"{"name":["echo"]}"#), .invalidParameters), (call(params: #"{"name":""}"#), .invalidParameters),
        (call(params: #"{"name":"echo","task":1,"arguments":{"params.task":2}}"#), .invalidParameters),
        (call(params: #"["echo"]"#), .invalidParameters),
        (call(params: #"{"name":"echo","_meta":1}"#), .invalidParameters),
        (call(params: #"{"name":"echo","name":"rug"}"#), .invalidRequest),
        (call(params: #"{"name":"echo","arguments":{"\u00e9":1,"e\u0301":2}}"#), .invalidRequest),
        (#"{"id":1,"method":"ping","METHOD":"tools/call"}"#, .invalidRequest),
        (#"{"id":1,"method":["tools/call"]}"#, .invalidRequest),
        (#"{"id":1,"method":"tools/call","result":{},"params":{"name":"echo"}}"#, .invalidParameters),
        ("\u{FEFF}" + call(), .notJSON), (call() + call(), .notJSON), (call() + "\u{0}", .notJSON),
        (#"{"id":1,"method":"tools/call","params":{"name":"echo","arguments":{"a":"\ud800"}}}"#, .notJSON),
        (#"{'id':1,'method':'\x74ools/call'}"#, .notJSON),
        ("{\"a\":\r" + call() + "}", .notJSON), ("[]", .invalidRequest), ("[\"tools/call\"]", .invalidRequest),
    ]) func `is refused where it can be read in two ways`(_ line: String, _ code: LineObjection.Code) {
        #expect(ClientLine(line).objections.map(\.code) == [code])
    }

    @Test func `is refused with its id wherever that is certain, so that nobody waits`() {
        #expect(
            ClientLine(#"{"id":7,"method":"tools/call","params":{"name":"a","name":"b"}}"#).objections.first?.id
                == MessageID(7))
        #expect(
            ClientLine(#"{"id":7,"id":8,"method":"tools/call","params":{"name":"a"}}"#).objections.first?.id == nil)
    }

    @Test func `in another encoding is refused`() {
        let utf16 = Array(Self.call().utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(ClientLine(utf16).objections.map(\.code) == [.notJSON])
        // An overlong `/` (C0 AF), which old decoders take for one.
        let overlong = Array(#"{"id":1,"method":"tools"#.utf8) + [0xC0, 0xAF] + Array(#"call"}"#.utf8)
        #expect(ClientLine(overlong).objections.map(\.code) == [.notJSON])
    }

    @Test func `that is a batch is refused whole where one of it is a call`() {
        let line = #"[{"id":1,"method":"ping"},\#(Self.call(id: "\"two\""))]"#
        #expect(ClientLine(line).objections.map(\.id) == [MessageID("two"), MessageID(1)])
        #expect(ClientLine(#"[{"id":1,"method":"tools/list"}]"#).lists == [MessageID(1)!])
    }

    @Test func `shows all that the server gets of a call but for its meta data`() throws {
        let call = try #require(
            ClientLine(
                Self.call(
                    params:
                        #"{"name":"echo","task":{"ttl":6e4},"arguments":{"b":1.0,"a":"x"},"_meta":{"progressToken":"p"},"requestState":"s"}"#
                )
            ).call)
        #expect(
            JSONValue.object(call.shown).canonicalText
                == #"{"a":"x","b":1.0,"params.requestState":"s","params.task":{"ttl":6e4}}"#)
        #expect(call.progressToken == "p")
        #expect(
            String(
                decoding: call.line(withEdited: JSONObject([.init("a", "y"), .init("params.task", ["ttl": 1])])),
                as: UTF8.self)
                == #"{"id":5,"jsonrpc":"2.0","method":"tools/call","params":{"_meta":{"progressToken":"p"},"#
                + #""arguments":{"a":"y"},"name":"echo","task":{"ttl":1}}}"#)
    }

    @Test func `asks for the same in another spelling, and not with another value`() throws {
        func identity(_ params: String) -> [UInt8]? { ClientLine(Self.call(params: params)).call?.identity }
        let one = identity(#"{"name":"echo","arguments":{"a":1,"b":"é"}}"#)
        #expect(one != nil)
        #expect(identity(#"{"arguments":{"b":"\u00e9", "a":1},"_meta":{"progressToken":3},"name":"echo"}"#) == one)
        #expect(identity(#"{"name":"echo","arguments":{"a":1.0,"b":"é"}}"#) != one)
        #expect(identity(#"{"name":"Echo","arguments":{"a":1,"b":"é"}}"#) != one)
        #expect(identity(#"{"name":"echo","arguments":{"a":1,"b":"é"},"requestState":"s"}"#) != one)
    }

    @Test func `tells who the client is in both eras`() {
        #expect(
            ClientLine(#"{"id":1,"method":"initialize","params":{"clientInfo":{"name":"codex"}}}"#).client == "codex")
        #expect(
            ClientLine(
                #"{"id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/clientInfo":{"name":"cc"}}}}"#
            ).client == "cc")
    }

    @Test func `knows ids by type and value`() {
        #expect(MessageID(1) != MessageID("1"))
        #expect(MessageID("a") == MessageID("\u{61}"))
        #expect(JSONNumber("10000000000000000000").flatMap { MessageID(.number($0)) } == nil)
    }
}
