import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLLedger

/// No record, no action: every call by which a ledger of files reaches its disk fails in turn, once or from then on.
@Suite struct `A fault of the disk` {
    /// Ten appends, of which some are only written and some rotate the files. What was acknowledged, as it was.
    private static func appends(_ ledger: Ledger) async -> (acknowledged: [String], refused: [String]) {
        var acknowledged: [String] = []
        var refused: [String] = []
        for number in 1...10 {
            let drafts = [draft("\(number) a", claim: "closed/\(number)"), draft("\(number) b")]
            do throws(LedgerError) {
                let entries = try await ledger.append(drafts, durability: number.isMultiple(of: 3) ? .written : .synced)
                acknowledged += entries.map(\.payload)
            } catch {
                refused += ["\(number) a", "\(number) b"]
            }
        }
        return (acknowledged, refused)
    }

    /// How many calls the ten appends make when all is well.
    private static func callsWithoutFault() async throws -> Int {
        let directory = TemporaryDirectory()
        let faulty = FaultyCalls(.error)
        let ledger = try openLinesLedger(directory.lines, segmentLimit: 700, calls: faulty.calls)
        let before = faulty.made
        _ = await appends(ledger)
        ledger.close()
        return faulty.made - before
    }

    @Test(arguments: [
        (FaultyCalls.Fault.error, 1, 1), (.shortWrite, 1, 1), (.full, 1, 2), (.quota, 1, 3), (.readOnly, 1, 3),
        (.error, 2, 2), (.error, .max, 2), (.shortWrite, .max, 3), (.full, .max, 3),
    ])
    func `refuses what it keeps from being recorded, and nothing of that comes back`(
        _ fault: FaultyCalls.Fault, _ count: Int, _ step: Int
    ) async throws {
        let calls = try await Self.callsWithoutFault()
        #expect(calls > 20)
        for place in stride(from: 0, to: calls, by: step) {
            let directory = TemporaryDirectory()
            let faulty = FaultyCalls(fault)
            let ledger = try openLinesLedger(directory.lines, segmentLimit: 700, calls: faulty.calls)
            faulty.fail(after: place, count: count)
            let (acknowledged, refused) = await Self.appends(ledger)
            // What the owner shows is what it acknowledged, and a claim that was refused can be made again.
            #expect(try ledger.entries(from: 1, limit: 100).map(\.payload) == acknowledged)
            for payload in refused where payload.hasSuffix("a") {
                #expect(try ledger.claimed("closed/" + payload.dropLast(2)) == nil)
            }

            // As after a kill: a copy of the files as they stand, without a close. Nothing acknowledged is missing. Where
            // taking back failed as well, the one group that was refused may stand there, and no more.
            let copy = TemporaryDirectory()
            for name in directory.names where !name.hasSuffix(".lock") {
                write(contents(of: directory.path + "/" + name), to: copy.path + "/" + name)
            }
            let reader = try readLinesLedger(copy.lines)
            let found = try reader.entries(from: 1, limit: 100).map(\.payload)
            #expect(found.starts(with: acknowledged), "call \(place)")
            #expect(found.count <= acknowledged.count + (count == 1 ? 0 : 2), "call \(place)")
            let failures = try await reader.verify().failures
            #expect(failures.allSatisfy { if case .torn = $0 { true } else { false } }, "call \(place): \(failures)")
            reader.close()

            // Once the disk is well again, the ledger goes on from where it was.
            faulty.heal()
            let next = try await ledger.append([draft("next")])
            #expect(next[0].sequence == Int64(acknowledged.count) + 1)
            ledger.close()
            let again = try openLinesLedger(directory.lines)
            #expect(try again.entries(from: 1, limit: 100).map(\.payload) == acknowledged + ["next"])
            #expect(try await again.verify().failures == [])
            again.close()
        }
    }

    @Test(arguments: FaultyCalls.Fault.allCases)
    func `at its creation leaves no ledger, or a whole one`(_ fault: FaultyCalls.Fault) async throws {
        for place in 0..<8 {
            let directory = TemporaryDirectory()
            let faulty = FaultyCalls(fault)
            faulty.fail(after: place, count: .max)
            if let ledger = try? openLinesLedger(directory.lines, calls: faulty.calls) { ledger.close() }
            let ledger = try openLinesLedger(directory.lines)
            try await ledger.append([draft()])
            #expect(try await ledger.verify().failures == [])
            ledger.close()
        }
    }

    /// Killed or failing between any two steps, the mending is finished by the next.
    @Test(arguments: FaultyCalls.Fault.allCases)
    func `while a tail is mended loses nothing of it`(_ fault: FaultyCalls.Fault) async throws {
        for place in 0..<8 {
            let directory = TemporaryDirectory()
            let first = try openLinesLedger(directory.lines)
            try await first.append([draft("one")])
            try await first.append([draft("two"), draft("three")])
            first.close()
            let bytes = contents(of: directory.lines)
            write(Array(bytes.dropLast(5)), to: directory.lines)

            let faulty = FaultyCalls(fault)
            faulty.fail(after: place, count: .max)
            func mend(_ calls: FileCalls) throws(LedgerError) -> [TornTail] {
                let (ledger, tails) = try Ledger.openMended(
                    path: directory.lines, indexer: testIndexer, clock: CountingClock().now, calls: calls)
                ledger.close()
                return tails
            }
            let early = try? mend(faulty.calls)
            let tails = try mend(.system)
            #expect(early == nil || early == tails)
            #expect(!tails.isEmpty && tails.allSatisfy { $0.after == 1 })
            let torn = Array(bytes.dropLast(5).suffix(Int(tails[0].bytes)))
            for tail in tails { #expect(contents(of: directory.path + "/" + tail.file) == torn) }
            let ledger = try openLinesLedger(directory.lines)
            #expect(try ledger.entries(from: 1, limit: 9).map(\.payload) == ["one"])
            ledger.close()
        }
    }
}
