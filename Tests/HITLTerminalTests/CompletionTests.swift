@testable import HITLTerminal
import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `TAB` {
    @Test func `finishes what has one ending`() async throws {
        let terminal = try await startProbe()
        terminal.send("rej\t")
        try await terminal.until { $0.cursorLine == "probe > reject" }
        terminal.send(" ü\t")
        try await terminal.until { $0.cursorLine == "probe > reject überprüfen" }
    }

    @Test func `goes as far as all agree, then lists them below the line, until the next key`() async throws {
        let terminal = try await startProbe()
        terminal.send("ap\t")
        try await terminal.until { $0.cursorLine == "probe > approve" }
        terminal.send("\t")
        try await terminal.until { screen in
            (0...2).map(screen.line) == [
                "probe > approve",
                "  approve      does approve",
                "  approve-all  does approve-all",
            ]
        }
        #expect(terminal.screen.cursorRow == 0 && terminal.screen.cursorColumn == 15)
        terminal.send("x")
        try await terminal.until { $0.cursorLine == "probe > approvex" && $0.line(1).isEmpty && $0.line(2).isEmpty }
    }

    @Test func `lists what there is room for and counts the rest`() async throws {
        let terminal = try await startProbe(columns: 60, rows: 4)
        terminal.send("\t")
        try await terminal.until { $0.line(3) == "… and 4 more" }
        #expect(
            terminal.screen.lines == [
                "probe >", "  approve      does approve", "  approve-all  does approve-all", "… and 4 more",
            ])
    }

    @Test func `rings where nothing fits`() async throws {
        let terminal = try await startProbe()
        terminal.send("zz\t")
        try await terminal.until { $0.bells == 1 }
    }

    @Test func `keeps the listing while announcements come`() async throws {
        let terminal = try await startProbe()
        try await terminal.enter("post 20 20")
        try await terminal.until { $0.contains("notice 0 ends") && $0.cursorLine == "probe >" }
        terminal.send("e\t\t")
        try await terminal.until { screen in
            screen.contains("notices done") && screen.cursorLine == "probe > e"
                && screen.line(screen.cursorRow + 1) == "  edit    does edit"
        }
        #expect(terminal.screen.count(of: "does edit") == 1)
    }

    @Test func `replaces another spelling of what is typed`() {
        let step = CompletionStep(
            of: [Completion(replacing: 3, insertion: "\"a b\"", display: "a b")],
            typed: Array("x a b".unicodeScalars)[...])
        #expect(step == CompletionStep(deleting: 3, inserting: Array("\"a b\"".unicodeScalars), lists: false))
    }
}

extension CompletionStep {
    init(deleting: Int, inserting: [Unicode.Scalar], lists: Bool) {
        self.init(of: [Completion(replacing: 0, insertion: "x", display: "x")], typed: [])!
        (self.deleting, self.inserting, self.lists) = (deleting, inserting, lists)
    }
}
