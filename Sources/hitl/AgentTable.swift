import HITLAgents
import HITLConfiguration
import HITLConsole
import HITLPlatform
import HITLServer

/// An agent that is a program of its own, and how this one speaks with it.
struct AgentKind: Sendable {
    let name: String
    /// What stands in the help behind the name.
    let summary: String
    let command: Command
    /// What to do where its program turns out to be no such agent.
    let advice: String
    let make: @Sendable (_ label: String, _ program: AgentProgram, _ server: DeskServer) -> AgentDriver

    /// What the words behind `--` are.
    enum Command: Sendable {
        /// The program to start, and its arguments.
        case given
        /// Further arguments of a program that is known by name; how to install it, where it is not there.
        case known(String, title: String, installation: String)
    }
}

/// What drives an agent.
enum AgentDriver: Sendable {
    /// Takes orders, `cancel` among them.
    case directed(any Directed)
    /// Knows only to begin again where it was: that is how it is cancelled.
    case restarted(any Runner)

    var runner: any Runner {
        switch self {
        case .directed(let runner): runner
        case .restarted(let runner): runner
        }
    }
}

/// The agents that are programs of their own. One entry is all that the loop needs to know of a kind.
enum AgentTable {
    static let all: [AgentKind] = [
        AgentKind(
            name: "acp", summary: "any agent that speaks the Agent Client Protocol", command: .given,
            advice: "give a command that speaks the Agent Client Protocol, as many do with an option such as `--acp`"
        ) {
            label, program, _ in .directed(ACPAgent(name: label, program: program))
        },
        AgentKind(
            name: "exec", summary: "any program that asks in the desk's own protocol", command: .given,
            advice: "give a command that speaks the desk's protocol (docs/formats/desk-protocol.md, section 5)"
        ) {
            label, program, server in .directed(ExecAgent(name: label, program: program, server: server))
        },
        AgentKind(
            name: "claude", summary: "Claude Code",
            command: .known(
                "claude", title: "Claude Code", installation: "npm install -g @anthropic-ai/claude-code"),
            advice: "see what Claude Code itself says when you start it in this directory"
        ) { label, program, _ in .restarted(ClaudeRunner(name: label, program)) },
        AgentKind(
            name: "codex", summary: "Codex",
            command: .known("codex", title: "Codex", installation: "npm install -g @openai/codex"),
            advice: "see what Codex itself says when you start it in this directory"
        ) { label, program, _ in .restarted(CodexRunner(name: label, program)) },
    ]

    static func kind(_ name: String) -> AgentKind? { all.first { $0.name.utf8.elementsEqual(name.utf8) } }
}

/// An agent to start: its kind, and the words of its command.
struct AgentLaunch: Sendable {
    let kind: AgentKind
    let program: AgentProgram

    /// - Parameters:
    ///   - configured: the command of the configuration; empty where it has none.
    ///   - rest: the words behind `--`.
    /// - Throws: what to do about it, where no program is known or the known one is not there.
    init(_ kind: AgentKind, configured: [String], rest: [String]) throws(Failure) {
        let words =
            switch kind.command {
            case .given: rest.isEmpty ? configured : rest
            case .known(let name, _, _): (configured.isEmpty ? [name] : configured) + rest
            }
        guard let first = words.first else {
            throw Failure(
                .usage,
                "The agent `\(kind.name)` needs the program to start: hitl loop --agent \(kind.name) -- COMMAND, /agent add \(kind.name) -- COMMAND at the prompt, or agent.command in hitl.yaml."
            )
        }
        self.kind = kind
        program = AgentProgram(
            words: words, directory: Process.directory ?? "/",
            searchPath: Process.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
            environment: Process.entries)
        do throws(ResolvedExecutable.Failure) {
            _ = try ResolvedExecutable.resolve(first, searchPath: program.searchPath, from: program.directory)
        } catch {
            switch kind.command {
            case .given: throw failure(named: kind.name, because: "cannot be started: \(error)")
            case .known(_, let title, let installation):
                throw Failure(.failed, "\(title) cannot be started: \(error). Install it with: \(installation)")
            }
        }
    }

    /// For the operator, of a program that is no agent.
    ///
    /// - Parameter reason: the end of a sentence that begins with the program.
    func failure(named name: String, because reason: String) -> Failure {
        Failure(
            .failed, "The agent `\(name)` did not begin, because `\(program.words[0])` \(reason): \(kind.advice).")
    }
}
