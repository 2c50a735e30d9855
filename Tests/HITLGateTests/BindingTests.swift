import HITLCore
import HITLGate
import HITLTestSupport
import Testing

@Suite struct `I3 What runs is what was shown` {
    @Test func `and an edited call is another request with another digest, which the agent goes on waiting for`()
        async throws
    {
        let fixture = try await GateFixture()
        let changes = await fixture.queue.changes()
        let asking = await fixture.pending(.deleting("a.txt"))
        let old = try #require(asking.request)
        let new = try await fixture.gate.supersede(
            1, with: old.call.with(arguments: .of(["path": "b.txt"])), by: Cast.ada)
        #expect(new.number == 2 && new.supersedes == 1 && new.id != old.id)
        #expect(new.digest != old.digest && new.digest == GateFixture.digest(new.call))
        #expect(try fixture.status(1) == .superseded(by: 2))
        #expect(await fixture.queue.requesterOf(1) == nil)
        #expect(await fixture.queue.requesterOf(2) == .connected)

        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.gate.review(1, Cast.ada.approval()) }
                == .alreadyClosed(.superseded(by: 2)))
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.review(2, Cast.ada.approval(), shown: old.digest)
            } == .digestMismatch(shown: old.digest, current: new.digest))
        #expect(fixture.workshop.effects == [])

        _ = try await fixture.gate.review(2, Cast.ada.approval(), shown: new.digest)
        guard case .ran(let call, .request(2), _) = await asking.ending else {
            Issue.record("it did not run as request 2")
            return
        }
        #expect(call.arguments == .of(["path": "b.txt"]))
        #expect(fixture.workshop.effects == [.init(subject: .request(2), call: new.call)])
        #expect(fixture.workshop.faults == [])
        #expect(
            try fixture.story == ["opened 1", "opened 2", "superseded 1", "approved 2", "started 2", "succeeded 2"])
        #expect(try fixture.history(1).call == .deleting("a.txt"))
        await fixture.close()
        #expect(await changes.inWords() == ["opened 1", "superseded 1", "opened 2", "approved 2", "succeeded 2"])
    }

    @Test func `and an edit is judged again: what the policy denies is no request, and the old one stays`() async throws
    {
        let fixture = try await GateFixture(rules: [
            Rule(name: "drops", source: "hitl.yaml:3:5", when: .toolWord(["drop"]), action: .block)
        ])
        let asking = await fixture.pending()
        let drop = ToolCall(
            tool: "dropTable", kind: .other, arguments: .of([:]), origin: Origin(agent: "mason", session: "sess_1"),
            performer: .desk)
        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.gate.supersede(1, with: drop, by: Cast.ada)
            }
                == .notEligible(Cast.ada, because: "the policy denies the edited call (`drops`)"))
        #expect(try fixture.story == ["opened 1"])
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(await asking.ending.outcome?.status == .succeeded)
    }

    @Test func `and an edit asks also where a rule would allow it`() async throws {
        let fixture = try await GateFixture(rules: [
            Rule(name: "reads", source: "built-in", when: .provenReadOnly, action: .allow)
        ])
        let asking = await fixture.pending()
        let new = try await fixture.gate.supersede(1, with: .reading("a.txt"), by: Cast.ada)
        #expect(fixture.workshop.effects == [])
        _ = try await fixture.gate.review(new.number, Cast.ada.rejection())
        #expect(await asking.ending.refusal == .rejected(Cast.ada.rejection()))
    }

    @Test func `and of two edits at once one holds`() async throws {
        for round in 0..<50 {
            let fixture = try await GateFixture()
            let asking = await fixture.pending()
            let results = await withTaskGroup(of: ReviewError?.self) { group in
                for editor in [Cast.ada, Cast.bo] {
                    group.addTask {
                        await reviewError { () throws(ReviewError) in
                            try await fixture.gate.supersede(1, with: .deleting("by-\(editor.name)"), by: editor)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            guard case .superseded(let winner)? = try fixture.status(1) else {
                Issue.record("round \(round): not superseded")
                return
            }
            #expect(results.compactMap(\.self) == [.alreadyClosed(.superseded(by: winner))])
            #expect(await fixture.queue.waiting.map(\.number) == [winner])
            _ = try await fixture.gate.review(winner, Cast.ada.approval())
            #expect(await asking.ending.outcome?.status == .succeeded)
            #expect(fixture.workshop.effects.map(\.call) == [try #require(try fixture.history(winner).call)])
        }
    }

    @Test func `and an edit is extended, limited and counted as the request that it is`() async throws {
        let fixture = try await GateFixture(pendingPerAgent: 2)
        let first = await fixture.pending()
        fixture.clock.advance(by: .minutes(4))
        let new = try await fixture.gate.supersede(1, with: .deleting("b.txt"), by: Cast.ada)
        // It has its own time from now on.
        #expect(new.deadline == fixture.clock.wall + .minutes(5))
        let second = await fixture.pending(.deleting("c.txt"))
        #expect(second.number == 3)
        #expect(await fixture.ask(.deleting("d.txt")).ending.refusal == .tooManyPending(limit: 2))
        _ = try await fixture.gate.review(2, Cast.ada.rejection())
        _ = await first.ending
        #expect(await fixture.pending(.deleting("d.txt")).request != nil)
        await fixture.close()
        _ = await second.ending
    }

    @Test func `and nobody edits what they asked for themselves`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.supersede(1, with: .deleting("b.txt"), by: Cast.mason)
            } == .ownRequest(Cast.mason))
        await fixture.close()
        _ = await asking.ending
    }

    @Test func `and what has changed since it was shown does not run`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        fixture.workshop.worldHasChanged(["`a.txt` has other content", "`b` is a link now"])
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(
            await asking.ending.outcome
                == Outcome(
                    status: .failed, summary: "not executed: `a.txt` has other content; `b` is a link now",
                    executionTime: Milliseconds(0)))
        #expect(fixture.workshop.effects == [])
        #expect(try fixture.story == ["opened 1", "approved 1", "started 1", "failed 1"])
    }

    @Test func `and each thing that decides what runs is in the digest, and no claim is`() throws {
        let call = ToolCall(
            tool: "executeCommand", kind: .execute, arguments: .of(["command": "rm -rf build"]),
            origin: Origin(agent: "mason", session: "sess_1", lineage: ["main", "builder"]), directory: "/code/a",
            claims: Claims(reason: "clean", confidence: JSONNumber("0.5")), performer: .desk,
            facts: Facts(
                command: .init(argv: ["rm"], executable: "/bin/rm", environment: [.init(name: "A", value: "1")]),
                paths: [.init(given: "build", resolved: "/code/a/build")],
                pins: [.init(path: "/code/a/build", state: .directory)], preview: "3 files", warnings: ["w"],
                gateFiles: []))
        func other(
            tool: String? = nil, kind: ToolKind? = nil, arguments: JSONObject? = nil, origin: Origin? = nil,
            directory: String?? = .none, claims: Claims? = nil, performer: Performer? = nil,
            facts change: (inout Facts) -> Void = { _ in }
        ) -> ToolCall {
            var facts = call.facts
            change(&facts)
            return ToolCall(
                tool: tool ?? call.tool, kind: kind ?? call.kind, arguments: arguments ?? call.arguments,
                origin: origin ?? call.origin, directory: directory ?? call.directory, claims: claims ?? call.claims,
                performer: performer ?? call.performer, facts: facts)
        }
        let others = [
            other(tool: "executecommand"), other(kind: .other), other(arguments: .of(["command": "rm -rf  build"])),
            other(arguments: .of(["Command": "rm -rf build"])), other(arguments: .of([:])),
            other(origin: Origin(agent: "scout", session: "sess_1", lineage: ["main", "builder"])),
            other(origin: Origin(agent: "mason", session: "sess_2", lineage: ["main", "builder"])),
            other(origin: Origin(agent: "mason", session: "sess_1", lineage: ["main"])),
            other(directory: "/code/b"), other(directory: .some(nil)), other(performer: .requester),
            other { $0.command = nil },
            other { $0.command = .init(argv: ["rm", "-f"], executable: "/bin/rm") },
            other {
                $0.command = .init(argv: ["rm"], executable: "/tmp/rm", environment: [.init(name: "A", value: "1")])
            },
            other {
                $0.command = .init(argv: ["rm"], executable: "/bin/rm", environment: [.init(name: "A", value: nil)])
            },
            other { $0.paths = [.init(given: "build", resolved: "/etc")] },
            other { $0.pins = [.init(path: "/code/a/build", state: .absent)] },
            other { $0.pins = [.init(path: "/code/a/build", state: .file(sha256: "00", bytes: 1))] },
            other { $0.preview = "4 files" }, other { $0.warnings = [] }, other { $0.gateFiles = ["/code/a/build"] },
        ]
        #expect(Set((others + [call]).map(GateFixture.digest)).count == others.count + 1)
        #expect(GateFixture.digest(other(claims: Claims(reason: "another story"))) == GateFixture.digest(call))
        #expect(other(arguments: .of(["e\u{301}": 1])).digested != other(arguments: .of(["\u{E9}": 1])).digested)
    }
}

extension AsyncStream<QueueChange> {
    /// All changes up to the end of the stream, each in a word.
    func inWords() async -> [String] {
        await reduce(into: []) { words, change in
            switch change {
            case .opened(let request): words.append("opened \(request.number)")
            case .extended(let number, _): words.append("extended \(number)")
            case .closed(let request): words.append("\(request.status.word) \(request.number)")
            case .finished(let subject, _, let outcome): words.append("\(outcome.status.rawValue) \(subject)")
            case .overflowed(let agent, let limit): words.append("\(agent) over \(limit)")
            case .mark(let mark): words.append("mark \(mark)")
            }
        }
    }
}
