import HITLCore
import HITLGate
import HITLLedger
import HITLTestSupport
import Testing

/// The scenarios of the attack corpus that the gate alone decides: their steps are done, and what they expect is looked at.
@Suite struct `The scenarios` {
    @Test func `of ids end as they should`() async throws {
        // 1 expires; the number 2 still means B.
        try await play("ids-01") { stage in
            #expect(stage.status("A") == .expired)
            #expect(stage.status("B") == .approved(Cast.ada.approval()))
            #expect(stage.ran == ["B"])
        }
        // 1 was A's and is nobody else's.
        try await play("ids-02") { stage in
            #expect(stage.errors == [.alreadyClosed(.withdrawn(by: Cast.mason, reason: "taken back"))])
            #expect(stage.status("B") == .pending && stage.ran == [])
        }
        try await play("ids-03") { stage in #expect(stage.errors == [.unknownRequest("0")]) }
        try await play("ids-04") { stage in
            #expect(stage.errors == [.alreadyClosed(.rejected(Cast.bo.rejection()))])
            #expect(stage.status("A") == .rejected(Cast.bo.rejection()) && stage.ran == [])
        }
        try await play("ids-07") { stage in
            #expect(stage.status("B") == .pending && stage.ran == [])
        }
        try await play("ids-10") { stage in
            #expect(stage.refusal("A2") == .idInUse)
            #expect(stage.status("A") == .pending)
            let first = try await stage.fixture.queue.open(1)
            #expect(first.call.arguments == .of(["command": "touch x"]))
        }
        try await play("ids-11") { stage in
            #expect(stage.status("A") == .pending && stage.status("B") == .pending)
        }
    }

    @Test func `of the queue end as they should`() async throws {
        try await play("queue-01") { stage in
            // Severity is the same for all, so what is left is their age.
            let waiting = await stage.fixture.queue.waiting.sorted {
                ($0.severity.rank, $0.number) < ($1.severity.rank, $1.number)
            }
            #expect(waiting.map(\.number) == ["A", "B", "C"].compactMap(stage.number))
        }
        try await play("queue-03") { stage in
            let status = try #require(stage.status("A"))
            #expect(stage.errors == [.alreadyClosed(status)])
            #expect(try stage.fixture.ledger.count(kind: "closed") == 1)
        }
        try await play("queue-04") { stage in
            #expect(stage.errors.count == 1 && stage.ran == [])
            #expect(stage.status("A")?.word == "withdrawn")
        }
    }

    @Test func `of time end as they should`() async throws {
        try await play("timeout-01") { stage in #expect(stage.refusal("A") == .expired && stage.ran == []) }
        try await play("timeout-02") { stage in
            #expect(stage.errors == [.alreadyClosed(.expired)] && stage.ran == [])
        }
        try await play("timeout-03") { stage in #expect(stage.status("A") == .expired && stage.ran == []) }
        try await play("timeout-04") { stage in #expect(stage.status("A") == .expired && stage.ran == []) }
    }

    @Test func `of binding end as they should`() async throws {
        for id in ["bind-01", "bind-07"] {
            try await play(id, worldChanges: true) { stage in
                #expect(stage.outcome("A")?.status == .failed)
                #expect(stage.outcome("A")?.summary == "not executed: a file is not what it was")
                #expect(stage.ran == [])
            }
        }
        try await play("bind-08") { stage in
            // What a hook rewrites is another call, and asks.
            let rewritten = await stage.fixture.ask(stage.call("bash", .of(["command": "touch y"])))
            #expect(rewritten.number == 2 && stage.ran == ["A"])
        }
        try await play("bind-09") { stage in
            #expect(stage.errors == [.alreadyClosed(.superseded(by: 2))])
            let edited = try stage.fixture.status(2)
            #expect(edited == .pending && stage.ran == [])
        }
        try await play("bind-10") { stage in #expect(stage.fault == .repeatedName("command")) }
        try await play("bind-11") { stage in
            #expect(stage.ran == ["A"] && stage.status("B") == .pending)
        }
        try await play("bind-12") { stage in
            let elsewhere = await stage.fixture.ask(
                stage.call("bash", .of(["command": "rm -rf build"]), directory: "/code/b"))
            let digests = try [1, 2].map { try stage.fixture.history($0).digest }
            #expect(elsewhere.number == 2 && digests[0] != digests[1])
        }
    }

    @Test func `of the audit end as they should`() async throws {
        try await play("audit-02") { stage in
            let lines = try stage.auditLines()
            #expect(lines.count == 1 && !lines[0].utf8.contains(10))
            #expect(lines[0].contains(#""reason":"x\n{\"decision\":\"approved\"}""#))
            #expect(try JSONValue(parsing: lines[0]).object?["review"]?.object?["decision"] == "rejected")
        }
        try await play("audit-03") { stage in
            let line = try stage.auditLines()[0]
            #expect(line.contains(#""command":"ls \u009b31m\u202e\u2028""#))
            #expect(line.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        }
        try await play("audit-04") { stage in
            #expect(stage.refusal("A") != nil && stage.ran == [] && stage.errors == [.unknownRequest("0")])
        }
        try await play(
            "audit-06", rules: [Rule(name: "git-status", source: "hitl.yaml:1:1", when: .anyCall, action: .allow)]
        ) { stage in
            #expect(stage.ran == ["A"])
            let record = try #require(try JSONValue(parsing: try stage.auditLines()[0]).object)
            #expect(record["policy"]?.object?["rules"] == ["git-status"])
            #expect(record["policy"]?.object?["version"] == "policy-1")
            #expect(record["review"]?.object?["actor"] == "policy")
        }
        try await play("audit-07") { stage in
            _ = try await stage.fixture.gate.review(1, Cast.ada.approval())
            #expect(stage.status("A") == .approved(Cast.ada.approval()))
            let review = try JSONValue(parsing: try stage.auditLines()[0]).object?["review"]?.object
            #expect(review?["reviewer"] == "ada")
        }
    }

    private func play(
        _ id: String, rules: [Rule] = [], worldChanges: Bool = false, _ check: (Stage) async throws -> Void
    ) async throws {
        guard let scenarios = try Neighbourhood.corpus("scenarios.jsonl") else { return }
        let scenario = try #require(scenarios.first { $0["id"]?.string == id }, "there is no \(id)")
        let stage = try await Stage(rules)
        if worldChanges { stage.fixture.workshop.worldHasChanged(["a file is not what it was"]) }
        for step in scenario["steps"]?.array ?? [] { try await stage.perform(try #require(step.object), id) }
        try await check(stage)
        await stage.fixture.close()
    }
}

/// One scenario under way: mason asks, ada decides where nobody else is named.
private final class Stage {
    let fixture: GateFixture
    private let store: FickleStore
    private var askings: [String: GateFixture.Asking] = [:]
    private var endings: [String: GateFixture.Ending] = [:]
    private(set) var errors: [ReviewError] = []
    private(set) var fault: JSONError.Fault?

    init(_ rules: [Rule]) async throws {
        store = try FickleStore()
        let clock = ManualClock()
        fixture = try await GateFixture(ledger: store.ledger(clock), clock: clock, rules: rules)
    }

    func call(_ tool: String, _ arguments: JSONObject, directory: String? = nil, claims: Claims = Claims()) -> ToolCall
    {
        ToolCall(
            tool: tool, kind: .execute, arguments: arguments, origin: Origin(agent: "mason", session: "sess_1"),
            directory: directory, claims: claims, performer: .desk)
    }

    func perform(_ step: JSONObject, _ scenario: String) async throws {
        let request = step["req"]?.string ?? ""
        switch step["event"]?.string {
        case "request"?:
            let asked = call(
                step["tool"]?.string ?? "", step["args"]?.object ?? JSONObject(), directory: step["cwd"]?.string,
                claims: Claims(reason: step["desc"]?.string))
            let asking = await fixture.ask(asked, id: step["call"]?.string.map(Self.id))
            askings[request] = asking
            fixture.clock.advance(by: Milliseconds(1))
            if asking.request == nil || Self.isOver(asking, in: fixture) { endings[request] = await asking.ending }
        case "operator"?: await decide(step["cmd"]?.string ?? "", as: step["who"]?.string == "bo" ? Cast.bo : Cast.ada)
        case "parallel"?:
            let commands = (step["cmds"]?.array ?? []).compactMap(\.string)
            let gate = fixture.gate
            let decisions = commands.map { review(of: $0, as: Cast.ada) }
            errors += await withTaskGroup(of: ReviewError?.self) { group in
                for (number, review) in decisions {
                    group.addTask {
                        await reviewError { () throws(ReviewError) in try await gate.review(number, review) }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }.compactMap(\.self)
        case "expire"?:
            let deadline = try #require(askings[request]?.request?.deadline)
            fixture.clock.advance(by: deadline - fixture.clock.wall)
            await end(request)
        case "withdraw"?:
            _ = try await fixture.queue.withdraw(try #require(number(request)), by: Cast.mason, reason: "taken back")
            await end(request)
        case "disconnect"?:
            askings["A"]?.task.cancel()
            await end("A")
        case "clock"?:
            fixture.clock.advance(by: .seconds(step["advance_s"]?.integer ?? 0))
            await end("A")
        case "wallclock"?: fixture.clock.setWall(by: .seconds(step["delta_s"]?.integer ?? 0))
        case "suspend"?:
            fixture.clock.suspend(for: .seconds(step["s"]?.integer ?? 0))
            // The key that is typed on waking comes before any timer.
            _ = try? await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
            fixture.clock.resume()
            await end("A")
        case "raw"?:
            do throws(JSONError) { _ = try JSONValue(parsing: step["line"]?.string ?? "") } catch {
                fault = error.fault
            }
        case "enospc"?: store.breakDown()
        // What is typed, and what becomes of the files, is not the gate's.
        case "keys"?, "fs"?, "execute"?, "hook"?: break
        default: Issue.record("\(scenario) has a step that nobody does here: \(JSONValue.object(step).canonicalText)")
        }
    }

    private static func id(of call: String) -> RequestID {
        RequestID(bits: Digest(hashing: Array(call.utf8)).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    private static func isOver(_ asking: GateFixture.Asking, in fixture: GateFixture) -> Bool {
        (try? fixture.status(asking.number)) != .pending
    }

    // MARK: Deciding

    private func decide(_ command: String, as reviewer: Principal) async {
        let (number, review) = review(of: command, as: reviewer)
        switch command.split(separator: " ").dropFirst().first {
        case "approve"?, "reject"?:
            let error = await reviewError { () throws(ReviewError) in
                try await fixture.gate.review(number, review, executor: fixture.workshop)
            }
            if let error { errors.append(error) } else { await end(name(of: number)) }
        case "modify"?:
            do {
                _ = try await fixture.gate.supersede(
                    number, with: call("bash", .of(["command": "touch y"])), by: reviewer)
            } catch {
                errors.append(error)
            }
        default: break
        }
    }

    /// `/hitl approve A`, `/hitl reject 2 --reason 'x'`
    private func review(of command: String, as reviewer: Principal) -> (Int64, Review) {
        let words = command.split(separator: " ")
        let name = words.count > 2 ? String(words[2]) : ""
        var reason: String?
        if let quote = command.firstIndex(of: "'"), let last = command.lastIndex(of: "'"), quote < last {
            reason = String(command[quote..<last].dropFirst()).replacing("\\n", with: "\n")
        }
        // A number in a list is that of the request's place in it.
        var listed: String?
        if let place = Int(name), askings.count >= place { listed = askings.keys.sorted()[place - 1] }
        let number = number(listed ?? name) ?? 0
        return (number, words.dropFirst().first == "approve" ? reviewer.approval(reason) : reviewer.rejection(reason))
    }

    private func end(_ request: String) async {
        guard let asking = askings[request] else { return }
        endings[request] = await asking.ending
    }

    // MARK: Looking

    func number(_ request: String) -> Int64? { askings[request]?.request?.number }

    private func name(of number: Int64) -> String { askings.first { $0.value.number == number }?.key ?? "" }

    func status(_ request: String) -> Status? { number(request).flatMap { try? fixture.status($0) } }

    func refusal(_ request: String) -> Refusal? { endings[request]?.refusal }

    func outcome(_ request: String) -> Outcome? { endings[request]?.outcome }

    /// Whose calls had an effect.
    var ran: [String] {
        fixture.workshop.effects.map { effect in
            switch effect.subject {
            case .request(let number): name(of: number)
            case .call: "A"
            }
        }
    }

    func auditLines() throws -> [String] {
        var lines: [String] = []
        try Records(fixture.ledger).forEach { history throws(EventLedgerError) in
            lines.append(history.auditRecord.canonicalText)
        }
        return lines
    }
}
