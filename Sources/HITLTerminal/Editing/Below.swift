/// What stands below the line until the next key.
enum Below {
    case nothing
    case hint(StyledText)
    case completions([Completion])

    /// At most `room` rows; what finds no place is counted.
    func rows(for presentation: Presentation, room: Int) -> [String] {
        guard room > 0 else { return [] }
        switch self {
        case .nothing:
            return []
        case .hint(let text):
            return Array(text.rows(for: presentation).prefix(room))
        case .completions(let completions):
            let all = Self.list(completions)
            var rows = all.rows(for: presentation)
            guard rows.count > room else { return rows }
            // Rows are counted by what they belong to: a long description takes several.
            var kept = all.lines.count
            while kept > 0, rows.count > room - 1 {
                kept -= 1
                rows.removeLast(StyledText(lines: [all.lines[kept]]).rows(for: presentation).count)
            }
            let more = StyledText("… and \(all.lines.count - kept) more", .dim)
            return rows + more.rows(for: presentation).prefix(1)
        }
    }

    private static func list(_ completions: [Completion]) -> StyledText {
        let width = completions.map(\.display.columns).max() ?? 0
        var list = StyledText()
        for completion in completions {
            if completion.description.isEmpty {
                list.line(completion.display, .accent, indent: 2)
            } else {
                list.line(completion.display.padded(to: width), .accent, indent: 2, hangingIndent: width + 4)
                list.append("  ")
                list.append(completion.description, .dim)
            }
        }
        return list
    }
}
