import Glibc
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

/// The built program on a ledger whose first entries are forty days old, of which it has to keep thirty.
@Suite(.oneAtATime) struct `A ledger that has grown old` {
    private static let python: String? = ["/usr/bin/python3", "/usr/local/bin/python3"].first { access($0, X_OK) == 0 }

    private static func path(_ home: Home, _ storage: LedgerStorage) -> String {
        storage == .database ? home.ledger : home.path("h/.local/state/hitl/ledger.jsonl")
    }

    /// Forty days ago Anna's call was approved and Bo's rejected, and Cara's has waited ever since.
    private static func home(_ storage: LedgerStorage) async throws -> Home {
        let home = try Home(configuration: "audit: { storage: \(storage.rawValue), retention: 30d }\n")
        for name in ["h/.local", "h/.local/state", "h/.local/state/hitl"] { try home.makeDirectory(name) }
        let clock = ManualClock(wall: WallTime(milliseconds: SystemClock.wallMilliseconds() - 40 * 86_400_000))
        let ledger = try Ledger.open(
            path: path(home, storage), storage: storage, indexer: EventIndex.index(of:),
            clock: { clock.wall.milliseconds })
        let fixture = try await GateFixture(ledger: ledger, clock: clock, timeout: nil)
        let anna = await fixture.pending(.deleting("anna.txt"))
        _ = try await fixture.gate.review(anna.number, Review(answer: .approve, reviewer: Cast.ada))
        _ = await anna.ending
        let bo = await fixture.pending(.deleting("bo.txt"))
        _ = try await fixture.gate.review(bo.number, Review(answer: .reject, reviewer: Cast.ada, reason: "no"))
        _ = await bo.ending
        let cara = await fixture.pending(.deleting("cara.txt"))
        await fixture.close()
        _ = await cara.ending
        ledger.close()
        return home
    }

    private static func holding(_ text: String, _ home: Home) async throws -> String {
        try await home.run(program: "/usr/bin/grep", ["-rlF", text, home.path("h"), home.path("r")]).out
    }

    private static func other(_ home: Home, _ storage: LedgerStorage, _ words: String...) async throws -> Said {
        let verifier =
            String(#filePath.dropLast("Tests/EndToEndTests/RetentionTests.swift".count))
            + "examples/verify/verify_ledger.py"
        return try await home.run(program: try #require(python), [verifier, path(home, storage)] + words)
    }

    @Test(
        .enabled(if: python != nil, "python3 is missing: the independent verifier is NOT run"),
        arguments: LedgerStorage.allCases)
    func `loses by an approved call what need not be kept, and all that is left is proved as before`(
        _ storage: LedgerStorage
    ) async throws {
        let home = try await Self.home(storage)
        let checkpoint = home.path("w/old.checkpoint")
        let proof = home.path("w/cara.tlog-proof")
        #expect(try await home.hitl("audit", "checkpoint", "--export", checkpoint).code == 0)
        #expect(try await home.hitl("audit", "prove", "entry:7", "--output", proof).code == 0)
        let key = try #require(
            JSONValue(parsing: try await home.hitl("audit", "checkpoint", "--json").out).object?["key"]?.string)

        let listed = try await home.hitl("audit", "retention")
        #expect(listed.code == 0)
        #expect(listed.out.hasPrefix("Entries are kept for 30d.\nEntries 1 to 6 can be removed: 2 requests, "))
        #expect(listed.out.hasSuffix("1 more are older, and of requests that go on after them or are not finished.\n"))

        let desk = try await Desk.open(home, firstPrompt: "hitl (1) >")
        // Who waited for forty days is decided on today, so all of it is kept.
        #expect(try await home.hitl("reject", "3").code == 0)
        let file = home.path("w/old.jsonl")
        let asked = try await home.hitl("audit", "purge", "--output", file, "--reason", "policy 7")
        #expect(asked.code == 0 && asked.out.contains("Request 4 asks for it."), "\(asked)")
        let exported = try #require(home.read("w/old.jsonl"))
        #expect(exported.contains("anna.txt") && exported.contains("bo.txt") && !exported.contains("cara.txt"))
        let digest = HITLLedger.Digest(hashing: Array(exported.utf8)).hex
        #expect(try await home.hitl("show", "4", "--json").out.contains(digest))
        // Nothing yet; and not by who says no.
        #expect(try await !Self.holding("anna.txt", home).isEmpty)
        #expect(try await home.hitl("reject", "4").code == 0)
        #expect(try await !Self.holding("anna.txt", home).isEmpty)
        #expect(try await home.hitl("audit", "purge", "--output", home.path("w/again.jsonl")).code == 0)
        #expect(try await home.hitl("approve", "5").code == 0)
        #expect(try await home.hitl("wait", "5").code == 0)
        #expect(try await desk.quit() == .exited(0))

        #expect(try await Self.holding("anna.txt", home) == "")
        #expect(try await !Self.holding("cara.txt", home).isEmpty)
        let verified = try await home.hitl("audit", "verify", "--against", checkpoint, "--key", key)
        #expect(verified.code == 0 && verified.out.contains("   Removed under retention: 6 entries\n"), "\(verified)")
        #expect(verified.out.contains(": entries up to 6, approved by ") && verified.out.contains(" as request 5\n"))
        #expect(try await home.hitl("audit", "verify", "--proof", proof, "--key", key).code == 0)
        let found = try await Self.other(home, storage, "--against", checkpoint, "--key", key)
        #expect(found.code == 0 && found.out.contains(", 6 of them erased, "), "\(found)")
        #expect(
            try await home.hitl("audit", "retention").out.hasPrefix(
                "Entries are kept for 30d.\nEntries 1 to 6 were removed before.\n"))
        #expect(try await home.hitl("history").out.contains("cara.txt"))
    }

    /// Each of these is a system call on a file that only a removal makes, and at which the desk is killed. Threads are counted
    /// apart.
    struct Death: Sendable, CustomStringConvertible {
        let storage: LedgerStorage
        let call: String
        let suffix: String
        let time: Int

        var description: String { "\(storage.rawValue): \(call) \(suffix), \(time)" }
    }

    private static let deaths = [
        Death(storage: .database, call: "unlink", suffix: ".text", time: 1),
        // The log has all of it, and the database nothing or a part.
        Death(storage: .database, call: "pwrite64", suffix: "", time: 1),
        Death(storage: .database, call: "pwrite64", suffix: "", time: 3),
        Death(storage: .database, call: "ftruncate", suffix: "-wal", time: 1),
        Death(storage: .file, call: "unlink", suffix: ".text", time: 1),
        Death(storage: .file, call: "fsync", suffix: ".new", time: 1),
        Death(storage: .file, call: "rename", suffix: ".new", time: 1),
    ]

    @Test(
        .enabled(if: access("/usr/bin/strace", X_OK) == 0, "strace is missing: no desk was killed in a removal"),
        arguments: deaths, ["erase", "purge"])
    func `ends at the next start what a desk that was killed had begun to take out`(
        _ death: Death, _ what: String
    ) async throws {
        let home = try await Self.home(death.storage)
        let file = Self.path(home, death.storage) + death.suffix
        let desk = Desk(
            try PseudoTerminal.spawn(
                [
                    "/usr/bin/strace", "-f", "-qq", "-o", home.path("t/trace"), "-P", file, "-e",
                    "trace=\(death.call)", "-e", "inject=\(death.call):signal=KILL:when=\(death.time)", Home.hitl,
                    "loop", "--enable-hitl", "--agent", "none",
                ], environment: home.environment, columns: 100, rows: 40, directory: home.workspace))
        try await desk.until { $0.isAtPrompt }
        let asked =
            what == "erase"
            ? try await home.hitl("erase", "1")
            : try await home.hitl("audit", "purge", "--output", home.path("w/old.jsonl"))
        #expect(asked.code == 0 && asked.out.contains("Request 4 asks for it."), "\(asked)")
        // The one who approves hears of it before or after the desk is gone.
        _ = try await home.hitl("approve", "4")
        _ = try await desk.terminal.waitForExit()
        #expect(home.read("t/trace")?.contains("killed by SIGKILL") == true)

        let between = try await home.hitl("audit", "verify")
        let words = between.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if between.code != 0 { #expect(between.code == 7 && words.contains("The next desk ends it."), "\(between)") }
        let next = try await Desk.open(home, firstPrompt: "hitl (1) >")
        #expect(try await next.quit() == .exited(0))
        #expect(try await Self.holding("anna.txt", home) == "")
        let after = try await home.hitl("audit", "verify")
        let line = what == "erase" ? "   Erased: the contents of " : "   Removed under retention: 6 entries"
        #expect(after.code == 0 && after.out.contains(line), "\(after)")
        #expect(try await home.hitl("show", "4").out.contains("unknown"))
    }
}
