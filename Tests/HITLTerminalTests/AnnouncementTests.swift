import HITLTestSupport
import Testing

@testable import HITLTerminal

@Suite(.oneAtATime) struct `An announcement` {
    @Test(arguments: [13, 24, 40, 80])
    func `is shown whole and once above a line that is being typed`(columns: Int) async throws {
        let terminal = try await startProbe(columns: columns, rows: 12)
        terminal.send("post 100 10\r")
        try await terminal.until { $0.contains("notice 0") }
        // Typed, corrected and moved in while a hundred notices a second arrive.
        let text = "日本語 ab👍 e\u{301}x and what follows it, long enough for rows"
        for character in text { terminal.send(String(character)) }
        terminal.send("\u{01}\u{1B}[C\u{1B}[C\u{1B}[C!\u{05}")
        try await terminal.until { $0.contains("notices done") }
        terminal.send("\r")
        try await terminal.until { $0.cursorLine == "probe >" }

        let screen = terminal.screen
        let joined = screen.text.replacing("\n", with: "").replacing(" ", with: "")
        for number in 0..<100 {
            let notice = "notice\(number)ends"
            #expect(joined.split(separator: notice, omittingEmptySubsequences: false).count == 2, "\(notice)")
        }
        #expect(joined.contains("line(日本語!ab👍e\u{301}xandwhatfollowsit,longenoughforrows)typed"))
        #expect(screen.unknown.isEmpty)
        #expect(screen.isCursorShown && screen.wraps)
    }

    @Test func `is not erased by a terminal that counts the line's columns differently`() async throws {
        let terminal = try await startProbe(columns: 30, rows: 12, ambiguousIsWide: true)
        try await terminal.enter("post 60 5")
        try await terminal.until { $0.contains("notice 0 ends") }
        for character in "Строка, которая длиннее одного ряда" { terminal.send(String(character)) }
        try await terminal.until { $0.contains("notices done") }
        for number in 0..<60 { #expect(terminal.screen.count(of: "notice \(number) ends") == 1, "\(number)") }
        #expect(terminal.screen.count(of: "probe > С") == 1, "\(terminal.screen.picture)")
    }

    @Test func `leaves one prompt on the screen however often the prompt changes`() async throws {
        let terminal = try await startProbe(columns: 30)
        try await terminal.enter("count 120")
        try await terminal.until { $0.cursorLine.hasPrefix("probe (") }
        for character in "typed meanwhile" { terminal.send(String(character)) }
        try await terminal.until { $0.cursorLine == "probe (120) > typed meanwhile" }
        #expect(terminal.screen.count(of: "probe (") == 1, "\(terminal.screen.picture)")
        #expect(terminal.screen.count(of: "typed meanwhile") == 1)
    }

    @Test func `tells when its bytes have left`() async throws {
        let terminal = try await startProbe()
        try await terminal.enter("drawn")
        try await terminal.until { $0.contains("drawn in time") }
        #expect(terminal.screen.count(of: "a notice") == 1)
    }

    @Test func `with hostile text moves nothing, colours nothing and hides nothing`() async throws {
        let terminal = try await startProbe(columns: 50, rows: 40)
        // Conceal, carriage return, cursor up, title, C1 control sequence introducer, right-to-left override,
        // a tag character, a filler letter, a line feed before a forged prompt.
        let hostile = [
            0x1B, 0x5B, 0x38, 0x6D, 0x0D, 0x1B, 0x5B, 0x41, 0x1B, 0x5D, 0x30, 0x3B, 0x78, 0x07, 0x9B, 0x32,
            0x4A, 0x202E, 0xE0041, 0x3164, 0x0A, 0x70, 0x72, 0x6F, 0x62, 0x65, 0x20, 0x3E, 0x20,
        ]
        terminal.send("show " + hostile.map { String($0, radix: 16) }.joined(separator: " ") + "\r")
        try await terminal.until { $0.contains("    probe >") && $0.cursorLine == "probe >" }
        let screen = terminal.screen
        #expect(screen.unknown.isEmpty && screen.commands.isEmpty)
        let joined = screen.text.replacing("\n      ", with: "")
        #expect(
            joined.contains(
                "    <U+001B>[8m<U+000D><U+001B>[A<U+001B>]0;x<U+0007><U+009B>2J<U+202E><U+E0041><U+3164>\n    probe >")
        )
    }

    @Test(arguments: 0..<20)
    func `of random characters leaves the screen in order`(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        let terminal = try await startProbe(columns: Int.random(in: 10...50, using: &random), rows: 30)
        let alphabet: [UInt32] = [
            0x1B, 0x5B, 0x9B, 0x0D, 0x0A, 0x09, 0x08, 0x07, 0x00, 0x7F, 0x41, 0x20, 0x3C, 0x55, 0x2B, 0xE9, 0x301,
            0x65E5, 0x1F44D, 0x1F3FD, 0x200D, 0xFE0F, 0x202E, 0x2066, 0x1F1EF, 0x1F1F5, 0x1100, 0x1161, 0x3164, 0x2028,
        ]
        for _ in 0..<3 {
            let text = (0..<30).map { _ in String(alphabet.randomElement(using: &random)!, radix: 16) }
            let before = terminal.screen.count(of: "line(show")
            terminal.send("show " + text.joined(separator: " ") + "\r")
            try await terminal.until { $0.count(of: "line(show") > before && $0.cursorLine == "probe >" }
        }
        #expect(terminal.screen.unknown.isEmpty && terminal.screen.commands.isEmpty && terminal.screen.bells == 0)
        let screen = terminal.screen
        let looks = Set(
            (0..<screen.rows).flatMap { row in (0..<screen.columns).map { screen.look(row: row, column: $0) } })
        #expect(looks.isSubset(of: ["", "33", "7"]))
    }
}

@Suite(.oneAtATime) struct `A notification` {
    @Test func `carries its text in one command that nothing in it can end or begin`() async throws {
        let terminal = try await startProbe()
        try await terminal.enter("notify 7 1b 5c 39 3b 34")
        try await terminal.until { !$0.commands.isEmpty }
        #expect(terminal.screen.commands == ["9;Request: <U+0007><U+001B>\\9;4"])
        #expect(terminal.screen.unknown.isEmpty)
    }

    @Test(arguments: ["4;1;50", "7;rm", "9;/tmp", "", ";x"])
    func `never begins with what some terminals obey`(body: String) {
        let sequence = Notification.sequence(
            title: "", body: DisplayText(untrusted: body), protocol: .osc9, encoding: .utf8)
        #expect(sequence == "\u{1B}]9;- \(body)\u{07}")
    }

    @Test func `has fields where the terminal wants fields`() async throws {
        let terminal = try await startProbe(environment: ["PROBE_NOTIFICATIONS": "777"])
        try await terminal.enter("notify 61 3b 62")
        try await terminal.until { !$0.commands.isEmpty }
        #expect(terminal.screen.commands == ["777;notify;Request;a;b"])
    }
}
