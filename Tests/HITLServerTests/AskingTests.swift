import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLServer

private let key = "0123456789abcdef"
private let command: JSONValue = [
    "argv": ["./deploy.sh", "prod"], "environment": ["EDITOR": "vi", "LANG": nil], "executable": "/srv/app/deploy.sh",
    "pins": [
        [
            "bytes": 12, "path": "/srv/app/deploy.sh",
            "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ]
    ],
]

@Suite(.oneAtATime) struct `A request over the socket` {
    @Test func `is told its number once it is durable and its answer once it is decided`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let alice = try await desk.client()
        try await agent.send(
            "ask",
            [
                "id": "c1", "tool": "transfer", "args": ["amount": .number(try #require(JSONNumber("75000.10")))],
                "reason": "invoice 4711", "confidence": .number(try #require(JSONNumber("0.90"))), "agent": "book",
                "session": "s1",
                "lineage": ["main", "book"],
            ])
        #expect(
            try await agent.text()
                == #"{"jsonrpc":"2.0","method":"opened","params":{"id":"c1","number":1}}"#)
        #expect(try desk.status(of: 1) == .pending)
        let digest = try await desk.gate.queue.open(1).digest

        try await alice.send("approve", ["request": 1, "reason": "checked", "conditions": ["before noon"]])
        #expect(
            try await alice.text()
                == #"{"id":1,"jsonrpc":"2.0","result":{"digest":"\#(digest)","number":1,"status":"approved","tool":"transfer"}}"#
        )
        #expect(
            try await agent.text()
                == #"{"id":1,"jsonrpc":"2.0","result":{"arguments":{"amount":75000.10},"conditions":["before noon"],"decision":"approved","digest":"\#(digest)","id":"c1","number":1,"reason":"checked","reviewer":"alice"}}"#
        )

        let call = try #require(try desk.gate.ledger.history(of: .request(1)).call)
        #expect(call.origin == Origin(agent: "book", session: "s1", lineage: ["main", "book"]))
        #expect(call.claims == Claims(reason: "invoice 4711", confidence: JSONNumber("0.90")))
        #expect(call.performer == .unobserved && call.kind == .other)
        await desk.close()
    }

    @Test func `hears a rejection with its reason`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask()
        _ = try await desk.client().call("reject", ["request": .integer(number), "reason": "not today"])
        let answer = try #require(try await agent.answer().result)
        #expect(answer["decision"] == "rejected" && answer["reason"] == "not today" && answer["reviewer"] == "alice")
        await desk.close()
    }

    @Test func `that a rule denies is never shown to anybody`() async throws {
        let rule = Rule(name: "no", source: "test", when: .toolNamed(["bash"]), action: .block)
        let desk = try await TestDesk(rules: [rule])
        let answer = try await desk.client().call("ask", ["id": "c1", "tool": "bash", "args": [:]])
        #expect(answer.decision == "denied")
        #expect(answer.result?["rules"]?.array?.first?.object?["name"] == "no")
        #expect(await desk.gate.queue.pendingCount == 0)
        await desk.close()
    }

    @Test func `that a rule allows runs at once and is recorded with its outcome`() async throws {
        let desk = try await TestDesk(rules: [Rule(name: "yes", source: "test", when: .anyCall, action: .allow)])
        let agent = try await desk.client()
        let answer = try await agent.call("ask", ["id": "c1", "tool": "bash", "args": [:], "performer": "requester"])
        #expect(answer.decision == "allowed")
        let id = try #require(answer.result?["request"]?.string.flatMap(RequestID.init))
        _ = try await agent.call("outcome", ["id": "c1", "status": "succeeded"])
        #expect(try desk.gate.ledger.history(of: .call(id)).finished?.value.status == .succeeded)
        await desk.close()
    }

    @Test func `for the gate's own files is denied by the floor`() async throws {
        let desk = try await TestDesk(look: { call in
            guard call.facts.command?.argv.contains("ledger.db") == true else { return call }
            var facts = call.facts
            facts.gateFiles = ["ledger.db"]
            return call.with(facts: facts)
        })
        let answer = try await desk.client().call(
            "ask",
            [
                "id": "c1", "tool": "tidy", "args": [:],
                "command": ["argv": ["rm", "ledger.db"], "executable": "/bin/rm"],
            ])
        #expect(answer.decision == "denied")
        await desk.close()
    }

    @Test func `can be said to be riskier than its name, and never less risky`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        for (place, (tool, claimed, kind)) in [
            ("report", "delete", ToolKind.delete), ("report", "read", .other), ("delete_all", "read", .delete),
            ("delete_all", "edit", .delete), ("moveFile", "edit", .edit), ("report", "other", .other),
        ].enumerated() {
            let number = try await agent.ask("c\(place)", tool: tool, ["kind": .string(claimed)])
            #expect(try await desk.gate.queue.open(number).call.kind == kind)
        }
        #expect(
            try await agent.call("ask", ["id": "c9", "tool": "x", "args": [:], "kind": "safe"]).kind == "parameters")
        await desk.close()
    }

    @Test func `with a command shows all of it and owes its outcome`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask("c1", tool: "deploy", ["command": command, "directory": "/srv/app"])
        let call = try await desk.gate.queue.open(number).call
        #expect(call.performer == .requester && call.kind == .execute && call.directory == "/srv/app")
        #expect(call.facts.command?.argv == ["./deploy.sh", "prod"])
        #expect(
            call.facts.command?.environment == [.init(name: "EDITOR", value: "vi"), .init(name: "LANG", value: nil)])
        #expect(call.facts.pins.count == 1)

        _ = try await desk.client().call("approve", ["request": .integer(number)])
        #expect(try await agent.answer().decision == "approved")
        #expect(try desk.gate.ledger.history(of: .request(number)).started != nil)
        let outcome = try await agent.call(
            "outcome", ["id": "c1", "status": "failed", "summary": "exit code 3", "executionTime": 250])
        #expect(outcome.result == JSONObject([.init("status", "failed")]))
        let finished = try desk.gate.ledger.history(of: .request(number)).finished?.value
        #expect(finished == Outcome(status: .failed, summary: "exit code 3", executionTime: Milliseconds(250)))
        // Once.
        #expect(try await agent.call("outcome", ["id": "c1", "status": "succeeded"]).kind == "noPermit")
        await desk.close()
    }

    @Test func `whose requester vanishes after the approval is unknown`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask("c1", ["performer": "requester"])
        _ = try await desk.client().call("approve", ["request": .integer(number)])
        #expect(try await agent.answer().decision == "approved")
        agent.close()
        let history = try await desk.history(of: .request(number)) { $0.finished != nil }
        #expect(
            history.finished?.value
                == Outcome(status: .unknown, summary: "its requester went away without saying what came of it"))
        await desk.close()
    }

    @Test func `is withdrawn when its requester dies`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask("c1", ["agent": "crawler"])
        agent.close()
        let history = try await desk.history(of: .request(number)) { $0.status != .pending }
        guard case .withdrawn(_, "crawler is gone")? = history.status else {
            Issue.record("\(String(describing: history.status))")
            return
        }
        let late = try await desk.client().call("approve", ["request": .integer(number)])
        #expect(
            late.message == "Request 1 was already withdrawn by hitl (crawler is gone) at 2026-01-01T14:30:00.000Z.")
        await desk.close()
    }

    @Test func `without waiting stays when its requester leaves, and is waited for by number or id`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let asked = try await agent.call("ask", ["id": "c1", "tool": "bash", "args": [:], "mode": "async"])
        #expect(asked.decision == "pending")
        let number = try #require(asked.result?["number"])
        let id = try #require(asked.result?["request"])
        agent.close()

        let first = try await desk.client()
        let second = try await desk.client()
        try await first.send("wait", ["request": number])
        try await second.send("wait", ["request": id])
        #expect(try await desk.client().call("wait", ["request": number, "timeout": 1]).decision == "pending")
        _ = try await desk.client().call("reject", ["request": number])
        #expect(try await first.answer().decision == "rejected")
        #expect(try await second.answer().decision == "rejected")
        #expect(try await desk.client().call("wait", ["request": id]).decision == "rejected")
        #expect(try await desk.client().call("wait", ["request": 99]).kind == "unknownRequest")
        await desk.close()
    }

    @Test func `without waiting cannot carry the call out`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let answer = try await agent.call(
            "ask", ["id": "c1", "tool": "bash", "args": [:], "mode": "async", "performer": "requester"])
        #expect(answer.kind == "parameters")
        #expect(await desk.gate.queue.pendingCount == 0)
        await desk.close()
    }

    @Test func `is taken back by its requester`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask()
        try await agent.send("withdraw", ["id": "c1", "reason": "changed my mind"])
        let answers = [try await agent.answer(), try await agent.answer()]
        #expect(answers.compactMap { $0.decision } == ["withdrawn"])
        #expect(answers.compactMap { $0.result?["status"] } == ["withdrawn"])
        guard case .withdrawn(let principal, "changed my mind")? = try desk.status(of: number) else {
            Issue.record("not withdrawn")
            return
        }
        #expect(principal.role == .agent)
        await desk.close()
    }

    @Test func `expires after the time that its requester has`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask("c1", ["timeout": 20])
        await desk.clock.somebodySleeps(for: Milliseconds(20))
        desk.clock.advance(by: Milliseconds(20))
        let answer = try await agent.answer()
        #expect(answer.decision == "expired")
        #expect(try desk.status(of: number) == .expired)
        await desk.close()
    }

    @Test func `that was edited is answered with its final arguments`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask("c1", ["args": ["path": "a"]])
        try await agent.send("ask", ["id": "c2", "tool": "bash", "args": [:], "timeout": 30])
        let old = try await desk.gate.queue.open(number)
        let alice = Principal(role: .person, name: "alice", channel: "tty")
        let new = try await desk.gate.supersede(
            number, with: old.call.with(arguments: JSONObject([.init("path", "b")])), by: alice)
        _ = try await desk.client().call("approve", ["request": .integer(new.number)])
        while true {
            let answer = try await agent.answer()
            guard answer.result?["id"] == "c1" else { continue }
            #expect(answer.decision == "approved" && answer.result?["number"] == .integer(new.number))
            #expect(answer.result?["arguments"] == ["path": "b"])
            break
        }
        await desk.close()
    }

    @Test func `may not take an id that is in use on its connection`() async throws {
        let desk = try await TestDesk()
        let agent = try await desk.client()
        let number = try await agent.ask("c1", ["args": ["command": "touch x"]])
        let again = try await agent.call("ask", ["id": "c1", "tool": "bash", "args": ["command": "rm -rf build"]])
        #expect(again.message == "This connection uses the id `c1` already.")
        #expect(try await desk.gate.queue.open(number).call.arguments["command"] == "touch x")
        // On another connection it is another request.
        #expect(try await desk.client().ask("c1") == number + 1)
        await desk.close()
    }

    @Test(arguments: [
        (#"{"id":"c1","tool":"","args":{}}"#, "`ask`: `tool` must not be empty."),
        (#"{"id":"c1","tool":"t"}"#, "`ask`: `args` is missing."),
        (#"{"id":"c1","args":{}}"#, "`ask`: `tool` is missing."),
        (#"{"tool":"t","args":{}}"#, "`ask`: `id` is missing."),
        (#"{"id":"\u00e9","tool":"t","args":{}}"#, "`ask`: `id` must be printable ASCII."),
        (
            #"{"id":"c","tool":"t","args":{},"agent":"hitl"}"#,
            "`ask`: `hitl` is the name of the program itself, and of no agent."
        ),
        (
            #"{"id":"c","tool":"t","args":{},"agent":"a","lineage":["HitL","a"]}"#,
            "`ask`: `hitl` is the name of the program itself, and of no agent."
        ),
        (#"{"id":"c1","tool":"t","args":{},"confidence":1.5}"#, "`ask`: `confidence` must be a number from 0 to 1."),
        (#"{"id":"c1","tool":"t","args":{},"confidence":"0.9"}"#, "`ask`: `confidence` must be a number from 0 to 1."),
        (
            #"{"id":"c1","tool":"t","args":{},"timeout":0}"#,
            "`ask`: `timeout` must be an integer from 1 to 31622400000."
        ),
        (
            #"{"id":"c1","tool":"t","args":{},"timeout":1e9}"#,
            "`ask`: `timeout` must be an integer from 1 to 31622400000."
        ),
        (#"{"id":"c1","tool":"t","args":{},"mode":"now"}"#, "`ask`: `mode` must be one of `wait`, `async`."),
        (
            #"{"id":"c1","tool":"t","args":{},"performer":"desk"}"#,
            "`ask`: `performer` must be one of `unobserved`, `requester`."
        ),
        (
            #"{"id":"c1","tool":"t","args":{},"key":"short"}"#,
            "`ask`: `key` must have at least 16 bytes, so that nobody meets it by chance."
        ),
        (#"{"id":"c1","tool":"t","args":{},"directory":"srv"}"#, "`ask`: `directory` must be an absolute path."),
        (#"{"id":"c1","tool":"t","args":{},"reason":null}"#, "`ask`: `reason` must be a string."),
        (
            #"{"id":"c1","tool":"t","args":{},"command":{"argv":[],"executable":"/bin/true"}}"#,
            "`ask.command`: `argv` must have a first word, and no word may hold a NUL."
        ),
        (
            #"{"id":"c1","tool":"t","args":{},"command":{"argv":["a"],"executable":"/bin/true","shell":true}}"#,
            "`ask.command` knows no member `shell`."
        ),
        (#"{"id":"c1","tool":"t","args":{},"approved":true}"#, "`ask` knows no member `approved`."),
    ]) func `that is malformed is refused in one sentence`(parameters: String, sentence: String) async throws {
        let desk = try await TestDesk()
        let client = try await desk.client()
        try await client.send(line: #"{"jsonrpc":"2.0","id":1,"method":"ask","params":\#(parameters)}"#)
        #expect(try await client.answer().message == sentence)
        #expect(await desk.gate.queue.pendingCount == 0)
        await desk.close()
    }

    @Test func `over its agent's limit is refused with that reason`() async throws {
        let desk = try await TestDesk(pendingPerAgent: 1)
        let agent = try await desk.client()
        _ = try await agent.ask("c1")
        #expect(
            try await agent.call("ask", ["id": "c2", "tool": "bash", "args": [:]]).message
                == "This agent has 1 requests pending, which is its limit.")
        await desk.close()
    }
}

@Suite(.oneAtATime) struct `A requester that asks again with its key` {
    @Test func `joins its request, which is decided once`() async throws {
        let desk = try await TestDesk()
        let first = try await desk.client()
        let number = try await first.ask("c1", ["key": .string(key), "performer": "requester"])
        let second = try await desk.client()
        #expect(try await second.ask("other", ["key": .string(key), "performer": "requester"]) == number)
        // The newer connection counts; the older is told.
        #expect(try await first.answer().kind == "deskClosing")
        _ = try await desk.client().call("approve", ["request": .integer(number)])
        #expect(try await second.answer().decision == "approved")
        #expect(await desk.gate.queue.pendingCount == 0)

        // The permit is spent: whoever asks once more gets none.
        let third = try await desk.client()
        #expect(
            try await third.call(
                "ask", ["id": "c1", "tool": "bash", "args": [:], "key": .string(key), "performer": "requester"]
            ).kind
                == "alreadyStarted")
        await desk.close()
    }

    @Test func `is refused where the call is another`() async throws {
        let desk = try await TestDesk()
        let first = try await desk.client()
        let number = try await first.ask("c1", ["key": .string(key)])
        let second = try await desk.client()
        let answer = try await second.call(
            "ask", ["id": "c1", "tool": "bash", "args": ["command": "rm -rf build"], "key": .string(key)])
        #expect(answer.message == "Another call was asked for with this key.")
        #expect(try desk.status(of: number) == .pending)
        await desk.close()
    }

    @Test func `hears what was decided while it was away`() async throws {
        let scratch = Scratch()
        let ledger = try TestDesk.onDisk(scratch)
        let desk = try await TestDesk(in: scratch, ledger: ledger)
        let agent = try await desk.client()
        let number = try await agent.ask("c1", ["key": .string(key), "performer": "requester"])
        await desk.close()
        #expect(try await agent.answer().kind == "deskClosing")
        #expect(try await agent.line() == nil)

        // The next desk, on the same ledger: pending still, and decided while nobody waits.
        let next = try await TestDesk(in: scratch, ledger: ledger)
        #expect(await next.gate.queue.requesterOf(number) == .orphaned)
        _ = try await next.client().call("approve", ["request": .integer(number)])
        let back = try await next.client()
        #expect(try await back.ask("c1", ["key": .string(key), "performer": "requester"]) == number)
        #expect(try await back.answer().decision == "approved")
        _ = try await back.call("outcome", ["id": "c1", "status": "succeeded"])
        let history = try next.gate.ledger.history(of: .request(number))
        #expect(history.started != nil && history.finished?.value.status == .succeeded)
        await next.close()
    }

    @Test(arguments: [false, true]) func `and waits across the desk's restart is decided once`(onDisk: Bool)
        async throws
    {
        let scratch = Scratch()
        let ledger = try onDisk ? TestDesk.onDisk(scratch) : nil
        let desk = try await TestDesk(in: scratch, ledger: ledger)
        let agent = try await desk.client()
        let number = try await agent.ask("c1", ["key": .string(key)])
        await desk.close()

        let next = try await TestDesk(in: scratch, ledger: desk.ledger)
        let back = try await next.client()
        #expect(try await back.ask("c1", ["key": .string(key)]) == number)
        _ = try await next.client().call("approve", ["request": .integer(number)])
        #expect(try await back.answer().decision == "approved")
        let late = try await next.client().call("reject", ["request": .integer(number)])
        #expect(late.message == "Request 1 was already approved by alice at 2026-01-01T14:30:00.000Z.")
        #expect(try next.ledger.count(kind: "opened") == 1)
        #expect(try next.ledger.count(kind: "closed") == 1)
        await next.close()
    }
}
