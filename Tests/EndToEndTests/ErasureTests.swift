import Glibc
import HITLCore
import HITLTestSupport
import Testing

/// `hitl audit erase`, `retention` and `purge`, asked of the built program.
@Suite(.oneAtATime) struct `Personal data in the ledger` {
    private static let anna = "anna@example.com"

    private static let python: String? = ["/usr/bin/python3", "/usr/local/bin/python3"].first { access($0, X_OK) == 0 }

    private static func other(_ home: Home) async throws -> Said {
        let verifier =
            String(#filePath.dropLast("Tests/EndToEndTests/ErasureTests.swift".count))
            + "examples/verify/verify_ledger.py"
        return try await home.run(program: try #require(python), [verifier, home.ledger])
    }

    /// The files of the home in which the text stands.
    private static func holding(_ text: String, _ home: Home) async throws -> String {
        try await home.run(program: "/usr/bin/grep", ["-rlF", text, home.path("h"), home.path("r")]).out
    }

    private static func desk(_ home: Home) async throws -> Desk {
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "for=\(anna)") == 1)
        #expect(try await home.ask("paint", "--arg", "for=bo") == 2)
        #expect(try await home.hitl("approve", "1", "--reason", "\(anna) asked for it").code == 0)
        #expect(try await home.hitl("reject", "2", "--reason", "Monday.").code == 0)
        return desk
    }

    @Test(arguments: ["database", "file"])
    func `is erased once a person approves it, and nothing else changes`(_ storage: String) async throws {
        let home = try Home(configuration: "audit: { storage: \(storage) }\n")
        let desk = try await Self.desk(home)
        #expect(!(try await Self.holding(Self.anna, home)).isEmpty)
        let listed = try await home.hitl("audit", "erase", "--containing", "ANNA@example", "--preview")
        #expect(listed.code == 0 && listed.out.contains("1. paint, "))
        #expect(listed.out.hasPrefix("The contents of "))
        let asked = try await home.hitl("audit", "erase", "--containing", Self.anna, "--reason", "GDPR 17")
        #expect(asked.code == 0 && asked.out.contains("Request 3 asks for it."))
        // Nothing yet.
        #expect(try await home.hitl("show", "1").out.contains(Self.anna))
        #expect(try await home.hitl("approve", "3").code == 0)
        let done = try await home.hitl("wait", "3")
        #expect(done.code == 0)
        for _ in 0..<100 where try await !Self.holding(Self.anna, home).isEmpty {}
        #expect(try await desk.quit() == .exited(0))

        #expect(try await Self.holding(Self.anna, home) == "")
        let verified = try await home.hitl("audit", "verify")
        #expect(verified.code == 0 && verified.out.hasPrefix("The ledger is intact: "))
        #expect(verified.out.contains("   Erased: the contents of "))
        #expect(verified.out.contains(", approved by ") && verified.out.contains(" as request 3\n"))
        let history = try await home.hitl("history")
        #expect(history.out.contains("Args: erased") && history.out.contains("Monday."))
        #expect(try await home.hitl("audit", "export").out.contains(#""args":null"#))
        guard storage == "database" else { return }
        let found = try await Self.other(home)
        #expect(found.err == "\n")
        #expect(found.code == 0 && found.out.contains(" of them erased, 0 not yet protected."))
    }

    @Test(.enabled(if: python != nil, "python3 is missing: the independent verifier is NOT run"))
    func `is not erased by a mark alone, which both verifiers find`() async throws {
        let home = try Home()
        let desk = try await Self.desk(home)
        #expect(try await desk.quit() == .exited(0))
        let forge = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1])
            n, record = db.execute("SELECT sequence, record FROM entry WHERE kind = 'opened'").fetchone()
            db.execute("UPDATE entry SET record = ? WHERE sequence = ?", (b'{"by":9,"erased":' + record + b'}', n))
            db.commit()
            """
        #expect(try await home.run(program: try #require(Self.python), ["-c", forge, home.ledger]).code == 0)
        let verified = try await home.hitl("audit", "verify")
        #expect(verified.code == 7 && verified.out.contains("no entry records that what is left of it was to be left"))
        let found = try await Self.other(home)
        #expect(found.code == 7 && found.err.contains("was erased, and no approved request accounts for that."))
    }

    @Test func `is not erased without a desk`() async throws {
        let home = try Home()
        let desk = try await Self.desk(home)
        #expect(try await desk.quit() == .exited(0))
        #expect(try await home.hitl("audit", "erase", "1", "--preview").code == 0)
        #expect(try await home.hitl("audit", "erase", "1").code == 6)
        #expect(try await home.hitl("audit", "erase").code == 2)
        #expect(
            try await home.hitl("audit", "erase", "--containing", Self.anna, "--reason", "for \(Self.anna)").code == 2)
    }

    @Test func `is kept for as long as it has to be`() async throws {
        let home = try Home(configuration: "audit: { retention: 30d }\n")
        let desk = try await Self.desk(home)
        let said = try await home.hitl("audit", "retention")
        #expect(said == Said(code: 0, out: "Entries are kept for 30d.\nNone is older.\n"))
        let file = home.path("w/old.jsonl")
        #expect(try await home.hitl("audit", "purge", "--output", file).out.contains("None is older."))
        #expect(access(file, F_OK) != 0)
        #expect(try await home.hitl("audit", "retention", "--json").out.contains(#""entries":0"#))
        #expect(try await desk.quit() == .exited(0))
    }
}
