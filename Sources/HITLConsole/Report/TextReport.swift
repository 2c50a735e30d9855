import HITLTerminal

/// A report for a terminal or a file that is read as it is.
struct TextReport: ReportForm {
    private func shown(_ text: String) -> String { DisplayText(untrusted: text).text }

    func opening(_ report: AuditReport) -> String {
        var lines = [shown(report.title), "", report.verdict]
        lines += report.verificationLines.map { "   " + shown($0) }
        lines.append("")
        let width = report.facts.map { $0.map({ name, _ in name.utf8.count }, escape: shown) }.max() ?? 0
        for fact in report.facts {
            lines.append(
                fact.map(
                    { name, value in name + ":" + String(repeating: " ", count: width - name.utf8.count + 1) + value },
                    escape: shown))
        }
        for table in [report.decisions] + report.tables where !table.rows.isEmpty {
            lines += ["", table.title + ":"]
            for row in table.rows {
                lines.append(
                    "   " + (table.title == report.decisions.title ? row.words : "\(shown(row.name)): \(row.words)"))
            }
        }
        lines += ["", "Timeline:"]
        return lines.joined(separator: "\n") + "\n"
    }

    func line(_ decision: ReportedDecision) -> String {
        var lines = [
            "\(decision.time)  \(shown(decision.name))  \(shown(decision.agent)): \(shown(decision.tool)) \(shown(decision.arguments))",
            "   \(decision.decision) by \(shown(decision.decidedBy))\(decision.waited.map { " after \($0)" } ?? ""), risk \(decision.risk)",
        ]
        if let reason = decision.reason { lines.append("   reason: \(shown(reason))") }
        lines += decision.conditions.map { "   condition: \(shown($0))" }
        if let outcome = decision.outcome { lines.append("   outcome: \(shown(outcome))") }
        return lines.joined(separator: "\n") + "\n"
    }

    func closing(count: Int, unreadable: String?) -> String {
        if let unreadable { return "   Here the ledger cannot be read any further: \(shown(unreadable))\n" }
        return count == 0 ? "   nothing was asked for\n" : ""
    }
}
