import Glibc
import HITLLedger
import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `A full disk` {
    @Test func `refuses the whole batch, and takes the next one once there is room`() async throws {
        let directory = TemporaryDirectory()
        let probe = try ProbeProcess("limited", directory.ledger, "300000")
        let lines = await probe.lines()
        #expect(await probe.wait() == 0)

        let acknowledged = lines.compactMap { Int64($0) }
        let last = try #require(acknowledged.last)
        #expect(acknowledged == Array(stride(from: 2, through: last, by: 2)))
        let rest = ["refused full", "head \(last)", "again \(last + 1)", "closing"]
        #expect(lines.dropFirst(acknowledged.count) == rest[...])

        let ledger = try readLedger(directory.ledger)
        let verification = try await ledger.verify()
        #expect(verification.failures == [])
        #expect(verification.head.size == last + 1)
    }

    @Test(.enabled(if: canMount, "only root can make a small file system to fill"))
    func `keeps what was acknowledged before it was full`() async throws {
        let directory = TemporaryDirectory()
        try #require(mount("tmpfs", directory.path, "tmpfs", 0, "size=600k,mode=0700") == 0)
        defer { umount2(directory.path, Int32(MNT_DETACH)) }

        let probe = try ProbeProcess("append", directory.ledger, "0")
        let lines = await probe.lines()
        #expect(await probe.wait() == 1)
        #expect(lines.last == "error \(LedgerError.full(path: directory.ledger))")
        let acknowledged = try #require(lines.dropLast().last.flatMap { Int64($0) })

        let ledger = try readLedger(directory.ledger)
        let verification = try await ledger.verify()
        #expect(verification.failures == [])
        #expect(verification.head.size == acknowledged)
        ledger.close()
    }

    private static let canMount: Bool = {
        guard geteuid() == 0 else { return false }
        let directory = TemporaryDirectory()
        guard mount("tmpfs", directory.path, "tmpfs", 0, "size=64k") == 0 else { return false }
        return umount2(directory.path, Int32(MNT_DETACH)) == 0
    }()
}
