package import HITLCore
import HITLTerminal

package struct HelpCommand: Command {
    package static let definition = CommandDefinition(
        "help", .loop, summary: "list the commands, or explain one",
        positionals: [.init("COMMAND", .command, .any, doc: "approve, /hitl approve, quit")],
        examples: [.init("/help approve", "everything about /hitl approve")])

    private let names: [String]

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        names = arguments.positionals.map { $0.utf8.first == UInt8(ascii: "/") ? String($0.dropFirst()) : $0 }
            .filter { $0 != "hitl" }
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        guard let name = names.first else { return CommandResult(HelpView.overview) }
        guard let definition = CommandTable.definitions.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
            let near = nearestDefinition(to: name, among: CommandTable.definitions)?.typed
            return .failure(StyledText(UsageError.unknownCommand(name, nearest: near).message), .usage)
        }
        return CommandResult(HelpView.page(definition))
    }
}
