import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `A paste` {
    @Test func `never sends itself`() async throws {
        let terminal = try await startProbe()
        terminal.send("\u{1B}[200~approve 1\rapprove 2\n\u{1B}[201~")
        try await terminal.until { $0.cursorLine == "approve 2" }
        #expect(!terminal.screen.contains("line("))
        // The operator's own Enter, later, sends what stands there, and says how it came.
        try await pressEnterUntilSent(terminal)
        try await terminal.until { $0.contains("line(approve 1<U+000A>approve 2) pasted") }
    }

    @Test func `that brings its own end mark and an Enter does not send itself either`() async throws {
        let terminal = try await startProbe()
        terminal.send("\u{1B}[200~note\u{1B}[201~approve A\r")
        try await terminal.until { $0.contains("Press Enter once more") }
        #expect(terminal.screen.lines.contains("probe > noteapprove A"))
        #expect(!terminal.screen.contains("line("))
        try await pressEnterUntilSent(terminal)
        try await terminal.until { $0.contains("line(noteapprove A) pasted") }
    }

    @Test func `without marks is a paste by its speed`() async throws {
        let terminal = try await startProbe()
        terminal.send("approve 1\rapprove 2\rapprove 3\r")
        try await terminal.until { $0.contains("Press Enter once more") }
        #expect(!terminal.screen.contains("line("))
        try await pressEnterUntilSent(terminal)
        try await terminal.until { $0.contains("line(approve 1<U+000A>approve 2<U+000A>") }
        try await terminal.until { $0.text.replacing("\n", with: "").contains("approve 3) pasted") }
    }

    @Test func `of one line with its Enter is typing`() async throws {
        let terminal = try await startProbe()
        terminal.send("approve 1\r")
        try await terminal.until { $0.contains("line(approve 1) typed now") }
    }

    @Test func `of control characters inserts them visibly and obeys none`() async throws {
        let terminal = try await startProbe()
        terminal.send("\u{1B}[200~a\u{03}\u{04}\u{1A}\t\u{1B}[Ab\u{1B}[201~")
        try await terminal.until { $0.cursorLine == "probe > a<U+0003><U+0004><U+001A><U+0009><U+001B>[Ab" }
    }

    @Test func `in vi's command mode is text, too`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("bind -v\n", to: "editrc")
        let terminal = try await startProbe(environment: ["EDITRC": directory.path("editrc")])
        terminal.send("abc")
        try await terminal.until { $0.cursorLine == "probe > abc" }
        terminal.send("\u{1B}")
        try await terminal.until { $0.cursorColumn == 10 }
        terminal.send("\u{1B}[200~ddxx\u{1B}[201~")
        try await terminal.until { $0.cursorLine == "probe > abddxxc" }
    }

    @Test func `that is longer than is taken says so`() async throws {
        let terminal = try await startProbe(columns: 200, rows: 120)
        terminal.send("\u{1B}[200~" + String(repeating: "x", count: 20_000) + "\u{1B}[201~")
        try await terminal.until { $0.contains("longer than 16384 characters") }
    }

    private func pressEnterUntilSent(_ terminal: PseudoTerminal) async throws {
        while !terminal.screen.contains("line(") {
            terminal.send("\r")
            try? await terminal.until(.milliseconds(60)) { $0.contains("line(") }
        }
    }
}

@Suite(.oneAtATime) struct `What a terminal answers` {
    @Test(arguments: [
        "\u{1B}[?64;1;2;6;22c", "\u{1B}[24;80R", "\u{1B}]11;rgb:0000/0000/0000\u{07}",
        "\u{1B}]11;rgb:ffff/0000/0000\u{1B}\\",
        "\u{1B}P1$r0m\u{1B}\\", "\u{1B}[Z", "\u{1B}[[A", "\u{1B}[15~", "\u{1B}[I", "\u{1B}OP",
    ])
    func `never becomes text`(reply: String) async throws {
        let terminal = try await startProbe()
        terminal.send("a")
        terminal.send(reply)
        terminal.send("b")
        try await terminal.until { $0.cursorLine == "probe > ab" }
        terminal.send("\r")
        try await terminal.until { $0.contains("line(ab) typed now") }
    }
}
