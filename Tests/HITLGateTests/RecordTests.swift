import HITLCore
import HITLGate
import HITLLedger
import HITLTestSupport
import Testing

@Suite struct `The history` {
    /// Seven decisions of every kind, a second apart.
    private static func eventful() async throws -> GateFixture {
        let fixture = try await GateFixture(rules: [
            Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow),
            Rule(name: "drops", source: "hitl.yaml:3:5", when: .toolWord(["drop"]), action: .block),
        ])
        func tick() { fixture.clock.advance(by: .seconds(1)) }
        let first = await fixture.pending(.deleting("1"))
        tick()
        _ = try await fixture.gate.review(1, Cast.ada.approval("seen"))
        _ = await first.ending
        _ = await fixture.ask(.reading("2"), from: Cast.scout).ending
        tick()
        let second = await fixture.pending(.running("make"))
        tick()
        _ = try await fixture.gate.review(2, Cast.bo.rejection("no"))
        _ = await second.ending
        let drop = ToolCall(
            tool: "dropTable", kind: .other, arguments: .of([:]), origin: Origin(agent: "mason", session: "sess_1"),
            performer: .desk)
        _ = await fixture.ask(drop).ending
        tick()
        let third = await fixture.pending(.deleting("5"))
        third.task.cancel()
        _ = await third.ending
        tick()
        let fourth = await fixture.pending(.deleting("6"))
        _ = try await fixture.gate.supersede(4, with: .deleting("7"), by: Cast.ada)
        fixture.clock.advance(by: .minutes(5))
        _ = await fourth.ending
        _ = try await fixture.gate.post(.deleting("8"), from: Cast.mason)
        return fixture
    }

    private func words(_ histories: [RequestHistory]) -> [String] {
        histories.map { "\($0.decision) \($0.subject) \($0.call?.tool ?? "")" }
    }

    @Test func `has every decision, newest last`() async throws {
        let records = Records(try await Self.eventful().ledger)
        let all = [
            "approved 1 deleteFile", "allowed evt_0000000000000002 readFile", "rejected 2 bash",
            "denied evt_0000000000000004 dropTable", "withdrawn 3 deleteFile", "superseded 4 deleteFile",
            "expired 5 deleteFile",
        ]
        #expect(words(try records.history(.init())) == all)
        for last in [0, 1, 3, 7, 100] { #expect(words(try records.history(.init(last: last))) == all.suffix(last)) }
        #expect(
            words(try records.history(.init(tool: "deleteFile")))
                == all.filter { $0.hasSuffix("deleteFile") })
        #expect(words(try records.history(.init(last: 1, tool: "readFile"))) == [all[1]])
        #expect(words(try records.history(.init(tool: "deletefile"))) == [])
        for (place, decision) in ["approved", "allowed", "rejected", "denied", "withdrawn", "superseded", "expired"]
            .enumerated()
        {
            #expect(words(try records.history(.init(decision: decision))) == [all[place]])
        }
        #expect(words(try records.history(.init(since: ManualClock.start + .seconds(4)))) == Array(all[4...]))
        #expect(words(try records.history(.init(last: 1, tool: "deleteFile", decision: "superseded"))) == [all[5]])
        #expect(try records.pending().map(\.number) == [6])
    }

    @Test func `is found past many others, and page by page`() async throws {
        let fixture = try await GateFixture(rules: [
            Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow)
        ])
        let rare = await fixture.pending(.running("rare"))
        _ = try await fixture.gate.review(1, Cast.ada.rejection())
        _ = await rare.ending
        await withTaskGroup(of: Void.self) { group in
            for place in 0..<1200 {
                group.addTask { _ = await fixture.ask(.reading("\(place)"), from: Cast.scout).ending }
            }
        }
        let records = Records(fixture.ledger)
        #expect(words(try records.history(.init(last: 1, decision: "rejected"))) == ["rejected 1 bash"])
        #expect(try records.history(.init()).count == 1201)
        #expect(try records.history(.init(last: 700)).count == 700)
        let sequences = try records.history(.init()).map(\.sequence)
        #expect(sequences == sequences.sorted())
    }

    @Test func `of one subject has all its moments`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        fixture.workshop.hold()
        fixture.clock.advance(by: .seconds(45))
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        await fixture.workshop.somethingRuns()
        #expect(try fixture.history(1).finished == nil)
        fixture.clock.advance(by: .seconds(2))
        fixture.workshop.release()
        _ = await asking.ending
        let history = try fixture.history(1)
        #expect(history.openedAt == ManualClock.start)
        #expect(history.decidedAt == ManualClock.start + .seconds(45))
        #expect(history.waited == .seconds(45))
        #expect(history.started == ManualClock.start + .seconds(45))
        #expect(history.finished?.at == ManualClock.start + .seconds(47))
        #expect(history.request?.status == .approved(Cast.ada.approval()))
        #expect(history.requester == Cast.mason)
        #expect(history.sequence == 1)
        #expect(try fixture.history(2).decision == "unknown")
        #expect(try fixture.history(2).call == nil)
    }

    @Test func `of a desk whose predecessor's clock was ahead has no time that is less than none`() async throws {
        let former = try await GateFixture()
        let asking = await former.pending()
        await former.close()
        _ = await asking.ending
        former.clock.setWall(by: .minutes(-60))
        let fixture = try await former.successor()
        _ = try await fixture.gate.review(1, Cast.ada.rejection())
        #expect(try fixture.history(1).waited == Milliseconds(0))
    }

    @Test func `says of an entry that cannot be read which one it is`() async throws {
        let clock = ManualClock()
        let ledger = try Ledger.inMemory(
            indexer: { record in
                EventIndex.index(of: record) ?? Index(subject: "1", kind: "opened", standing: .unchanged)
            }, clock: { clock.wall.milliseconds })
        try await ledger.append([
            Draft(record: Array("{}".utf8), index: Index(subject: "1", kind: "opened", standing: .unchanged))
        ])
        #expect(throws: EventLedgerError.unreadable(sequence: 1, because: "`type` is missing or of another type")) {
            try EventLedger(ledger).history(of: .request(1))
        }
        #expect(
            EventLedgerError.unreadable(sequence: 1, because: "x").description
                == "Entry 1 of the ledger cannot be read: x. Run `hitl audit verify`.")
    }
}

@Suite struct `Statistics of decisions` {
    @Test func `count decisions, rates and times, per tool and per reviewer`() async throws {
        let fixture = try await GateFixture(rules: [
            Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow)
        ])
        for seconds in Int64(1)...20 {
            let asking = await fixture.pending(seconds % 2 == 0 ? .deleting("x") : .running("make"))
            fixture.clock.advance(by: .seconds(seconds))
            let review = seconds > 16 ? Cast.bo.rejection() : Cast.ada.approval()
            _ = try await fixture.gate.review(seconds, review)
            _ = await asking.ending
        }
        _ = await fixture.ask(.reading("x"), from: Cast.scout).ending
        let asking = await fixture.pending()
        fixture.clock.advance(by: .minutes(5))
        _ = await asking.ending
        _ = try await fixture.gate.post(.deleting("y"), from: Cast.mason)

        let statistics = try Records(fixture.ledger).statistics()
        #expect(statistics.all.decisions == ["approved": 16, "rejected": 4, "allowed": 1, "expired": 1, "pending": 1])
        #expect(statistics.all.total == 23)
        #expect(statistics.all.approvalRate == 0.8)
        #expect(
            statistics.perTool["deleteFile"]?.decisions == ["approved": 8, "rejected": 2, "expired": 1, "pending": 1])
        #expect(statistics.perTool["bash"]?.decisions == ["approved": 8, "rejected": 2])
        #expect(statistics.perTool["readFile"]?.approvalRate == nil)
        #expect(statistics.perReviewer.mapValues(\.decisions) == ["ada": ["approved": 16], "bo": ["rejected": 4]])
        #expect(statistics.responseTime(0.5) == .seconds(10))
        #expect(statistics.responseTime(0.95) == .seconds(19))
        #expect(statistics.responseTime(0) == .seconds(1))
        #expect(statistics.responseTime(1) == .seconds(20))
        #expect(Statistics().responseTime(0.5) == nil)
        #expect(try Records(fixture.ledger).statistics(since: fixture.clock.wall).all.decisions == ["pending": 1])
    }

    @Test func `know a loop without the gate from a rule of that name`() async throws {
        let ungated = try await GateFixture()
        let gate = Gate(
            queue: ungated.queue, ledger: EventLedger(ungated.ledger), clocks: ungated.clock.clocks,
            policy: { .ungated(version: "1") }, digest: GateFixture.digest, randomID: { RequestID(bits: 77) })
        _ = await gate.rule(on: .deleting("x"), from: Cast.mason)
        #expect(try Records(ungated.ledger).statistics().all.decisions == ["ungated": 1])

        let named = try await GateFixture(rules: [
            Rule(name: "ungated", source: "hitl.yaml:1:1", when: .anyCall, action: .allow)
        ])
        _ = await named.ask(.deleting("x")).ending
        #expect(try Records(named.ledger).statistics().all.decisions == ["allowed": 1])
    }
}

@Suite struct `The index of a record` {
    @Test func `can be derived from its bytes, for every record of an eventful desk`() async throws {
        let directory = LedgerDirectory()
        let clock = ManualClock()
        let ledger = try GateFixture.onDisk(directory.ledger, clock)
        defer { ledger.close() }
        let fixture = try await GateFixture(
            ledger: ledger, clock: clock,
            rules: [Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow)])
        for number in Int64(1)...12 {
            let call = number % 2 == 0 ? ToolCall.deleting("e\u{301}\u{202E}") : .running("make")
            let asking = await fixture.ask(call, id: RequestID(bits: UInt64(number) << 40))
            switch number % 6 {
            case 0: _ = try await fixture.gate.review(asking.number, Cast.ada.approval())
            case 1: _ = try await fixture.gate.review(asking.number, Cast.ada.rejection("\u{1F600}\n"))
            case 2: _ = try await fixture.queue.extend(asking.number, by: .minutes(3))
            case 3:
                asking.task.cancel()
                _ = await asking.ending
            case 4: _ = try await fixture.gate.supersede(asking.number, with: .deleting("y"), by: Cast.bo)
            default: _ = await fixture.ask(.reading("x"), from: Cast.scout).ending
            }
        }
        await fixture.gate.ledger.note(.attempted(by: Cast.mason, what: "approve 1"))
        await fixture.gate.ledger.note(
            .sessionStarted(.init(id: "sess_1", operatorName: "ada", agent: "mason", gated: .gated)))
        await fixture.close()
        #expect(try await ledger.verify().failures == [])
        #expect(try await fixture.successor().queue.pendingCount > 0)
        #expect(try await ledger.verify().failures == [])
    }

    @Test func `does not exist for what is no record, or for one that is spelled in another way`() {
        for text in [
            "", "{}", "[]", #"{"type":"opened"}"#, #"{"session":"s","type":"sessionEnded"} "#,
            #"{"type":"sessionEnded","session":"s"}"#, #"{"session": "s","type":"sessionEnded"}"#,
            #"{"more":1,"session":"s","type":"sessionEnded"}"#, #"{"session":"\u0073","type":"sessionEnded"}"#,
        ] {
            #expect(EventIndex.index(of: Array(text.utf8)) == nil, "\(text)")
        }
        #expect(
            EventIndex.index(of: Array(#"{"session":"s","type":"sessionEnded"}"#.utf8)) == Index(kind: "sessionEnded"))
    }
}
