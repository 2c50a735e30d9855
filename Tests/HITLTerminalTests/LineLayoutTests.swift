import Testing

@testable import HITLTerminal

@Suite struct `A line's layout` {
    private let screen = Presentation(kind: .terminal, columns: 12, rows: 10)

    @Test func `puts the cursor before the character it is on`() {
        let layout = LineLayout(prompt: "p > ", line: Array("日本x".unicodeScalars), cursor: 1, presentation: screen)
        #expect(layout.rows.map(\.text) == ["p > 日本x"])
        #expect(layout.cursorRow == 0 && layout.cursorColumn == 6)
    }

    @Test func `moves a wide character that has no room to the next row`() {
        let layout = LineLayout(prompt: "p > ", line: Array("1234567日".unicodeScalars), cursor: 8, presentation: screen)
        #expect(layout.rows.map(\.text) == ["p > 1234567", "日"])
        #expect(layout.cursorRow == 1 && layout.cursorColumn == 2)
    }

    @Test func `has a row for the cursor after a full one`() {
        let layout = LineLayout(prompt: "p > ", line: Array("12345678".unicodeScalars), cursor: 8, presentation: screen)
        #expect(layout.rows.map(\.text) == ["p > 12345678", ""])
        #expect(layout.cursorRow == 1 && layout.cursorColumn == 0)
    }

    @Test func `begins a row at a line feed`() {
        let layout = LineLayout(prompt: "p > ", line: Array("a\nb".unicodeScalars), cursor: 1, presentation: screen)
        #expect(layout.rows.map(\.text) == ["p > a", "b"])
        #expect(layout.cursorRow == 0 && layout.cursorColumn == 5)
    }

    @Test(arguments: 1...20)
    func `fits the screen, whatever the line`(columns: Int) {
        let line = Array("a日\u{202E}e\u{301}👍🏽\u{200D}\n\u{301} \t".unicodeScalars)
        let screen = Presentation(kind: .terminal, columns: columns, rows: 10)
        for cursor in 0...line.count {
            let layout = LineLayout(prompt: "p > ", line: line, cursor: cursor, presentation: screen)
            #expect(layout.rows.allSatisfy { $0.columns <= max(columns, 2) })
            #expect(layout.cursorRow < layout.rows.count && layout.cursorColumn < max(columns, 2))
        }
    }
}
