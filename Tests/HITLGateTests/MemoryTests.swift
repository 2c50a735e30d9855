import HITLCore
import HITLPlatform
import HITLLedger
import HITLTestSupport
import Testing

@testable import HITLGate

@Suite struct `A pending request` {
    @Test func `costs the queue a few words, whatever the call's size`() async throws {
        #expect(MemoryLayout<Pending>.stride <= 72)
        let fixture = try await GateFixture()
        let large = String(repeating: "x", count: 100_000)
        _ = try await fixture.gate.post(.deleting(large), from: Cast.mason)
        #expect(await fixture.queue.held == Queue.Held(pending: 1))
        #expect(try await fixture.queue.open(1).call.arguments["path"] == .string(large))
    }

    @Test func `leaves nothing behind when it is closed, also where its deadline is a month away`() async throws {
        let fixture = try await GateFixture(timeout: Milliseconds(30 * 86_400_000))
        for number in Int64(1)...2000 {
            let asking = await fixture.pending()
            _ = try await fixture.gate.review(number, number % 2 == 0 ? Cast.ada.approval() : Cast.bo.rejection())
            _ = await asking.ending
        }
        let queue = fixture.queue
        #expect(await queue.held == Queue.Held())
        #expect(await queue.recentOutcomes.count <= 128)
        #expect(await queue.deadlines.count <= 66)
    }

    @Test func `leaves nobody waiting for an outcome that never came`() async throws {
        let fixture = try await GateFixture()
        for number in Int64(1)...50 {
            let waiting = Task { await fixture.queue.outcome(of: .request(number), within: .seconds(2)) }
            await fixture.clock.somebodySleeps(for: .seconds(2))
            fixture.clock.advance(by: .seconds(2))
            #expect(await waiting.value == nil)
        }
        #expect(await fixture.queue.held == Queue.Held())
        #expect(fixture.clock.sleeps == [])
    }
}

extension Queue {
    /// How much the queue keeps. The entries themselves stay within the actor.
    fileprivate struct Held: Equatable, Sendable {
        var pending = 0
        var waiting = 0
        var seats = 0
        var opening = 0
        var running = 0
        var outcomeWaiters = 0
    }

    fileprivate var held: Held {
        Held(
            pending: pending.count, waiting: pending.map { $1.waiter != nil }.count { $0 }, seats: seats.count,
            opening: opening.count, running: running.count, outcomeWaiters: outcomeWaiters.count)
    }
}

@Suite struct `A brief` {
    private static let times: [WallTime?] = [
        nil, WallTime(milliseconds: 0), WallTime(milliseconds: -1), WallTime(milliseconds: .max),
    ]

    @Test func `is read back as it was written`() {
        for severity in Severity.allCases {
            for performer in [Performer.unobserved, .requester, .desk] {
                for attendance in [Attendance.connected, .detached] {
                    for deadline in Self.times {
                        for agent in ["", "mason", "e\u{301}\u{1F600}"] {
                            let brief = Brief.pending(
                                Brief.Waiting(
                                    severity: severity, performer: performer, attendance: attendance,
                                    openedAt: ManualClock.start, deadline: deadline, id: RequestID(bits: .max - 1),
                                    agent: agent))
                            #expect(Brief(brief.bytes) == brief)
                        }
                    }
                }
            }
        }
        for brief in [Brief.extended(deadline: WallTime(milliseconds: .min)), .approved, .started] {
            #expect(Brief(brief.bytes) == brief)
        }
    }

    @Test func `is none where a byte is missing, too many or unknown`() {
        let waiting = Brief.Waiting(
            severity: .high, performer: .desk, attendance: .connected, openedAt: ManualClock.start, deadline: nil,
            id: RequestID(bits: 1), agent: "")
        let forms = [Brief.pending(waiting), .extended(deadline: ManualClock.start), .approved, .started].map(\.bytes)
        for bytes in forms {
            for length in 0..<bytes.count { #expect(Brief(Array(bytes[..<length])) == nil) }
        }
        for bytes in forms.dropFirst() { #expect(Brief(bytes + [0]) == nil) }
        for (place, byte) in [(0, 0), (0, 5), (0, 255), (1, 4), (2, 3), (3, 2)] as [(Int, UInt8)] {
            var bytes = forms[0]
            bytes[place] = byte
            #expect(Brief(bytes) == nil)
        }
    }
}
