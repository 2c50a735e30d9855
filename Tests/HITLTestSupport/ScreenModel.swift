/// A terminal without a window: bytes in, what a person would see out.
///
/// It behaves like xterm where terminals differ: writing the last column leaves a pending wrap, erasing to the
/// right then takes that column, and a narrower window cuts rows off; with `breaksRows` it breaks them and joins them
/// again, as tmux, VTE and most others do. What it does not know it keeps in `unknown`, so that `screen.unknown.isEmpty` is an assertion about every byte sent.
/// Its idea of widths is its own: coarser than a program's, as real terminals' are.
package struct ScreenModel: Sendable {
    package private(set) var columns: Int
    package private(set) var rows: Int
    package private(set) var cursorRow = 0
    package private(set) var cursorColumn = 0
    /// Rows that have left at the top, oldest first.
    package private(set) var scrollback: [String] = []
    /// Sequences that no terminal should have been sent here, as they came.
    package private(set) var unknown: [String] = []
    package private(set) var bells = 0
    /// Contents of the operating system commands that came, such as notifications.
    package private(set) var commands: [String] = []
    package private(set) var isCursorShown = true
    package private(set) var wraps = true
    package private(set) var marksPastes = false

    private struct Cell: Sendable {
        var text = " "
        var look = ""
        /// The right half of a wide character.
        var isContinuation = false
    }

    private let ambiguousIsWide: Bool
    private let breaksRows: Bool
    private var cells: [[Cell]]
    /// Which rows go on in the next, by a wrap or because they were broken. Of as many rows as `cells`.
    private var goesOn: [Bool]
    private var look = ""
    private var isWrapPending = false
    private var state = State.ground
    private var utf8: [UInt8] = []

    private enum State: Sendable {
        case ground
        case escape
        case control(String)
        case command(String, escaped: Bool)
    }

    /// `ambiguousIsWide`: Greek, Cyrillic, arrows and lines take two columns, whatever the program thinks.
    package init(columns: Int, rows: Int, ambiguousIsWide: Bool = false, breaksRows: Bool = false) {
        self.ambiguousIsWide = ambiguousIsWide
        self.breaksRows = breaksRows
        goesOn = Array(repeating: false, count: rows)
        self.columns = columns
        self.rows = rows
        cells = Self.blank(rows, columns)
    }

    private static func blank(_ rows: Int, _ columns: Int) -> [[Cell]] {
        Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
    }
}

// MARK: - Looking

extension ScreenModel {
    /// The rows, without the blanks at their ends.
    package var lines: [String] { (0..<rows).map(line) }

    /// Everything that can be seen or scrolled back to, without the empty rows at the end.
    package var text: String {
        var all = scrollback + lines
        while all.last?.isEmpty == true { all.removeLast() }
        return all.joined(separator: "\n")
    }

    /// Empty where there is no such row.
    package func line(_ row: Int) -> String {
        guard cells.indices.contains(row) else { return "" }
        var line = cells[row].filter { !$0.isContinuation }.map(\.text).joined()
        while line.last == " " { line.removeLast() }
        return line
    }

    package var cursorLine: String { line(cursorRow) }

    /// The parameters of the colours of a cell, empty for plain.
    package func look(row: Int, column: Int) -> String { cells[row][column].look }

    /// How many rows, seen or scrolled away, contain the text.
    package func count(of text: String) -> Int {
        (scrollback + lines).filter { $0.utf8.firstRange(ofBytes: text.utf8) }.count
    }

    package func contains(_ text: String) -> Bool { count(of: text) > 0 }

    /// The whole screen with its frame and the cursor's place, for the message of a failure.
    package var picture: String {
        var picture = scrollback.suffix(20).map { "  ↑ \($0)\n" }.joined()
        for row in 0..<rows {
            picture += "\(row == cursorRow ? "▸" : " ") │ \(line(row))\n"
        }
        picture += "    cursor \(cursorRow),\(cursorColumn) of \(columns)×\(rows)"
        if !unknown.isEmpty { picture += "  unknown \(unknown.map { $0.debugDescription })" }
        return picture
    }
}

extension String.UTF8View {
    fileprivate func firstRange(ofBytes other: String.UTF8View) -> Bool {
        guard let first = other.first else { return true }
        var rest = self[...]
        while let start = rest.firstIndex(of: first) {
            if self[start...].starts(with: other) { return true }
            rest = self[index(after: start)...]
        }
        return false
    }
}

// MARK: - Receiving

extension ScreenModel {
    package mutating func receive(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { receive(byte) }
    }

    package mutating func resize(columns: Int, rows: Int) {
        if breaksRows { rebreak(columns: columns) }
        while cursorRow >= rows {
            scrollback.append(line(0))
            cells.removeFirst()
            goesOn.removeFirst()
            cursorRow -= 1
        }
        for row in cells.indices {
            if cells[row].count > columns { cells[row].removeLast(cells[row].count - columns) }
            cells[row] += Array(repeating: Cell(), count: columns - cells[row].count)
        }
        if cells.count > rows {
            goesOn.removeLast(cells.count - rows)
            cells.removeLast(cells.count - rows)
        }
        goesOn += Array(repeating: false, count: rows - cells.count)
        cells += Self.blank(rows - cells.count, columns)
        (self.columns, self.rows) = (columns, rows)
        cursorColumn = min(cursorColumn, columns - 1)
        isWrapPending = false
    }

    /// Joins what goes on, and breaks it anew; the cursor stays at its character, or behind the last one of its row. There may be
    /// more rows than the window has afterwards.
    private mutating func rebreak(columns: Int) {
        var (broken, continuing): ([[Cell]], [Bool]) = ([], [])
        var line: [Cell] = []
        var place: Int?
        var cursor = (row: 0, column: 0)
        var last = cells.count - 1
        while last > cursorRow, cells[last].allSatisfy({ $0.text == " " }) { last -= 1 }
        for row in 0...last {
            if row == cursorRow { place = line.count + cursorColumn }
            line += cells[row]
            if goesOn[row], row < last { continue }
            while let end = line.last, end.text == " ", end.look.isEmpty { line.removeLast() }
            let pieces = max(1, (line.count + columns - 1) / columns)
            if let found = place {
                let piece = min(found / columns, pieces - 1)
                cursor = (broken.count + piece, min(found - piece * columns, columns - 1))
            }
            for piece in 0..<pieces {
                let part = Array(line.dropFirst(piece * columns).prefix(columns))
                broken.append(part + Array(repeating: Cell(), count: columns - part.count))
                continuing.append(piece < pieces - 1)
            }
            (line, place) = ([], nil)
        }
        (cells, goesOn) = (broken, continuing)
        (cursorRow, cursorColumn) = cursor
    }

    private mutating func receive(_ byte: UInt8) {
        switch state {
        case .ground:
            ground(byte)
        case .escape:
            escape(byte)
        case .control(let sequence):
            control(sequence, byte)
        case .command(let text, let escaped):
            command(text, escaped, byte)
        }
    }

    private mutating func ground(_ byte: UInt8) {
        if byte >= 0x80 || !utf8.isEmpty {
            collect(byte)
            return
        }
        switch byte {
        case 0x07: bells += 1
        case 0x08:
            cursorColumn = max(0, cursorColumn - 1)
            isWrapPending = false
        case 0x0A: lineFeed()
        case 0x0D:
            cursorColumn = 0
            isWrapPending = false
        case 0x1B: state = .escape
        case 0x20..<0x7F: put(Unicode.Scalar(byte))
        default: unknown.append(String(Unicode.Scalar(byte)))
        }
    }

    private mutating func collect(_ byte: UInt8) {
        utf8.append(byte)
        let length = utf8[0] >= 0xF0 ? 4 : utf8[0] >= 0xE0 ? 3 : utf8[0] >= 0xC2 ? 2 : 1
        guard utf8.count >= length || byte < 0x80 else { return }
        if let text = String(validating: utf8, as: UTF8.self), let scalar = text.unicodeScalars.first, length > 1 {
            utf8 = []
            if (0x80..<0xA0).contains(scalar.value) {
                unknown.append(text)
            } else {
                put(scalar)
            }
        } else {
            unknown.append("bytes \(utf8)")
            utf8 = []
            if byte < 0x80 { ground(byte) }
        }
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "["): state = .control("")
        case UInt8(ascii: "]"): state = .command("", escaped: false)
        default:
            unknown.append("\u{1B}" + String(Unicode.Scalar(byte)))
            state = .ground
        }
    }

    private mutating func command(_ text: String, _ escaped: Bool, _ byte: UInt8) {
        if byte == 0x07 || (escaped && byte == UInt8(ascii: "\\")) {
            commands.append(text)
            state = .ground
        } else {
            let text = byte == 0x1B ? text : text + String(Unicode.Scalar(byte))
            state = .command(text, escaped: byte == 0x1B)
        }
    }

    private mutating func control(_ sequence: String, _ byte: UInt8) {
        guard (0x40...0x7E).contains(byte) else {
            state = .control(sequence + String(Unicode.Scalar(byte)))
            return
        }
        state = .ground
        let number = Int(sequence.split(separator: ";").first ?? "") ?? 0
        let count = max(1, number)
        switch (byte, sequence) {
        case (UInt8(ascii: "A"), _): move(row: cursorRow - count)
        case (UInt8(ascii: "B"), _): move(row: cursorRow + count)
        case (UInt8(ascii: "C"), _): move(column: cursorColumn + count)
        case (UInt8(ascii: "D"), _): move(column: cursorColumn - count)
        case (UInt8(ascii: "G"), _): move(column: count - 1)
        case (UInt8(ascii: "H"), _):
            let place = sequence.split(separator: ";").map { Int($0) ?? 1 }
            move(row: (place.first ?? 1) - 1)
            move(column: (place.count > 1 ? place[1] : 1) - 1)
        case (UInt8(ascii: "J"), _): eraseScreen(number)
        case (UInt8(ascii: "K"), _): eraseLine(number)
        case (UInt8(ascii: "m"), _): look = sequence == "0" ? "" : sequence
        case (UInt8(ascii: "h"), "?25"): isCursorShown = true
        case (UInt8(ascii: "l"), "?25"): isCursorShown = false
        case (UInt8(ascii: "h"), "?7"): wraps = true
        case (UInt8(ascii: "l"), "?7"): wraps = false
        case (UInt8(ascii: "h"), "?2004"): marksPastes = true
        case (UInt8(ascii: "l"), "?2004"): marksPastes = false
        default: unknown.append("\u{1B}[" + sequence + String(Unicode.Scalar(byte)))
        }
    }
}

// MARK: - Changing cells

extension ScreenModel {
    private mutating func move(row: Int) {
        cursorRow = min(max(0, row), rows - 1)
        isWrapPending = false
    }

    private mutating func move(column: Int) {
        cursorColumn = min(max(0, column), columns - 1)
        isWrapPending = false
    }

    private mutating func lineFeed() {
        isWrapPending = false
        guard cursorRow == rows - 1 else {
            cursorRow += 1
            return
        }
        scrollback.append(line(0))
        cells.removeFirst()
        goesOn.removeFirst()
        cells.append(Array(repeating: Cell(), count: columns))
        goesOn.append(false)
    }

    private mutating func put(_ scalar: Unicode.Scalar) {
        let width = ScreenWidth.columns(of: scalar, ambiguousIsWide: ambiguousIsWide)
        if width == 0 {
            // It belongs to the character before the cursor.
            var column = isWrapPending ? cursorColumn : cursorColumn - 1
            if column >= 0 && cells[cursorRow][column].isContinuation { column -= 1 }
            if column >= 0 { cells[cursorRow][column].text.unicodeScalars.append(scalar) }
            return
        }
        if isWrapPending && wraps {
            goesOn[cursorRow] = true
            cursorColumn = 0
            lineFeed()
        }
        isWrapPending = false
        if cursorColumn + width > columns {
            if wraps {
                goesOn[cursorRow] = true
                cursorColumn = 0
                lineFeed()
            } else {
                cursorColumn = max(0, columns - width)
            }
        }
        clear(cursorColumn)
        cells[cursorRow][cursorColumn] = Cell(text: String(scalar), look: look)
        if width == 2 && cursorColumn + 1 < columns {
            clear(cursorColumn + 1, keepingLeft: true)
            cells[cursorRow][cursorColumn + 1] = Cell(text: "", look: look, isContinuation: true)
        }
        cursorColumn += width
        if cursorColumn >= columns {
            cursorColumn = columns - 1
            isWrapPending = true
        }
    }

    /// Half of a wide character does not stay when its other half is overwritten.
    private mutating func clear(_ column: Int, keepingLeft: Bool = false) {
        if cells[cursorRow][column].isContinuation && column > 0 && !keepingLeft {
            cells[cursorRow][column - 1] = Cell()
        }
        if column + 1 < columns && cells[cursorRow][column + 1].isContinuation
            && !cells[cursorRow][column].isContinuation
        {
            cells[cursorRow][column + 1] = Cell()
        }
    }

    private mutating func eraseLine(_ mode: Int) {
        let range = mode == 0 ? cursorColumn..<columns : mode == 1 ? 0..<(cursorColumn + 1) : 0..<columns
        if mode != 1 { goesOn[cursorRow] = false }
        for column in range { cells[cursorRow][column] = Cell() }
    }

    private mutating func eraseScreen(_ mode: Int) {
        switch mode {
        case 0:
            eraseLine(0)
            for row in (cursorRow + 1)..<max(cursorRow + 1, rows) {
                cells[row] = Self.blank(1, columns)[0]
                goesOn[row] = false
            }
        case 2:
            cells = Self.blank(rows, columns)
            goesOn = Array(repeating: false, count: rows)
        default:
            unknown.append("\u{1B}[\(mode)J")
        }
    }
}
