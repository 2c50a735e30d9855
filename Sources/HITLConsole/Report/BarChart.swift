import HITLTerminal

/// Counts as horizontal bars, stacked by decision, in SVG that stands in the page itself.
struct BarChart {
    private let table: ReportTable

    init(_ table: ReportTable) {
        self.table = table
    }

    private static let width = 480
    private static let labels = 170
    private static let numbers = 50
    private static let row = 22

    /// A name that is longer would run into its bar; the whole of it is in the title that a pointer shows.
    private static let longestName = 26

    var svg: String {
        let room = Self.width - Self.labels - Self.numbers
        let most = max(table.rows.map(\.total).max() ?? 0, 1)
        var parts = """
            <figure><figcaption>\(HTMLReport.escaped(table.title))</figcaption>
            <svg viewBox="0 0 \(Self.width) \(max(table.rows.count, 1) * Self.row)" role="img" aria-label="\(HTMLReport.escaped(table.title))">

            """
        for (place, line) in table.rows.enumerated() {
            let top = place * Self.row
            var left = Self.labels
            parts += "<g><title>\(HTMLReport.escaped("\(line.name): \(line.words)"))</title>"
            parts +=
                "<text x=\"\(Self.labels - 6)\" y=\"\(top + 15)\" text-anchor=\"end\">\(Self.label(line.name))</text>"
            for (word, count) in line.counts where count > 0 {
                // What happened once can be seen beside what happened a thousand times.
                let length = max(room * count / most, 1)
                parts +=
                    "<rect class=\"\(Self.style(of: word))\" x=\"\(left)\" y=\"\(top + 4)\" width=\"\(length)\" height=\"14\"/>"
                left += length
            }
            parts += "<text x=\"\(left + 5)\" y=\"\(top + 15)\">\(line.total)</text></g>\n"
        }
        return parts + "</svg></figure>\n"
    }

    private static func label(_ name: String) -> String {
        let shown = DisplayText(untrusted: name).text.unicodeScalars
        guard shown.count > Self.longestName else { return HTMLReport.escaped(name) }
        var cut = String.UnicodeScalarView()
        cut.append(contentsOf: shown.prefix(Self.longestName - 3))
        return Self.escapedAgain(String(cut)) + "..."
    }

    /// Text that is display text already: only what HTML gives a meaning.
    private static func escapedAgain(_ shown: String) -> String {
        shown.replacingBytes([
            UInt8(ascii: "&"): "&amp;", UInt8(ascii: "<"): "&lt;", UInt8(ascii: ">"): "&gt;",
            UInt8(ascii: "\""): "&quot;", UInt8(ascii: "'"): "&#39;",
        ])
    }

    /// The colour of a decision; beside it always stands the word.
    static func style(of decision: String) -> String {
        switch decision {
        case "approved", "allowed": "good"
        case "rejected", "denied": "bad"
        case "expired", "withdrawn", "superseded", "pending": "other"
        default: "plain"
        }
    }
}
