import HITLCore
import HITLTestSupport
import Testing

@Suite struct `The words of a tool's name` {
    @Test(arguments: [
        ("deleteFile", ["delete", "file"]), ("delete_file", ["delete", "file"]), ("delete-file", ["delete", "file"]),
        ("DeleteFile", ["delete", "file"]), ("DELETEFile", ["delete", "file"]), ("DELETE_FILE", ["delete", "file"]),
        ("mcp__fs__deleteFile", ["mcp", "fs", "delete", "file"]),
        ("fs/write_text_file", ["fs", "write", "text", "file"]),
        ("confirmOrder", ["confirm", "order"]), ("undeleted", ["undeleted"]), ("format", ["format"]),
        ("executeSQLQuery", ["execute", "sql", "query"]), ("HTTPRequest", ["http", "request"]),
        ("s3Delete", ["s3", "delete"]),
        ("dropV2Table", ["drop", "v2", "table"]), ("X", ["x"]), ("", []), ("___", []),
        ("a.b:c d", ["a", "b", "c", "d"]),
        ("\u{E9}teindre", ["\u{E9}teindre"]), ("d\u{435}lete", ["d\u{435}lete"]),
        ("delete\u{200B}", ["delete\u{200B}"]),
        ("\u{212A}ill", ["\u{212A}ill"]),
    ]) func `are found whatever the way of writing`(name: String, words: [String]) {
        let found = ToolName.words(of: name)
        #expect(found.map { Array($0.utf8) } == words.map { Array($0.utf8) })
    }
}

@Suite struct `A duration` {
    @Test(arguments: [
        ("250ms", 250), ("0ms", 0), ("30s", 30_000), ("5m", 300_000), ("2h", 7_200_000), ("7d", 604_800_000),
        ("366d", 31_622_400_000), ("007s", 7000),
    ]) func `is read from digits and a unit`(text: String, milliseconds: Int64) {
        #expect(Milliseconds(text: text) == Milliseconds(milliseconds))
    }

    @Test(arguments: [
        "", "5", "300000", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "5S", "5sec", "1.5h", "1h30m", "5\u{FF53}",
        "\u{FF15}s", "5s\u{0}",
        "367d", "8785h", "9223372036854775807ms", "9223372036854775808ms", "99999999999999999999d", "1e3s", "Infinity",
        "NaN",
        "5w", "5y", "\u{661}s",
    ]) func `is refused where it is anything else, a bare number too`(text: String) {
        #expect(Milliseconds(text: text) == nil)
    }

    @Test(arguments: [
        (0, "0ms"), (1, "1ms"), (1500, "1500ms"), (90_000, "90s"), (300_000, "5m"), (3_600_000, "1h"),
        (86_400_000, "1d"),
        (90_000_000, "25h"), (604_800_000, "7d"),
    ]) func `is written so that it is read back`(milliseconds: Int64, text: String) {
        #expect(Milliseconds(milliseconds).text == text)
        #expect(Milliseconds(text: text) == Milliseconds(milliseconds))
    }

    @Test(arguments: [
        (0, "0 seconds"), (999, "0 seconds"), (1000, "1 second"), (5400, "5 seconds"), (59_999, "59 seconds"),
        (60_000, "1 minute"), (120_000, "2 minutes"), (3_599_999, "59 minutes"), (3_600_000, "1 hour"),
        (86_400_000, "1 day"),
        (259_200_000, "3 days"), (-5000, "0 seconds"),
    ]) func `is said in its largest unit`(milliseconds: Int64, words: String) {
        #expect(Milliseconds(milliseconds).words == words)
    }

    @Test func `ends where the clock ends instead of beginning again`() {
        #expect(Milliseconds(.max) + Milliseconds(1) == Milliseconds(.max))
        #expect(Milliseconds(.min) - Milliseconds(1) == Milliseconds(.min))
        #expect(Milliseconds(5) - Milliseconds(7) == Milliseconds(-2))
        #expect(WallTime(milliseconds: 1) + Milliseconds(.max) == WallTime(milliseconds: .max))
        #expect(WallTime(milliseconds: -1) + Milliseconds(.min) == WallTime(milliseconds: .min))
        #expect(WallTime(milliseconds: .max) - WallTime(milliseconds: -1) == Milliseconds(.max))
        #expect(WallTime(milliseconds: .min) - WallTime(milliseconds: 1) == Milliseconds(.min))
    }
}

@Suite struct `A timestamp` {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_767_277_800_000, "2026-01-01T14:30:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (1_709_164_800_001, "2024-02-29T00:00:00.001Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
    ]) func `is RFC 3339 in UTC with milliseconds, and read back`(milliseconds: Int64, text: String) {
        #expect(WallTime(milliseconds: milliseconds).timestamp == text)
        #expect(WallTime(timestamp: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        ("2026-01-01", 1_767_225_600_000), ("2026-01-01T14:30:00Z", 1_767_277_800_000),
        ("2026-01-01t14:30:00z", 1_767_277_800_000), ("2026-01-01 14:30Z", 1_767_277_800_000),
        ("2026-01-01T15:30:00+01:00", 1_767_277_800_000), ("2025-12-31T23:30:00.000-15:00", 1_767_277_800_000),
        ("2026-01-01T14:30:00.5Z", 1_767_277_800_500), ("2026-01-01T14:30:00.123456789Z", 1_767_277_800_123),
        ("2026-01-01T14:30:00.9999Z", 1_767_277_800_999),
    ]) func `is read in what else RFC 3339 allows`(text: String, milliseconds: Int64) {
        #expect(WallTime(timestamp: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-1-1", "2026-13-01", "2026-00-01", "2026-02-29", "2026-04-31", "2026-01-00", "2026-01-01T",
        "2026-01-01T14", "2026-01-01T14:30:00", "2026-01-01T24:00:00Z", "2026-01-01T14:60:00Z", "2026-01-01T14:30:60Z",
        "2026-01-01T14:30:00.Z", "2026-01-01T14:30:00Z ", "2026-01-01T14:30:00+1:00", "2026-01-01T14:30:00+24:00",
        "2026-01-01T14:30:00+01:60", "-026-01-01", "\u{662}026-01-01", "2026-01-01\u{0}", "2026\u{2013}01\u{2013}01",
        "1100-02-29",
    ]) func `is refused where it is no moment`(text: String) { #expect(WallTime(timestamp: text) == nil) }

    @Test func `comes back for a thousand random moments`() {
        var random = SplitMix(seed: 3339)
        for _ in 0..<1000 {
            let time = WallTime(milliseconds: .random(in: -62_167_219_200_000...253_402_300_799_999, using: &random))
            #expect(WallTime(timestamp: time.timestamp) == time)
        }
    }
}

@Suite struct `A risk` {
    @Test(arguments: [
        ([], 0, Risk.Level.none), ([1], 1, .low), ([24], 24, .low), ([20, 5], 25, .medium), ([49], 49, .medium),
        ([50], 50, .high),
        ([79], 79, .high), ([80], 80, .critical), ([80, 80], 100, .critical), ([-5], 0, .none),
        ([30, -5], 25, .medium),
        ([.max, .max], 100, .critical), ([.min, .min], 0, .none),
    ]) func `is the sum of its factors, from 0 to 100`(weights: [Int], score: Int, level: Risk.Level) {
        let risk = Risk(factors: weights.enumerated().map { .init(name: "f\($0.offset)", weight: $0.element) })
        #expect(risk.score == score && risk.level == level)
    }

    @Test func `has levels in order, none the least`() {
        #expect(Risk.Level.allCases.sorted() == [.none, .low, .medium, .high, .critical])
        #expect(Severity.allCases.sorted() == [.low, .medium, .high, .critical])
        #expect(Severity.allCases.map(\.rank) == [0, 1, 2, 3])
        #expect(Risk.Level.allCases.map(Severity.init) == [.critical, .high, .medium, .low, .low])
    }

    @Test(arguments: ToolKind.allCases) func `is none only for what hitl itself reads`(kind: ToolKind) {
        for performer in [Performer.unobserved, .requester, .desk] {
            let call = ToolCall(
                tool: "tool", kind: kind, arguments: .of([:]), origin: Origin(agent: "scout", session: "s"),
                performer: performer)
            let reads = [.read, .search, .think].contains(kind) && performer == .desk
            #expect((RiskAssessor().assess(call).level == .none) == reads)
        }
    }

    @Test func `is explained by its factors`() {
        func factors(_ call: ToolCall) -> [String] {
            RiskAssessor().assess(call).factors.map { "\($0.name) \($0.weight)" }
        }
        func call(_ tool: String, _ kind: ToolKind, _ arguments: JSONObject = JSONObject(), facts: Facts = Facts())
            -> ToolCall
        {
            ToolCall(
                tool: tool, kind: kind, arguments: arguments, origin: Origin(agent: "a", session: "s"),
                performer: .desk, facts: facts)
        }
        #expect(factors(call("readFile", .read)) == [])
        #expect(
            factors(call("deleteFile", .delete, .of(["recursive": true]))) == [
                "file_deletion 30", "recursive 25", "breadth 15", "not_analysable 20",
            ])
        #expect(
            factors(call("deleteFile", .delete, .of(["recursive": "true"]))) == [
                "file_deletion 30", "recursive 25", "breadth 15", "not_analysable 20",
            ])
        #expect(factors(call("sendEmail", .other)) == ["message_sent 25"])
        #expect(factors(call("wire_transfer", .other)) == ["money 30"])
        #expect(factors(call("readFile", .read, facts: Facts(warnings: ["w"]))) == ["not_analysable 20"])
        #expect(
            factors(call("readFile", .read, facts: Facts(gateFiles: ["/state/ledger.db"]))) == ["self_modification 80"])
        #expect(factors(ToolCall.reading("x", by: .requester)) == ["unproven_read 5"])
    }
}

@Suite struct `I7 What is not said is no` {
    @Test func `and refusing comes first in every choice`() {
        #expect(Effect.allCases.first == .deny && Effect.allCases.min() == .deny)
        #expect(Review.Answer.allCases.first == .reject)
        #expect(Outcome.Status.allCases.first == .unknown)
        #expect(ToolKind.allCases.first == .other)
        #expect(Risk.Level.allCases.first == .critical)
        #expect(Severity.allCases.first == .critical)
    }

    @Test func `and a status other than approved permits nothing`() {
        let statuses: [Status] = [
            .pending, .rejected(Cast.ada.rejection()), .expired, .withdrawn(by: Cast.mason, reason: ""),
            .superseded(by: 2),
            .approved(Cast.ada.approval()),
        ]
        #expect(statuses.map(\.word) == ["pending", "rejected", "expired", "withdrawn", "superseded", "approved"])
    }
}

@Suite struct `A principal` {
    @Test func `is the same person through whatever channel, and no other`() {
        #expect(Cast.ada.isSame(as: Principal(role: .person, name: "ada", channel: "socket")))
        #expect(!Cast.ada.isSame(as: Cast.bo))
        #expect(!Cast.ada.isSame(as: Principal(role: .agent, name: "ada", channel: "tty")))
        #expect(
            !Principal(role: .person, name: "Ren\u{E9}", channel: "tty")
                .isSame(as: Principal(role: .person, name: "Rene\u{301}", channel: "tty")))
        #expect(Cast.ada.actor == "human@tty")
        #expect(Principal(role: .script, name: "ada", channel: "stdin").actor == "script@stdin")
        #expect(Cast.mason.actor == "agent@process")
    }
}

@Suite struct `An identity` {
    @Test(
        arguments: [
            (0, "evt_0000000000000000"), (0x7a9f_2c1b_04d3_5e68, "evt_7a9f2c1b04d35e68"),
            (.max, "evt_ffffffffffffffff"),
        ] as [(UInt64, String)]) func `of a request has one spelling`(bits: UInt64, text: String)
    {
        #expect(RequestID(bits: bits).description == text)
        #expect(RequestID(text) == RequestID(bits: bits))
    }

    @Test(arguments: [
        "", "evt_", "evt_7a9f2c1b04d35e6", "evt_7a9f2c1b04d35e688", "EVT_7a9f2c1b04d35e68", "evt_7A9F2C1B04D35E68",
        "evt_+a9f2c1b04d35e68", "evt_-000000000000001", "7a9f2c1b04d35e68", "evt_7a9f2c1b04d35e6\u{FF18}",
        " evt_7a9f2c1b04d35e6",
        "evt-7a9f2c1b04d35e68", "evt_7a9f2c1b04d35e6g",
    ]) func `of a request that is spelled otherwise is none`(text: String) {
        #expect(RequestID(text) == nil)
        #expect(Subject(text) == nil)
    }

    @Test func `of a subject is a number or an id`() {
        #expect(Subject("7") == .request(7))
        #expect(Subject("evt_7a9f2c1b04d35e68") == .call(RequestID(bits: 0x7a9f_2c1b_04d3_5e68)))
        for text in ["0", "-7", "+7", "07", " 7", "7 ", "9223372036854775808", "\u{667}", "7.0", "seven"] {
            #expect(Subject(text) == nil, "\(text)")
        }
    }

    @Test func `of a digest is its bytes`() {
        #expect(CallDigest("hmac-sha256:00") == CallDigest("hmac-sha256:00"))
        #expect(CallDigest("\u{212A}") != CallDigest("K"))
        #expect(Set([CallDigest("\u{E9}"), CallDigest("e\u{301}"), CallDigest("\u{E9}")]).count == 2)
    }
}
