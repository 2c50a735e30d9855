import Glibc
import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `A line typed on a terminal` {
    @Test func `is edited and given out`() async throws {
        let terminal = try await startProbe()
        terminal.send("hello wrld")
        terminal.send("\u{1B}[D\u{1B}[D\u{1B}[D")
        terminal.send("o")
        try await terminal.until { $0.cursorLine == "probe > hello world" && $0.cursorColumn == 16 }
        terminal.send("\r")
        try await terminal.until { $0.contains("line(hello world) typed now") }
        #expect(try await terminal.quit() == .exited(0))
        #expect(terminal.screen.unknown.isEmpty)
    }

    @Test func `may be of wide, composed and joined characters, with the cursor where they end`() async throws {
        let terminal = try await startProbe()
        terminal.send("日本 e\u{301}👍🏽")
        try await terminal.until { $0.cursorLine == "probe > 日本 e\u{301}👍🏽" }
        #expect(terminal.screen.cursorColumn == 8 + 5 + 1 + 2)
        // The skin tone goes with Backspace, then the thumb; they are two characters.
        terminal.send("\u{7F}\u{7F}語")
        try await terminal.until { $0.cursorLine == "probe > 日本 e\u{301}語" }
        #expect(terminal.screen.cursorColumn == 8 + 5 + 1 + 2)
        terminal.send("\r")
        try await terminal.until { $0.contains("line(日本 e\u{301}語) typed now") }
        #expect(terminal.screen.unknown.isEmpty)
    }

    @Test func `longer than the screen is wide goes on in the next row, and is corrected in the first`() async throws {
        let terminal = try await startProbe(columns: 20, rows: 10)
        let text = "0123456789abcdefghijklmnopqrstuvwxyz"
        terminal.send(text)
        try await terminal.until { $0.cursorLine == "wxyz" }
        terminal.send("\u{01}>")
        try await terminal.until { $0.lines.prefix(3) == ["probe > >0123456789a", "bcdefghijklmnopqrstu", "vwxyz"] }
        #expect(terminal.screen.cursorRow == 0 && terminal.screen.cursorColumn == 9)
        terminal.send("\r")
        try await terminal.until { $0.contains("line(>0123456789abcd") }
        #expect(terminal.screen.unknown.isEmpty)
    }

    @Test func `that fills its last row has the cursor at the beginning of the next`() async throws {
        let terminal = try await startProbe(columns: 20, rows: 10)
        terminal.send("0123456789ab")
        try await terminal.until { $0.cursorRow == 1 && $0.cursorColumn == 0 }
        #expect(terminal.screen.line(0) == "probe > 0123456789ab")
        terminal.send("\u{7F}")
        try await terminal.until { $0.cursorRow == 0 && $0.cursorColumn == 19 }
        #expect(terminal.screen.line(0) == "probe > 0123456789a")
    }

    @Test func `taller than the screen shows the rows around the cursor, and all of them at the end`() async throws {
        let terminal = try await startProbe(columns: 20, rows: 4)
        let text = (10..<60).map(String.init).joined()
        terminal.send(text)
        try await terminal.until { $0.cursorLine.hasSuffix("59") }
        terminal.send("\u{01}")
        try await terminal.until { $0.line(0) == "probe > 101112131415" && $0.cursorRow == 0 && $0.cursorColumn == 8 }
        terminal.send("\r")
        try await terminal.until { $0.cursorLine == "probe >" }
        #expect(terminal.screen.text.contains("probe > 101112131415\n16171819202122232425\n2627282930"))
        #expect(terminal.screen.unknown.isEmpty)
    }

    @Test func `shows what cannot be seen in it`() async throws {
        let terminal = try await startProbe()
        terminal.send("a\u{202E}b\u{200B}")
        try await terminal.until { $0.cursorLine == "probe > a<U+202E>b<U+200B>" }
        terminal.send("\r")
        try await terminal.until { $0.contains("line(a<U+202E>b<U+200B>)") }
    }

    @Test func `is thrown away by Control-C`() async throws {
        let terminal = try await startProbe()
        terminal.send("approve 1")
        try await terminal.until { $0.cursorLine == "probe > approve 1" }
        terminal.send("\u{03}")
        try await terminal.until { $0.contains("interrupted") && $0.cursorLine == "probe >" }
        #expect(terminal.screen.contains("probe > approve 1^C"))
        #expect(!terminal.screen.contains("line("))
        try await terminal.enter("next")
        try await terminal.until { $0.contains("line(next)") }
    }

    @Test func `ends the input with Control-D only where it is empty`() async throws {
        let terminal = try await startProbe()
        terminal.send("ab")
        try await terminal.until { $0.cursorLine == "probe > ab" }
        terminal.send("\u{04}")
        terminal.send("c")
        try await terminal.until { $0.cursorLine == "probe > abc" }
        terminal.send("\u{15}")
        try await terminal.until { $0.cursorLine == "probe >" }
        terminal.send("\u{04}")
        #expect(try await terminal.waitForExit() == .exited(0))
        try await terminal.until { $0.contains("end") }
    }

    @Test func `is found again with Control-R, also while notices come`() async throws {
        let terminal = try await startProbe()
        try await terminal.enter("first command")
        try await terminal.until { $0.contains("line(first command)") && $0.cursorLine == "probe >" }
        try await terminal.enter("post 20 5")
        try await terminal.until { $0.contains("notice 0 ends") }
        terminal.send("\u{12}")
        terminal.send("irst")
        try await terminal.until { screen in
            screen.lines.contains("bck:irst") && screen.contains("notices done")
        }
        terminal.send("\r")
        try await terminal.until { $0.count(of: "line(first command)") == 2 }
        #expect((0..<20).allSatisfy { terminal.screen.count(of: "notice \($0) ends") == 1 })
        #expect(terminal.screen.unknown.isEmpty)
    }

    @Test func `comes back with the arrow keys`() async throws {
        let terminal = try await startProbe()
        try await terminal.enter("one")
        try await terminal.until { $0.contains("line(one)") && $0.cursorLine == "probe >" }
        try await terminal.enter("two")
        try await terminal.until { $0.contains("line(two)") && $0.cursorLine == "probe >" }
        terminal.send("\u{1B}[A")
        try await terminal.until { $0.cursorLine == "probe > two" }
        terminal.send("\u{1B}OA")
        try await terminal.until { $0.cursorLine == "probe > one" }
        terminal.send("\u{1B}[B")
        try await terminal.until { $0.cursorLine == "probe > two" }
    }

    @Test func `is gone over by words, to its ends, and deleted forward`() async throws {
        let terminal = try await startProbe()
        terminal.send("alpha beta")
        try await terminal.until { $0.cursorLine == "probe > alpha beta" }
        terminal.send("\u{1B}[1;5D")
        try await terminal.until { $0.cursorColumn == 14 }
        terminal.send("\u{1B}[3~")
        try await terminal.until { $0.cursorLine == "probe > alpha eta" }
        terminal.send("\u{1B}[H")
        try await terminal.until { $0.cursorColumn == 8 }
        terminal.send("\u{1B}[1;5C")
        try await terminal.until { $0.cursorColumn == 13 }
        terminal.send("\u{1B}[4~")
        try await terminal.until { $0.cursorColumn == 17 }
    }

    @Test func `stays whole when the window changes its size`() async throws {
        let terminal = try await startProbe(columns: 40)
        terminal.send("a line that is longer than twenty columns")
        try await terminal.until { $0.cursorRow == 1 }
        terminal.resize(columns: 20, rows: 20)
        try await terminal.until { screen in
            (-2...0).map { screen.line(screen.cursorRow + $0) }
                == ["probe > a line that", "is longer than twent", "y columns"]
        }
        terminal.send("\r")
        try await terminal.until { $0.contains("line(a line that is") }
        #expect(terminal.screen.unknown.isEmpty)
    }

    /// On terminals that cut rows, and on those that break them; both say so by TERM.
    @Test(arguments: [("xterm-256color", false), ("tmux-256color", true)])
    func `is on the screen once and whole after any change of the width`(_ term: String, _ breaks: Bool) async throws {
        let terminal = try await startProbe(
            environment: ["TERM": term], columns: 60, rows: 20, breaksRows: breaks)
        try await terminal.enter("before")
        try await terminal.until { $0.contains("line(before)") && $0.cursorLine == "probe >" }
        let line = "0123456789abcdefghijABCDEFGHIJklmnopqrstKLMNOPQRST!@#$%^&*()uvwxyz"
        var typed = ""
        for (place, columns) in [44, 20, 60, 20, 33, 21, 80, 20, 60].enumerated() {
            let more = String(line.dropFirst(place * 7).prefix(7))
            terminal.send(more)
            typed += more
            let now = typed
            try await terminal.until { $0.hasOnceAndWhole(now) }
            terminal.resize(columns: columns, rows: 20)
            try await terminal.until { $0.columns == columns && $0.hasOnceAndWhole(now) }
        }
        // Several at once, of which the program may see the last alone.
        for columns in [50, 40, 30, 25] { terminal.resize(columns: columns, rows: 20) }
        let all = typed
        try await terminal.until { $0.columns == 25 && $0.hasOnceAndWhole(all) }
        terminal.send("\r")
        try await terminal.until { $0.contains("line(0123") }
        #expect(terminal.screen.unknown.isEmpty)
    }

    /// The screen is narrower than the program knows when an announcement comes for the width before.
    @Test func `stays whole, with all that stands above, while the window is dragged and announcements come`()
        async throws
    {
        let terminal = try await startProbe(
            environment: ["TERM": "tmux-256color", "PROBE_TELLS_WIDTH": "1"], columns: 72, rows: 40, breaksRows: true)
        try await terminal.enter("before")
        try await terminal.until { $0.contains("line(before)") && $0.cursorLine == "probe >" }
        for number in 0..<8 {
            try await terminal.enter("above \(number)")
            try await terminal.until { $0.contains("line(above \(number))") && $0.cursorLine == "probe >" }
        }
        let line = "0123456789abcdefghijABCDEFGHIJklmnopqrstKLMNOPQRSTuvwxyz"
        terminal.send(line)
        try await terminal.until { $0.hasOnceAndWhole(line) }
        for (narrow, wide) in [(50, 71), (31, 70), (25, 69), (33, 68), (27, 67)] {
            terminal.drag(through: Array((narrow..<wide).reversed()), rows: 40)
            try await terminal.until { $0.contains("now \(narrow) columns") && $0.hasOnceAndWhole(line) }
            terminal.drag(through: Array(narrow + 1..<wide), rows: 40)
            try await terminal.until { $0.contains("now \(wide - 1) columns") && $0.hasOnceAndWhole(line) }
            for number in 0..<8 { #expect(terminal.screen.count(of: "line(above \(number))") == 1) }
        }
        terminal.send("\r")
        try await terminal.until { $0.contains("line(0123") }
    }

    @Test func `typed while no line is asked for belongs to the next, with its own time`() async throws {
        let terminal = try await startProbe()
        try await terminal.enter("busy 1500")
        try await terminal.until { $0.contains("line(busy 1500)") }
        terminal.send("ahead\r")
        try await terminal.until { $0.contains("line(ahead) typed earlier") }
    }

    @Test func `is taken away when its reader is cancelled`() async throws {
        let terminal = try await startProbe()
        try await terminal.enter("cancel")
        try await terminal.until { $0.cursorLine == "taken away >" }
        try await terminal.until { $0.contains("it was cancelled") && $0.cursorLine == "probe >" }
        #expect(!terminal.screen.contains("taken away"))
    }
}

@Suite(.oneAtATime) struct `While no line is read` {
    @Test func `Control-C is told and takes with it what was typed ahead`() async throws {
        let terminal = try await startProbe()
        try await terminal.enter("busy 600")
        try await terminal.until { $0.contains("line(busy 600)") }
        terminal.send("typed ahead")
        terminal.send("\u{03}")
        try await terminal.until { $0.contains("interrupted while busy") }
        try await terminal.until { $0.cursorLine == "probe >" }
        try await terminal.enter("next")
        try await terminal.until { $0.contains("line(next)") }
        #expect(!terminal.screen.contains("typed ahead"))
    }
}

extension ScreenModel {
    /// The same, also in what can be scrolled back to, with what was there before.
    fileprivate func hasOnceAndWhole(_ typed: String) -> Bool {
        showsOnceAndWhole(typed) && !scrollback.contains { $0.hasPrefix("probe > 0") } && contains("line(before)")
    }

    /// The prompt with what was typed, from its first row to the cursor's, and no piece of it anywhere else.
    fileprivate func showsOnceAndWhole(_ typed: String) -> Bool {
        let all = "probe > " + typed
        let expected = stride(from: 0, to: all.count, by: columns).map { start in
            String(all.dropFirst(start).prefix(columns))
        }
        let first = cursorRow - all.count / columns
        return expected.indices.allSatisfy { line(first + $0) == expected[$0] }
            && (0..<rows).count { line($0).hasPrefix("probe > 0") } == 1
    }
}
