import HITLCore
import Testing

private let assessor = RiskAssessor(in: PathSurroundings(workspace: "/w", home: "/home/casey")) { nil }

private func call(_ tool: String, _ arguments: JSONValue, kind: ToolKind = .other) -> ToolCall {
    ToolCall(
        tool: tool, kind: kind, arguments: arguments.object ?? JSONObject(),
        origin: Origin(agent: "scout", session: "s"), directory: "/w", performer: .unobserved)
}

private func step(_ tool: String, _ arguments: JSONValue) -> JSONValue {
    ["tool": .string(tool), "arguments": arguments]
}

@Suite struct `A plan` {
    private let read = step("readFile", ["path": "a"])
    private let write = step("writeFile", ["path": "a", "content": "x"])
    private let refund = step("refund_order", ["amount": 10])
    private let send = step("sendEmail", ["to": "a@b.example", "body": "x"])

    @Test func `has the class of the part that is hardest to undo`() {
        func undoing(_ steps: [JSONValue]) -> Reversibility? {
            assessor.assess(call("think", ["steps": .array(steps)], kind: .think)).reversibility
        }
        #expect(undoing([read]) == .readOnly)
        #expect(undoing([read, write]) == .reversible)
        #expect(undoing([write, refund, read]) == .compensable)
        #expect(undoing([read, write, send]) == .irreversible)
        #expect(undoing([read, .members(["tool": "bash", "args": ["command": "ls && rm x"]])]) == .irreversible)
    }

    @Test(arguments: [
        step("deleteFile", ["path": "../../etc/x", "recursive": true]), step("bash", ["command": "git push --force"]),
        step("transfer_funds", ["amount": 90000]), step("query_database", ["sql": "DROP TABLE users"]),
    ])
    func `is no less risky than any of its parts`(part: JSONValue) throws {
        let alone = try #require(CallParts.of(call("plan", part))?.first)
        let own = assessor.assess(alone)
        for plan in [
            call("plan", ["steps": .array([read, part, write])], kind: .think), call("plan", part, kind: .think),
            call("plan", ["a": ["b": ["c": .array([.array([part])])]]], kind: .think),
            call("plan", ["steps": .array([step("plan", ["steps": .array([part])])])], kind: .think),
        ] {
            let risk = assessor.assess(plan)
            #expect(risk.score >= own.score && risk.level >= own.level, "\(risk)")
            #expect(risk.reversibility ?? .readOnly <= own.reversibility ?? .readOnly)
            for factor in own.factors {
                #expect(risk.factors.contains { $0.name == factor.name && $0.weight >= factor.weight })
            }
        }
    }

    @Test(arguments: [
        #"{"tool_uses":[{"recipient_name":"functions.bash","parameters":{"command":"rm -rf /"}}]}"#,
        #"{"name":"bash","arguments":"{\"command\":\"rm -rf /\"}"}"#,
        #"{"calls":[{"tool_name":"bash","tool_input":{"command":"rm -rf /"}}]}"#,
        #"{"function":{"name":"bash","arguments":{"command":"rm -rf /"}}}"#,
    ])
    func `is refused where a part would be, in whichever form it comes`(arguments: String) throws {
        let plan = call("run_plan", try JSONValue(parsing: arguments))
        let verdict = Policy(
            rules: [Rule(name: "all", source: "x", when: .anyCall, action: .allow)], timeout: nil, version: "1"
        ).evaluate(plan, in: assessor.context(of: plan, at: nil))
        #expect(verdict.effect == .deny)
    }

    @Test func `with more parts than are looked at, or deeper ones, says so`() throws {
        let many = call("plan", ["steps": .array(Array(repeating: read, count: CallParts.most + 1))], kind: .think)
        #expect(CallParts.of(many) == nil)
        var deep = read
        for _ in 0..<6 { deep = step("plan", ["steps": .array([deep])]) }
        for plan in [many, call("plan", deep, kind: .think)] {
            let risk = assessor.assess(plan)
            #expect(risk.factors.contains { $0.name == "not_analysable" } && risk.reversibility == .irreversible)
            let context = assessor.context(of: plan, at: nil)
            let allow = Rule(
                name: "r", source: "x", when: Condition([.command([try Pattern(wordGlob: "ls **")])]), action: .allow)
            #expect(
                Policy(rules: [allow], timeout: nil, version: "1").evaluate(plan, in: context).effect == .ask)
        }
    }

    @Test func `is no plan where there are no arguments beside a name`() {
        for arguments: JSONValue in [
            ["name": "report"], ["arguments": ["a": 1]], ["name": "", "input": ["a": 1]],
            ["name": 1, "args": ["a": 1]],
            ["name": "x", "arguments": "not an object"], ["name": "x", "arguments": "{broken"],
        ] {
            #expect(CallParts.of(call("x", arguments)) == [], "\(arguments)")
        }
    }
}

@Suite struct `What the desk deletes` {
    private func undoing(_ tool: String, _ arguments: JSONValue) -> Reversibility? {
        assessor.assess(
            ToolCall(
                tool: tool, kind: .delete, arguments: arguments.object ?? JSONObject(),
                origin: Origin(agent: "scout", session: "s"), directory: "/w", performer: .desk)
        ).reversibility
    }

    @Test func `can be undone where it is a file, and not where it is what the ledger holds`() {
        #expect(undoing("deleteFile", ["path": "a.tmp"]) == .reversible)
        #expect(undoing("eraseRecords", ["entries": [1, 2], "requests": ["1"]]) == .irreversible)
    }
}

@Suite struct `A command that its requester runs itself` {
    private func effect(_ facts: Facts) -> Effect? {
        let call = ToolCall(
            tool: "deploy", kind: .execute, arguments: JSONObject(), origin: Origin(agent: "ask", session: "s"),
            directory: "/w", performer: .requester, facts: facts)
        return CallAnalysis.of(call, in: PathSurroundings(workspace: "/w", home: "/home/casey"))
            .findings.compactMap(\.effect).min()
    }

    @Test func `needs no arguments that describe it`() {
        var facts = Facts()
        #expect(effect(facts) == .ask)
        facts.command = Facts.Command(argv: ["./deploy.sh"], executable: "/w/deploy.sh", environment: [])
        #expect(effect(facts) == .ask)
    }
}
