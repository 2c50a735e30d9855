import HITLCore
import HITLLedger
import HITLTestSupport
import Testing

@testable import HITLGate

@Suite struct `A secret in a call` {
    private static let secret = "ghp_" + String(repeating: "x7Kq", count: 9)

    private func fixture(
        _ ledger: Ledger? = nil, isOn: Bool = true, rules: [Rule] = [], ids: CountingIDs = CountingIDs()
    ) async throws -> GateFixture {
        try await GateFixture(
            ledger: ledger, ids: ids, rules: rules, redactor: Redactor(key: Array("redactor".utf8)) { isOn })
    }

    private static let call = ToolCall(
        tool: "deploy", kind: .other, arguments: .of(["token": .string(secret), "to": "ada@corp.com"]),
        origin: Origin(agent: "mason", session: "sess_1"), directory: "/site",
        claims: Claims(reason: "with \(secret) it works"), performer: .desk,
        facts: Facts(preview: "curl -H 'X: \(secret)'"))

    private func recorded(_ fixture: GateFixture) throws -> String {
        try fixture.ledger.entries(from: 1, limit: .max).map { String(decoding: $0.record, as: UTF8.self) }
            .joined(separator: "\n")
    }

    @Test func `runs and is in no record, whatever is said of it and comes of it`() async throws {
        let fixture = try await fixture()
        let asking = await fixture.pending(Self.call)
        fixture.workshop.willEnd(
            Outcome(status: .succeeded, summary: "sent \(Self.secret)", result: ["echo": .string("=\(Self.secret)=")]))
        _ = try await fixture.gate.review(
            asking.number, Cast.ada.approval("fine, \(Self.secret)", conditions: ["never \(Self.secret) again"]))
        let outcome = await asking.ending.outcome

        #expect(fixture.workshop.effects.map(\.call) == [Self.call])
        // Its agent hears what came of it as it is.
        #expect(outcome?.summary == "sent \(Self.secret)")
        let records = try recorded(fixture)
        #expect(!records.contains(Self.secret) && !records.contains("x7Kqx7Kq"), "\(records)")
        #expect(records.contains("<secret: GitHub token, 40 bytes, "))
        #expect(records.contains("ada@corp.com"))
    }

    @Test func `of a withdrawn or denied call is in no record either`() async throws {
        let fixture = try await fixture(
            rules: [Rule(name: "no", source: "x", when: .toolNamed(["drop"]), action: .block)])
        let asking = await fixture.pending(Self.call)
        _ = try await fixture.queue.withdraw(asking.number, by: Cast.mason, reason: "no \(Self.secret) after all")
        _ = await asking.ending
        let denied = ToolCall(
            tool: "drop", kind: .other, arguments: Self.call.arguments, origin: Self.call.origin, performer: .desk)
        _ = await fixture.ask(denied).ending
        await fixture.gate.ledger.note(.attempted(by: Cast.mason, what: "tried \(Self.secret)"))
        let records = try recorded(fixture)
        #expect(!records.contains(Self.secret), "\(records)")
    }

    @Test func `that an agent calls itself by is in no record`() async throws {
        let fixture = try await fixture()
        let call = ToolCall(
            tool: "deploy", kind: .other, arguments: .of(["to": "site"]),
            origin: Origin(agent: "a \(Self.secret)", session: Self.secret, lineage: ["main", "b-\(Self.secret)"]),
            performer: .desk)
        let asking = await fixture.pending(call)
        asking.task.cancel()
        _ = await asking.ending
        let records = try recorded(fixture)
        #expect(!records.contains(Self.secret) && records.contains("<secret: GitHub token, 40 bytes, "), "\(records)")
    }

    @Test func `cannot be tried against the digest of what was written`() async throws {
        let plain = String(repeating: "0f", count: 32)
        let fixture = try await fixture()
        let call = ToolCall(
            tool: "deploy", kind: .other, arguments: Self.call.arguments, origin: Self.call.origin, performer: .desk,
            facts: Facts(pins: [.init(path: "/site/.env", state: .file(sha256: plain, bytes: 8))]))
        let asking = await fixture.pending(call)
        fixture.workshop.willEnd(
            Outcome(status: .succeeded, summary: "wrote it", result: ["bytes": 8, "sha256": .string(plain)]))
        _ = try await fixture.gate.review(asking.number, Cast.ada.approval("fine"))
        let outcome = await asking.ending.outcome
        #expect(outcome?.result?.object?["sha256"] == .string(plain))
        #expect(fixture.workshop.effects.first?.call.facts.pins == call.facts.pins)
        let records = try recorded(fixture)
        #expect(!records.contains(plain) && records.contains(#""digest":"keyed:"#), "\(records)")
    }

    @Test func `is recorded as it is where the operator wants that`() async throws {
        let fixture = try await fixture(isOn: false)
        let asking = await fixture.pending(Self.call)
        #expect(try recorded(fixture).contains(Self.secret))
        asking.task.cancel()
        _ = await asking.ending
    }

    @Test func `is taken out by a rule also where that is off, with the addresses`() async throws {
        let fixture = try await fixture(
            isOn: false, rules: [Rule(name: "hide", source: "x", when: .anyCall, action: .redact)])
        let asking = await fixture.pending(Self.call)
        let records = try recorded(fixture)
        #expect(!records.contains(Self.secret) && !records.contains("ada@corp.com"), "\(records)")
        let shown = fixture.gate.ledger.redactor.shown(try #require(asking.request))
        #expect(!shown.call.json.canonicalText.contains("ada@corp.com"))
        asking.task.cancel()
        _ = await asking.ending
    }

    @Test func `is gone after a restart: nobody runs the call without it, and its requester may bring it again`()
        async throws
    {
        let before = try await fixture()
        let id = RequestID(bits: 77)
        let (opened, task) = before.begin(Self.call, id: id)
        let number = try #require(await opened.value).number
        await before.close()
        _ = await task.value

        let after = try await fixture(before.ledger, ids: CountingIDs(after: 100))
        let error = await reviewError { () throws(ReviewError) in
            _ = try await after.gate.review(number, Cast.ada.approval(), executor: after.workshop)
        }
        guard case .notEligible? = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(after.workshop.effects.isEmpty)

        // Other bytes under its id are another call.
        let forged = after.begin(Self.call.with(arguments: .of(["token": "ghp_other"])), id: id)
        #expect(await forged.task.value.refusal == .idInUse)

        let again = after.begin(Self.call, id: id)
        _ = await again.opened.value
        _ = try await after.gate.review(number, Cast.ada.approval())
        #expect(await again.task.value.outcome?.status == .succeeded)
        #expect(after.workshop.effects.map(\.call) == [Self.call])
        #expect(!(try recorded(after).contains(Self.secret)))
    }

    @Test func `that was brought again after a restart is taken out of what is said of the call and comes of it`()
        async throws
    {
        // Only its name says that it is one.
        let call = ToolCall(
            tool: "login", kind: .other, arguments: .of(["password": "SEKRITrestart9"]), origin: Self.call.origin,
            directory: "/tmp/token=SEKRITdirectory7", performer: .desk,
            facts: Facts(pins: [.init(path: "/site/token=SEKRITpath7", state: .absent)]))
        let before = try await fixture()
        let id = RequestID(bits: 78)
        let (opened, task) = before.begin(call, id: id)
        let number = try #require(await opened.value).number
        await before.close()
        _ = await task.value

        let after = try await fixture(before.ledger, ids: CountingIDs(after: 100))
        let again = after.begin(call, id: id)
        _ = await again.opened.value
        after.workshop.willEnd(Outcome(status: .succeeded, summary: "logged in with SEKRITrestart9"))
        _ = try await after.gate.review(number, Cast.ada.approval("SEKRITrestart9 is fine"))
        _ = await again.task.value
        let records = try recorded(after)
        #expect(!records.contains("SEKRIT"), "\(records)")
    }

    @Test func `can be rejected after a restart, and cannot be edited`() async throws {
        let before = try await fixture()
        let asking = await before.pending(Self.call)
        await before.close()
        _ = await asking.ending
        let after = try await fixture(before.ledger, ids: CountingIDs(after: 100))
        let old = try await after.queue.open(asking.number)
        let edit = await reviewError { () throws(ReviewError) in
            _ = try await after.gate.supersede(
                asking.number, with: old.call.with(arguments: .of(["to": "bo"])), by: Cast.ada)
        }
        guard case .notEligible? = edit else { return #expect(Bool(false), "\(String(describing: edit))") }
        _ = try await after.gate.review(asking.number, Cast.ada.rejection("stale"))
        #expect(try after.status(asking.number)?.word == "rejected")
    }

    @Test func `gives no grant`() async throws {
        let fixture = try await fixture()
        let asking = await fixture.pending(Self.call)
        #expect(throws: GrantRefusal.notGrantable(because: "it has secrets in it")) {
            try fixture.gate.check(
                GrantTerms(scope: .exact, duration: nil, uses: nil), for: try #require(asking.request))
        }
        asking.task.cancel()
        _ = await asking.ending
    }

    @Test func `has another digest in another ledger, and the same in one`() async throws {
        let redactors = ["one", "two"].map { Redactor(key: Array($0.utf8)) }
        let shown = redactors.map { $0.shown(Self.call).arguments["token"] }
        #expect(shown[0] != shown[1])
        #expect(redactors[0].shown(Self.call).arguments["token"] == shown[0])
    }
}
