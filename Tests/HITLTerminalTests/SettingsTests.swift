import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `The operator's own settings` {
    @Test func `choose vi`() async throws {
        let terminal = try await startProbe(settings: "bind -v\n")
        terminal.send("one two three")
        try await terminal.until { $0.cursorLine == "probe > one two three" }
        // An arrow key moves without leaving insert mode.
        terminal.send("\u{1B}[D")
        try await terminal.until { $0.cursorColumn == 20 }
        terminal.send("X")
        try await terminal.until { $0.cursorLine == "probe > one two threXe" }
        terminal.send("\u{1B}")
        try await terminal.until { $0.cursorColumn == 20 }
        terminal.send("0dw")
        try await terminal.until { $0.cursorLine == "probe > two threXe" }
        terminal.send("u")
        try await terminal.until { $0.cursorLine == "probe > one two threXe" }
        terminal.send("A!\r")
        try await terminal.until { $0.contains("line(one two threXe!) typed") }
    }

    @Test func `may bind keys`() async throws {
        let terminal = try await startProbe(settings: "bind \"^X^G\" ed-move-to-beg\nbind -s \"^T\" \"/hitl \"\n")
        terminal.send("status")
        try await terminal.until { $0.cursorLine == "probe > status" }
        terminal.send("\u{18}\u{07}")
        try await terminal.until { $0.cursorColumn == 8 }
        terminal.send("\u{14}")
        try await terminal.until { $0.cursorLine == "probe > /hitl status" }
    }

    @Test(arguments: ["edit off\n", "bind nonsense\n\u{FF}\n", "setty -a\n", "edit off\nbind -v\nbind -r ^I\n"])
    func `cannot break the line`(settings: String) async throws {
        let terminal = try await startProbe(settings: settings)
        terminal.send("abc\u{7F}d")
        try await terminal.until { $0.cursorLine == "probe > abd" }
        terminal.send("\u{03}")
        try await terminal.until { $0.contains("interrupted") && $0.cursorLine == "probe >" }
        terminal.send("ex\t")
        try await terminal.until { $0.cursorLine == "probe > extend" }
    }

    private func startProbe(settings: String) async throws -> PseudoTerminal {
        let directory = try TemporaryDirectory()
        try directory.write(settings, to: "editrc")
        // Read before the first prompt, so the directory may go.
        return try await HITLTerminalTests.startProbe(environment: ["EDITRC": directory.path("editrc")])
    }
}
