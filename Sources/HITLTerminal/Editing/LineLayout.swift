/// A prompt and the line after it, in rows of a screen. Pure: the same line and width give the same rows.
struct LineLayout: Equatable {
    struct Row: Equatable {
        var text = ""
        var columns = 0
    }

    /// Each row fits the screen. The last may be empty: it is where the cursor is after a full one.
    private(set) var rows: [Row] = [Row()]
    private(set) var cursorRow = 0
    private(set) var cursorColumn = 0

    private let limit: Int
    private let colour: Presentation.Colour
    private var look = Cell.Look.style(.plain)
    private var isModifiable = false

    /// `cursor` counts scalars of `line`. Line feeds in the line begin a row; everything else that cannot be
    /// seen is shown as an escape, by the same rule as text from agents.
    init(prompt: StyledText, line: [Unicode.Scalar], cursor: Int, presentation: Presentation) {
        limit = max(presentation.columns ?? 80, 1)
        colour = presentation.colour
        for cell in prompt.lines.first.map({ Cell.cells(of: $0, for: presentation) }) ?? [] {
            append(cell)
        }
        var rule = EscapeRule()
        if !rows[rows.count - 1].text.isEmpty { rule.passedASCII(endingWith: UInt8(ascii: " ")) }
        for (index, scalar) in line.enumerated() {
            if index == cursor { placeCursor() }
            append(scalar, &rule, presentation.encoding)
        }
        endLook()
        if cursor >= line.count { placeCursor() }
        if cursorRow == rows.count { rows.append(Row()) }
    }

    private mutating func append(
        _ scalar: Unicode.Scalar, _ rule: inout EscapeRule, _ encoding: Presentation.Encoding
    ) {
        if scalar == "\n" {
            endLook()
            rows.append(Row())
            rule.passedEscape()
            return
        }
        guard rule.shows(scalar), scalar.isASCII || encoding == .utf8 else {
            isModifiable = false
            var escape: [UInt8] = []
            Escape.append(scalar, to: &escape)
            append(Cell(text: String(decoding: escape, as: UTF8.self), columns: escape.count, look: .escape))
            return
        }
        // A skin tone melts into the emoji before it.
        let melts = isModifiable && scalar.properties.isEmojiModifier
        isModifiable = scalar.properties.isEmojiModifierBase
        append(Cell(text: String(scalar), columns: melts ? 0 : Columns.of(scalar), look: .style(.plain)))
    }

    private mutating func append(_ cell: Cell) {
        if rows[rows.count - 1].columns + cell.columns > limit {
            if cell.look == .escape && cell.columns > limit {
                // No row holds it whole.
                for character in cell.text { append(Cell(text: String(character), columns: 1, look: .style(.dim))) }
                return
            }
            endLook()
            rows.append(Row())
        }
        if colour == .ansi && cell.look != look {
            endLook()
            if let parameters = cell.look.parameters { rows[rows.count - 1].text += "\u{1B}[\(parameters)m" }
            look = cell.look
        }
        rows[rows.count - 1].text += cell.text
        rows[rows.count - 1].columns += cell.columns
    }

    private mutating func endLook() {
        if look.parameters != nil { rows[rows.count - 1].text += "\u{1B}[0m" }
        look = .style(.plain)
    }

    private mutating func placeCursor() {
        let row = rows[rows.count - 1]
        if row.columns >= limit {
            (cursorRow, cursorColumn) = (rows.count, 0)
        } else {
            (cursorRow, cursorColumn) = (rows.count - 1, row.columns)
        }
    }
}
