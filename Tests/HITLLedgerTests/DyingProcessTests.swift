import HITLTestSupport
import Testing

@testable import HITLLedger

@Suite(.oneAtATime) struct `A process that dies while it appends` {
    @Test func `loses nothing that was acknowledged, and leaves the chain whole`() async throws {
        let directory = TemporaryDirectory()
        var acknowledged: Int64 = 0
        for kill in 1...12 {
            let probe = try ProbeProcess("append", directory.ledger, "0")
            for _ in 0..<Int.random(in: 1...40) {
                let line = await probe.line()
                acknowledged = try #require(line.flatMap { Int64($0) }, "kill \(kill): \(line ?? "nothing")")
            }
            probe.kill()
            // What the pipe still holds was acknowledged as well; half a line was not.
            acknowledged = await probe.lines().compactMap { Int64($0) }.last ?? acknowledged
            #expect(await probe.wait() == -9)

            let ledger = try openLedger(directory.ledger)
            let found = try ledger.verifiedSize(await ledger.verify())
            #expect(found >= acknowledged)
            // At most the one append that was under way.
            #expect(found <= acknowledged + 1)
            acknowledged = found
            ledger.close()
        }
    }

    @Test func `loses nothing of a ledger of files either, and a tail that it tore is told and mended`() async throws {
        let directory = TemporaryDirectory()
        var acknowledged: Int64 = 0
        for kill in 1...12 {
            let probe = try ProbeProcess("append", directory.lines, "0")
            for _ in 0..<Int.random(in: 1...40) {
                let line = await probe.line()
                acknowledged = try #require(line.flatMap { Int64($0) }, "kill \(kill): \(line ?? "nothing")")
            }
            probe.kill()
            acknowledged = await probe.lines().compactMap { Int64($0) }.last ?? acknowledged
            #expect(await probe.wait() == -9)

            let (ledger, _) = try Ledger.openMended(
                path: directory.lines, indexer: testIndexer, clock: CountingClock().now)
            let found = try ledger.verifiedSize(await ledger.verify())
            #expect(found >= acknowledged)
            #expect(found <= acknowledged + 1)
            acknowledged = found
            ledger.close()
        }
    }

    /// Killed in a checkpoint, in the head that follows it, or between a file and the next: what it leaves is opened, is held to
    /// everything that was signed, and is signed on.
    @Test(arguments: [LedgerStorage.database, .file])
    func `and signs and begins new files, leaves what opens and verifies`(_ storage: LedgerStorage) async throws {
        let directory = TemporaryDirectory()
        let path = storage == .file ? directory.lines : directory.ledger
        var acknowledged: Int64 = 0
        for kill in 1...12 {
            let probe = try ProbeProcess("signed", path, "0")
            for _ in 0..<Int.random(in: 1...20) {
                let line = await probe.line()
                acknowledged = try #require(line.flatMap { Int64($0) }, "kill \(kill): \(line ?? "nothing")")
            }
            probe.kill()
            acknowledged = await probe.lines().compactMap { Int64($0) }.last ?? acknowledged
            #expect(await probe.wait() == -9)

            let ledger =
                storage == .file
                ? try Ledger.openMended(path: path, indexer: testIndexer, clock: CountingClock().now).0
                : try openLedger(path)
            let verification = try await ledger.verify()
            let found = try ledger.verifiedSize(verification)
            #expect(found >= acknowledged && found <= acknowledged + 1)
            #expect(verification.protected?.size ?? 0 >= acknowledged)
            try ledger.checkpoint()
            acknowledged = found
            ledger.close()
        }
        if storage == .file { #expect(directory.names.contains("ledger.jsonl.3")) }
    }

    @Test func `gives the ledger back with its death`() async throws {
        let directory = TemporaryDirectory()
        let probe = try ProbeProcess("hold", directory.ledger)
        #expect(await probe.line() == "open")
        #expect(
            await ledgerError { _ = try openLedger(directory.ledger) }
                == .owned(path: directory.ledger, by: probe.pid))
        // Reading needs no ownership.
        let reader = try readLedger(directory.ledger)
        #expect(try reader.head.size == 0)
        reader.close()

        probe.kill()
        await probe.wait()
        try openLedger(directory.ledger).close()
    }
}

extension Ledger {
    fileprivate func verifiedSize(_ verification: Verification) throws -> Int64 {
        #expect(verification.failures == [])
        return verification.head.size
    }
}
