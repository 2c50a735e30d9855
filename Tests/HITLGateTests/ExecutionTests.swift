import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

@Suite struct `A permitted call` {
    @Test func `can be stopped, and its outcome says so`() async throws {
        let fixture = try await GateFixture()
        fixture.workshop.hold()
        let asking = await fixture.pending()
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        await fixture.workshop.somethingRuns()
        #expect(await fixture.queue.runningCalls.map(\.subject) == [.request(1)])
        #expect(await fixture.queue.runningCalls.map(\.tool) == ["deleteFile"])
        try await fixture.queue.stop(.request(1))
        #expect(
            await asking.ending.outcome
                == Outcome(status: .failed, summary: "stopped", executionTime: Milliseconds(0)))
        #expect(
            await reviewError { () throws(ReviewError) in try await fixture.queue.stop(.request(1)) } == .notRunning)
        #expect(try fixture.story.last == "failed 1")
    }

    @Test func `does not begin on a desk that has stopped everything`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.pending()
        await fixture.queue.stopAll()
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(
            await asking.ending.outcome
                == Outcome(status: .failed, summary: "stopped before it ran", executionTime: Milliseconds(0)))
        #expect(fixture.workshop.effects == [])
    }

    @Test func `is waited for by a desk that closes`() async throws {
        let fixture = try await GateFixture()
        fixture.workshop.hold()
        var askings: [GateFixture.Asking] = []
        for place in 0..<5 {
            askings.append(await fixture.pending(.deleting("\(place)")))
            _ = try await fixture.gate.review(Int64(place) + 1, Cast.ada.approval())
        }
        await fixture.workshop.somethingRuns()
        await fixture.close()
        await fixture.queue.stopAll()
        await fixture.queue.allEnded()
        #expect(await fixture.queue.runningCalls.isEmpty)
        #expect(try fixture.ledger.count(kind: "finished") == 5)
        for asking in askings { #expect(await asking.ending.outcome?.status == .failed) }
        await fixture.queue.allEnded()
    }

    @Test func `takes the time that it takes`() async throws {
        let fixture = try await GateFixture()
        fixture.workshop.hold()
        let asking = await fixture.pending()
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        await fixture.workshop.somethingRuns()
        fixture.clock.advance(by: Milliseconds(234))
        fixture.clock.setWall(by: .minutes(-60))
        fixture.workshop.release()
        #expect(await asking.ending.outcome?.executionTime == Milliseconds(234))
        #expect(try fixture.history(1).finished?.value.executionTime == Milliseconds(234))
    }

    @Test func `has one outcome: the first that is reported`() async throws {
        let fixture = try await GateFixture()
        let changes = await fixture.queue.changes()
        let asking = await fixture.pending(.running("make"))
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        _ = await asking.ending
        let outcomes = [Outcome(status: .failed, summary: "exit 2"), Outcome(status: .succeeded)]
        for outcome in outcomes { await fixture.gate.finish(.request(1), tool: "bash", outcome) }
        #expect(try fixture.story == ["opened 1", "approved 1", "started 1", "failed 1"])
        #expect(await fixture.queue.outcome(of: .request(1), within: .minutes(1)) == outcomes[0])
        await fixture.close()
        #expect(await changes.inWords() == ["opened 1", "approved 1", "failed 1"])
    }
}

@Suite struct `Who waits for an outcome` {
    @Test func `hears it, before it comes and after`() async throws {
        let fixture = try await GateFixture()
        fixture.workshop.hold()
        let asking = await fixture.pending()
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        await fixture.workshop.somethingRuns()
        let waiting = (0..<10).map { _ in
            Task { await fixture.queue.outcome(of: .request(1), within: .minutes(1)) }
        }
        await fixture.clock.somebodySleeps(for: .minutes(1))
        fixture.workshop.release()
        let outcome = await asking.ending.outcome
        for one in waiting { #expect(await one.value == outcome) }
        #expect(await fixture.queue.outcome(of: .request(1), within: Milliseconds(0)) == outcome)
    }

    @Test func `gives up when it has waited long enough`() async throws {
        let fixture = try await GateFixture()
        let waiting = Task { await fixture.queue.outcome(of: .request(9), within: .seconds(2)) }
        await fixture.clock.somebodySleeps(for: .seconds(2))
        fixture.clock.advance(by: .seconds(2))
        #expect(await waiting.value == nil)
        #expect(await fixture.queue.outcome(of: .request(9), within: Milliseconds(0)) == nil)
    }

    @Test func `with all the patience there is does not trap`() async throws {
        let fixture = try await GateFixture()
        let waiting = Task { await fixture.queue.outcome(of: .request(1), within: Milliseconds(.max)) }
        await fixture.gate.finish(.request(1), tool: "x", Outcome(status: .succeeded))
        #expect(await waiting.value?.status == .succeeded)
    }

    @Test func `misses none of a thousand that end while it turns to them`() async throws {
        let fixture = try await GateFixture()
        for number in Int64(1)...1000 {
            async let ended: Void = fixture.gate.finish(.request(number), tool: "x", Outcome(status: .succeeded))
            async let outcome = fixture.queue.outcome(of: .request(number), within: .minutes(1))
            #expect(await outcome?.status == .succeeded)
            await ended
        }
        #expect(fixture.clock.sleeps == [])
    }
}

@Suite struct `A stop` {
    @Test func `is heard once by everybody, whenever they listen`() {
        let stop = StopSignal()
        let heard = Locked<[String]>([])
        stop.onRequest { heard.withLock { $0.append("before") } }
        #expect(!stop.isRequested)
        stop.request()
        stop.request()
        #expect(stop.isRequested)
        stop.onRequest { heard.withLock { $0.append("after") } }
        #expect(heard.withLock { $0 } == ["before", "after"])
    }

    @Test func `may be requested from what hears it`() {
        let stop = StopSignal()
        stop.onRequest { stop.request() }
        stop.request()
        #expect(stop.isRequested)
    }
}

@Suite struct `Changes` {
    @Test func `come in the order in which it happened, and a mark after all that was before it`() async throws {
        let fixture = try await GateFixture()
        let changes = await fixture.queue.changes()
        var askings: [GateFixture.Asking] = []
        for place in 0..<3 { askings.append(await fixture.pending(.deleting("\(place)"))) }
        #expect(await fixture.queue.mark() == 1)
        _ = try await fixture.gate.review(2, Cast.ada.approval())
        _ = await askings[1].ending
        _ = try await fixture.queue.extend(3, by: .minutes(1))
        _ = try await fixture.gate.supersede(1, with: .deleting("other"), by: Cast.ada)
        #expect(await fixture.queue.mark() == 2)
        let late = await fixture.queue.changes()
        _ = try await fixture.gate.review(4, Cast.bo.rejection())
        await fixture.close()
        #expect(
            await changes.inWords() == [
                "opened 1", "opened 2", "opened 3", "mark 1", "approved 2", "succeeded 2", "extended 3", "superseded 1",
                "opened 4", "mark 2", "rejected 4",
            ])
        #expect(await late.inWords() == ["rejected 4"])
        for asking in askings { _ = await asking.ending }
    }

    @Test func `go to everybody, also where one of them has stopped to listen`() async throws {
        let fixture = try await GateFixture()
        let first = await fixture.queue.changes()
        let second = await fixture.queue.changes()
        let task = Task { for await _ in first { return } }
        let asking = await fixture.pending()
        await task.value
        _ = try await fixture.gate.review(1, Cast.ada.rejection())
        _ = await asking.ending
        await fixture.close()
        #expect(await second.inWords() == ["opened 1", "rejected 1"])
    }
}
