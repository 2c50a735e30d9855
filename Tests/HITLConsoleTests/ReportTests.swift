import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

@Suite struct `A report` {
    private static func report(
        _ format: ReportFormat, failures: [VerificationFailure] = []
    ) async throws -> String {
        let fixture = try await ShownDecisions.make()
        let records = Records(fixture.ledger)
        let run = try #require(try records.deskRun())
        var statistics = Statistics()
        var lines: [ReportedDecision] = []
        try records.forEach(in: run.scope) { history throws(EventLedgerError) in
            statistics.count(history)
            lines.append(ReportedDecision(history))
        }
        statistics.finish()
        let head = Head(size: 12, hash: Digest(hashing: Array("head".utf8)))
        let report = AuditReport(
            subject: .run(run), ledger: "/state/ledger.db", madeAt: fixture.clock.wall,
            verification: Verification(head: head, protected: nil, failures: failures), statistics: statistics)
        let form = format.form
        return form.opening(report) + lines.map(form.line).joined() + form.closing(count: lines.count, unreadable: nil)
    }

    @Test func `in text says first whether the ledger is intact`() async throws {
        let text = try await Self.report(.text)
        #expect(
            text == #"""
                Session sess_abc123

                The ledger is intact: 12 entries verified.
                   Head: 12:9f2e6d33a3717ee826353a404ba4618d1aeeb6879ad7936bce8ed5f46814924d
                   The newest 12 are not yet protected: if they were cut off, nobody would notice.

                Operator:      alice
                Agent:         simulated
                Started:       2026-01-01T14:30:00.000Z
                Gate:          on
                Calls:         4
                Approved:      50 % of what people decided
                Response time: p50 3.0 s, p95 45.0 s
                Ledger:        /state/ledger.db
                Report made:   2026-01-01T14:35:48.000Z

                Decisions:
                   1 approved
                   1 denied
                   1 expired
                   1 rejected

                By tool:
                   =cmd|'/C calc'!A0<U+202E><U+000D><U+000A>"|\=<script>alert(1)</script>: 1 rejected
                   bash: 1 expired
                   deleteFile: 1 approved
                   dropTable: 1 denied

                By reviewer:
                   alice: 1 approved, 1 rejected

                By risk:
                   high: 1 denied, 1 rejected
                   medium: 1 approved, 1 expired

                Denied by rule:
                   drops: 1 denied

                Timeline:
                2026-01-01T14:30:00.000Z  1  simulated: deleteFile {"path":"/data/a.csv"}
                   approved by alice (human@tty) after 45.0 s, risk medium
                   reason: Authorized by manager
                   condition: keep a copy
                   outcome: succeeded: deleted
                2026-01-01T14:30:45.000Z  2  simulated: =cmd|'/C calc'!A0<U+202E><U+000D><U+000A>"|\=<script>alert(1)</script> {"=cmd|'/C calc'!A0\u202e\r\n\"|\\=<script>alert(1)</script>":"=cmd|'/C calc'!A0\u202e\r\n\"|\\=<script>alert(1)</script>"}
                   rejected by alice (human@tty) after 3.0 s, risk high
                   reason: =cmd|'/C calc'!A0<U+202E><U+000D><U+000A>"|\=<script>alert(1)</script>
                2026-01-01T14:30:48.000Z  evt_0000000000000002  simulated: dropTable {}
                   denied by policy, risk high
                   reason: rule drops
                2026-01-01T14:30:48.000Z  3  simulated: bash {"command":"make"}
                   expired by gate@desk after 5 minutes, risk medium

                """#)
    }

    @Test(arguments: ReportFormat.allCases)
    func `of a damaged ledger says so before anything else`(_ format: ReportFormat) async throws {
        let text = try await Self.report(format, failures: [.changed(sequence: 4)])
        #expect(text.contains("DAMAGED") && text.contains("Entry 4 was changed"))
        #expect(!text.contains("is intact"))
    }

    @Test(arguments: ReportFormat.allCases)
    func `shows nothing that an agent hides`(_ format: ReportFormat) async throws {
        let text = try await Self.report(format)
        for scalar in text.unicodeScalars { #expect(scalar == "\n" || (0x20...0x7E).contains(scalar.value)) }
    }

    @Test func `as a page runs nothing and loads nothing`() async throws {
        let page = try await Self.report(.html)
        for word in ["<script", "javascript:", "http://", "https://", "src=", "@import", "url(", " on", "style=\""] {
            let place = page.range(of: word)
            #expect(word == " on" || place == nil, "\(word)")
        }
        #expect(page.contains("default-src 'none'; style-src 'sha256-"))
        // The agent's tag is text.
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        // The policy allows the style that is there: its digest is that of the bytes between the tags.
        let start = try #require(page.range(of: "<style>")).upperBound
        let end = try #require(page.range(of: "</style>")).lowerBound
        let digest = Base64.encode(Digest(hashing: Array(page[start..<end].utf8)).bytes)
        #expect(page.contains("'sha256-\(digest)'"))
        #expect(page.contains("prefers-color-scheme: dark") && page.contains("@media print"))
    }

    @Test func `as a page is well-formed, whatever an agent says`() async throws {
        let page = try await Self.report(.html)
        #expect(Tags.unbalanced(in: page) == [])
        #expect(Tags.count("svg", in: page) >= 4)
        // One row for each decision, and the head.
        #expect(Tags.count("tr", in: page) == 5)
    }

    @Test func `in Markdown has one row for each decision, and no sign of an agent's means anything`() async throws {
        let text = try await Self.report(.markdown)
        let rows = text.split(separator: "\n").drop { $0 != "## Timeline" }.filter { $0.hasPrefix("|") }
        #expect(rows.count == 2 + 4)
        for row in rows {
            var bars = 0
            var escaped = false
            for byte in row.utf8 {
                if byte == UInt8(ascii: "|"), !escaped { bars += 1 }
                escaped = byte == UInt8(ascii: "\\") && !escaped
            }
            #expect(bars == 11)
        }
        #expect(!text.contains("<script>"))
    }

    @Test func `is about the latest run of a desk, or the one that is named`() async throws {
        let fixture = try await ShownDecisions.make()
        let records = Records(fixture.ledger)
        let left = await fixture.ask(.deleting("left"))
        await fixture.gate.ledger.note(
            .sessionStarted(.init(id: "sess_next", operatorName: "bob", agent: "none", gated: .gated)))
        _ = try await fixture.gate.review(4, Cast.ada.approval())
        _ = await left.ending
        _ = await fixture.ask(.running("make"))

        func names(_ scope: RecordScope) throws -> [String] {
            var names: [String] = []
            try records.forEach(in: scope) { history throws(EventLedgerError) in
                names.append(history.subject.description)
            }
            return names
        }
        let latest = try #require(try records.deskRun())
        #expect(latest.session.id == "sess_next")
        // What it decided of an earlier one's, and what was asked in it.
        #expect(try names(latest.scope) == ["4", "5"])
        let first = try #require(try records.deskRun("sess_abc123"))
        #expect(try names(first.scope).count == 5)
        #expect(try records.deskRun("sess_none") == nil)
        #expect(try names(RecordScope(agentSession: "sess_abc123")).count == 4)
        #expect(try names(RecordScope(since: fixture.clock.wall)).count == 2)
        await fixture.close()
    }
}

/// Start and end tags of a page.
private enum Tags {
    private static let void: Set<String> = ["meta", "rect", "br"]

    private static func all(in page: String) -> [String] {
        page.split(separator: "<", omittingEmptySubsequences: true).dropFirst(page.hasPrefix("<") ? 0 : 1)
            .map { String($0.prefix { $0 != ">" && $0 != " " && $0 != "\n" }) }
            .filter { !$0.hasPrefix("!") }
    }

    static func count(_ name: String, in page: String) -> Int { all(in: page).count { $0 == name } }

    static func unbalanced(in page: String) -> [String] {
        var open: [String] = []
        for tag in all(in: page) where !void.contains(tag.hasSuffix("/") ? String(tag.dropLast()) : tag) {
            if tag.hasPrefix("/") {
                guard open.popLast() == String(tag.dropFirst()) else { return open + [tag] }
            } else {
                open.append(tag)
            }
        }
        return open
    }
}

extension String {
    fileprivate func range(of part: String) -> Range<Index>? {
        ranges(of: part).first
    }
}
