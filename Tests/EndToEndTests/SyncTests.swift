import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// What an approval costs at the disk, counted at the system calls of the real desk while one process asks and
/// another one approves.
@Suite(.oneAtATime, .enabled(if: SyncTrace.works, "strace is missing or may not trace: syncs are NOT counted"))
struct `An approval` {
    private static let count = 20

    @Test func `is synced exactly twice: when it is asked for, and when it is decided`() async throws {
        let home = try Home()
        let trace = SyncTrace(home)
        let desk = try await trace.open(home)
        // The first one takes along what was written at the start.
        try await Self.approve(1, asking: ["paint"], at: desk, of: home)
        let before = trace.syncs
        for number in 2...(Self.count + 1) { try await Self.approve(number, asking: ["paint"], at: desk, of: home) }
        let syncs = trace.syncs - before
        #expect(syncs == 2 * Self.count)
        print("\(Self.count) approvals, \(syncs) syncs")
    }

    /// The outcome is written without a sync of its own: it goes with the next one, or is synced within a second.
    @Test func `of a command costs no third sync, but for the last outcome before a pause`() async throws {
        let home = try Home()
        let trace = SyncTrace(home)
        let desk = try await trace.open(home)
        try await Self.approve(1, asking: ["run", "--", "true"], at: desk, of: home)
        let (before, start) = (trace.syncs, ContinuousClock.now)
        for number in 2...(Self.count + 1) {
            try await Self.approve(number, asking: ["run", "--", "true"], at: desk, of: home)
        }
        let syncs = trace.syncs - before
        // Pauses are this machine's, not the desk's; there were at most so many that were long enough.
        let pauses = Int((ContinuousClock.now - start) / .milliseconds(900)) + 1
        #expect((2 * Self.count...2 * Self.count + pauses).contains(syncs))
        print("\(Self.count) approvals of commands, \(syncs) syncs, at most \(pauses) of them after a pause")
    }

    private static func approve(
        _ number: Int, asking words: [String], at desk: Desk, of home: Home
    ) async throws {
        let asking = try await home.start(["ask"] + words)
        try await desk.sees("New request \(number):")
        #expect(try await home.hitl("approve", "\(number)").code == 0)
        #expect(Said(await asking.wait()) == Said(code: 0))
    }
}

/// The syncs of a desk, written down by strace before the desk goes on from each.
private struct SyncTrace {
    static let program = "/usr/bin/strace"

    static let works: Bool = {
        guard access(program, X_OK) == 0 else {
            print("SKIPPED: there is no \(program), so the syncs of an approval were NOT counted")
            return false
        }
        var pid: pid_t = 0
        var arguments = [strdup(program), strdup("-qq"), strdup("-o"), strdup("/dev/null"), strdup("/bin/true"), nil]
        defer { for argument in arguments { free(argument) } }
        var status: Int32 = 0
        guard posix_spawn(&pid, program, nil, nil, &arguments, environ) == 0,
            waitpid(pid, &status, 0) == pid, status == 0
        else {
            print("SKIPPED: strace may not trace here, so the syncs of an approval were NOT counted")
            return false
        }
        return true
    }()

    private let path: String

    init(_ home: Home) { path = home.path("t/trace") }

    func open(_ home: Home) async throws -> Desk {
        let desk = Desk(
            try PseudoTerminal.spawn(
                [
                    Self.program, "-f", "-qq", "-y", "-e", "signal=none", "-e", "trace=fsync,fdatasync", "-o", path,
                    Home.hitl, "loop", "--enable-hitl", "--agent", "none",
                ], environment: home.environment, columns: 100, rows: 40, directory: home.workspace))
        try await desk.until { $0.cursorLine == "hitl >" }
        return desk
    }

    /// Without those of checkpoints: the database's own file, and the log's first one after it was started anew. The
    /// log of a test is too short to be.
    var syncs: Int {
        let lines = (Home.contents(of: path) ?? "").split(separator: "\n")
        let calls = lines.filter { $0.contains("fdatasync(") || $0.contains("fsync(") }
        // Without the right to read the desk's descriptors strace gives no paths; then all of them count.
        return calls.count { !$0.contains("/ledger.db>") }
    }
}
