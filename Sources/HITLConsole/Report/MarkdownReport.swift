import HITLTerminal

/// A report as Markdown (CommonMark, with the tables of GitHub's).
struct MarkdownReport: ReportForm {
    /// Every sign of ASCII may be escaped with a backslash, and then means itself: no link, no image, no mention, no HTML.
    static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in DisplayText(untrusted: text).text.utf8 {
            switch byte {
            case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: bytes += [UInt8(ascii: "\\"), byte]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    func opening(_ report: AuditReport) -> String {
        var lines = ["# \(Self.escaped(report.title))", "", "**\(Self.escaped(report.verdict))**", ""]
        lines += report.verificationLines.map { "- \(Self.escaped($0))" }
        lines += ["", "| | |", "|---|---|"]
        for fact in report.facts { lines.append(fact.map({ "| \($0) | \($1) |" }, escape: Self.escaped)) }
        for table in [report.decisions] + report.tables where !table.rows.isEmpty {
            lines += ["", "## \(table.title)", "", "| | |", "|---|---:|"]
            for row in table.rows {
                let counts = table.title == report.decisions.title ? String(row.total) : row.words
                lines.append("| \(Self.escaped(row.name)) | \(counts) |")
            }
        }
        lines += [
            "", "## Timeline", "",
            "| Time | Call | Agent | Tool | Arguments | Risk | Decision | By | Reason | Outcome |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    func line(_ decision: ReportedDecision) -> String {
        let reason = ([decision.reason].compactMap { $0 } + decision.conditions.map { "condition: \($0)" })
            .joined(separator: "; ")
        let cells = [
            decision.time, decision.name, decision.agent, decision.tool, decision.arguments, decision.risk,
            decision.decision, decision.decidedBy, reason, decision.outcome ?? "",
        ]
        return "| " + cells.map(Self.escaped).joined(separator: " | ") + " |\n"
    }

    func closing(count: Int, unreadable: String?) -> String {
        if let unreadable {
            return "\n**Here the ledger cannot be read any further:** \(Self.escaped(unreadable))\n"
        }
        return count == 0 ? "\nNothing was asked for.\n" : ""
    }
}
