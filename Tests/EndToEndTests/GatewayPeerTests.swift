import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// The gateway before a server of another make, in both eras of the protocol.
@Suite(.oneAtATime) struct `A server of another make` {
    private static let legacy =
        #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","#
        + #""capabilities":{},"clientInfo":{"name":"tester","version":"1"}}}"#
    private static let modern =
        #""io.modelcontextprotocol/protocolVersion":"2026-07-28","#
        + #""io.modelcontextprotocol/clientCapabilities":{}"#

    private static func call(_ id: Int, _ tool: String, _ arguments: String, modern isModern: Bool) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments),"#
            + #""_meta":{"progressToken":\#(id)\#(isModern ? "," + modern : "")}}}"#
    }

    private static func result(_ answer: JSONObject) -> String {
        (answer["result"] ?? answer["error"] ?? .null).canonicalText
    }

    @Test(arguments: [false, true]) func `is asked about, and what is permitted is its own answer`(
        _ isModern: Bool
    ) async throws {
        guard let server = await Peers.python("echo_stdio.py") else { return }
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let client = try await GatewayClient.open(home, server: server)
        if !isModern {
            try await client.send(Self.legacy)
            #expect(try await client.answer()["result"]?.object?["serverInfo"]?.object?["name"] == "echo_stdio")
        }
        try await client.send(Self.call(1, "add", #"{"a":1,"b":2}"#, modern: isModern))
        #expect(try await client.next().contains("request 1"))
        try await desk.enter("/hitl approve 1")
        let complete = isModern ? #","resultType":"complete""# : ""
        #expect(
            Self.result(try await client.answer())
                == #"{"content":[{"text":"{\"sum\": 3}","type":"text"}],"isError":false\#(complete),"structuredContent":{"sum":3}}"#
        )
        try await client.send(Self.call(2, "add", #"{"a":1,"b":3}"#, modern: isModern))
        #expect(try await client.next().contains("request 2"))
        try await desk.enter("/hitl reject 2 --reason no")
        #expect(
            Self.result(try await client.answer())
                == #"{"content":[{"text":"`add` was not executed: \#(operatorName) rejected request 2, with the reason "#
                + #"\"no\". This is a decision and no error: do not ask for the same again; a call that meets the reason "#
                + #"may be accepted.","type":"text"}],"isError":true\#(complete)}"#)
    }

    @Test func `goes on working while a call waits, and its progress comes through`() async throws {
        guard let server = await Peers.python("echo_stdio.py") else { return }
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let client = try await GatewayClient.open(home, server: server)
        try await client.send(Self.call(1, "slow", #"{"seconds":0.1}"#, modern: true))
        #expect(try await client.next().contains("request 1"))
        try await client.send(Self.call(2, "add", #"{"a":1,"b":2}"#, modern: true))
        #expect(try await client.next().contains("request 2"))
        try await desk.enter("/hitl approve 1")
        #expect(try await client.next().contains(#""message": "working""#))
        #expect(try await client.told() == "slept")
        try await client.send(#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#)
        #expect(try await client.answer()["id"]?.integer == 3)
        try await desk.enter("/hitl approve 2")
        #expect(try await client.told() == #"{"sum": 3}"#)
    }

    @Test func `that pulls the rug is not called any more`() async throws {
        guard let server = await Peers.python("echo_stdio.py") else { return }
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let client = try await GatewayClient.open(home, server: server)
        let list = #"{"jsonrpc":"2.0","id":"l","method":"tools/list"}"#
        try await client.send(list)
        _ = try await client.answer()
        try await client.send(Self.call(1, "rug", "{}", modern: false))
        #expect(try await client.next().contains("request 1"))
        try await desk.enter("/hitl approve 1")
        #expect(try await client.told() == "ok")
        try await client.send(list)
        _ = try await client.answer()
        try await client.send(Self.call(2, "echo", #"{"text":"x"}"#, modern: false))
        #expect(try await client.told().contains("the server changed its definition"))
        try await client.send(Self.call(3, "Echo", #"{"text":"x"}"#, modern: false))
        #expect(try await client.told().contains("the server's list has no tool of exactly this name"))
    }
}
