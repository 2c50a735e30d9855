import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// I2 where nothing can be recorded any more: no decision, no execution, and the approval is not used up.
@Suite(.oneAtATime) struct `A desk whose ledger cannot grow` {
    /// The limit of the process is the full disk that a test can make and take away again without being root. What
    /// goes over it is a signal by default, and that one ends the process.
    @Test func `refuses to decide and to take requests, goes on living, and decides once there is room`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let asking = try await home.start(["ask", "deploy", "--", "touch", "deployed"])
        try await desk.hasBeenShown(1)
        let full = """
            No space is left for the ledger `HOME/h/.local/state/hitl/ledger.db`. \
            Nothing was recorded; make room and try again.
            """

        try await Self.limit(desk, to: "4096", in: home)
        let approved = try await home.hitl("approve", "1")
        #expect(approved.code == 7)
        let undecided = "hitl: Nothing was decided, because it could not be recorded: \(full)\n"
        #expect(masked(approved.err, in: home) == undecided)
        #expect(masked(try await desk.enter("/hitl approve 1"), in: home).contains("No space is left for the ledger"))
        let refused = try await home.hitl("ask", "paint")
        #expect(refused.code == 7)
        #expect(masked(refused.err, in: home).contains(full))
        #expect(try await home.hitl("ask", "paint", "--", "touch", "painted").code == 125)
        // All of it is still there, and nothing of it has run.
        #expect(try await home.pending() == [1])
        #expect(!home.exists("w/deployed") && !home.exists("w/painted"))

        try await Self.limit(desk, to: "unlimited", in: home)
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(Said(await asking.wait()).code == 0)
        #expect(home.exists("w/deployed"))
        #expect(try await desk.quit() == .exited(0))
        #expect(try await home.hitl("audit", "verify").code == 0)
    }

    /// Which thread writes is left to the pool, and not every thread blocks signals.
    @Test func `ignores the signal that comes with it, on all its threads`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        let status = try #require(Home.contents(of: "/proc/\(desk.terminal.process)/status"))
        let mask = try #require(status.firstMatch(of: /SigIgn:\s+([0-9a-f]+)/)).output.1
        let ignored = try #require(UInt64(mask, radix: 16))
        #expect(ignored & (1 << UInt64(SIGXFSZ - 1)) != 0)
    }

    /// The soft limit of the running desk; what it starts has it too.
    private static func limit(_ desk: Desk, to bytes: String, in home: Home) async throws {
        let said = try await home.run(
            program: "/usr/bin/prlimit", ["--pid", "\(desk.terminal.process)", "--fsize=\(bytes):unlimited"])
        #expect(said == Said(code: 0))
    }
}
