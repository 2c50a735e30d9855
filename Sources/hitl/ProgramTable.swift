import HITLConsole
import HITLTerminal

/// A command of the shell's command line: `hitl loop`.
struct Program: Sendable {
    let definition: CommandDefinition
    /// The exit code, which may be that of a command it ran.
    let run: @Sendable (Arguments) throws(UsageError) -> Int32

    init(definition: CommandDefinition, status: @escaping @Sendable (Arguments) throws(UsageError) -> Int32) {
        self.definition = definition
        run = status
    }

    init(definition: CommandDefinition, run: @escaping @Sendable (Arguments) throws(UsageError) -> ExitCode) {
        self.init(definition: definition, status: { arguments throws(UsageError) in try run(arguments).rawValue })
    }
}

/// All of them, in the order of the manual. The desk's commands (`hitl approve`) stand in `CommandTable`.
enum ProgramTable {
    static var programs: [Program] { table.map { $0.program() } }

    /// By name, so that a start makes the words of the one that it runs and of no other.
    private static let table: [(name: String, program: @Sendable () -> Program)] = [
        ("loop", { Loop.program }), ("ask", { AskProgram.program }), ("wait", { WaitProgram.program }),
        ("hook", { HookProgram.program }), ("mcp", { MCPProgram.program }), ("policy", { PolicyProgram.program }),
        ("audit", { Audit.program }), ("keys", { KeysProgram.program }), ("doctor", { Doctor.program }),
    ]

    static var all: [CommandDefinition] { programs.map(\.definition) + CommandTable.desk.map { $0.definition.inShell } }

    static func named(_ name: String) -> Program? {
        table.first { $0.name.utf8.elementsEqual(name.utf8) }?.program()
    }
}

/// `hitl --help`, `hitl help approve`.
enum ProgramHelp {
    static func run(_ words: [String]) -> ExitCode {
        let presentation = Output.presentation(of: 1)
        guard let name = words.first else {
            Output.standard(overview.rendered(for: presentation))
            return .done
        }
        guard let definition = ProgramTable.all.first(where: { $0.name == name }) else {
            let near = nearestDefinition(to: name, among: ProgramTable.all)
            return Output.usage(.unknownCommand(name, nearest: near?.name))
        }
        Output.standard(HelpView.page(definition, in: .shell).rendered(for: presentation))
        return .done
    }

    private static var overview: StyledText {
        var text = StyledText("hitl puts a person between AI agents and the tools they call.")
        text.line("")
        section("Programs", ProgramTable.programs.map(\.definition), to: &text)
        section("The desk's commands, from any terminal", CommandTable.desk.map { $0.definition }, to: &text)
        text.line("hitl COMMAND --help explains one. Start with: hitl loop --enable-hitl")
        return text
    }

    private static func section(_ title: DisplayText, _ definitions: [CommandDefinition], to text: inout StyledText) {
        text.line(title + ":", .strong)
        let width = definitions.map { DisplayText(untrusted: $0.name).columns }.max() ?? 0
        for definition in definitions {
            text.line(
                "hitl " + DisplayText(untrusted: definition.name).padded(to: width + 2), .accent, indent: 2,
                hangingIndent: width + 9)
            text.append(DisplayText(untrusted: definition.summary))
        }
        text.line("")
    }
}
