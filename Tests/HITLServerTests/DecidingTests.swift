import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLServer

@Suite(.oneAtATime) struct `A decision over the socket` {
    @Test func `is the first of two, and the second is told by whom and when`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let alice = try await desk.client()
        let bob = try await desk.client()
        for round in 1...50 {
            let number = try await agent.ask("c\(round)")
            try await alice.send("approve", ["request": .integer(number)])
            try await bob.send("reject", ["request": .integer(number), "reason": "no"])
            let answers = [try await alice.answer(), try await bob.answer()]
            let decision = try #require(try await agent.answer().decision)
            #expect(answers.compactMap { $0.result?["status"]?.string } == [decision])
            let loser = try #require(answers.first { $0["error"] != nil })
            #expect(loser.message == "Request \(number) was already \(decision) by alice at 2026-01-01T14:30:00.000Z.")
            #expect(try desk.gate.ledger.history(of: .request(number)).status?.word == decision)
        }
        #expect(try desk.ledger.count(kind: "closed") == 50)
        await desk.close()
    }

    @Test func `names the loser's facts for programs`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask()
        let alice = try await desk.client()
        _ = try await alice.call("reject", ["request": .integer(number), "reason": "no"])
        try await alice.send("approve", ["request": "evt_0000000000000001"])
        #expect(
            try await alice.text()
                == #"{"error":{"code":-32005,"data":{"at":"2026-01-01T14:30:00.000Z","kind":"alreadyClosed","number":1,"status":{"is":"rejected","review":{"answer":"reject","reason":"no","reviewer":{"channel":"socket","name":"alice","role":"person"}}}},"message":"Request 1 was already rejected by alice at 2026-01-01T14:30:00.000Z."},"id":2,"jsonrpc":"2.0"}"#
        )
        await desk.close()
    }

    @Test func `needs the reasons that the policy requires`() async throws {
        let desk = try await TestDesk(obligations: [.reasonToReject])
        let agent = try await desk.client()
        let number = try await agent.ask()
        let alice = try await desk.client()
        #expect(try await alice.call("reject", ["request": .integer(number)]).kind == "reasonRequired")
        #expect(try desk.status(of: number) == .pending)
        await desk.close()
    }

    @Test func `is for what was shown`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask()
        let alice = try await desk.client()
        #expect(
            try await alice.call("approve", ["request": .integer(number), "digest": "keyed:other"]).kind
                == "digestMismatch")
        #expect(try desk.status(of: number) == .pending)
        let digest = try await desk.gate.queue.open(number).digest
        #expect(
            try await alice.call("approve", ["request": .integer(number), "digest": .string(digest.description)]).kind
                == nil)
        await desk.close()
    }

    @Test func `on a number that nobody has is an error and written down`() async throws {
        let desk = try await TestDesk()
        let alice = try await desk.client()
        for name in [99, "99", "evt_00000000000000ff", "A7"] as [JSONValue] {
            #expect(try await alice.call("approve", ["request": name]).kind == "unknownRequest")
        }
        #expect(
            try desk.attempts == [
                "a decision on the unknown request 99", "a decision on the unknown request 99",
                "a decision on the unknown request evt_00000000000000ff",
            ])
        await desk.close()
    }

    @Test func `is not taken without a request, by a default or by another word`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask()
        let client = try await desk.client()
        #expect(try await client.call("approve").kind == "parameters")
        #expect(try await client.call("approve", ["request": nil]).kind == "parameters")
        #expect(try await client.call("approve", ["request": [.integer(number)]]).kind == "parameters")
        #expect(try await client.call("yes", ["request": .integer(number)]).kind == "unknownMethod")
        #expect(try await client.call("APPROVE", ["request": .integer(number)]).kind == "unknownMethod")
        #expect(
            try await client.call("approve", ["request": .integer(number), "reviewer": "root"]).kind == "unknownMember")
        try await client.send(line: #"{"jsonrpc":"2.0","method":"approve","params":{"request":1}}"#)
        #expect(try await client.answer().kind == "notARequest")
        try await client.send(line: #"[{"jsonrpc":"2.0","id":1,"method":"approve","params":{"request":1}}]"#)
        #expect(try await client.answer().kind == "notARequest")
        try await client.send(line: "approve 1")
        #expect(try await client.answer().kind == "notJSON")
        try await client.send(line: #"{"type":"decision","id":"A","approved":true}"#)
        #expect(try await client.answer().kind == "notARequest")
        #expect(try desk.status(of: number) == .pending)
        await desk.close()
    }

    @Test func `of many at once is one decision each`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let alice = try await desk.client()
        var numbers: [Int64] = []
        for place in 1...300 { numbers.append(try await agent.ask("c\(place)")) }
        for number in numbers { try await alice.send("approve", ["request": .integer(number)]) }
        for _ in numbers { #expect(try await alice.answer().result?["status"] == "approved") }
        for _ in numbers { #expect(try await agent.answer().decision == "approved") }
        #expect(await desk.gate.queue.pendingCount == 0)
        await desk.close()
    }

    @Test func `that cannot be written is not made`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask()
        let alice = try await desk.client()
        desk.ledger.close()
        #expect(try await alice.call("approve", ["request": .integer(number)]).kind == "ledgerUnavailable")
        #expect(await desk.gate.queue.pendingCount == 1)
        #expect(try await alice.call("ask", ["id": "c2", "tool": "bash", "args": [:]]).kind == "ledgerUnavailable")
    }
}

@Suite(.oneAtATime) struct `Somebody who watches the desk` {
    @Test func `hears every change as the ledger has it`() async throws {
        let desk = try await TestDesk()
        let watcher = try await desk.client()
        #expect(try await watcher.call("subscribe").result?["count"] == 0)
        let agent = try await desk.client()
        let number = try await agent.ask("c1", ["performer": "requester"])
        let opened = try await watcher.event("opened")
        #expect(opened["number"] == .integer(number))
        #expect(opened["call"]?.object?["tool"] == "bash")
        _ = try await watcher.call("approve", ["request": .integer(number)])
        _ = try await agent.answer()
        _ = try await agent.call("outcome", ["id": "c1", "status": "succeeded", "summary": "done"])
        #expect(
            JSONValue.object(try await watcher.event("finished")).canonicalText
                == #"{"outcome":{"status":"succeeded","summary":"done"},"subject":"1","tool":"bash","type":"finished"}"#
        )
        await desk.close()
    }

    @Test func `hears how a request closed`() async throws {
        let desk = try await TestDesk()
        let watcher = try await desk.client()
        _ = try await watcher.call("subscribe")
        let agent = try await desk.client()
        let number = try await agent.ask()
        let digest = try await desk.gate.queue.open(number).digest
        _ = try await desk.client().call("approve", ["request": .integer(number)])
        #expect(
            JSONValue.object(try await watcher.event("closed")).canonicalText
                == #"{"digest":"\#(digest)","performer":"unobserved","request":1,"status":{"is":"approved","review":{"answer":"approve","reviewer":{"channel":"socket","name":"alice","role":"person"}}},"tool":"bash","type":"closed"}"#
        )
        await desk.close()
    }

    @Test func `and does not read is let go of with a reason`() async throws {
        let desk = try await TestDesk(change: { $0.backlog = 1 << 20 })
        let watcher = try await desk.client()
        _ = try await watcher.call("subscribe")
        let agent = try await desk.client()
        let large = JSONValue.string(String(repeating: "x", count: 300_000))
        for place in 1...20 { _ = try await agent.ask("c\(place)", ["args": ["text": large]]) }
        var last: JSONObject?
        while let line = try await watcher.line() { last = line }
        #expect(last?["method"] == "closing")
        #expect(last?["params"] == ["reason": "The client does not read what it is sent."])
        // The others do not notice.
        #expect(try await agent.call("list", ["limit": 1]).result?["count"] == 20)
        await desk.close()
    }

    @Test func `lists what waits, most urgent first`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        _ = try await agent.ask("c1", tool: "readNothing")
        _ = try await agent.ask("c2", tool: "deleteEverything", ["args": ["recursive": true]])
        _ = try await agent.ask("c3", tool: "readNothing")
        let list = try #require(try await agent.call("list").result)
        #expect(list["count"] == 3)
        #expect(list["pending"]?.array?.compactMap { $0.object?["number"]?.integer } == [2, 1, 3])
        #expect(try await agent.call("list", ["limit": 1]).result?["pending"]?.array?.count == 1)
        await desk.close()
    }
}
