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
            return Self.broken(cells, of: line, into: columns).map {
                Self.row($0.cells, indent: $0.indent, presentation.colour)
            }
        }
    }

    /// The same with a line for each row that it takes on this screen, so that rows can be counted and left out.
    package func inRows(for presentation: Presentation) -> StyledText {
        guard let columns = presentation.columns else { return self }
        return StyledText(
            lines: lines.flatMap { line -> [Line] in
                guard !line.isWhole else { return [line] }
                let rows = Self.broken(Cell.cells(of: line, for: presentation), of: line, into: columns)
                return rows.count == 1 ? [line] : rows.map { Line(row: $0.cells, indent: $0.indent) }
            })
    }

    private static func broken(
        _ cells: [Cell], of line: Line, into columns: Int
    ) -> [(cells: ArraySlice<Cell>, indent: Int)] {
        // On a screen so narrow that an indent would eat it, half of it stays for text.
        let indent = min(line.indent, columns / 2)
        let hanging = min(line.hangingIndent, columns / 2)
        return Wrapping.rows(of: cells, first: columns - indent, others: columns - hanging)
            .enumerated().map { index, row in (row, index == 0 ? indent : hanging) }
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

extension StyledText.Line {
    fileprivate init(row: ArraySlice<Cell>, indent: Int) {
        self.init(indent: indent, hangingIndent: indent)
        // Escapes are found again by what they are, whatever stands beside them.
        for piece in row.split(whereNext: { $0.style != $1.style }) {
            let text = DisplayText(text: piece.map(\.text).joined(), notes: .none)
            runs.append(StyledText.Run(content: .text(text), style: piece.first?.style ?? .plain))
        }
    }
}

extension Cell {
    fileprivate var style: Style {
        switch look {
        case .style(let style): style
        case .escape: .plain
        }
    }
}

extension ArraySlice {
    /// Pieces of elements that belong together, each ending before the next one is different.
    fileprivate func split(whereNext differs: (Element, Element) -> Bool) -> [ArraySlice<Element>] {
        var pieces: [ArraySlice<Element>] = []
        var start = startIndex
        for index in indices where index > start && differs(self[index - 1], self[index]) {
            pieces.append(self[start..<index])
            start = index
        }
        if start < endIndex { pieces.append(self[start...]) }
        return pieces
    }
}
