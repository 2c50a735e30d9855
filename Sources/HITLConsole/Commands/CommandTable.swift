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

    /// Words of a shell's command line, without what names the desk: as the desk itself has them.
    package static func forDesk(_ words: [String]) throws(UsageError) -> (words: [String], socket: String?) {
        // Most lines name none, and are not read twice for it. A slip of the option's name is found here too.
        guard words.contains(where: { $0.utf8.starts(with: "--so".utf8) }),
            let definition = desk.first(where: { $0.definition.name == words.first })?.definition
        else { return (words, nil) }
        let socket = try Arguments(words.dropFirst(), for: definition.inShell).text("socket")
        var kept: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--socket" {
                _ = rest.popFirst()
            } else if !word.utf8.starts(with: "--socket=".utf8) {
                kept.append(word)
                // The value of an option is none, whatever it looks like.
                let takesValue = definition.options.contains { "--" + $0.name == word && $0.value != nil }
                if takesValue, let value = rest.popFirst() { kept.append(value) }
            }
            if word == "--" {
                kept += rest
                rest = []
            }
        }
        return (kept, socket)
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

    private static let farewells = ["exit", "q", "bye", "logout"]

    private static func unknown(_ name: String, among commands: [any Command.Type]) -> UsageError {
        let known = commands.map { $0.definition }
        let typed = known.first?.family == .desk ? "/hitl " + name : "/" + name
        // `/approve 1` is a slip for `/hitl approve 1`; other programs are left with other words.
        let meant = farewells.contains(name) ? QuitCommand.definition.name : name
        let close =
            definitions.first { $0.name == meant }
            ?? nearestDefinition(to: name, among: known) ?? nearestDefinition(to: name, among: definitions)
        return .unknownCommand(typed, nearest: close?.typed)
    }
}
