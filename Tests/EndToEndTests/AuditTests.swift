import Glibc
import HITLTestSupport
import Testing

/// What the ledger can prove, asked of the built program.
@Suite(.oneAtATime) struct `The ledger` {
    /// One rejected, one approved, and the loop ended in order.
    private static func home() async throws -> Home {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(
            try await home.ask("paint", "--arg", "wall=east", "--confidence", "0.78", "--reason", "It is bare.") == 1)
        #expect(try await home.ask("paint", "--arg", "wall=west\u{202E}") == 2)
        #expect(try await home.hitl("reject", "1", "--reason", "Monday.\nNot today.").code == 0)
        #expect(
            try await home.hitl("approve", "2", "--reason", "Authorized by manager", "--condition", "once").code == 0)
        #expect(try await desk.quit() == .exited(0))
        return home
    }

    /// With the database's own tool, as whoever can write the file could.
    private static func tamper(_ home: Home, _ sql: String) async throws {
        #expect(try await home.run(program: "/usr/bin/sqlite3", [home.ledger, sql]) == Said(code: 0))
    }

    @Test func `is intact, says up to where, and can be exported`() async throws {
        let home = try await Self.home()
        let verified = try await home.hitl("audit", "verify")
        #expect(verified.code == 0)
        #expect(verified.err == "")
        #expect(
            verified.out.replacing(/[0-9a-f]{64}/, with: "HASH") == """
                The ledger is intact: 6 entries.
                   Head: 6:HASH
                   Checkpoints: 1, all signed by its key; the last is of 6 entries.
                   Signatures: 2 decisions signed

                """)
        let exported = try await home.hitl("audit", "export", "--format", "jsonl")
        #expect(exported.code == 0)
        #expect(exported.err.replacing(/[0-9a-f]{64}/, with: "HASH") == "2 records; head 6:HASH\n")
        let lines = exported.out.split(separator: "\n").map { line in
            masked(String(line), in: home)
                .replacing(/"signature":\{[^}]*\}/, with: #""signature":SIGNATURE"#)
                .replacing(/"reviewDuration":[0-9]+/, with: #""reviewDuration":N"#)
                .replacing(
                    /"risk":\{.*?\]?,"level":"[a-z]+",("reversibility":"[a-zA-Z]+",)?"score":[0-9]+\}/,
                    with: #""risk":RISK"#)
        }
        #expect(
            lines == [
                #"{"action":{"args":{"wall":"east"},"digest":"hmac-sha256:DIGEST","directory":null,"tool":"paint"},"context":{"agent":"ask","aiConfidence":0.78,"lineage":[],"model":null,"provider":null,"statedReason":"It is bare.","userId":"OPERATOR"},"eventId":"EVT","number":1,"outcome":null,"policy":{"effect":"ask","risk":RISK,"rules":["default"],"version":"sha256:DIGEST"},"review":{"actor":"human@socket","approved":false,"conditions":[],"decidedAt":"TIME","decidedBy":"remote","decision":"rejected","escalationLevel":1,"hiddenLines":0,"reason":"Monday.\nNot today.","reviewDuration":N,"reviewer":"OPERATOR","shownAt":"TIME","signature":SIGNATURE},"sessionId":"socket","timestamp":"TIME"}"#,
                #"{"action":{"args":{"wall":"west\u202e"},"digest":"hmac-sha256:DIGEST","directory":null,"tool":"paint"},"context":{"agent":"ask","aiConfidence":null,"lineage":[],"model":null,"provider":null,"statedReason":null,"userId":"OPERATOR"},"eventId":"EVT","number":2,"outcome":null,"policy":{"effect":"ask","risk":RISK,"rules":["default"],"version":"sha256:DIGEST"},"review":{"actor":"human@socket","approved":true,"conditions":["once"],"decidedAt":"TIME","decidedBy":"remote","decision":"approved","escalationLevel":1,"hiddenLines":0,"reason":"Authorized by manager","reviewDuration":N,"reviewer":"OPERATOR","shownAt":"TIME","signature":SIGNATURE},"sessionId":"socket","timestamp":"TIME"}"#,
            ])
        // audit-02, audit-03: one line each, ASCII only.
        #expect(exported.out.utf8.allSatisfy { $0 < 0x7F })
    }

    @Test func `with one changed byte is damaged, and the entry is named`() async throws {
        let home = try await Self.home()
        try await Self.tamper(
            home, "UPDATE entry SET record = CAST(replace(record, 'Monday', 'Sunday') AS BLOB) WHERE sequence = 4")
        let verified = try await home.hitl("audit", "verify")
        #expect(
            verified
                == Said(
                    code: 7,
                    out: """
                        The ledger is damaged:
                           Entry 4 was changed: its hash does not fit its time, record and the entry before.
                        No repair brings that back. Put a backup in its place, or `hitl audit repair --set-aside` keeps the ledger as it is and begins a new one.

                        """))
        let json = try await home.hitl("audit", "verify", "--json")
        #expect(json.code == 7)
        #expect(json.out.contains(#""failures":["Entry 4 was changed: "#) && json.out.contains(#""intact":false"#))
    }

    @Test func `that was cut off below the head that was written down is damaged`() async throws {
        let home = try await Self.home()
        try await Self.tamper(home, "DELETE FROM entry WHERE sequence > 4")
        let verified = try await home.hitl("audit", "verify")
        #expect(
            verified
                == Said(
                    code: 7,
                    out: """
                        The ledger is damaged:
                           The ledger ends at entry 4, but had 6 when its head was written down.
                        No repair brings that back. Put a backup in its place, or `hitl audit repair --set-aside` keeps the ledger as it is and begins a new one.

                        """))
    }

    @Test func `that is gone, or whose key is, is no new one for a desk or the doctor`() async throws {
        let home = try await Self.home()
        func gone(_ suffix: String) async throws -> (desk: Said, doctor: Said) {
            #expect(rename(home.ledger + suffix, home.path("w/away")) == 0)
            defer { #expect(rename(home.path("w/away"), home.ledger + suffix) == 0) }
            let doctor = try await home.hitl("doctor")
            return (try await home.script([], "--agent", "none", "--enable-hitl"), doctor)
        }
        let ledger = try await gone("")
        #expect(ledger.desk.code == 7 && ledger.desk.err.contains("The ledger ends at entry 0, but had 6"))
        #expect(ledger.doctor.code == 1 && ledger.doctor.out.contains("ledger.db` is gone. Put a backup in its place"))
        #expect(ledger.doctor.out.contains("   mend: hitl audit repair --set-aside\n"))
        let key = try await gone(".key")
        #expect(key.desk.code == 7)
        #expect(
            masked(key.desk.err, in: home) == """
                hitl: The key of the ledger's checkpoints `HOME/h/.local/state/hitl/ledger.db.key` is missing. Put it back. If it is lost, move it and the file `.checkpoints` beside it away: the next checkpoint begins with a new key.

                """)
        #expect(masked(key.doctor.out, in: home).contains("mend: put `HOME/h/.local/state/hitl/ledger.db.key` back\n"))
        #expect(try await home.hitl("audit", "verify").code == 0)
        try home.write("rubbish\n", to: "h/.local/state/hitl/ledger.db.key")
        #expect(
            try await home.hitl("audit", "verify")
                == Said(
                    code: 7,
                    out: """
                        The ledger is damaged:
                           The key of the checkpoints is not this ledger's key.
                        Put that key back. If it is lost, move the files `.key` and `.checkpoints` beside the ledger away: the next checkpoint begins with a new one.

                        """))
    }

    @Test func `that lost its last entry keeps a desk from opening, until a person sets it aside`() async throws {
        let home = try await Self.home()
        try await Self.tamper(
            home,
            "DELETE FROM entry WHERE sequence = 6; UPDATE tally SET count = count - 1 WHERE kind = 'session-ended'")
        let said = try await home.script([], "--agent", "none", "--enable-hitl")
        #expect(said.code == 7)
        #expect(
            masked(said.err, in: home) == """
                hitl: The ledger `HOME/h/.local/state/hitl/ledger.db` is not what was signed and written down of it. The ledger ends at entry 5, but had 6 when its head was written down. `hitl audit verify` says what is left. No repair brings back the rest; `hitl audit repair --set-aside` keeps the ledger as it is and begins a new one.

                """)
        #expect(try await home.hitl("history").out.contains("paint"))
        let doctor = try await home.hitl("doctor")
        #expect(doctor.code == 1 && doctor.out.contains("missing  Ledger: "), "\(doctor)")
        #expect(doctor.out.contains("hitl audit repair --set-aside"), "\(doctor)")

        let repaired = try await home.hitl("audit", "repair", "--set-aside")
        #expect(
            masked(repaired.out, in: home) == """
                The ledger is kept as it is, as `ledger.db.damaged` and what goes with it. A new one has begun at `HOME/h/.local/state/hitl/ledger.db`, and its first entry says so.

                """)
        #expect(repaired.code == 0)
        for suffix in ["", ".heads", ".checkpoints", ".key"] {
            #expect(home.exists("h/.local/state/hitl/ledger.db.damaged" + suffix))
        }
        let record = try await home.run(
            program: "/usr/bin/sqlite3", [home.ledger, "SELECT CAST(record AS TEXT) FROM entry WHERE sequence = 1"])
        #expect(record.out.contains(#""after":0,"by":{"#) && record.out.contains(#""file":"ledger.db.damaged""#))
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        #expect(try await desk.quit() == .exited(0))
        #expect(try await home.hitl("audit", "verify").code == 0)
        // One that a desk opens is left alone.
        let again = try await home.hitl("audit", "repair", "--set-aside")
        #expect(again.code == 1 && again.err.contains("nothing is set aside"))
    }

    /// A desk looks at the newest entries only before it opens a ledger.
    @Test func `that was rewritten long ago is set aside, too`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        for number in 1...35 { #expect(try await home.ask("paint", "--arg", "wall=\(number)") == number) }
        #expect(try await home.hitl("reject", "1-35", "--reason", "Monday.").code == 0)
        #expect(try await desk.quit() == .exited(0))
        #expect(try await home.hitl("audit", "repair", "--set-aside").err.contains("is intact: nothing is set aside"))
        try await Self.tamper(
            home,
            "UPDATE entry SET record = CAST(REPLACE(CAST(record AS TEXT), 'wall', 'hall') AS BLOB) WHERE sequence = 2")
        #expect(try await home.script([], "--agent", "none", "--enable-hitl").code == 0)
        #expect(try await home.hitl("audit", "verify").code == 7)
        #expect(try await home.hitl("audit", "repair", "--set-aside").code == 0)
        #expect(try await home.hitl("audit", "verify").code == 0)
    }

    @Test func `whose index hides an entry is not exported in silence`() async throws {
        let home = try await Self.home()
        // The rejection stands in the table; the list by subject, by which it is found, does not have it.
        try await Self.tamper(
            home,
            """
            PRAGMA writable_schema = 1;
            UPDATE sqlite_schema SET sql = 'CREATE INDEX entry_subject ON entry (subject) WHERE sequence <> 4' WHERE name = 'entry_subject';
            """)
        try await Self.tamper(home, "REINDEX entry_subject")
        try await Self.tamper(
            home,
            """
            PRAGMA writable_schema = 1;
            UPDATE sqlite_schema SET sql = 'CREATE INDEX entry_subject ON entry (subject) WHERE subject IS NOT NULL' WHERE name = 'entry_subject';
            """)
        for format in ["jsonl", "csv"] {
            let exported = try await home.hitl("audit", "export", "--format", format)
            #expect(exported.code == 7, "\(exported)")
            #expect(
                exported.err.contains("The ledger disagrees with its index: entries stand in it that are in no list."),
                "\(exported.err)")
        }
        #expect(try await home.hitl("audit", "verify").code == 7)
    }

    @Test func `of which a row tells another kind than its record is not exported in silence`() async throws {
        let home = try await Self.home()
        try await Self.tamper(home, "UPDATE entry SET kind = 'attempted' WHERE sequence = 2")
        let exported = try await home.hitl("audit", "export")
        #expect(exported.code == 7 && exported.err.contains("the index of entry 2 is not what its record gives"))
    }

    @Test func `that grew since its head was written down says how much is not protected yet`() async throws {
        let home = try await Self.home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 3)
        desk.terminal.signal(SIGKILL)
        _ = try await desk.terminal.waitForExit()
        let verified = try await home.hitl("audit", "verify")
        #expect(verified.code == 0)
        #expect(
            verified.out.replacing(/[0-9a-f]{64}/, with: "HASH") == """
                The ledger is intact: 8 entries.
                   Head: 8:HASH
                   Checkpoints: 1, all signed by its key; the last is of 6 entries.
                   Signatures: 2 decisions signed
                   The newest 2 are not yet protected: if they were cut off, nobody would notice. `hitl audit checkpoint` signs them.

                """)
        // A head that was noted elsewhere is held against it as well.
        let forged = try await home.hitl("audit", "verify", "--against", "7:" + String(repeating: "0", count: 64))
        #expect(forged.code == 7)
        #expect(forged.out.hasPrefix("The ledger is damaged:\n"))
    }

    @Test func `that an index of tells something else is damaged`() async throws {
        let home = try await Self.home()
        try await Self.tamper(home, "UPDATE entry SET label = 'other' WHERE sequence = 3")
        #expect(
            try await home.hitl("audit", "verify")
                == Said(
                    code: 7,
                    out: """
                        The ledger is damaged:
                           The label of entry 3 says something else than its record.
                        No repair brings that back. Put a backup in its place, or `hitl audit repair --set-aside` keeps the ledger as it is and begins a new one.

                        """))
    }

    @Test func `that cannot be read keeps a desk from opening`() async throws {
        let home = try await Self.home()
        for end in ["-wal", "-shm"] { unlink(home.ledger + end) }
        try home.write("this is no database, whatever else it is", to: "h/.local/state/hitl/ledger.db")
        let said = try await home.hitl("loop", "--agent", "none")
        #expect(said.code == 7)
        #expect(said.err.hasPrefix("hitl: ") && said.err.contains(home.ledger))
        #expect(try await home.hitl("history").code == 7)
        #expect(try await home.hitl("audit", "verify").code == 7)
    }

    @Test func `that is not there cannot be verified`() async throws {
        let home = try Home()
        let said = try await home.hitl("audit", "verify")
        #expect(said.code == 7)
        #expect(
            masked(said.err, in: home) == """
                hitl: There is no ledger at `HOME/h/.local/state/hitl/ledger.db`: no desk has made one yet, or it was taken away.

                """)
    }

    @Test(arguments: ["csv", "ocsf", "cef"])
    func `can be exported as others read it, to a file of its owner's`(_ format: String) async throws {
        let home = try await Self.home()
        let file = home.path("export")
        let exported = try await home.hitl("audit", "export", "--format", format, "--output", file)
        #expect(exported.code == 0)
        #expect(exported.err.hasPrefix("2 records; head 6:"))
        #expect(exported.out == "")
        var status = stat()
        #expect(stat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
        let lines = try #require(home.read("export")).utf8.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == (format == "csv" ? 3 : 2))
        let again = try await home.hitl("audit", "export", "--format", format, "--since", "2100-01-01")
        #expect(again.code == 0 && again.err.hasPrefix("0 records"))
        let wrong = try await home.hitl("audit", "export", "--format", "html")
        #expect(wrong.code == 2 && wrong.err.contains("jsonl, csv, ocsf, cef"))
    }

    @Test func `can be reported on, and what is damaged is said first`() async throws {
        let home = try await Self.home()
        let text = try await home.hitl("audit", "report")
        #expect(text.code == 0)
        #expect(text.out.contains("\n\nThe ledger is intact: 6 entries verified.\n   Head: 6:"))
        #expect(text.out.contains("   reason: Monday.<U+000A>Not today.\n"))
        #expect(text.out.contains("ask: paint {\"wall\":\"west\\u202e\"}\n   approved by "))
        let file = home.path("report.html")
        #expect(try await home.hitl("audit", "report", "--format", "html", "--output", file).code == 0)
        let page = try #require(home.read("report.html"))
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
        #expect(try await home.hitl("audit", "report", "--session", "sess_none").code == 1)
        #expect(try await home.hitl("audit", "report", "--session", "x", "--since", "1h").code == 2)

        try await Self.tamper(
            home, "UPDATE entry SET time = time + 1 WHERE sequence = 6")
        let damaged = try await home.hitl("audit", "report", "--since", "1h", "--format", "markdown")
        #expect(damaged.code == 7)
        #expect(damaged.out.contains("**The ledger is DAMAGED"))
    }
}
