import Glibc
import HITLTestSupport
import Testing

@testable import HITLCore
@testable import HITLGate
@testable import HITLLedger

/// Where else than in the entries that were named the same contents are.
@Suite struct `What an erasure does not reach` {
    @Test(arguments: [
        "ledger.torn-3", "ledger.torn-3-2", "ledger.damaged", "ledger.damaged-2", "ledger.damaged.2",
        "ledger.damaged-wal", "ledger.v1-20260101T120000Z",
    ])
    func `is every copy beside the ledger, and none is erased as long as one is there`(_ name: String) async throws {
        let desk = try ErasingDesk(.database)
        let ledger = try desk.open()
        let fixture = try await desk.fixture(ledger)
        _ = try await desk.decide(fixture, "anna.txt", .reject, reason: "not hers")
        let before = try Records(ledger).erasure(of: [.request(1)])
        #expect(before.copies == [] && before.obstacles == [])

        // It appears after the request was opened, and is gone later.
        let copy = desk.directory.path + "/" + name
        close(open(copy, O_WRONLY | O_CREAT, 0o600))
        let plan = try Records(ledger).erasure(of: [.request(1)])
        #expect(plan.copies == [name] && plan.obstacles == [.copies([name])] && plan.entries == before.entries)
        let call = RecordKeeping.call(toErase: before, reason: nil, session: "s")
        let refused = try await desk.approve(call, fixture)
        #expect(refused?.status == .failed)
        #expect(try ledger.entries(from: 1, limit: 50).allSatisfy { $0.removedBy == nil })
        unlink(copy)
        #expect(try await desk.approve(call, fixture)?.status == .succeeded)
        await fixture.close()
        ledger.close()
    }

    @Test(arguments: ["ledger.v1", "ledger.vx-1", "ledger.damaged.key", "ledger.heads", "other.torn-3", "ledger.2"])
    func `are no files without records, and none of another ledger`(_ name: String) async throws {
        let desk = try ErasingDesk(.database)
        let ledger = try desk.open()
        close(open(desk.directory.path + "/" + name, O_WRONLY | O_CREAT, 0o600))
        #expect(try ledger.copiesBeside() == [])
        ledger.close()
    }

    @Test func `is what an edit made of it, which is named and erased together where that is asked for`() async throws {
        let desk = try ErasingDesk(.memory)
        let fixture = try await desk.fixture(try desk.open())
        let asking = await fixture.pending(.deleting("anna.txt"))
        let second = try await fixture.gate.supersede(asking.number, with: .deleting("anna2.txt"), by: Cast.ada)
        let third = try await fixture.gate.supersede(second.number, with: .deleting("anna3.txt"), by: Cast.ada)
        _ = try await fixture.gate.review(third.number, Review(answer: .reject, reviewer: Cast.ada, reason: "no"))
        _ = await asking.ending
        #expect([asking.number, second.number, third.number] == [1, 2, 3])

        // From wherever one begins.
        for (number, others) in [(1, [2, 3]), (2, [1, 3]), (3, [1, 2])] as [(Int64, [Int64])] {
            let plan = try Records(fixture.ledger).erasure(of: [.request(number)])
            #expect(plan.items.map(\.subject) == [.request(number)])
            #expect(plan.linked == others.map { .request($0) })
        }
        let plan = try Records(fixture.ledger).erasure(of: [.request(1)], includingLinked: true)
        #expect(plan.items.map(\.subject) == [.request(1), .request(2), .request(3)] && plan.linked == [])
        let found = try Records(fixture.ledger).erasure(of: [], containing: ["anna3"])
        #expect(found.items.map(\.subject) == [.request(3)] && found.linked == [.request(1), .request(2)])

        let call = RecordKeeping.call(toErase: plan, reason: nil, session: "s")
        #expect(try await desk.approve(call, fixture)?.status == .succeeded)
        // What has nothing left is not named any more.
        #expect(try Records(fixture.ledger).erasure(of: [.request(1)]).linked == [])
        await fixture.close()
    }
}
