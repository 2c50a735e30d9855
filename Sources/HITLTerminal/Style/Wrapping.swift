/// Breaks cells into rows. Nothing is left out and nothing is added: joined, the rows are the text.
enum Wrapping {
    /// Rows of at most `first` columns, then of at most `others`. A row is broken after a space where there is
    /// one, else between any two cells; a cell wider than a row gets a row of its own.
    static func rows(of cells: [Cell], first: Int, others: Int) -> [ArraySlice<Cell>] {
        var rows: [ArraySlice<Cell>] = []
        var start = 0
        var width = 0
        var breakAt: Int?
        var index = 0
        while index < cells.count {
            let limit = max(rows.isEmpty ? first : others, 1)
            if width + cells[index].columns > limit, index > start {
                let end = breakAt ?? index
                rows.append(cells[start..<end])
                start = end
                index = end
                width = 0
                breakAt = nil
                continue
            }
            width += cells[index].columns
            index += 1
            if cells[index - 1].allowsBreakAfter { breakAt = index }
        }
        rows.append(cells[start...])
        return rows
    }
}

extension DisplayText {
    /// In rows of at most `columns` columns. Joined, they are the text again.
    package func wrapped(columns: Int) -> [DisplayText] {
        let cells = Cell.cells(of: text, style: .plain, encoding: .utf8)
        return Wrapping.rows(of: cells, first: columns, others: columns).map { row in
            DisplayText(text: row.map(\.text).joined(), notes: .none)
        }
    }
}
