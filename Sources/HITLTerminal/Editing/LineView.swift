/// Where the line is on the screen, and the bytes that bring the screen from what it shows to what it should.
///
///     … what was written before
///     (announcements go here)
///     hitl > /hitl approve 1      ◄ rows of the layout, one row of the screen each
///     and more of it█             ◄ `cursorRow`
///     approve   edit   extend     ◄ rows below: completions, a hint
///
/// Automatic wrapping is off while the line is drawn, so that a row stays one row of the screen even if the
/// terminal counts a character's columns differently. Nothing is assumed about where on the screen the line
/// is: movement is relative to the cursor's row, the only thing that is known.
struct LineView {
    private var cursorRow = 0
    private var shown: Frame?

    /// The columns of the rows that were drawn down to the cursor's, and the cursor's column.
    private var drawn: (columns: [Int], cursorColumn: Int) = ([], 0)

    struct Frame: Equatable {
        var layout: LineLayout
        var below: [String]
    }

    /// The line is drawn at the next opportunity as if the cursor stood at the beginning of an empty row.
    mutating func forget() {
        cursorRow = 0
        shown = nil
        drawn = ([], 0)
    }

    /// The window has another width since the line was drawn: where the terminal broke its rows, the first of them is
    /// further up.
    ///
    /// A row that was broken is as many rows as its columns fill; the cursor stays at its character, and behind the last
    /// one on the same row.
    mutating func resize(columns: Int, _ narrowing: Narrowing) {
        guard case .breaksRows = narrowing, columns > 0, let last = drawn.columns.last else { return }
        let rows = { (filled: Int) in max(1, (filled + columns - 1) / columns) }
        cursorRow =
            drawn.columns.dropLast().reduce(0) { $0 + rows($1) } + min(drawn.cursorColumn / columns, rows(last) - 1)
    }

    /// Empty where nothing has changed. `above` are whole rows, each with its end.
    mutating func draw(_ frame: Frame, above: String, height: Int) -> String {
        if above.isEmpty && shown == frame { return "" }
        var output = "\u{1B}[?25l" + toFirstRow()
        if !above.isEmpty { output += "\u{1B}[J" + above }

        let window = Self.window(of: frame.layout, height: height)
        let rows = frame.layout.rows[window].map(\.text) + frame.below.prefix(max(0, height - window.count))
        output += "\u{1B}[?7l"
        for (index, row) in rows.enumerated() {
            // Erased before it is written: after a row that fills the last column, erasing to the right would
            // take its last character.
            output += index > 0 ? "\r\n" : ""
            output += index == rows.count - 1 ? "\u{1B}[J" : "\u{1B}[K"
            output += row
        }
        output += "\u{1B}[?7h"

        cursorRow = frame.layout.cursorRow - window.lowerBound
        let up = rows.count - 1 - cursorRow
        if up > 0 { output += "\u{1B}[\(up)A" }
        output += "\u{1B}[\(frame.layout.cursorColumn + 1)G\u{1B}[?25h"
        shown = frame
        drawn = (
            frame.layout.rows[window.lowerBound...frame.layout.cursorRow].map(\.columns), frame.layout.cursorColumn
        )
        return output
    }

    /// The line for good, all rows of it, with the cursor on the row after it.
    mutating func finish(_ layout: LineLayout, above: String) -> String {
        var output = toFirstRow() + "\u{1B}[J" + above
        var rows = layout.rows.map(\.text)
        if rows.count > 1 && rows.last == "" { rows.removeLast() }
        output += rows.joined(separator: "\r\n") + "\r\n"
        forget()
        return output
    }

    /// Takes the line away.
    mutating func erase() -> String {
        defer { forget() }
        return toFirstRow() + "\u{1B}[J"
    }

    private func toFirstRow() -> String {
        cursorRow > 0 ? "\r\u{1B}[\(cursorRow)A" : "\r"
    }

    /// The rows to show of a line that is taller than the screen: those around the cursor.
    private static func window(of layout: LineLayout, height: Int) -> Range<Int> {
        let count = layout.rows.count
        guard count > height else { return 0..<count }
        let start = min(max(0, layout.cursorRow - height / 2), count - height)
        return start..<(start + height)
    }
}
