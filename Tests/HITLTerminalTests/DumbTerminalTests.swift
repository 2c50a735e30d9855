import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `On a terminal that cannot move its cursor` {
    @Test(arguments: ["dumb", "", "emacs", "unknown"])
    func `lines are read, and nothing but text is written`(term: String) async throws {
        let terminal = try await startProbe(environment: ["TERM": term])
        terminal.send("hello\n")
        try await terminal.until { $0.contains("line(hello) typed now") && $0.cursorLine == "probe >" }
        terminal.send("show 1b 5b 33 31 6d 202e\n")
        try await terminal.until { $0.lines.contains("    <U+001B>[31m<U+202E>") }
        #expect(!terminal.transcript.contains(0x1B))
        #expect(try await quitPlainly(terminal) == .exited(0))
    }

    @Test func `announcements wait until the line is finished`() async throws {
        let terminal = try await startProbe(environment: ["TERM": "dumb"])
        terminal.send("post 3 1\n")
        try await terminal.until { $0.bells > 0 && $0.cursorLine == "probe >" }
        terminal.send("half ")
        try await terminal.until { $0.cursorLine == "probe > half" }
        terminal.send("a line\n")
        try await terminal.until { $0.contains("line(half a line)") && $0.contains("notices done") }
        let lines = terminal.screen.lines
        let typed = try #require(lines.firstIndex(of: "probe > half a line"))
        #expect((0..<3).allSatisfy { number in lines.contains("notice \(number) ends") })
        #expect(lines[..<typed].allSatisfy { !$0.contains("notices done") })
    }

    @Test func `lines that come at once are a paste`() async throws {
        let terminal = try await startProbe(environment: ["TERM": "dumb"])
        terminal.send("approve 1\napprove 2\n")
        try await terminal.until { $0.contains("line(approve 2)") }
        #expect(terminal.screen.contains("line(approve 1) pasted"))
        #expect(terminal.screen.contains("line(approve 2) pasted"))
    }

    @Test func `Control-C throws the line away and Control-D ends`() async throws {
        let terminal = try await startProbe(environment: ["TERM": "dumb"])
        terminal.send("half")
        try await terminal.until { $0.cursorLine == "probe > half" }
        terminal.send("\u{03}")
        try await terminal.until { $0.contains("interrupted") && $0.cursorLine == "probe >" }
        terminal.send("\u{04}")
        #expect(try await terminal.waitForExit() == .exited(0))
        try await terminal.until { $0.contains("end") }
    }

    private func quitPlainly(_ terminal: PseudoTerminal) async throws -> PseudoTerminal.Exit {
        terminal.send("quit\n")
        return try await terminal.waitForExit()
    }
}

@Suite(.oneAtATime) struct `A screen that wants no colours` {
    @Test func `gets none, and still shows escapes`() async throws {
        let terminal = try await startProbe(environment: ["NO_COLOR": "1"])
        try await terminal.enter("show 61 202e 62")
        try await terminal.until { $0.lines.contains("    a<U+202E>b") }
        let screen = terminal.screen
        #expect((0..<60).allSatisfy { column in (0..<20).allSatisfy { screen.look(row: $0, column: column).isEmpty } })
    }

    @Test func `that reads no UTF-8 gets ASCII alone`() async throws {
        let terminal = try await startProbe(environment: ["LC_ALL": "C"])
        try await terminal.enter("show e9 65e5")
        try await terminal.until { $0.lines.contains("    <U+00E9><U+65E5>") }
        #expect(terminal.transcript.allSatisfy { $0 < 0x80 })
    }
}

@Suite(.oneAtATime) struct `A script` {
    @Test func `is echoed line by line after the prompt`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("one\r\ntwo \u{202E}\n\nlast without end", to: "script")
        let terminal = try PseudoTerminal.spawn(
            [
                "/bin/sh", "-c", "exec \"$0\" < \"$1\" > \"$2\"", PseudoTerminal.built("TerminalProbe"),
                directory.path("script"), directory.path("output"),
            ])
        #expect(try await terminal.waitForExit() == .exited(0))
        #expect(
            String(decoding: try contents(of: directory.path("output")), as: UTF8.self) == """
                probe > one
                line(one) script now
                probe > two <U+202E>
                line(two <U+202E>) script now
                probe >\u{20}
                line() script now
                probe > last without end
                line(last without end) script now
                end

                """)
    }
}
