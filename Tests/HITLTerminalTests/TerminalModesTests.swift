import Glibc
import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `The terminal` {
    @Test func `has the modes it had when the program has ended`() async throws {
        let terminal = try await startProbe()
        #expect(!isCooked(terminal))
        #expect(terminal.screen.marksPastes)
        #expect(try await terminal.quit() == .exited(0))
        #expect(isCooked(terminal))
        try await terminal.until { !$0.marksPastes && $0.isCursorShown && $0.wraps }
    }

    @Test(arguments: [(SIGTERM, 143), (SIGHUP, 1)] as [(Int32, Int32)])
    func `has the modes it had when the program was told to end`(signal: Int32, status: Int32) async throws {
        let terminal = try await startProbe()
        terminal.send("half a li")
        try await terminal.until { $0.cursorLine == "probe > half a li" }
        terminal.signal(signal)
        #expect(try await terminal.waitForExit() == .exited(status))
        #expect(isCooked(terminal))
        try await terminal.until { !$0.marksPastes }
    }

    @Test func `belongs to the shell between Control-Z and fg`() async throws {
        let shell = try PseudoTerminal.spawn(
            ["/bin/bash", "--norc", "--noprofile", "--noediting", "-i"],
            environment: ["PS1": "$ ", "HISTFILE": ""], columns: 60, rows: 20)
        try await shell.until { $0.cursorLine == "$" }
        shell.send(PseudoTerminal.built("TerminalProbe") + "\r")
        try await shell.until { $0.cursorLine == "probe >" }
        shell.send("half typed")
        try await shell.until { $0.cursorLine == "probe > half typed" }
        shell.send("\u{1A}")
        try await shell.until { $0.contains("Stopped") && $0.cursorLine == "$" && !$0.marksPastes }
        #expect(isCooked(shell))
        shell.send("echo in the shell\r")
        try await shell.until { $0.lines.contains("in the shell") }
        shell.send("fg\r")
        try await shell.until { $0.cursorLine == "probe > half typed" && $0.marksPastes }
        #expect(!isCooked(shell))
        shell.send(" line\r")
        try await shell.until { $0.contains("line(half typed line)") && $0.cursorLine == "probe >" }
        shell.send("quit\r")
        try await shell.until { $0.cursorLine == "$" }
        #expect(isCooked(shell))
        #expect(shell.screen.unknown.isEmpty, "\(shell.screen.picture)")
    }

    @Test func `is editing again after it was stopped from outside`() async throws {
        let shell = try PseudoTerminal.spawn(
            ["/bin/bash", "--norc", "--noprofile", "--noediting", "-i"],
            environment: ["PS1": "$ ", "HISTFILE": ""], columns: 60, rows: 20)
        try await shell.until { $0.cursorLine == "$" }
        shell.send(PseudoTerminal.built("TerminalProbe") + "\r")
        try await shell.until { $0.cursorLine == "probe >" }
        // The probe is the shell's only child and leads the foreground group.
        let group = shell.foregroundGroup
        kill(group, SIGSTOP)
        try await shell.until { $0.cursorLine == "$" }
        shell.send("fg\r")
        try await shell.until { $0.cursorLine == "probe >" }
        shell.send("x\r")
        try await shell.until { $0.contains("line(x) typed") }
    }

    @Test func `is lent with its own modes, and announcements wait`() async throws {
        let terminal = try await startProbe()
        try await terminal.enter("post 30 20")
        try await terminal.until { $0.contains("notice 0 ends") && $0.cursorLine == "probe >" }
        try await terminal.enter("lend")
        try await terminal.until { $0.contains("lent in line mode") }
        let before = terminal.screen.count(of: "notice")
        terminal.send("\n")
        try await terminal.until { $0.contains("notices done") && $0.cursorLine == "probe >" }
        #expect(terminal.screen.count(of: "ends") == 30)
        #expect(before < 31)
        #expect(!isCooked(terminal))
    }

    @Test(arguments: ["xterm", "dumb"])
    func `is taken back with everything that was left in the meantime`(term: String) async throws {
        let terminal = try await startProbe(environment: ["TERM": term])
        terminal.send("lends 300\r")
        try await terminal.until { $0.contains("lends done") && $0.cursorLine == "probe >" }
        #expect(terminal.screen.count(of: "back again") == 300)
    }

    @Test func `that goes away is told to the program`() async throws {
        // Without the signal that the system sends as well.
        let terminal = try PseudoTerminal.spawn(
            ["/bin/sh", "-c", "trap '' HUP; exec \"$0\"", PseudoTerminal.built("TerminalProbe")],
            environment: ["PROBE_SIGNALS": "none"])
        try await terminal.until { $0.cursorLine == "probe >" }
        terminal.hangUp()
        #expect(try await terminal.waitForExit() == .exited(5))
    }

    @Test func `that takes nothing does not keep the program from ending`() async throws {
        let terminal = try await startProbe(columns: 80, rows: 24)
        try await terminal.enter("flood")
        try await terminal.until { $0.contains("flooding") }
        terminal.stall()
        terminal.signal(SIGTERM)
        #expect(try await terminal.waitForExit() == .exited(143))
        #expect(isCooked(terminal))
    }

    private func isCooked(_ terminal: PseudoTerminal) -> Bool {
        let modes = terminal.modes
        return modes.c_lflag & tcflag_t(ICANON | ECHO | ISIG | IEXTEN) == tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
            && modes.c_iflag & tcflag_t(ICRNL | IXON) == tcflag_t(ICRNL | IXON)
    }
}
