import HITLConsole
import HITLCore
import HITLGate
import HITLPlatform
import HITLTestSupport
import Testing

/// The decisions that `docs/formats/exports.md` shows.
enum ShownDecisions {
    static let hostile = "=cmd|'/C calc'!A0\u{202E}\r\n\"|\\=<script>alert(1)</script>"

    static func make() async throws -> GateFixture {
        let fixture = try await GateFixture(rules: [
            Rule(name: "drops", source: "hitl.yaml:3:5", when: .toolWord(["drop"]), action: .block)
        ])
        let alice = Principal(role: .person, name: "alice", channel: "tty")
        let agent = Principal(role: .agent, name: "simulated", channel: "process")
        await fixture.gate.ledger.note(
            .sessionStarted(.init(id: "sess_abc123", operatorName: "alice", agent: "simulated", gated: .gated)))

        func call(_ tool: String, _ kind: ToolKind, _ arguments: JSONObject, reason: String? = nil) -> ToolCall {
            ToolCall(
                tool: tool, kind: kind, arguments: arguments,
                origin: Origin(agent: "simulated", session: "sess_abc123", lineage: ["main"]), directory: "/data",
                claims: Claims(reason: reason, confidence: JSONNumber("0.78")), performer: .desk)
        }
        let approved = await fixture.ask(
            call("deleteFile", .delete, .of(["path": "/data/a.csv"])), from: agent,
            id: RequestID(bits: 0x7a9f_2c1b_04d3_5e68))
        fixture.clock.advance(by: .seconds(45))
        fixture.workshop.willEnd(
            Outcome(status: .succeeded, summary: "deleted", result: ["deleted": true], executionTime: Milliseconds(234))
        )
        _ = try await fixture.gate.review(
            1,
            Review(
                answer: .approve, reviewer: alice, reason: "Authorized by manager", conditions: ["keep a copy"],
                shownAt: ManualClock.start + .seconds(2)))
        _ = await approved.ending

        let rejected = await fixture.ask(
            call(hostile, .other, .of([hostile: .string(hostile)]), reason: hostile), from: agent)
        fixture.clock.advance(by: .seconds(3))
        _ = try await fixture.gate.review(2, alice.rejection(hostile))
        _ = await rejected.ending

        _ = await fixture.ask(call("dropTable", .other, .of([:])), from: agent).ending
        let expired = await fixture.ask(call("bash", .execute, .of(["command": "make"])), from: agent)
        fixture.clock.advance(by: .minutes(5))
        _ = await expired.ending
        return fixture
    }

    static func histories(_ fixture: GateFixture) throws -> [RequestHistory] {
        var histories: [RequestHistory] = []
        try Records(fixture.ledger).forEach { history throws(EventLedgerError) in histories.append(history) }
        return histories
    }

    static func document(_ name: String) throws -> String {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        return String(decoding: try SmallFile.read("\(root)/docs/\(name)"), as: UTF8.self)
    }
}

@Suite struct `An export` {
    private static func lines(_ format: ExportFormat) async throws -> String {
        let fixture = try await ShownDecisions.make()
        var bytes = format.header
        for history in try ShownDecisions.histories(fixture) { bytes += format.line(of: history, product: "0.1.0") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What stands between the lines ` ```csv ` and ` ``` `.
    private static func documented(_ name: String) throws -> String {
        let lines = try ShownDecisions.document("formats/exports.md").split(
            separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(of: "```\(name)") else { return "" }
        return lines[(start + 1)...].prefix { $0 != "```" }.joined(separator: "\n") + "\n"
    }

    @Test(arguments: [ExportFormat.csv, .ocsf, .cef])
    func `is what the documentation shows`(_ format: ExportFormat) async throws {
        let lines = try await Self.lines(format)
        // The document's lines end as text does.
        let shown = lines.split(separator: "\r\n", omittingEmptySubsequences: false).joined(separator: "\n")
        let documented = try Self.documented(format.rawValue)
        #expect(shown == documented)
        if shown != documented { print(shown) }
    }

    @Test(arguments: ExportFormat.allCases)
    func `has one line for each call and no control character, whatever an agent says`(_ format: ExportFormat)
        async throws
    {
        let text = try await Self.lines(format)
        let ending = format == .csv ? "\r\n" : "\n"
        #expect(text.hasSuffix(ending))
        let bodies = Array(text.utf8).split(separator: UInt8(ascii: "\n"))
        #expect(bodies.count == (format == .csv ? 5 : 4))
        for body in bodies {
            for byte in format == .csv ? body.dropLast() : body { #expect((0x20...0x7E).contains(byte)) }
        }
        #expect(!text.unicodeScalars.contains("\u{202E}"))
    }

    @Test func `to a spreadsheet has no cell that begins a formula`() async throws {
        let rows = CSVReader.rows(Array(try await Self.lines(.csv).utf8))
        #expect(rows.count == 5)
        #expect(rows.allSatisfy { $0.count == rows[0].count })
        for cell in rows.joined() {
            let first = cell.unicodeScalars.first { $0 != " " }
            #expect(!["=", "+", "-", "@", "\t", "\r", "\u{FF1D}"].contains(first ?? "x"))
        }
        let tool = try #require(rows[0].firstIndex(of: "tool"))
        #expect(rows[2][tool] == #"'=cmd|'/C calc'!A0<U+202E><U+000D><U+000A>"|\=<script>alert(1)</script>"#)
    }

    /// Each sign in front, behind spaces, with a combining mark behind it, and inside quotes.
    @Test(arguments: [
        ("=1+1", "\"'=1+1\""), ("+1", "\"'+1\""), ("-1", "\"'-1\""), ("@SUM(A1)", "\"'@SUM(A1)\""),
        ("  =1", "\"'  =1\""), ("'=1", "\"''=1\""), ("\u{FF1D}1", "\"'\u{FF1D}1\""), ("\t=1", "\"<U+0009>=1\""),
        ("a\"b", "\"a\"\"b\""), ("\"\u{301},=1", "\"\"\"<U+0301>,=1\""), ("a,b", "\"a,b\""), ("", "\"\""),
        ("=\u{301}1", "\"'=<U+0301>1\""),
    ])
    func `guards a cell`(_ text: String, _ expected: String) async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.ask(.deleting("a"))
        _ = try await fixture.gate.review(1, Cast.ada.rejection(text))
        _ = await asking.ending
        let history = try #require(try ShownDecisions.histories(fixture).first)
        let line = String(decoding: ExportFormat.csv.line(of: history, product: "0"), as: UTF8.self)
        let reason = text.isEmpty ? "\"human@tty\",," : "\"human@tty\",\(expected),"
        #expect(line.utf8.count > 0)
        #expect(line.contains(reason) || (text.isEmpty && line.contains("\"human@tty\",\"\",")))
    }

    @Test func `to a collector keeps its header and its extension apart from what an agent says`() async throws {
        let line = try #require(try await Self.lines(.cef).split(separator: "\n").dropFirst().first)
        // Seven bars that are not escaped.
        var bars = 0
        var escaped = false
        for byte in line.utf8.prefix(60) {
            if byte == UInt8(ascii: "|"), !escaped { bars += 1 }
            escaped = byte == UInt8(ascii: "\\") && !escaped
        }
        #expect(bars == 7)
        #expect(
            line.contains(#"cs1=\=cmd|'/C calc'!A0<U+202E><U+000D>\n"|\\\=<script>alert(1)</script> cs1Label=tool"#))
    }

    @Test func `to a collector is cut where its dictionary ends a field`() async throws {
        let fixture = try await GateFixture()
        let asking = await fixture.ask(.deleting("a"))
        _ = try await fixture.gate.review(1, Cast.ada.rejection(String(repeating: "x", count: 5_000)))
        _ = await asking.ending
        let history = try #require(try ShownDecisions.histories(fixture).first)
        let line = String(decoding: ExportFormat.cef.line(of: history, product: "0"), as: UTF8.self)
        #expect(line.contains(" reason=" + String(repeating: "x", count: 1_020) + "... "))
    }

    /// `activity_id` to `time`: what the class and its base require, and that the numbers fit each other.
    @Test func `to OCSF has what its class requires`() async throws {
        for line in try await Self.lines(.ocsf).split(separator: "\n") {
            let event = try #require(try JSONValue(parsing: String(line)).object)
            for name in [
                "activity_id", "actor", "api", "category_uid", "class_uid", "metadata", "severity_id", "src_endpoint",
                "time", "type_uid",
            ] {
                #expect(event[name] != nil, "\(name)")
            }
            #expect(event["class_uid"] == 6003 && event["category_uid"] == 6)
            #expect(event["type_uid"]?.integer == 600_300 + (event["activity_id"]?.integer ?? -1))
            #expect(event["metadata"]?.object?["product"]?.object?["name"] == "hitl")
            #expect(event["metadata"]?.object?["version"] == "1.4.0")
            #expect(event["api"]?.object?["operation"]?.string != nil)
            #expect(event["api"]?.object?["request"]?.object?["uid"]?.string != nil)
        }
    }
}

/// RFC 4180 §2, with the line feeds inside quotes that it allows.
enum CSVReader {
    static func rows(_ bytes: [UInt8]) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var cell: [UInt8] = []
        var isQuoted = false
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && place < bytes.count && bytes[place] == byte:
                cell.append(byte)
                place += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                row.append(String(decoding: cell, as: UTF8.self))
                cell = []
            case UInt8(ascii: "\r") where !isQuoted: continue
            case UInt8(ascii: "\n") where !isQuoted:
                rows.append(row + [String(decoding: cell, as: UTF8.self)])
                (row, cell) = ([], [])
            default: cell.append(byte)
            }
        }
        return rows
    }
}
