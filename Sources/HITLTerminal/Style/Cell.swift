/// The smallest piece that is drawn whole: one visible character with its marks, or one escape.
struct Cell: Equatable {
    var text: String
    var columns: Int
    var look: Look
    /// A sign and what follows it stay on one row.
    var isPartOfSign = false

    /// How a cell looks, which is its style unless it is an escape.
    enum Look: Equatable {
        case style(Style)
        case escape

        var parameters: StaticString? {
            switch self {
            case .style(let style): style.parameters
            case .escape: Style.escapeParameters
            }
        }
    }

    var allowsBreakAfter: Bool { text == " " && !isPartOfSign }

    /// What all cells of a line have together.
    static func text(of line: StyledText.Line, for presentation: Presentation) -> String {
        line.runs.reduce(into: "") { text, run in
            switch run.content {
            case .text(let words): text += encoded(words.text, presentation.encoding)
            case .glyph(let glyph):
                let sign = presentation.glyphs == .emoji ? glyph.picture.description : glyph.words.description
                text += encoded(sign, presentation.encoding)
            }
        }
    }

    private static func encoded(_ text: String, _ encoding: Presentation.Encoding) -> String {
        encoding == .ascii ? Escape.ascii(text) : text
    }

    static func cells(of line: StyledText.Line, for presentation: Presentation) -> [Cell] {
        line.runs.flatMap { run in
            switch run.content {
            case .text(let text):
                cells(of: text.text, style: run.style, encoding: presentation.encoding)
            case .glyph(let glyph):
                cells(
                    of: presentation.glyphs == .emoji ? glyph.picture.description : glyph.words.description,
                    style: run.style, encoding: presentation.encoding
                ).map { cell in
                    var cell = cell
                    cell.isPartOfSign = true
                    return cell
                }
            }
        }
    }

    static func cells(of text: String, style: Style, encoding: Presentation.Encoding) -> [Cell] {
        // Most text is ASCII without escapes, in which every byte is a character of one column.
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "<") }) {
            return text.utf8.map { byte in
                Cell(text: String(Unicode.Scalar(byte)), columns: 1, look: .style(style))
            }
        }
        let text = encoded(text, encoding)
        var cells: [Cell] = []
        cells.reserveCapacity(text.utf8.count)
        var index = text.startIndex
        while index < text.endIndex {
            // An escape begins with "<", which may carry no mark: a mark there would have been escaped.
            if text[index] == "<" {
                let length = Escape.length(text.utf8[index...].prefix(11).map { $0 }, at: 0)
                if length > 0 {
                    let end = text.utf8.index(index, offsetBy: length)
                    cells.append(Cell(text: String(text[index..<end]), columns: length, look: .escape))
                    index = end
                    continue
                }
            }
            let character = text[index]
            cells.append(Cell(text: String(character), columns: Columns.of(character), look: .style(style)))
            index = text.index(after: index)
        }
        return cells
    }
}
