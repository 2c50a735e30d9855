import HITLAgents
import HITLConfiguration
import HITLConsole
import HITLServer

/// An agent that is a program of its own, and how this one speaks with it.
struct AgentKind: Sendable {
    let name: String
    /// What stands in the help behind the name.
    let summary: String
    /// Runs when the operator named no command; empty where there has to be one.
    let usualCommand: [String]
    let make: @Sendable (_ label: String, _ program: AgentProgram, _ server: DeskServer) -> any Directed
}

/// The agents that are programs of their own. One entry is all that the loop needs to know of a kind.
enum AgentTable {
    static let all: [AgentKind] = [
        AgentKind(name: "acp", summary: "any agent that speaks the Agent Client Protocol", usualCommand: []) {
            label, program, _ in ACPAgent(name: label, program: program)
        },
        AgentKind(name: "exec", summary: "any program that asks in the desk's own protocol", usualCommand: []) {
            label, program, server in ExecAgent(name: label, program: program, server: server)
        },
    ]

    static func kind(_ name: String) -> AgentKind? { all.first { $0.name.utf8.elementsEqual(name.utf8) } }
}

/// An agent to start: its kind, and the words of its command.
struct AgentLaunch: Sendable {
    let kind: AgentKind
    let program: AgentProgram

    /// - Throws: what to do about it, where no command is known.
    init(_ kind: AgentKind, command: [String]) throws(Failure) {
        let words = command.isEmpty ? kind.usualCommand : command
        guard !words.isEmpty else {
            throw Failure(
                .usage,
                "The agent `\(kind.name)` needs the program to start: hitl loop --agent \(kind.name) -- COMMAND, or agent.command in hitl.yaml."
            )
        }
        self.kind = kind
        program = AgentProgram(
            words: words, directory: Process.directory ?? "/",
            searchPath: Process.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
            environment: Process.entries)
    }
}
