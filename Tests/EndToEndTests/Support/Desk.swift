import Glibc
import HITLPlatform
import HITLTestSupport

/// A loop on a pseudo-terminal, with an operator's hands on it.
final class Desk: Sendable {
    let terminal: PseudoTerminal

    /// Opens the loop and waits for its first prompt.
    static func open(
        _ home: Home, _ arguments: [String] = ["--enable-hitl", "--agent", "none"], columns: Int = 100, rows: Int = 40,
        environment: [String: String] = [:], firstPrompt: String = "hitl >"
    ) async throws -> Desk {
        let desk = Desk(
            try PseudoTerminal.spawn(
                [Home.hitl, "loop"] + arguments, environment: home.environment.merging(environment) { $1 },
                columns: columns, rows: rows, directory: home.workspace))
        try await desk.until { $0.cursorLine == firstPrompt }
        return desk
    }

    init(_ terminal: PseudoTerminal) {
        self.terminal = terminal
    }

    var screen: ScreenModel { terminal.screen }

    func until(
        _ condition: @escaping @Sendable (ScreenModel) -> Bool, file: String = #fileID, line: Int = #line
    ) async throws {
        try await terminal.until(.seconds(15), condition, file: file, line: line)
    }

    /// Waits until each of these can be seen or scrolled back to.
    func sees(_ texts: String..., file: String = #fileID, line: Int = #line) async throws {
        try await until({ screen in texts.allSatisfy(screen.contains) }, file: file, line: line)
    }

    func type(_ text: String) { terminal.send(text) }

    /// Types a line as people do, Enter after the rest has been seen, and returns the answer to it: the rows up to
    /// the next prompt, without what was said unasked in between.
    @discardableResult
    func enter(_ line: String, file: String = #fileID, at place: Int = #line) async throws -> [String] {
        try await until({ $0.isAtPrompt }, file: file, line: place)
        terminal.send(line)
        let lastWord = line.split(separator: " ").last.map(String.init) ?? ""
        try await until({ $0.cursorLine.hasSuffix(lastWord) }, file: file, line: place)
        let typed = screen.cursorPlace
        terminal.send("\r")
        try await until({ $0.isAtPrompt && $0.cursorPlace > typed }, file: file, line: place)
        let screen = screen
        let rows = (screen.scrollback + screen.lines)[(typed + 1)..<screen.cursorPlace]
        return Array(rows.prefix(while: { $0.prefixMatch(of: #/🔔 |[a-z]+│ |(✅ |❌ |⌛ )?Request [0-9]+, /#) == nil }))
    }

    /// The announcement of a request has been on the screen for as long as a decision at a terminal needs.
    func hasBeenShown(_ number: Int, file: String = #fileID, line: Int = #line) async throws {
        try await sees("New request \(number):", file: file, line: line)
        try await waitOut(.beforeDeciding)
    }

    /// What the desk does by the clock alone, so that nothing on the screen or anywhere else shows when it is over. To
    /// find out by trying would be another test: a try that comes too early says so in rows of its own, and what is
    /// typed too early belongs to what was typed before.
    enum Pause {
        /// 400 ms from a request's last row to the first decision that counts.
        case beforeDeciding
        /// 400 ms in which Enter is dead.
        case afterPaste
        /// Enter is held for 25 ms and Escape for 40, to see whether more comes.
        case betweenBursts
    }

    /// Waits until the desk has taken all that was typed, and then for as long as its rule says. To wait longer changes
    /// no result, so a slow machine does no harm.
    func waitOut(_ pause: Pause, file: String = #fileID, line: Int = #line) async throws {
        try await until({ [terminal] _ in terminal.unreadCount == 0 }, file: file, line: line)
        switch pause {
        case .beforeDeciding, .afterPaste: try await Task.sleep(for: .milliseconds(430))
        case .betweenBursts: try await Task.sleep(for: .milliseconds(60))
        }
    }

    func quit() async throws -> PseudoTerminal.Exit {
        terminal.send("/quit")
        try await until { $0.cursorLine.hasSuffix("/quit") }
        terminal.send("\r")
        return try await terminal.waitForExit()
    }
}

extension ScreenModel {
    /// Whether an empty prompt waits for a line: `hitl >` or `hitl (2) >`.
    var isAtPrompt: Bool {
        cursorLine.wholeMatch(of: /hitl (\([0-9]+\) )?>/) != nil
    }

    /// The newest announcement of a request, without the empty row behind it.
    var announcement: String {
        let rows = scrollback + lines
        guard let first = rows.lastIndex(where: { $0.hasPrefix("🔔 ") }) else { return "" }
        return rows[first...].prefix { !$0.isEmpty }.joined(separator: "\n")
    }

    /// Rows from the very first one.
    var cursorPlace: Int { scrollback.count + cursorRow }
}
