import HITLGate
package import HITLTerminal

extension CommandTable {
    /// Runs a command of the desk that was typed elsewhere and returns what is to be printed there.
    package static func answer(
        _ words: [String], in desk: Desk, for operator: Operator
    ) async -> (exit: ExitCode, output: String) {
        let command: any Command
        do throws(UsageError) { command = try self.desk(words, now: desk.clocks.wall()) } catch {
            return (.usage, StyledText(error.message, .warning).rendered(for: `operator`.presentation))
        }
        let result = await command.run(in: desk, for: `operator`)
        return (result.exit, result.printed(for: `operator`.presentation))
    }

    /// Whether running these words decides or changes something. What cannot be read does nothing at all.
    package static func changesSomething(_ words: [String]) -> Bool {
        switch words.first {
        case "approve"?, "reject"?, "edit"?, "extend"?, "withdraw"?, "stop"?: true
        case "rollback"?: !words.contains("--preview")
        case "config"?: words.filter { !$0.utf8.starts(with: "-".utf8) }.count > 2
        case "status"?, "show"?, "history"?, "stats"?, "why"?: false
        default: true
        }
    }

    /// The requests that these words name, as far as they are numbers.
    package static func requests(in words: [String]) -> [Int64] {
        guard let name = words.first, let command = desk.first(where: { $0.definition.name == name }),
            let arguments = try? Arguments(words.dropFirst(), for: command.definition),
            let names = try? arguments.requests()
        else { return [] }
        return names.compactMap { if case .number(let number) = $0 { number } else { nil } }
    }
}

extension CommandResult {
    /// Text in the rows of a terminal; JSON in one line of its own, however long.
    package func printed(for presentation: Presentation) -> String {
        json.map { $0.printable + "\n" } ?? text.rendered(for: presentation)
    }
}
