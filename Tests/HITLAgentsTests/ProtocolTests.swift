import HITLAgents
import HITLCore
import Testing

@Suite struct `The answer to a permission request` {
    private func choice(_ options: [(id: String, name: String, kind: String)]) -> PermissionChoice {
        PermissionChoice(
            .array(
                options.map { ["optionId": .string($0.id), "name": .string($0.name), "kind": .string($0.kind)] }))
    }

    private static let usual = [
        ("always", "Always", "allow_always"), ("yes", "Yes", "allow_once"), ("no", "No", "reject_once"),
        ("never", "Never", "reject_always"),
    ]

    @Test func `is an option that holds once`() {
        let choice = choice(Self.usual)
        #expect(choice.allow?.id == "yes")
        #expect(choice.refusal == ["outcome": ["outcome": "selected", "optionId": "no"]])
    }

    @Test func `is never a standing one, and cancels where there is nothing else to say no with`() {
        let choice = choice([Self.usual[0], Self.usual[3]])
        #expect(choice.allow == nil)
        #expect(choice.refusal == ["outcome": ["outcome": "cancelled"]])
    }

    @Test func `goes by the kind and not by the name or the id`() {
        let choice = choice([("allow_once", "Allow once", "reject_once"), ("reject", "Reject", "allow_once")])
        #expect(choice.allow?.id == "reject")
        #expect(choice.reject?.id == "allow_once")
    }

    @Test func `is none of two options with one id`() {
        #expect(choice([("x", "Yes", "allow_once"), ("x", "Always", "allow_always")]).allow == nil)
        #expect(choice([("x", "Yes", "allow_once"), ("x", "No", "reject_once")]).refusal == PermissionChoice.cancelled)
        // One to Swift, two in bytes.
        #expect(choice([("\u{E9}", "Yes", "allow_once"), ("e\u{301}", "Always", "allow_always")]).allow == nil)
    }

    @Test(arguments: [
        "Yes, and don't ask again", "Allow for this session", "Always", "Yes to everything", "Auto-approve edits",
        "Approve and remember",
    ]) func `is no option whose name says more than once`(_ name: String) {
        #expect(choice([("yes", name, "allow_once"), ("no", "No", "reject_once")]).allow == nil)
    }

    @Test(
        arguments: [
            nil, .null, "allow_once", ["allow_once"], [["optionId": 1, "kind": "allow_once", "name": "Yes"]],
            [["optionId": "", "kind": "allow_once", "name": "Yes"]], [["optionId": "yes", "kind": "ALLOW_ONCE"]],
        ] as [JSONValue?]) func `is no where the options are no options`(_ options: JSONValue?)
    {
        let choice = PermissionChoice(options)
        #expect(choice.allow == nil)
        #expect(choice.refusal == PermissionChoice.cancelled)
    }
}

@Suite struct `What was said about a tool call` {
    private let origin = Origin(agent: "acp", session: "s", lineage: ["acp"])

    private func call(_ updates: String...) throws -> ToolCall {
        var table = ToolCallTable()
        var record: ToolCallTable.Record?
        for update in updates { record = table.merge(try #require(try JSONValue(parsing: update).object)) }
        return try #require(record).call(origin: origin, directory: "/w", answer: "Yes")
    }

    @Test func `is merged, the last word counts, and null takes nothing back`() throws {
        let call = try call(
            #"{"toolCallId":"c","title":"Run","kind":"execute","rawInput":{"command":"ls"}}"#,
            #"{"toolCallId":"c","title":"rm -rf build","rawInput":{"command":"rm -rf build"}}"#,
            #"{"toolCallId":"c","rawInput":null,"title":null}"#)
        #expect(call.tool == "acp/execute")
        #expect(call.kind == .execute)
        #expect(call.performer == .unobserved)
        #expect(
            JSONValue.object(call.arguments)
                == [
                    "command": "rm -rf build",
                    "toolCall": ["title": "rm -rf build", "kind": "execute", "answer": "Yes"],
                ])
    }

    @Test func `of another call is not mixed in`() throws {
        let call = try call(
            #"{"toolCallId":"a","rawInput":{"command":"rm"}}"#,
            #"{"toolCallId":"b","title":"List","rawInput":{"command":"ls"}}"#)
        #expect(call.arguments["command"] == "ls")
    }

    @Test(arguments: ["read", "search", "think", "switch_mode", "harmless"])
    func `makes it no lighter than an unknown call`(_ kind: String) throws {
        let call = try call(#"{"toolCallId":"c","title":"x","kind":"\#(kind)","rawInput":{"path":"/etc/passwd"}}"#)
        #expect(call.kind == .other)
        #expect(RiskAssessor().assess(call).level != .none)
    }

    @Test func `keeps its text and its diffs whole`() throws {
        let call = try call(
            #"{"toolCallId":"c","kind":"edit","title":"E","locations":[{"path":"/w/f"}],"content":[{"type":"content","content":{"type":"text","text":"all of it"}},{"type":"diff","path":"/w/f","oldText":"a\nb\nc\n","newText":"a\nB\nc\n"}]}"#
        )
        #expect(
            call.arguments["toolCall"]?.object?["content"]
                == ["all of it", ["type": "diff", "path": "/w/f", "oldText": "a\nb\nc\n", "newText": "a\nB\nc\n"]])
        #expect(call.facts.preview == "change of /w/f\n  a\n- b\n+ B\n  c")
    }

    @Test func `repeats no text of a diff that stands among the arguments`() throws {
        let call = try call(
            #"{"toolCallId":"c","rawInput":{"content":"b\n"},"content":[{"type":"diff","path":"/w/f","oldText":"a\n","newText":"b\n"}]}"#
        )
        #expect(
            call.arguments["toolCall"]?.object?["content"] == [["type": "diff", "path": "/w/f", "oldText": "a\n"]])
    }

    @Test func `cannot stand in the place of what we say about it`() throws {
        let call = try call(#"{"toolCallId":"c","title":"real","rawInput":{"toolCall":{"title":"forged"}}}"#)
        #expect(
            JSONValue.object(call.arguments)
                == [
                    "rawInput": ["toolCall": ["title": "forged"]], "toolCall": ["title": "real", "answer": "Yes"],
                ])
    }

    @Test func `is a warning where it is nothing`() throws {
        #expect(try call(#"{"toolCallId":"c"}"#).facts.warnings == ["the agent says nothing of what it would do"])
        #expect(
            try call(#"{"toolCallId":"c","title":"Tidy up"}"#).facts.warnings
                == ["the agent gives nothing but a title, which is its own prose"])
    }
}

@Suite struct `A mode` {
    private func choice(_ current: String, _ values: String...) -> SessionChoice {
        SessionChoice(way: .mode, current: current, values: values.map { .init(id: $0, name: $0) })
    }

    @Test(arguments: [
        "yolo", "bypassPermissions", "acceptEdits", "accept-edits", "auto", "auto_edit", "autopilot", "full-access",
        "dontAsk", "auto-approve", "AUTO",
    ]) func `that acts without asking is known by its name`(_ name: String) {
        #expect(choice(name, name).isLoose)
    }

    @Test(arguments: ["ask", "default", "plan", "code", "read-only", "manual"])
    func `that does not is left alone`(_ name: String) {
        #expect(!choice(name, name).isLoose)
    }

    @Test func `is left for one that asks, else for one that is not loose`() {
        #expect(choice("yolo", "plan", "yolo", "code", "ask").strictest?.id == "ask")
        #expect(choice("yolo", "plan", "yolo", "code").strictest?.id == "code")
        #expect(choice("yolo", "plan", "yolo").strictest?.id == "plan")
        #expect(choice("yolo", "yolo", "bypass").strictest == nil)
    }

    @Test func `is found among options, in groups too`() throws {
        let options = try JSONValue(
            parsing:
                #"[{"id":"a","category":"model","type":"select","currentValue":"m","options":[{"value":"m","name":"M"}]},{"id":"b","category":"mode","type":"select","currentValue":"yolo","options":[{"group":"g","name":"G","options":[{"value":"yolo","name":"Y"},{"value":"ask","name":"A"}]}]}]"#
        )
        let choice = try #require(SessionChoice(options: options, category: "mode"))
        #expect(choice.values.map(\.id) == ["yolo", "ask"])
        #expect(choice.request("ask", session: "s").parameters == ["sessionId": "s", "configId": "b", "value": "ask"])
    }
}

@Suite struct `A line of a peer` {
    private func message(_ line: String) -> RPCMessage { RPCMessage(Array(line.utf8)) }

    @Test func `is a request, a notification or an answer by its members, whatever its id`() {
        #expect(
            message(#"{"jsonrpc":"2.0","id":0,"method":"m","params":{"a":1}}"#)
                == .request(RPCRequest(id: 0, method: "m", parameters: JSONObject([.init("a", 1)]))))
        #expect(
            message(#"{"jsonrpc":"2.0","id":null,"method":"m"}"#)
                == .request(RPCRequest(id: .null, method: "m", parameters: JSONObject())))
        #expect(message(#"{"jsonrpc":"2.0","method":"m"}"#) == .notification(method: "m", parameters: JSONObject()))
        #expect(message(#"{"jsonrpc":"2.0","id":0,"result":null}"#) == .response(id: 0, .success(.null)))
        #expect(
            message(#"{"jsonrpc":"2.0","id":0,"error":{"code":-1,"message":"no"}}"#)
                == .response(id: 0, .failure(RPCError(code: -1, message: "no"))))
    }

    @Test(arguments: [
        "", "x", "[]", "{}", #"{"method":"m"}"#, #"{"jsonrpc":"2.0","id":0}"#, #"{"id":0,"level":"info"}"#,
        #"{"jsonrpc":"2.0","id":0,"id":1,"method":"m"}"#, #"{"jsonrpc":"2.0","method":"m"} {}"#,
        #"{"jsonrpc":"2.0","method":1}"#,
    ]) func `is nothing where it is no message`(_ line: String) {
        guard case .none = message(line) else {
            Issue.record("\(message(line))")
            return
        }
    }

    @Test func `that cannot be read still belongs to its exchange, whose other side must not wait for ever`() {
        let twice = "it is not JSON: a name occurs twice in one object at byte "
        #expect(
            message(#"{"jsonrpc":"2.0","id":"a","method":"m","params":{"a":1,"a":2}}"#)
                == .unreadable(.request, id: "a", because: twice + "55"))
        #expect(
            message(#"{"jsonrpc":"2.0","id":7,"result":{"a":1,"a":2}}"#)
                == .unreadable(.response, id: 7, because: twice + "40"))
        #expect(
            message(#"{"id":0,"method":"m"}"#)
                == .unreadable(.request, id: 0, because: "it does not say that it is JSON-RPC 2.0"))
        // Half a character, as one that was cut in the middle.
        guard case .unreadable(.request, id: 1, _) = message(#"{"jsonrpc":"2.0","id":1,"method":"m\ud83d"}"#) else {
            Issue.record("its id is in doubt")
            return
        }
        guard case .none = message(#"{"jsonrpc":"2.0","i\u0064":1,"id":2,"method":"m","params":{"a":1,"a":2}}"#) else {
            Issue.record("its id is in no doubt")
            return
        }
    }

    @Test func `with a result and an error is a failure`() {
        guard case .response(_, .failure) = message(#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1}}"#) else {
            Issue.record("it succeeded")
            return
        }
    }
}

@Suite struct `A transcript` {
    private func shown(_ updates: String...) throws -> [String] {
        var (transcript, table) = (Transcript(), ToolCallTable())
        var shown: [String] = []
        for update in updates {
            let object = try #require(try JSONValue(parsing: update).object)
            shown += transcript.take(object, table.merge(object))
        }
        return shown + transcript.end()
    }

    private func chunk(_ text: String, _ kind: String = "agent_message_chunk") -> String {
        let update: JSONValue = [
            "sessionUpdate": .string(kind), "content": ["type": "text", "text": .string(text)],
        ]
        return update.canonicalText
    }

    @Test func `joins the pieces of a message into lines`() throws {
        #expect(try shown(chunk("One "), chunk("line\nand"), chunk(" another")) == ["One line", "and another"])
    }

    @Test func `parts what is thought from what is said`() throws {
        #expect(
            try shown(chunk("hm", "agent_thought_chunk"), chunk("I say")) == ["(thinks) hm", "I say"])
    }

    @Test func `tells a tool call once for each thing that is new`() throws {
        #expect(
            try shown(
                chunk("First"), #"{"sessionUpdate":"tool_call","toolCallId":"c","title":"ls","kind":"execute"}"#,
                #"{"sessionUpdate":"tool_call_update","toolCallId":"c","status":"in_progress"}"#,
                #"{"sessionUpdate":"tool_call_update","toolCallId":"c","title":"ls -l"}"#,
                #"{"sessionUpdate":"tool_call_update","toolCallId":"c","status":"completed","content":[{"type":"content","content":{"type":"text","text":"a\nb"}}]}"#
            ) == ["First", "(tool) ls: execute, pending", "(tool) ls -l: execute, completed\na\nb"])
    }

    @Test func `passes over what it does not know`() throws {
        #expect(
            try shown(#"{"sessionUpdate":"usage_update","used":1,"size":2}"#, #"{"sessionUpdate":"new"}"#, "{}") == [])
    }
}
