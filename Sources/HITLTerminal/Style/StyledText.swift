/// Lines of text with their meaning: what every view returns and every reader writes.
///
///     var text = StyledText("Approved ", .good)
///     text.append(tool, .strong)
///     text.newLine(indent: 3)
///     text.append("Execution completed successfully")
package struct StyledText: Sendable {
    package struct Run: Sendable {
        package enum Content: Sendable {
            case text(DisplayText)
            case glyph(Glyph)
        }

        package let content: Content
        package let style: Style
    }

    package struct Line: Sendable {
        /// Columns before the line's first row, and before the rows it is continued on: a continuation that
        /// began at the margin could pass for a line of ours.
        package var indent: Int
        package var hangingIndent: Int
        package var runs: [Run]
        /// Left to the terminal to break, so that what is copied from the screen has no break in it.
        package var isWhole = false

        package init(indent: Int = 0, hangingIndent: Int? = nil) {
            self.indent = indent
            self.hangingIndent = hangingIndent ?? indent + 2
            self.runs = []
        }
    }

    package private(set) var lines: [Line]

    init(lines: [Line]) {
        self.lines = lines
    }

    /// No lines at all.
    package init() {
        lines = []
    }

    package init(_ text: DisplayText, _ style: Style = .plain) {
        lines = [Line()]
        append(text, style)
    }

    /// Each line of the block, indented.
    package init(_ block: DisplayBlock, indent: Int, _ style: Style = .plain) {
        lines = []
        append(block, indent: indent, style)
    }

    /// Each line of a text in which escapes stand already.
    package init(escapedLines text: String) {
        self.init()
        for part in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line(DisplayText(escaped: String(decoding: part, as: UTF8.self)))
        }
    }

    package var isEmpty: Bool { lines.isEmpty }

    /// Continues the last line.
    package mutating func append(_ text: DisplayText, _ style: Style = .plain) {
        append(Run(content: .text(text), style: style))
    }

    package mutating func append(_ glyph: Glyph, _ style: Style = .plain) {
        append(Run(content: .glyph(glyph), style: style))
    }

    /// Begins a line. `hangingIndent` is two more than `indent` where it is not given.
    package mutating func newLine(indent: Int = 0, hangingIndent: Int? = nil) {
        lines.append(Line(indent: indent, hangingIndent: hangingIndent))
    }

    /// Begins a line with `text`.
    package mutating func line(
        _ text: DisplayText, _ style: Style = .plain, indent: Int = 0, hangingIndent: Int? = nil
    ) {
        newLine(indent: indent, hangingIndent: hangingIndent)
        append(text, style)
    }

    /// A line for what people copy, such as a key or a JSON document. Of our own words or of ASCII without line feeds, and
    /// only where nothing of ours follows that it could imitate: what it is continued with begins at the margin.
    package mutating func wholeLine(_ text: DisplayText, _ style: Style = .plain, indent: Int = 0) {
        line(text, style, indent: indent)
        lines[lines.count - 1].isWhole = true
    }

    /// Begins a line for each line of the block.
    package mutating func append(_ block: DisplayBlock, indent: Int, _ style: Style = .plain) {
        for text in block.lines {
            line(text, style, indent: indent)
        }
    }

    /// The other text's lines after this one's.
    package mutating func append(linesOf other: StyledText) {
        lines.append(contentsOf: other.lines)
    }

    /// The other text's first line on this one's last, its further lines after it.
    package mutating func join(_ other: StyledText) {
        for (index, line) in other.lines.enumerated() {
            if index > 0 || lines.isEmpty {
                lines.append(line)
            } else {
                lines[lines.count - 1].runs.append(contentsOf: line.runs)
            }
        }
    }

    private mutating func append(_ run: Run) {
        if lines.isEmpty { lines.append(Line()) }
        lines[lines.count - 1].runs.append(run)
    }
}

extension StyledText: ExpressibleByStringInterpolation {
    package init(stringLiteral literal: StaticString) {
        self.init(DisplayText(trusted: literal))
    }

    package init(stringInterpolation: DisplayText.StringInterpolation) {
        self.init(DisplayText(stringInterpolation: stringInterpolation))
    }
}

extension StyledText {
    /// Some of the lines.
    package func lines(_ range: Range<Int>) -> StyledText {
        var text = StyledText()
        text.lines = Array(lines[range])
        return text
    }
}
