import Glibc
import HITLCore
import HITLTestSupport
import Testing

/// What the ledger proves to others, asked of the built program and of a verifier that shares no code with it.
@Suite(.oneAtATime) struct `A proof of the ledger` {
    /// One rejected, one approved, one not decided, in two sessions: two checkpoints.
    private static func home() async throws -> Home {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "wall=east") == 1)
        #expect(try await home.ask("paint", "--arg", "wall=west") == 2)
        #expect(try await home.hitl("reject", "1", "--reason", "Monday.").code == 0)
        #expect(try await desk.quit() == .exited(0))
        let second = try await Desk.open(home, firstPrompt: "hitl (1) >")
        #expect(try await home.hitl("approve", "2").code == 0)
        #expect(try await home.ask("paint", "--arg", "wall=north") == 3)
        #expect(try await second.quit() == .exited(0))
        return home
    }

    private static func key(of home: Home) async throws -> String {
        let said = try await home.hitl("audit", "checkpoint", "--json")
        return try #require(try JSONValue(parsing: said.out).object?["key"]?.string)
    }

    @Test func `is checked elsewhere with nothing but the key`() async throws {
        let home = try await Self.home()
        let key = try await Self.key(of: home)
        let file = home.path("w/2.tlog-proof")
        let made = try await home.hitl("audit", "prove", "2", "--output", file)
        #expect(made == Said(code: 0, out: "`\(file)` proves entry 7.\n   Check it with --key \(key)\n"))
        #expect(home.read("w/2.tlog-proof")?.hasPrefix("c2sp.org/tlog-proof@v1\nextra ") == true)
        #expect(home.mode(of: "w/2.tlog-proof") == 0o600)

        // A stranger, who has no ledger.
        let stranger = try Home()
        let without = try await stranger.hitl("audit", "verify", "--proof", file)
        #expect(without.code == 1 && without.err.contains("whose key is not known here: it proves nothing without."))
        let checked = try await stranger.hitl("audit", "verify", "--proof", file, "--key", key)
        #expect(checked.code == 0)
        #expect(checked.out.hasPrefix("`\(file)` proves entry 7.\n   Log: hitl/ledger/"))
        #expect(checked.out.contains(#""answer":"approve""#) && checked.out.contains(#""type":"closed""#))

        // The wrong key; a changed word.
        let other = try await Self.key(of: try await Self.home())
        let wrong = try await stranger.hitl("audit", "verify", "--proof", file, "--key", other)
        #expect(wrong.code == 1)
        let text = try #require(home.read("w/2.tlog-proof"))
        try home.write(text.replacing("\nindex 6\n", with: "\nindex 5\n"), to: "w/2.tlog-proof")
        let moved = try await stranger.hitl("audit", "verify", "--proof", file, "--key", key, "--json")
        #expect(moved.code == 7)
        #expect(moved.out.contains(#""holds":false"#))
    }

    @Test func `is of how a request was decided, or that it was opened, or of any entry`() async throws {
        let home = try await Self.home()
        for (name, entry) in [("1", 4), ("2", 7), ("3", 8), ("entry:1", 1)] {
            let said = try await home.hitl("audit", "prove", name, "--json")
            #expect(said.code == 0)
            #expect(try JSONValue(parsing: said.out).object?["entry"]?.integer == Int64(entry), "\(name)")
        }
        #expect(
            try await home.hitl("audit", "prove", "99")
                == Said(code: 1, err: "hitl: The ledger has no request `99`.\n"))
        #expect(
            try await home.hitl("audit", "prove", "entry:99")
                == Said(code: 1, err: "hitl: The ledger has no entry 99.\n"))
        #expect(try await home.hitl("audit", "prove", "x").code == 2)
        // Options of another of its works, and two that exclude each other.
        #expect(try await home.hitl("audit", "prove", "1", "--since", "1h").code == 2)
        #expect(try await home.hitl("audit", "verify", "--proof", "x", "--against", home.ledger).code == 2)
    }

    @Test func `finds a ledger that was rewritten after its checkpoint was given away`() async throws {
        let home = try await Self.home()
        let kept = home.path("w/kept.checkpoint")
        #expect(try await home.hitl("audit", "checkpoint", "--export", kept).code == 0)
        #expect(try await home.hitl("audit", "verify", "--against", kept).code == 0)
        // Whoever has the files takes the last entry away, and everything that says so.
        let sql = """
            DELETE FROM entry WHERE sequence = 9; UPDATE tally SET count = count - 1 WHERE kind = 'sessionEnded'
            """
        #expect(try await home.run(program: "/usr/bin/sqlite3", [home.ledger, sql]) == Said(code: 0))
        for suffix in [".heads", ".checkpoints"] { unlink(home.ledger + suffix) }
        #expect(try await home.hitl("audit", "verify").code == 0)
        #expect(
            try await home.hitl("audit", "verify", "--against", kept)
                == Said(
                    code: 7,
                    out: """
                        The ledger is damaged:
                           The ledger ends at entry 8, but had 9 when a checkpoint of it was signed.
                        No repair brings that back. Put a backup in its place, or `hitl audit repair --set-aside` keeps the ledger as it is and begins a new one.

                        """))
        // Another entry in its place: as long, and not the same.
        #expect(try await home.script([], "--agent", "none").code == 0)
        let forked = try await home.hitl("audit", "verify", "--against", kept)
        #expect(forked.code == 7)
        #expect(
            forked.out.contains(
                "The ledger is not the one that was signed: its first 9 entries have another root than the checkpoint of them."
            ))
    }

    @Test func `is co-signed by a witness as long as there is one history`() async throws {
        let home = try await Self.home()
        let key = try await Self.key(of: home)
        let witness = try Home()
        let file = home.path("w/9.checkpoint")
        #expect(try await home.hitl("audit", "checkpoint", "--export", file).code == 0)
        let new = try await witness.hitl("audit", "witness", file)
        #expect(new.code == 1 && new.err.contains("is new to this witness. Give its key with --key"))
        let cosigned = try await witness.hitl("audit", "witness", file, "--key", key)
        #expect(cosigned.code == 0)
        #expect(cosigned.out.split(separator: "\n").count == 5)
        let witnessKey = String(cosigned.err.dropFirst("cosigned by ".count).dropLast())

        // The witness's word counts in a proof, and is missed where it is asked for.
        try home.write(cosigned.out, to: "w/9.cosigned")
        let proof = home.path("w/1.tlog-proof")
        let stranger = try Home()
        for (checkpoint, code) in [("9.cosigned", 0), ("9.checkpoint", 7)] as [(String, Int32)] {
            #expect(
                try await home.hitl(
                    "audit", "prove", "1", "--checkpoint", home.path("w/" + checkpoint), "--output", proof
                ).code == 0)
            let said = try await stranger.hitl(
                "audit", "verify", "--proof", proof, "--key", key, "--key", witnessKey)
            #expect(said.code == code)
        }

        // The ledger goes on: without a proof it could be another one.
        #expect(try await home.script([], "--agent", "none").code == 0)
        #expect(try await home.hitl("audit", "checkpoint", "--export", file).code == 0)
        let bare = try await witness.hitl("audit", "witness", file)
        #expect(bare.code == 1 && bare.err.contains("`hitl audit checkpoint --continues 9 --export FILE`"))
        #expect(try await home.hitl("audit", "checkpoint", "--continues", "9", "--export", file).code == 0)
        #expect(home.read("w/9.checkpoint")?.hasPrefix("old 9\n") == true)
        #expect(try await witness.hitl("audit", "witness", file, "--output", home.path("w/11.cosigned")).code == 0)
        let older = try await witness.hitl("audit", "witness", home.path("w/9.cosigned"))
        #expect(older.code == 1 && older.err.contains("and one of 11 was cosigned already"))
    }

    // MARK: The other verifier

    private static let verifier =
        String(#filePath.dropLast("Tests/EndToEndTests/ProofTests.swift".count)) + "examples/verify/verify_ledger.py"

    private static let python: String? = {
        let path = "/usr/bin/python3"
        if access(path, X_OK) == 0 { return path }
        let local = "/usr/local/bin/python3"
        return access(local, X_OK) == 0 ? local : nil
    }()

    private static func other(_ home: Home, _ words: String...) async throws -> Said {
        try await home.run(program: try #require(python), [verifier, home.ledger] + words)
    }

    @Test(.enabled(if: python != nil, "python3 is missing: the independent verifier is NOT run"))
    func `is found whole by a verifier that shares no code`() async throws {
        let lines =
            Home.contents(of: Self.verifier)?.split(separator: "\n", omittingEmptySubsequences: false).count ?? 0
        #expect((1...201).contains(lines))
        let home = try await Self.home()
        let key = try await Self.key(of: home)
        #expect(
            try await Self.other(home)
                == Said(
                    code: 0,
                    out: "Entries: 9, 0 not yet protected. Checkpoints: 2, signatures not checked: no key.\n"))
        let kept = home.path("w/kept.checkpoint")
        #expect(try await home.hitl("audit", "checkpoint", "--export", kept).code == 0)
        #expect(
            try await Self.other(home, "--key", key, "--against", kept)
                == Said(code: 0, out: "Entries: 9, 0 not yet protected. Checkpoints: 3, all signed.\n"))
        let stranger = try await Self.key(of: try await Self.home())
        #expect(
            try await Self.other(home, "--key", stranger)
                == Said(code: 7, err: "The checkpoint of 5 is not signed by the ledger's key.\n"))
    }

    @Test(.enabled(if: python != nil, "python3 is missing: the independent verifier is NOT run"))
    func `in files, or sealed, is found whole by it too`() async throws {
        for (configuration, file, more) in [
            ("audit: { storage: file }\n", "ledger.jsonl", ""),
            (
                "security: { encryptAuditLogs: true }\n", "ledger.db",
                "Sealed: 4. Their bytes and places were checked, not what they say.\n"
            ),
        ] {
            let home = try Home(configuration: configuration)
            let desk = try await Desk.open(home)
            #expect(try await home.ask("paint") == 1)
            #expect(try await home.hitl("approve", "1").code == 0)
            #expect(try await desk.quit() == .exited(0))
            let key = try await Self.key(of: home)
            let ledger = home.path("h/.local/state/hitl/" + file)
            #expect(
                try await home.run(program: try #require(Self.python), [Self.verifier, ledger, "--key", key])
                    == Said(
                        code: 0, out: "Entries: 4, 0 not yet protected. Checkpoints: 1, all signed.\n" + more))
        }
    }

    /// By SQL, as whoever can write the file could.
    private static let damages = [
        "UPDATE entry SET record = CAST(replace(record, 'Monday', 'Sunday') AS BLOB) WHERE sequence = 4",
        "UPDATE entry SET time = time + 1 WHERE sequence = 9",
        "UPDATE entry SET hash = zeroblob(32) WHERE sequence = 1", "UPDATE entry SET hash = x'' WHERE sequence = 2",
        "UPDATE entry SET record = x'' WHERE sequence = 3",
        "UPDATE entry SET label = 'other' WHERE sequence = 4", "UPDATE entry SET label = NULL WHERE sequence = 4",
        "UPDATE entry SET claim = 'closed/9' WHERE sequence = 4", "UPDATE entry SET subject = '2' WHERE sequence = 2",
        "UPDATE entry SET kind = 'noted' WHERE sequence = 1", "UPDATE entry SET standing = 0 WHERE sequence = 2",
        "DELETE FROM entry WHERE sequence = 5", "DELETE FROM entry WHERE sequence > 4",
        "DELETE FROM entry WHERE sequence <= 2", "UPDATE entry SET sequence = 0 WHERE sequence = 1",
        """
        UPDATE entry SET sequence = -1 WHERE sequence = 3; UPDATE entry SET sequence = 3 WHERE sequence = 6;
        UPDATE entry SET sequence = 6 WHERE sequence = -1
        """,
        "INSERT INTO entry SELECT 10, time, hash, kind, NULL, NULL, NULL, standing, record FROM entry WHERE sequence = 9",
        "DELETE FROM unresolved", "UPDATE unresolved SET sequence = 1", "UPDATE unresolved SET brief = x'00'",
        "INSERT INTO unresolved VALUES ('77', 1, x'03')", "INSERT INTO tally VALUES ('opened', NULL, 1)",
        "INSERT INTO kind_run VALUES ('opened', 0)", "INSERT INTO label_run VALUES ('writeFile', 0)",
        "UPDATE meta SET value = zeroblob(32)", "DELETE FROM meta", "CREATE TABLE more (x)",
        "CREATE TRIGGER quiet AFTER INSERT ON entry BEGIN DELETE FROM entry WHERE sequence = new.sequence; END",
        "PRAGMA application_id = 7", "PRAGMA user_version = 9", "DROP TABLE kind_run",
        """
        PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', '') WHERE name = 'tally'
        """,
        """
        DELETE FROM entry WHERE sequence > 8; UPDATE tally SET count = count - 1 WHERE kind = 'sessionEnded'
        """,
    ]

    @Test(.enabled(if: python != nil, "python3 is missing: the independent verifier is NOT run"))
    func `is not given for a damaged ledger, by us or by the other verifier`() async throws {
        let home = try await Self.home()
        let key = try await Self.key(of: home)
        let files = ["", "-wal", ".heads", ".checkpoints"].map { ($0, Home.bytes(of: home.ledger + $0)) }
        func restore() {
            unlink(home.ledger + "-shm")
            for (suffix, bytes) in files { Home.put(bytes, at: home.ledger + suffix) }
        }
        func expectDamage(_ what: String) async throws {
            let ours = try await home.hitl("audit", "verify")
            let other = try await Self.other(home, "--key", key)
            #expect(ours.code == 7, "\(what): \(ours)")
            #expect(other.code == 7 && !other.err.isEmpty, "\(what): \(other)")
        }
        for sql in Self.damages {
            #expect(try await home.run(program: "/usr/bin/sqlite3", [home.ledger, sql]).code == 0, "\(sql)")
            try await expectDamage(sql)
            restore()
        }
        for (suffix, old, new) in [
            (".checkpoints", "\n9\n", "\n8\n"), (".checkpoints", "\n9\n", "\n10\n"), (".checkpoints", "hitl/", "hilt/"),
            (".checkpoints", "\n5\n", "\n05\n"), (".checkpoints", "— ", "- "), (".heads", "9 ", "8 "),
            (".heads", "9 ", "99 "), (".heads", "5 ", "five "),
        ] {
            let text = Home.contents(of: home.ledger + suffix) ?? ""
            Home.put(Array(text.replacing(old, with: new, maxReplacements: 1).utf8), at: home.ledger + suffix)
            try await expectDamage("\(suffix): \(old)")
            restore()
        }
        unlink(home.ledger + ".checkpoints")
        try await expectDamage("no checkpoints")
        restore()
        #expect(try await home.hitl("audit", "verify").code == 0)
        #expect(try await Self.other(home, "--key", key).code == 0)
    }
}

extension Home {
    fileprivate static func bytes(of path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    fileprivate static func put(_ bytes: [UInt8], at path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }
}
