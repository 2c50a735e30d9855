import HITLGate
package import HITLTerminal

extension CommandTable {
    /// Runs a command of the desk that was typed elsewhere and returns what is to be printed there, on standard error
    /// where it failed.
    package static func answer(
        _ words: [String], in desk: Desk, for operator: Operator
    ) async -> (exit: ExitCode, output: String) {
        let command: any Command
        do throws(UsageError) { command = try self.desk(words, now: desk.clocks.wall()) } catch {
            return (.usage, complaint(StyledText(error.message, .warning)).rendered(for: `operator`.presentation))
        }
        var result = await command.run(in: desk, for: `operator`)
        if result.isComplaint { result.text = complaint(result.text) }
        return (result.exit, result.printed(for: `operator`.presentation))
    }

    /// As every program of ours complains.
    private static func complaint(_ text: StyledText) -> StyledText {
        var line = StyledText("hitl: ")
        line.join(text)
        return line
    }

    /// Whether running these words decides or changes something. What cannot be read does nothing at all.
    package static func changesSomething(_ words: [String]) -> Bool {
        switch words.first {
        case "approve"?, "reject"?, "edit"?, "extend"?, "withdraw"?, "stop"?: return true
        case "rollback"?, "erase"?, "purge"?: return arguments(words)?.has("preview") != true
        case "config"?:
            guard let arguments = arguments(words) else { return true }
            return arguments.positionals.count > 1
        case "grants"?:
            guard let arguments = arguments(words) else { return true }
            return !arguments.positionals.isEmpty
        case "status"?, "show"?, "history"?, "stats"?, "why"?: return false
        default: return true
        }
    }

    /// The requests that these words name, by number or by id. Words that no command understands name none.
    package static func requests(in words: [String], of desk: Desk) -> [Int64] {
        guard let arguments = arguments(words) else { return [] }
        return arguments.namedRequests.compactMap { name in
            switch name {
            case .number(let number): number
            // Where the ledger cannot find it now, the command, which looks there too, decides nothing.
            case .id: try? desk.number(of: name)
            }
        }
    }

    private static func arguments(_ words: [String]) -> Arguments? {
        guard let command = desk.first(where: { $0.definition.name == words.first }) else { return nil }
        return try? Arguments(words.dropFirst(), for: command.definition)
    }
}

extension CommandResult {
    /// Text in the rows of a terminal; JSON in one line of its own, however long.
    package func printed(for presentation: Presentation) -> String {
        json.map { $0.printable + "\n" } ?? text.rendered(for: presentation)
    }
}
