import HITLCore
import HITLGate
import HITLLedger
import HITLTestSupport
import Testing

/// The moments between the two halves of a write, one by one.
@Suite struct `While something is being written` {
    private let store: FickleStore
    private let fixture: GateFixture

    init() async throws {
        store = try FickleStore()
        let clock = ManualClock()
        fixture = try await GateFixture(ledger: store.ledger(clock), clock: clock)
    }

    private func approve(_ number: Int64) async -> Task<ReviewError?, Never> {
        await fixture.begin { [fixture] in
            await reviewError { () throws(ReviewError) in try await fixture.gate.review(number, Cast.ada.approval()) }
        }
    }

    @Test(arguments: [Performer.desk, .requester, .unobserved])
    func `a requester that comes back collects the approval once, and it starts in the ledger`(performer: Performer)
        async throws
    {
        let call = ToolCall.deleting("a.txt", by: performer)
        let former = try await GateFixture(ledger: fixture.ledger, clock: fixture.clock)
        let first = await former.ask(call, id: RequestID(bits: 7))
        await former.close()
        _ = await first.ending
        let desk = try await fixture.successor()

        await store.dawdle(desk)
        let review = await desk.begin {
            await reviewError { () throws(ReviewError) in try await desk.gate.review(1, Cast.ada.approval()) }
        }
        let back = await desk.ask(call, id: RequestID(bits: 7))
        store.goOn()
        #expect(await review.value == nil)
        #expect(await back.ending.refusal == nil)
        #expect(desk.workshop.effects.count == 1 && desk.workshop.faults == [])
        #expect(await desk.ask(call, id: RequestID(bits: 7)).ending.refusal == .alreadyStarted)
    }

    @Test func `a requester that leaves either is too late or takes the request along`() async throws {
        let asking = await fixture.pending()
        await store.dawdle(fixture)
        let review = await approve(1)
        let look = fixture.clock.nextLook()
        asking.task.cancel()
        await look.value
        store.goOn()
        let (error, ending) = (await review.value, await asking.ending)
        switch try fixture.status(1) {
        case .approved?: #expect(error == nil && ending.refusal == nil)
        case .withdrawn(let principal, let reason)?:
            #expect(error == .alreadyClosed(.withdrawn(by: principal, reason: reason)))
            #expect(ending.refusal == .withdrawn(by: principal, reason: reason))
        default: Issue.record("neither approved nor withdrawn")
        }
        #expect(await fixture.queue.pendingCount == 0)
    }

    @Test func `a requester that leaves does not stay behind under an edit's number`() async throws {
        let asking = await fixture.pending()
        await store.dawdle(fixture)
        let edit = await fixture.begin { [fixture] in
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.supersede(1, with: .deleting("b.txt"), by: Cast.ada)
            }
        }
        let look = fixture.clock.nextLook()
        asking.task.cancel()
        await look.value
        store.goOn()
        _ = await edit.value
        let gone = Refusal.withdrawn(by: Principal(role: .gate, name: "hitl", channel: "desk"), reason: "mason is gone")
        #expect(await asking.ending.refusal == gone)
        #expect(await fixture.queue.pendingCount == 0)
    }

    @Test func `a requester that leaves is let go where neither can be written`() async throws {
        let asking = await fixture.pending()
        await store.dawdle(fixture)
        let edit = await fixture.begin { [fixture] in
            await reviewError { () throws(ReviewError) in
                try await fixture.gate.supersede(1, with: .deleting("b.txt"), by: Cast.ada)
            }
        }
        let look = fixture.clock.nextLook()
        asking.task.cancel()
        await look.value
        store.breakDown()
        store.goOn()
        #expect(await edit.value != nil)
        #expect(await asking.ending.refusal == .ledgerUnavailable(because: "the withdrawal could not be recorded"))
        #expect(await fixture.queue.requesterOf(1) == .orphaned)
        store.mend()
        _ = try await fixture.gate.review(1, Cast.ada.rejection())
        #expect(try fixture.status(1) == .rejected(Cast.ada.rejection()))
    }

    @Test func `the desk does not close before it is written and told`() async throws {
        let asking = await fixture.pending()
        await store.dawdle(fixture)
        let review = await approve(1)
        let closing = Task { [fixture] in await fixture.close() }
        store.goOn()
        await closing.value
        #expect(await review.value == nil)
        #expect(await asking.ending.outcome?.status == .succeeded)
        #expect(fixture.workshop.faults == [])
    }

    @Test(arguments: [true, false])
    func `a request of a desk that closes is turned away, and stays or is withdrawn`(ofTheSession: Bool) async throws {
        await store.dawdle(fixture)
        let asking = await fixture.begin { [fixture] in await fixture.begin(.deleting("a.txt")).task.value }
        let isClosing = Task { [fixture] in
            await fixture.queue.close(withdrawing: ofTheSession ? ["sess_1"] : ["sess_2"], reason: "the loop ended")
        }
        while await fixture.ask(.deleting("b.txt")).ending.refusal != .deskClosing { await Task.yield() }
        store.goOn()
        await isClosing.value
        let desk = Principal(role: .gate, name: "hitl", channel: "desk")
        let reason = "the loop ended"
        #expect(await asking.value.refusal == (ofTheSession ? .withdrawn(by: desk, reason: reason) : .deskClosing))
        #expect(try fixture.status(1) == (ofTheSession ? .withdrawn(by: desk, reason: reason) : .pending))
        #expect(await fixture.queue.requesterOf(1) == (ofTheSession ? nil : .orphaned))
    }

    @Test func `a deadline waits for an extension, and for a decision`() async throws {
        let first = await fixture.pending(.deleting("a.txt"))
        let second = await fixture.pending(.deleting("b.txt"))
        await fixture.clock.somebodySleeps(for: .minutes(5))
        await store.dawdle(fixture)
        let extending = await fixture.begin { [fixture] in
            await reviewError { () throws(ReviewError) in try await fixture.queue.extend(1, by: .minutes(1)) }
        }
        let review = await approve(2)
        fixture.clock.advance(by: .minutes(5))
        await fixture.clock.somebodySleeps(for: .seconds(1))
        store.goOn()
        #expect(await extending.value == nil)
        #expect(await review.value == nil)
        #expect(await second.ending.outcome?.status == .succeeded)
        await fixture.clock.somebodySleeps(for: .seconds(1))
        fixture.clock.advance(by: .seconds(1))
        await fixture.clock.somebodySleeps(for: .seconds(59))
        #expect(try await fixture.queue.open(1).status == .pending)
        fixture.clock.advance(by: .seconds(59))
        #expect(await first.ending.refusal == .expired)
    }

    @Test func `everybody who asks with the same id meets one request`() async throws {
        await store.dawdle(fixture)
        let call = ToolCall.running("make")
        let first = await fixture.begin { [fixture] in await fixture.begin(call, id: RequestID(bits: 7)).task.value }
        let others = (0..<20).map { _ in fixture.begin(call, id: RequestID(bits: 7)).task }
        let another = fixture.begin(.running("make", "clean"), id: RequestID(bits: 7)).task
        store.goOn()
        #expect(await another.value.refusal == .idInUse)
        while await fixture.queue.requesterOf(1) == nil { await Task.yield() }
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        var endings = [await first.value]
        for other in others { endings.append(await other.value) }
        #expect(endings.filter { $0.refusal == nil }.count == 1)
        #expect(endings.compactMap(\.refusal).allSatisfy { $0 == .deskClosing || $0 == .alreadyStarted })
        #expect(try fixture.ledger.count(kind: "opened") == 1)
        #expect(fixture.workshop.effects.count == 1)
    }

    @Test func `nobody's place is taken twice: who was displaced and then leaves harms nobody`() async throws {
        let call = ToolCall.running("make")
        let first = await fixture.ask(call, id: RequestID(bits: 7))
        let second = await fixture.ask(call, id: RequestID(bits: 7))
        #expect(second.number == first.number)
        first.task.cancel()
        #expect(await first.ending.refusal == .deskClosing)
        #expect(try fixture.status(1) == .pending)
        _ = try await fixture.gate.review(1, Cast.ada.approval())
        #expect(await second.ending.refusal == nil)
    }
}
