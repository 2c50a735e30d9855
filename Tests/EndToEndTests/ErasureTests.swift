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
        #expect(found.err == "")
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
        #expect(found.code == 7 && found.err.contains("Erased, and no approved request accounts for it: ["))
    }

    @Test(
        .enabled(if: python != nil, "python3 is missing: the independent verifier is NOT run"),
        arguments: ["time", "beginning"])
    func `is tied to its time and to what stands before it as ever, which both verifiers check`(
        _ what: String
    ) async throws {
        let home = try Home()
        let desk = try await Self.desk(home)
        #expect(try await home.hitl("erase", "2").code == 0)
        #expect(try await home.hitl("approve", "3").code == 0)
        #expect(try await home.hitl("wait", "3").code == 0)
        #expect(try await desk.quit() == .exited(0))
        let whole = try await home.hitl("audit", "verify", "--json")
        #expect(whole.code == 0 && whole.out.contains(#""weakenedHeads":[]"#))

        // What the hash of the erased entry no longer shows: its time; and the entries before it, with all their hashes.
        let forge = """
            import hashlib, sqlite3, struct, sys
            db = sqlite3.connect(sys.argv[1])
            rows = db.execute("SELECT sequence, time, hash, record FROM entry ORDER BY sequence").fetchall()
            erased = next(n for n, _, _, record in rows if record.startswith(b'{"by":') and b'"erased":' in record[:20])
            if sys.argv[2] == "time":
                db.execute("UPDATE entry SET time = time - 1 WHERE sequence = ?", (erased,))
            else:
                identity, = db.execute("SELECT value FROM meta WHERE name = 'identity'").fetchone()
                previous = hashlib.sha256(b"hitl ledger v1\\n" + identity).digest()
                for n, time, _, record in rows[:erased - 1]:
                    head = b"\\0" + struct.pack(">qq", n, time - 1) + previous
                    previous = hashlib.sha256(head + record).digest()
                    db.execute("UPDATE entry SET time = time - 1, hash = ? WHERE sequence = ?", (previous, n))
            db.commit()
            """
        for suffix in [".heads", ".checkpoints", ".key", ".tree", ".outline", ".text"] { unlink(home.ledger + suffix) }
        #expect(try await home.run(program: try #require(Self.python), ["-c", forge, home.ledger, what]).code == 0)
        let verified = try await home.hitl("audit", "verify")
        #expect(
            verified.code == 7 && verified.out.contains("no entry records that what is left of it was to be left"),
            "\(verified)")
        let found = try await Self.other(home)
        #expect(
            found.code == 7 && found.err.contains("Erased, and no approved request accounts for it: ["),
            "\(found)")
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

    @Test(.enabled(if: python != nil, "python3 is missing: no client of the socket was tried"))
    func `is not erased by a program that asks for it and says yes itself`() async throws {
        let home = try Home()
        let desk = try await Self.desk(home)
        let client = """
            import json, socket, sys
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            lines = s.makefile()
            def call(number, method, **parameters):
                message = {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
                s.sendall(json.dumps(message).encode() + b"\\n")
                answer = json.loads(lines.readline())
                print(answer.get("error", answer.get("result", {})).get("message", "done"))
            call(1, "run", command="erase", arguments=["1"])
            call(2, "approve", request=3)
            """
        let said = try await home.run(
            program: try #require(Self.python), ["-c", client, home.path("r/hitl/desk.sock")])
        #expect(
            said
                == Said(
                    code: 0,
                    out: "done\nRequest 3 was asked for by this process or one above it; somebody else decides.\n"))
        #expect(try await home.hitl("show", "1").out.contains(Self.anna))
        // The operator, by hand.
        #expect(try await home.hitl("approve", "3").code == 0)
        #expect(try await home.hitl("wait", "3").code == 0)
        #expect(try await desk.quit() == .exited(0))
        #expect(try await Self.holding(Self.anna, home) == "")
    }

    @Test func `is erased with what an edit made of it where that is asked for, and else it is named`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "for=\(Self.anna)") == 1)
        #expect(try await home.hitl("edit", "1", "--set", "for=\(Self.anna)!").code == 0)
        #expect(try await home.hitl("reject", "2").code == 0)
        let alone = try await home.hitl("erase", "1", "--preview")
        let words = alone.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.contains(
                "Not among them, and with much of the same, since they replaced or undid one another: 2. --linked erases these too."
            ), "\(alone)")
        #expect(try await home.hitl("audit", "erase", "1", "--preview", "--json").out.contains(#""linked":["2"]"#))
        #expect(try await home.hitl("audit", "erase", "1", "--linked").out.contains("Request 3 asks for it."))
        #expect(try await home.hitl("approve", "3").code == 0)
        #expect(try await home.hitl("wait", "3").code == 0)
        #expect(try await desk.quit() == .exited(0))
        #expect(try await Self.holding(Self.anna, home) == "")
    }

    @Test func `is not erased as long as a copy of records lies beside the ledger`() async throws {
        let home = try Home()
        let desk = try await Self.desk(home)
        try home.write("{", to: "h/.local/state/hitl/ledger.db.torn-3")
        let said = try await home.hitl("erase", "1")
        #expect(said.code == 1)
        let words = said.err.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.contains(
                "Nothing is erased as long as copies of records lie beside the ledger, which no erasure reaches. Move or remove ledger.db.torn-3."
            ), "\(said)")
        #expect(try await home.hitl("status").out.contains("asks") == false)
        unlink(home.ledger + ".torn-3")
        #expect(try await home.hitl("erase", "1").code == 0)
        #expect(try await desk.quit() == .exited(0))
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
