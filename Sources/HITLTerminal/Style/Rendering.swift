extension StyledText {
    /// The rows as they are written, without their ends. Each carries its own colours and leaves none behind.
    package func rows(for presentation: Presentation) -> [String] {
        // Where rows have no end and letters no colour, nothing has to be taken apart: a file, a pipe.
        if presentation.columns == nil, presentation.colour == .none {
            return lines.map { Self.row(Cell.text(of: $0, for: presentation), indent: $0.indent) }
        }
        return lines.flatMap { line in
            let cells = Cell.cells(of: line, for: presentation)
            guard let columns = presentation.columns, !line.isWhole else {
                return [Self.row(cells[...], indent: line.indent, presentation.colour)]
            }
            // On a screen so narrow that an indent would eat it, half of it stays for text.
            let indent = min(line.indent, columns / 2)
            let hanging = min(line.hangingIndent, columns / 2)
            return Wrapping.rows(of: cells, first: columns - indent, others: columns - hanging)
                .enumerated().map { index, row in
                    Self.row(row, indent: index == 0 ? indent : hanging, presentation.colour)
                }
        }
    }

    /// All rows, each with a line feed after it.
    package func rendered(for presentation: Presentation) -> String {
        rows(for: presentation).reduce(into: "") { $0 += $1 + "\n" }
    }

    private static func row(_ text: String, indent: Int) -> String {
        text.isEmpty ? "" : String(repeating: " ", count: indent) + text
    }

    private static func row(_ cells: ArraySlice<Cell>, indent: Int, _ colour: Presentation.Colour) -> String {
        var row = String(repeating: cells.isEmpty ? "" : " ", count: indent)
        append(cells, to: &row, colour)
        return row
    }

    static func append(_ cells: some Sequence<Cell>, to row: inout String, _ colour: Presentation.Colour) {
        var look = Cell.Look.style(.plain)
        for cell in cells {
            if colour == .ansi && cell.look != look {
                if look.parameters != nil { row += "\u{1B}[0m" }
                if let parameters = cell.look.parameters { row += "\u{1B}[\(parameters)m" }
                look = cell.look
            }
            row += cell.text
        }
        if colour == .ansi && look.parameters != nil { row += "\u{1B}[0m" }
    }
}
