import HITLLedger
import HITLPlatform
import HITLTerminal

/// A report as one page that needs nothing else: no script, no network, no font, no image. Its policy forbids them all to
/// whatever might have slipped through, and allows one style by its digest.
struct HTMLReport: ReportForm {
    /// For text and for quoted attributes.
    static func escaped(_ text: String) -> String {
        DisplayText(untrusted: text).text.replacingBytes([
            UInt8(ascii: "&"): "&amp;", UInt8(ascii: "<"): "&lt;", UInt8(ascii: ">"): "&gt;",
            UInt8(ascii: "\""): "&quot;", UInt8(ascii: "'"): "&#39;",
        ])
    }

    func opening(_ report: AuditReport) -> String {
        var page = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '\(Self.styleDigest)'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>\(Self.escaped(report.title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <h1>\(Self.escaped(report.title))</h1>
            <section class="\(report.isIntact ? "intact" : "damaged")">
            <p>\(Self.escaped(report.verdict))</p>
            <ul>

            """
        for line in report.verificationLines { page += "<li>\(Self.escaped(line))</li>\n" }
        page += "</ul>\n</section>\n<dl>\n"
        for fact in report.facts {
            page += fact.map({ "<div><dt>\($0)</dt><dd>\($1)</dd></div>\n" }, escape: Self.escaped)
        }
        page += "</dl>\n<div class=\"charts\">\n"
        page += BarChart(report.decisions).svg
        page +=
            BarChart(
                ReportTable(
                    title: "Response times",
                    rows: report.responseTimes.map { .init(name: $0.name, counts: [("decided", $0.count)]) })
            ).svg
        for table in report.tables { page += BarChart(table).svg }
        return page + """
            </div>
            <h2>Timeline</h2>
            <table>
            <thead><tr><th>Time</th><th>Call</th><th>Agent</th><th>Tool and arguments</th><th>Risk</th><th>Decision</th>\
            <th>Reason</th><th>Outcome</th></tr></thead>
            <tbody>

            """
    }

    func line(_ decision: ReportedDecision) -> String {
        let waited = decision.waited.map { " after \($0)" } ?? ""
        let reasons = [decision.reason].compactMap { $0 } + decision.conditions.map { "condition: \($0)" }
        let cells = [
            Self.escaped(decision.time), Self.escaped(decision.name), Self.escaped(decision.agent),
            "<b>\(Self.escaped(decision.tool))</b> <code>\(Self.escaped(decision.arguments))</code>",
            Self.escaped(decision.risk),
            "<b class=\"\(BarChart.style(of: decision.decision))\">\(Self.escaped(decision.decision))</b> "
                + "<small>by \(Self.escaped(decision.decidedBy + waited))</small>",
            reasons.map(Self.escaped).joined(separator: "<br>"), Self.escaped(decision.outcome ?? ""),
        ]
        return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
    }

    func closing(count: Int, unreadable: String?) -> String {
        let last =
            if let unreadable {
                "Here the ledger cannot be read any further: \(Self.escaped(unreadable))"
            } else {
                count == 0 ? "Nothing was asked for." : ""
            }
        return (last.isEmpty ? "" : "<tr><td colspan=\"8\">\(last)</td></tr>\n")
            + "</tbody>\n</table>\n</body>\n</html>\n"
    }

    // MARK: The style

    static var styleDigest: String { "sha256-" + Base64.encode(Digest(hashing: Array(style.utf8)).bytes) }

    private static let style = """

        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d0d7de; --soft: #57606a;
          --good: #1a7f37; --bad: #cf222e; --other: #9a6700; --plain: #0969da; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d;
          --soft: #8d96a0; --good: #3fb950; --bad: #f85149; --other: #d29922; --plain: #58a6ff; } }
        body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: var(--ink); background: var(--paper);
          font: 15px/1.5 system-ui, sans-serif; }
        h1, h2 { line-height: 1.2; overflow-wrap: anywhere; }
        section { border: 1px solid var(--line); border-left-width: 6px; padding: .5rem 1rem; overflow-wrap: anywhere; }
        section p { font-weight: 600; margin: 0; }
        .intact { border-left-color: var(--good); }
        .damaged { border-color: var(--bad); color: var(--bad); }
        dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .5rem 1.5rem; }
        dt { color: var(--soft); font-size: 13px; }
        dd { margin: 0; overflow-wrap: anywhere; }
        .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(24rem, 1fr)); gap: 1.5rem; }
        figure { margin: 0; }
        figcaption { font-weight: 600; }
        svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
        svg text { fill: var(--ink); }
        rect.good { fill: var(--good); } rect.bad { fill: var(--bad); }
        rect.other { fill: var(--other); } rect.plain { fill: var(--plain); }
        b.good { color: var(--good); } b.bad { color: var(--bad); }
        b.other { color: var(--other); } b.plain { color: var(--plain); }
        table { border-collapse: collapse; width: 100%; font-size: 13px; }
        th, td { text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); padding: .35rem .5rem;
          overflow-wrap: anywhere; }
        th { color: var(--soft); }
        code { font: 12px ui-monospace, monospace; }
        small { color: var(--soft); }
        @media print { :root { --ink: #000; --paper: #fff; --line: #999; --soft: #333; }
          body { margin: 0; max-width: none; font-size: 10pt; } tr, figure { break-inside: avoid; }
          thead { display: table-header-group; } }

        """
}
