import HITLCore
import HITLGate
import HITLPlatform
import Testing

@testable import HITLServer

/// `docs/formats/vectors/wire-cases.jsonl`: bytes that other parsers read in two ways.
@Suite struct `Bytes on the wire` {
    struct Case: Sendable, CustomTestStringConvertible {
        let id: String
        let bytes: [UInt8]
        let expect: String
        let why: String
        var testDescription: String { "\(id): \(why)" }

        init?(_ line: JSONObject) {
            guard let id = line["id"]?.string, let hex = line["hex"]?.string, let expect = line["expect"]?.string else {
                return nil
            }
            self.id = id
            self.expect = expect
            why = line["why"]?.string ?? ""
            let digits = Array(hex.utf8)
            bytes = stride(from: 0, to: digits.count, by: 2).map { place in
                UInt8(String(decoding: digits[place...(place + 1)], as: UTF8.self), radix: 16) ?? 0
            }
        }
    }

    static let cases = Vectors.lines("wire-cases.jsonl").compactMap(Case.init)

    @Test func `are all here`() { #expect(Self.cases.count == 26) }

    @Test(arguments: cases) func `as the parameters of ask are accepted exactly or refused in one sentence`(_ one: Case)
        async throws
    {
        let desk = try await TestDesk()
        let client = try await desk.client()
        let line = Array(#"{"jsonrpc":"2.0","id":"m","method":"ask","params":"#.utf8)
        var parameters = one.bytes
        while parameters.last == 10 { parameters.removeLast() }
        try await client.send(raw: line + parameters + Array("}\n".utf8))

        switch one.expect {
        case "accept-exact":
            let opened = try await client.notification("opened")
            let request = try await desk.gate.queue.open(try #require(opened["number"]?.integer))
            let digits = one.id == "wire-20" ? "9007199254740993" : "75000.10"
            #expect(request.call.arguments["amount"] == .number(try #require(JSONNumber(digits))))
        case "reject", "accept-but-show or reject", "accept-or-reject, consistently; 1 and \"1\" must not alias",
            "ignore":
            let answer = try await client.answer()
            #expect(answer["error"] != nil && answer.message?.isEmpty == false)
            #expect(await desk.gate.queue.pendingCount == 0)
        case "accept-or-reject, never hang":
            #expect(try await client.notification("opened")["id"]?.string == "c1")
        case let other: Issue.record("what is `\(other)`?")
        }
        // Whatever it was, the desk goes on.
        let next = try await desk.client()
        #expect(try await next.call("list").result?["count"] != nil)
        await desk.close()
    }

    @Test(arguments: cases) func `on their own are answered by an error or passed over, and never wait`(_ one: Case)
        async throws
    {
        let desk = try await TestDesk()
        let client = try await desk.client()
        try await client.send(raw: one.bytes)
        client.stream.closeWriting()
        var answers: [JSONObject] = []
        while let line = try await client.line() { answers.append(line) }
        #expect(answers.isEmpty == (one.expect == "ignore"))
        #expect(answers.allSatisfy { $0["error"] != nil })
        #expect(await desk.gate.queue.pendingCount == 0)
        await desk.close()
    }

    @Test func `of a number and of a string make different ids`() async throws {
        let desk = try await TestDesk()
        let client = try await desk.client()
        try await client.send(
            line: #"{"jsonrpc":"2.0","id":1,"method":"ask","params":{"id":1,"tool":"bash","args":{}}}"#)
        #expect(
            try await client.text()
                == #"{"error":{"code":-32602,"data":{"kind":"parameters"},"message":"`ask`: `id` must be a string."},"id":1,"jsonrpc":"2.0"}"#
        )
        _ = try await client.ask("1")
        await desk.close()
    }

    @Test func `of a decision in a request are refused and written down`() async throws {
        let desk = try await TestDesk()
        let client = try await desk.client()
        let answer = try await client.call("ask", ["id": "c1", "tool": "bash", "args": [:], "decision": "approved"])
        #expect(answer.message == "`ask` knows no member `decision`.")
        #expect(try desk.attempts == ["ask with the unknown member `decision`"])
        await desk.close()
    }
}
