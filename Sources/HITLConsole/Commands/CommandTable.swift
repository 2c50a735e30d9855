package import HITLCore

/// The one table: everything that can be typed at the prompt, and with `hitl` in front in other terminals.
package enum CommandTable {
    /// `/hitl …`, in the order of the manual.
    package static let desk: [any Command.Type] = [
        StatusCommand.self, ShowCommand.self, ApproveCommand.self, RejectCommand.self, EditCommand.self,
        HistoryCommand.self, ConfigCommand.self, StatisticsCommand.self, WhyCommand.self, ExtendCommand.self,
        WithdrawCommand.self, StopCommand.self, RollbackCommand.self, GrantsCommand.self, EraseCommand.self,
        PurgeCommand.self,
    ]

    /// Without `/hitl`, and only in the loop.
    package static let loop: [any Command.Type] = [
        AgentCommand.self, SessionCommand.self, WaitCommand.self, HelpCommand.self, ClearCommand.self, QuitCommand.self,
    ]

    package static var definitions: [CommandDefinition] { (desk + loop).map { $0.definition } }

    /// Reads the words of `/hitl …` or of `hitl …`, without those first words.
    package static func desk(_ words: some Sequence<String>, now: WallTime) throws(UsageError) -> any Command {
        try parse(words, among: desk, now: now)
    }

    /// Reads a line that begins with a slash.
    package static func line(_ line: String, now: WallTime) throws(UsageError) -> any Command {
        var words = try Words.split(line)[...]
        guard let first = words.popFirst() else { throw .unknownCommand("/", nearest: nil) }
        if first == "/hitl" { return try parse(words, among: desk, now: now) }
        return try parse([String(first.dropFirst())] + words, among: loop, now: now)
    }

    private static func parse(
        _ words: some Sequence<String>, among commands: [any Command.Type], now: WallTime
    ) throws(UsageError) -> any Command {
        var words = Array(words)[...]
        guard let name = words.popFirst() else {
            return try HelpCommand(try Arguments(["hitl"], for: HelpCommand.definition), now: now)
        }
        guard let command = commands.first(where: { $0.definition.name.utf8.elementsEqual(name.utf8) }) else {
            throw unknown(name, among: commands)
        }
        if words.contains("--help") {
            return try HelpCommand(try Arguments([name], for: HelpCommand.definition), now: now)
        }
        return try command.init(try Arguments(words, for: command.definition), now: now)
    }

    private static func unknown(_ name: String, among commands: [any Command.Type]) -> UsageError {
        let known = commands.map { $0.definition }
        let typed = known.first?.family == .desk ? "/hitl " + name : "/" + name
        // `/approve 1` is a slip for `/hitl approve 1`.
        let close =
            definitions.first { $0.name == name }
            ?? nearestDefinition(to: name, among: known) ?? nearestDefinition(to: name, among: definitions)
        return .unknownCommand(typed, nearest: close?.typed)
    }
}
