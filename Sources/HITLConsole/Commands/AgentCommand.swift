package import HITLCore
import HITLTerminal

package struct AgentCommand: Command {
    package static let definition = CommandDefinition(
        "agent", .loop,
        summary: "say what the agents are doing; cancel their work, choose modes and sessions, add agents",
        discussion: """
            Without a word it says who is doing what. What you type goes to one agent and one of its sessions: use and \
            resume choose them. A mode in which an agent does things without asking is announced, and left again unless \
            you chose it here.
            """,
        positionals: [
            .init(
                "WHAT",
                .word(["cancel", "mode", "model", "sessions", "resume", "new", "list", "use", "add"]), .optional,
                doc: "cancel: end what it is at, its requests are withdrawn; mode, model: list them or choose one; "
                    + "sessions, resume, new: its sessions; list, use, add: the agents of this loop"),
            .init("NAME", .text, .optional, doc: "the mode, model, session or agent"),
        ],
        rest: .init("COMMAND", .text, .any, doc: "for add: the program to start, and its arguments"),
        examples: [
            .init("/agent", "who is doing what"), .init("/agent cancel", "stop and wait for new instructions"),
            .init("/agent mode", "its modes, and which it is in"),
            .init("/agent add acp -- my-agent --acp", "another agent beside the one that runs"),
            .init("/agent use acp-2", "talk to that one"),
        ])

    private enum Meaning { case look, wish(AgentWish) }

    private let meaning: Meaning

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        let name = arguments.positionals.dropFirst().first
        func needed(_ expected: String) throws(UsageError) -> String {
            guard let name else {
                throw .missing(argument: expected, command: "/agent \(arguments.positionals[0])")
            }
            return name
        }
        switch arguments.positionals.first {
        case nil: meaning = .look
        case "cancel"?: meaning = .wish(.cancel)
        case "mode"?: meaning = .wish(.mode(name))
        case "model"?: meaning = .wish(.model(name))
        case "sessions"?: meaning = .wish(.sessions)
        case "resume"?: meaning = .wish(.resume(try needed("a session of /agent sessions")))
        case "new"?: meaning = .wish(.resume(nil))
        case "list"?: meaning = .wish(.list)
        case "use"?: meaning = .wish(.use(try needed("an agent of /agent list")))
        case "add"?: meaning = .wish(.add(agent: try needed("the kind of an agent"), command: arguments.rest ?? []))
        case let word?:
            throw .badValue(
                word, of: "/agent",
                expected: "cancel, mode, model, sessions, resume, new, list, use or add, or nothing")
        }
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        guard let agents = desk.agents else { return CommandResult("This desk has no agent of its own.") }
        switch meaning {
        case .wish(let wish):
            let (rows, exit) = await agents.carryOut(wish)
            var text = StyledText()
            for row in rows { text.line(DisplayText(untrusted: row)) }
            return CommandResult(text, exit: exit)
        case .look:
            guard !agents.names().isEmpty else { return CommandResult("This desk has no agent of its own.") }
            var text = StyledText(agents.names().map(DisplayText.init(untrusted:)).joined(separator: ", "), .strong)
            for (lineage, doing) in await agents.activities() {
                text.newLine(indent: 3)
                text.append(lineage: lineage)
                text.append(": \(DisplayText(untrusted: doing))")
            }
            return CommandResult(text)
        }
    }
}
