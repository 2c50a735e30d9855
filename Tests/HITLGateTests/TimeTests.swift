import HITLCore
import HITLGate
import HITLTestSupport
import Testing

@Suite struct `A deadline` {
    @Test func `that passes expires the request, which is no rejection`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        await fixture.clock.somebodySleeps(for: .minutes(5))
        fixture.clock.advance(by: .minutes(5))
        #expect(await asking.ending.refusal == .expired)
        #expect(try fixture.story == ["opened 1", "expired 1"])
        #expect(try fixture.history(1).decision == "expired")
        #expect(try Records(fixture.ledger).statistics().all.decisions == ["expired": 1])
        #expect(try Records(fixture.ledger).statistics().all.approvalRate == nil)
        #expect(await fixture.queue.pendingCount == 0)
        #expect(fixture.clock.sleeps == [])
    }

    @Test func `makes an approval too late that comes with it, and lets one pass that comes a millisecond before`()
        async throws
    {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        await fixture.clock.somebodySleeps(for: .minutes(5))
        fixture.clock.suspend(for: .minutes(5) - Milliseconds(1))
        let early = await fixture.pending(.deleting("b.txt"))
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(await asking.ending.outcome?.status == .succeeded)

        fixture.clock.suspend(for: .minutes(5))
        let late = try await fixture.gate.review(2, Cast.ada.approval(), executor: fixture.workshop)
        #expect(late.status == .expired)
        #expect(await early.ending.refusal == .expired)
        #expect(fixture.workshop.effects.count == 1)
        fixture.clock.resume()
    }

    @Test(arguments: [-3_600_000, 3_600_000]) func `does not care what the wall clock is set to`(milliseconds: Int64)
        async throws
    {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        await fixture.clock.somebodySleeps(for: .minutes(5))
        fixture.clock.setWall(by: Milliseconds(milliseconds))
        fixture.clock.advance(by: .minutes(5) - Milliseconds(1))
        #expect(try await fixture.queue.open(1).status == .pending)
        fixture.clock.advance(by: Milliseconds(1))
        #expect(await asking.ending.refusal == .expired)
        #expect(try fixture.history(1).waited == .minutes(5))
    }

    @Test func `passes while the machine sleeps, also where no timer has fired yet`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        await fixture.clock.somebodySleeps(for: .minutes(5))
        fixture.clock.suspend(for: .minutes(60))
        let late = try await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
        #expect(late.status == .expired)
        fixture.clock.resume()
        #expect(await asking.ending.refusal == .expired)
        #expect(fixture.workshop.effects == [])
    }

    @Test(arguments: [
        Milliseconds(30 * 86_400_000), .longest, Milliseconds(Int64(Int32.max) + 1), Milliseconds(.max / 1_000_000),
        Milliseconds(.max),
    ]) func `however far away does not fire early`(timeout: Milliseconds) async throws {
        let fixture = try await GateFixture(timeout: timeout)
        let asking = await fixture.pending()
        #expect(try #require(asking.request?.deadline) > fixture.clock.wall)
        fixture.clock.advance(by: Milliseconds(24 * 86_400_000))
        #expect(try await fixture.queue.open(1).status == .pending)
        #expect(fixture.clock.sleeps.count <= 1)
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(await asking.ending.outcome?.status == .succeeded)
    }

    @Test func `of no time at all has passed`() async throws {
        let fixture = try await GateFixture(timeout: Milliseconds(0))
        #expect(await fixture.pending().ending.refusal == .expired)
    }

    @Test func `is moved by an extension, and only further away`() async throws {
        let fixture = try await GateFixture()
        let changes = await fixture.queue.changes()
        let asking = await fixture.pending()
        await fixture.clock.somebodySleeps(for: .minutes(5))
        let later = try await fixture.queue.extend(1, by: .minutes(10))
        #expect(later == ManualClock.start + .minutes(15))
        for less in [Milliseconds(0), Milliseconds(-1), Milliseconds(.min)] {
            #expect(try await fixture.queue.extend(1, by: less) == later)
        }
        #expect(try await fixture.queue.open(1).deadline == later)
        fixture.clock.advance(by: .minutes(15) - Milliseconds(1))
        await fixture.clock.somebodySleeps(for: Milliseconds(1))
        #expect(try await fixture.queue.open(1).status == .pending)
        fixture.clock.advance(by: Milliseconds(1))
        #expect(await asking.ending.refusal == .expired)
        #expect(try fixture.story == ["opened 1", "extended 1", "expired 1"])
        #expect(try fixture.history(1).request?.deadline == later)
        await fixture.close()
        #expect(await changes.inWords() == ["opened 1", "extended 1", "expired 1"])
    }

    @Test func `that has passed cannot be extended`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        fixture.clock.suspend(for: .minutes(5))
        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.queue.extend(1, by: .minutes(5)) }
                == .alreadyClosed(.expired))
        #expect(await asking.ending.refusal == .expired)
        #expect(try fixture.story == ["opened 1", "expired 1"])
    }

    @Test func `is the same for the next desk, extensions too`() async throws {
        let former = try await GateFixture()
        var askings = [await former.pending(.deleting("a")), await former.pending(.deleting("b"))]
        _ = try await former.queue.extend(2, by: .minutes(10))
        former.clock.advance(by: .minutes(2))
        await former.close()

        let fixture = try await former.successor()
        #expect(try await fixture.queue.open(1).deadline == ManualClock.start + .minutes(5))
        #expect(try await fixture.queue.open(2).deadline == ManualClock.start + .minutes(15))
        await fixture.clock.somebodySleeps(for: .minutes(3))
        let changes = await fixture.queue.changes()
        fixture.clock.advance(by: .minutes(3))
        await fixture.clock.somebodySleeps(for: .minutes(10))
        fixture.clock.advance(by: .minutes(10))
        for await change in changes {
            if case .closed(let request) = change, request.number == 2 { break }
        }
        #expect(try fixture.story.suffix(2) == ["expired 1", "expired 2"])
        for asking in askings { _ = await asking.ending }
        askings = []
    }

    @Test func `that passed while no desk was there has passed for the next`() async throws {
        let former = try await GateFixture()
        let asking = await former.pending()
        await former.close()
        _ = await asking.ending
        former.clock.advance(by: .minutes(6))
        let fixture = try await former.successor()
        // Its own timer may have been faster than this review.
        let error = await reviewError { () throws(ReviewError) in
            let late = try await fixture.gate.review(1, Cast.ada.approval(), executor: fixture.workshop)
            #expect(late.status == .expired)
        }
        #expect(error == nil || error == .alreadyClosed(.expired))
        #expect(try fixture.status(1) == .expired)
        #expect(fixture.workshop.effects == [])
    }

    @Test func `costs one timer, however many requests wait`() async throws {
        let fixture = try await GateFixture()
        var askings: [GateFixture.Asking] = []
        for place in 0..<300 {
            askings.append(await fixture.pending(.deleting("\(place)")))
            fixture.clock.advance(by: Milliseconds(1))
        }
        #expect(fixture.clock.sleeps == [.minutes(5) - Milliseconds(300)])
        fixture.clock.advance(by: .minutes(5))
        for asking in askings { #expect(await asking.ending.refusal == .expired) }
        #expect(await fixture.queue.pendingCount == 0)
    }
}

@Suite struct `A request without a deadline` {
    @Test func `waits for ever, for the next desk too`() async throws {
        let former = try await GateFixture(timeout: nil)
        let asking = await former.pending()
        former.clock.advance(by: .longest)
        #expect(former.clock.sleeps == [])
        await former.close()
        _ = await asking.ending
        let fixture = try await former.successor()
        fixture.clock.advance(by: .longest)
        #expect(try await fixture.queue.open(1).deadline == nil)
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(try fixture.history(1).decision == "approved")
    }

    @Test func `that is extended has one`() async throws {
        let fixture = try await GateFixture(timeout: nil)
        let asking = await fixture.pending()
        #expect(try await fixture.queue.extend(1, by: .minutes(1)) == ManualClock.start + .minutes(1))
        await fixture.clock.somebodySleeps(for: .minutes(1))
        fixture.clock.advance(by: .minutes(1))
        #expect(await asking.ending.refusal == .expired)
    }
}
