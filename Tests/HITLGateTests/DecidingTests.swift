import HITLCore
import HITLLedger
import HITLTestSupport
import Testing

@testable import HITLGate

extension GateFixture {
    /// Whether every requester that waited has been answered. Asked before a test waits for the answer, because who is
    /// forgotten waits for ever.
    fileprivate var hasAnsweredAll: Bool { get async { await queue.seats.isEmpty } }
}

@Suite struct `I5 A request is decided once` {
    @Test func `and of a thousand races of two reviewers each has one winner, whom the loser is told`() async throws {
        let fixture = try await GateFixture()
        var wins: [String: Int] = [:]
        for number in Int64(1)...1000 {
            let asking = await fixture.pending()
            let losers = await withTaskGroup(of: (String, ReviewError?).self) { group in
                group.addTask {
                    (
                        "ada",
                        await reviewError { () throws(ReviewError) in
                            try await fixture.gate.review(number, Cast.ada.approval("fine"))
                        }
                    )
                }
                group.addTask {
                    (
                        "bo",
                        await reviewError { () throws(ReviewError) in
                            try await fixture.gate.review(number, Cast.bo.rejection("no"))
                        }
                    )
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            try #require(await fixture.hasAnsweredAll, "request \(number)")
            let ending = await asking.ending
            switch try fixture.status(number) {
            case .approved(let review)?:
                #expect(review == Cast.ada.approval("fine"))
                #expect(losers == ["bo": .alreadyClosed(.approved(review))])
                #expect(ending.outcome?.status == .succeeded)
                wins["ada", default: 0] += 1
            case .rejected(let review)?:
                #expect(review == Cast.bo.rejection("no"))
                #expect(losers == ["ada": .alreadyClosed(.rejected(review))])
                #expect(ending.refusal == .rejected(review))
                wins["bo", default: 0] += 1
            default: Issue.record("request \(number) was not decided")
            }
        }
        #expect(wins.values.reduce(0, +) == 1000)
        #expect(fixture.workshop.effects.count == wins["ada", default: 0])
        #expect(try fixture.ledger.count(kind: "closed") == 1000)
        #expect(await fixture.queue.pendingCount == 0)
    }

    @Test func `and of many who do everything to it at the same time one holds, and its agent hears that one`()
        async throws
    {
        let fixture = try await GateFixture()
        for round in 0..<200 {
            let asking = await fixture.pending()
            let number = asking.number
            let errors = await withTaskGroup(of: ReviewError?.self) { group in
                for place in 0..<9 {
                    group.addTask {
                        await reviewError { () throws(ReviewError) in
                            switch (place + round) % 4 {
                            case 0: _ = try await fixture.gate.review(number, Cast.ada.approval())
                            case 1: _ = try await fixture.gate.review(number, Cast.bo.rejection())
                            case 2: _ = try await fixture.queue.withdraw(number, by: Cast.mason, reason: "never mind")
                            default: _ = try await fixture.gate.supersede(number, with: .deleting("b"), by: Cast.bo)
                            }
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let status = try #require(try fixture.status(number))
            #expect(errors.filter { $0 == nil }.count == 1)
            #expect(errors.filter { $0 == .alreadyClosed(status) }.count == 8)
            if case .superseded(let successor) = status {
                _ = try await fixture.gate.review(successor, Cast.ada.rejection())
            }
            try #require(await fixture.hasAnsweredAll, "round \(round)")
            _ = await asking.ending
        }
        #expect(await fixture.queue.pendingCount == 0)
        #expect(fixture.workshop.faults == [])
    }

    @Test func `and who comes too late is told by whom and how`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        _ = try await fixture.gate.review(1, Cast.bo.rejection("not today"))
        let closed = ReviewError.alreadyClosed(.rejected(Cast.bo.rejection("not today")))
        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.gate.review(1, Cast.ada.approval()) }
                == closed)
        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.queue.extend(1, by: .minutes(1)) } == closed
        )
        #expect(await reviewError { () throws(ReviewError) in try await fixture.queue.open(1) } == closed)
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.queue.withdraw(1, by: Cast.mason, reason: "")
            } == closed)
        #expect(
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.supersede(1, with: .deleting("b"), by: Cast.ada)
            } == closed)
        #expect(await asking.ending.refusal == .rejected(Cast.bo.rejection("not today")))
        #expect(try fixture.story == ["opened 1", "rejected 1"])
    }

    @Test func `and a number that nobody has decides nothing`() async throws {
        let fixture = try await GateFixture()
        for number in [Int64(1), 0, -1, .max, .min] {
            #expect(
                await reviewError { () throws(ReviewError) in try await fixture.gate.review(number, Cast.ada.approval())
                }
                    == .unknownRequest(String(number)))
        }
    }

    @Test func `and a second desk on the same ledger is told too, and hears it itself`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending(.running("make", "all"))
        let other = try await fixture.successor()
        _ = try await other.gate.review(1, Cast.bo.approval())

        // This desk does not know yet. It learns it at the first attempt, and so does its agent.
        #expect(await fixture.queue.pendingCount == 1)
        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.gate.review(1, Cast.ada.rejection()) }
                == .alreadyClosed(.approved(Cast.bo.approval())))
        try #require(await fixture.hasAnsweredAll)
        #expect(await asking.ending.refusal == nil)
        #expect(await fixture.queue.pendingCount == 0)
        #expect(try fixture.story == ["opened 1", "approved 1", "started 1"])
    }

    @Test func `and an agent's deadline shows it what another desk decided`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        let other = try await fixture.successor()
        _ = try await other.gate.review(1, Cast.bo.rejection("no"))
        fixture.clock.advance(by: .minutes(5))
        #expect(await asking.ending.refusal == .rejected(Cast.bo.rejection("no")))
    }
}

@Suite struct `I6 A requester` {
    @Test func `never reviews its own request, whatever channel it comes through`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        for channel in ["process", "tty", "socket", "callback"] {
            let mason = Principal(role: .agent, name: "mason", channel: channel)
            for review in [mason.approval("trust me"), mason.rejection()] {
                #expect(
                    await reviewError { () throws(ReviewError) in try await fixture.gate.review(1, review) }
                        == .ownRequest(Cast.mason))
            }
        }
        #expect(try fixture.story == ["opened 1"])
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(await asking.ending.outcome?.status == .succeeded)
    }

    @Test func `that is a person may be reviewed by another person, and not by itself at another terminal`()
        async throws
    {
        let fixture = try await GateFixture()
        let asking = await fixture.ask(.deleting("a.txt"), from: Cast.ada)
        let elsewhere = Principal(role: .person, name: "ada", channel: "socket")
        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.gate.review(1, elsewhere.approval()) }
                == .ownRequest(Cast.ada))
        _ = try await fixture.gate.review(1, Cast.bo.approval())
        #expect(await asking.ending.outcome?.status == .succeeded)
    }

    @Test func `may take its own request back`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        _ = try await fixture.queue.withdraw(1, by: Cast.mason, reason: "I know better now")
        #expect(await asking.ending.refusal == .withdrawn(by: Cast.mason, reason: "I know better now"))
    }
}

@Suite struct `A review` {
    @Test func `needs the reason that the policy wants, and blanks are none`() async throws {
        let fixture = try await GateFixture(obligations: [.reasonToApprove, .reasonToReject])
        let asking = await fixture.pending()
        for reason in [nil, "", " \t\n", "\u{200B}\u{2060}", "\u{A0}"] as [String?] {
            #expect(
                await reviewError { () throws(ReviewError) in
                    try await fixture.gate.review(1, Cast.ada.approval(reason))
                } == .reasonRequired(.approve))
            #expect(
                await reviewError { () throws(ReviewError) in
                    try await fixture.gate.review(1, Cast.ada.rejection(reason))
                } == .reasonRequired(.reject))
        }
        _ = try await fixture.gate.review(1, Cast.ada.approval("seen"))
        #expect(await asking.ending.outcome?.status == .succeeded)
    }

    @Test func `is in the ledger with reviewer, reason, conditions and when it was shown`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        let review = Review(
            answer: .approve, reviewer: Cast.ada, reason: "  seen  ", conditions: ["before noon", ""],
            shownAt: fixture.clock.wall)
        fixture.clock.advance(by: .seconds(3))
        _ = try await fixture.gate.review(1, review)
        _ = await asking.ending
        #expect(try fixture.status(1) == .approved(review))
        #expect(try fixture.history(1).waited == .seconds(3))
    }
}
