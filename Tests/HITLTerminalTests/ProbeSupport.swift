import HITLTestSupport

/// The probe on a pseudo-terminal, at its first prompt.
func startProbe(
    environment: [String: String] = [:], columns: Int = 60, rows: Int = 20, ambiguousIsWide: Bool = false,
    breaksRows: Bool = false
) async throws -> PseudoTerminal {
    let terminal = try PseudoTerminal.spawn(
        [PseudoTerminal.built("TerminalProbe")], environment: environment, columns: columns, rows: rows,
        ambiguousIsWide: ambiguousIsWide, breaksRows: breaksRows)
    try await terminal.until { $0.cursorLine == "probe >" }
    return terminal
}

extension PseudoTerminal {
    /// Types a line, waits until it is on the screen, and presses Enter.
    func enter(_ line: String) async throws {
        send(line)
        try await until { $0.cursorLine.hasSuffix(" > " + line) }
        send("\r")
    }

    /// Ends the probe in the ordinary way.
    func quit() async throws -> Exit {
        try await enter("quit")
        return try await waitForExit()
    }
}
