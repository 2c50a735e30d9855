import Glibc
import HITLTestSupport
import Testing

/// `audit.storage: file`, asked of the built program.
@Suite(.oneAtATime) struct `A ledger kept in files` {
    private static let lines = "h/.local/state/hitl/ledger.jsonl"

    private static func home() async throws -> Home {
        let home = try Home(configuration: "audit: { storage: file }\n")
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "wall=east") == 1)
        #expect(try await home.ask("paint", "--arg", "wall=west") == 2)
        #expect(try await home.hitl("reject", "1", "--reason", "Monday.").code == 0)
        #expect(try await home.hitl("approve", "2").code == 0)
        #expect(try await desk.quit() == .exited(0))
        return home
    }

    @Test func `does all that one in a database does`() async throws {
        let home = try await Self.home()
        #expect(!home.exists("h/.local/state/hitl/ledger.db"))
        #expect(home.mode(of: Self.lines) == 0o600)
        let verified = try await home.hitl("audit", "verify")
        #expect(verified.code == 0 && verified.out.hasPrefix("The ledger is intact: 6 entries.\n   Head: 6:"))
        let history = try await home.hitl("history")
        #expect(history.code == 0 && history.out.contains("paint"))
        let exported = try await home.hitl("audit", "export")
        #expect(exported.code == 0 && exported.err.hasPrefix("2 records; head 6:"))
        #expect(try await home.hitl("audit", "report").out.contains("rejected by "))
        #expect(try await home.hitl("audit", "repair") == Said(code: 0, out: "Nothing is to be mended.\n"))
        // Another desk goes on where this one ended.
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 3)
        #expect(try await desk.quit() == .exited(0))
        #expect(try await home.hitl("audit", "verify").code == 0)
    }

    @Test func `with one changed byte is damaged`() async throws {
        let home = try await Self.home()
        let text = try #require(home.read(Self.lines))
        try home.write(text.replacing("Monday", with: "Sunday"), to: Self.lines)
        let verified = try await home.hitl("audit", "verify")
        #expect(verified.code == 7)
        #expect(verified.out.hasPrefix("The ledger is damaged:\n   Entry 4 was changed: "))
        let signed = try await home.hitl("audit", "checkpoint")
        #expect(signed.code == 7 && signed.err.contains("Nothing was signed: Entry 4 was changed"), "\(signed)")
    }

    @Test func `from which an acknowledged entry was cut is not mended, because no repair brings it back`() async throws
    {
        let home = try await Self.home()
        let cut = String(try #require(home.read(Self.lines)).dropLast(10))
        try home.write(cut, to: Self.lines)
        #expect(
            try await home.hitl("audit", "verify").out.contains("or `hitl audit repair --set-aside` keeps the ledger"))
        #expect(try await home.hitl("doctor").out.contains("mend: hitl audit repair --set-aside\n"))
        let repaired = try await home.hitl("audit", "repair")
        #expect(repaired.code == 7 && repaired.err.contains("No repair brings back the rest"), "\(repaired)")
        let desk = try await home.hitl("loop", "--agent", "none")
        #expect(desk.code == 7 && desk.err.contains("The ledger ends at entry 5, but had 6"), "\(desk)")
        #expect(home.read(Self.lines) == cut)
        #expect(try await home.hitl("audit", "repair", "--set-aside").code == 0)
        #expect(home.read(Self.lines + ".damaged") == cut)
        let next = try await Desk.open(home)
        #expect(try await next.quit() == .exited(0))
    }

    @Test func `with a torn tail is opened by nobody until a person had it mended, which is recorded`() async throws {
        let home = try await Self.home()
        let text = try #require(home.read(Self.lines))
        try home.write(text + #"{"sequence":7,"last":7,"ti"#, to: Self.lines)

        let refused = try await home.hitl("loop", "--agent", "none")
        #expect(refused.code == 7)
        #expect(refused.err.contains("has a torn tail: 26 bytes after entry 6"))
        #expect(try await home.hitl("history").code == 0)
        let verified = try await home.hitl("audit", "verify")
        #expect(verified.code == 7)
        #expect(
            verified.out.contains("After entry 6 stand 26 bytes of an append that was never finished or acknowledged."))
        #expect(home.read(Self.lines) == text + #"{"sequence":7,"last":7,"ti"#)
        // Both name the command, and no other.
        let command = "`hitl audit repair` takes them off and records it."
        let doctor = try await home.hitl("doctor")
        for said in [verified.out, doctor.out] {
            let words = said.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(words.contains(command) && !words.contains("--set-aside"), "\(said)")
        }
        #expect(doctor.out.contains("mend: hitl audit repair\n"), "\(doctor)")
        #expect(try await home.hitl("audit", "verify", "--json").out.contains(#""mend":"hitl audit repair""#))

        #expect(
            try await home.hitl("audit", "repair")
                == Said(
                    code: 0,
                    out: "26 bytes after entry 6 were taken off, and are in `ledger.jsonl.torn-6` beside the ledger.\n")
        )
        #expect(home.read(Self.lines + ".torn-6") == #"{"sequence":7,"last":7,"ti"#)
        #expect(home.read(Self.lines)?.contains(#""record":{"after":6,"by":{"#) == true)
        #expect(try await home.hitl("audit", "verify").out.hasPrefix("The ledger is intact: 7 entries."))
        #expect(try await home.hitl("audit", "repair") == Said(code: 0, out: "Nothing is to be mended.\n"))
        let desk = try await Desk.open(home)
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `can be sealed from some day on`() async throws {
        let home = try await Self.home()
        try home.write(
            "audit: { storage: file }\nsecurity: { encryptAuditLogs: true }\n", to: "h/.config/hitl/hitl.yaml")
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "wall=swordfish") == 3)
        #expect(try await desk.quit() == .exited(0))
        #expect(home.read(Self.lines)?.contains("swordfish") == false)
        #expect(try await home.hitl("audit", "verify").code == 0)
    }

    @Test func `is not opened as a database, nor mended as one`() async throws {
        let home = try await Self.home()
        let path = home.path(Self.lines)
        let asDatabase = try await home.hitl(
            "audit", "verify", environment: ["HITL_AUDIT_STORAGE": "database", "HITL_AUDIT_PATH": path])
        #expect(asDatabase.code == 7 && asDatabase.err.contains("is not a ledger"))
        let mended = try await home.hitl("audit", "repair", environment: ["HITL_AUDIT_STORAGE": "database"])
        #expect(mended.code == 1 && mended.err.contains("is a database"))
    }
}

/// `audit.sinks`, asked of the built program.
@Suite(.oneAtATime) struct `A desk with sinks` {
    @Test func `gives each of them every entry, and says how far a dead one is behind`() async throws {
        let home = try Home()
        try home.makeDirectory("h/.config")
        try home.makeDirectory("h/.config/hitl")
        try home.write(
            "audit: { sinks: [~/sink, [/bin/sh, -c, 'cat >> \(home.path("t"))/command'], ~/none/sink] }\n",
            to: "h/.config/hitl/hitl.yaml")
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        #expect(try await home.hitl("approve", "1").code == 0)
        try await desk.sees("The sink `\(home.path("h/none/sink"))` takes nothing")
        #expect(try await desk.quit() == .exited(0))

        let file = try #require(home.read("h/sink"))
        #expect(file.split(separator: "\n").count == 4)
        #expect(file.hasPrefix(#"{"sequence":1,"time":"#) && file.contains(#","record":{"#))
        #expect(home.read("t/command") == file)
        let doctor = try await home.hitl("doctor")
        #expect(doctor.out.contains("Sink: `\(home.path("h/sink"))` has every entry"))
        #expect(doctor.out.contains("Sink: `\(home.path("h/none/sink"))` is 4 entries behind"))

        // What was missed comes with the next desk.
        try home.makeDirectory("h/none")
        let next = try await Desk.open(home)
        #expect(try await next.quit() == .exited(0))
        #expect(home.read("h/none/sink")?.split(separator: "\n").count == 6)
    }
}
