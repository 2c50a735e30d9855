import Glibc
import HITLAgents
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLPlatform
import HITLServer
import HITLTerminal

/// `hitl mcp` on the command line.
enum MCPProgram {
    static let program = Program(
        definition: CommandDefinition(
            "mcp", .program, summary: "stand between an MCP client and a server: its tool calls ask at the desk",
            discussion: """
                With -- SERVER it is an MCP server for the client that starts it, and starts SERVER. Every line passes as \
                it is, in both directions, but for tools/call: that is asked at the desk as NAME:tool, and passed on only \
                when it is permitted. A refused call is answered by a result that says who refused it, and why. A client \
                that would give up waiting gets a ticket instead, and collects the decision by calling again with the \
                same arguments. Without a desk nothing is called.

                What a server's tools are is recorded when it is first seen. A tool whose definition changes, or that is \
                added later, is not called until a person has looked: trust shows what changed and asks; list shows what \
                is recorded.

                install CLIENT SERVER shows how a client's configuration would send that server through the gateway, and \
                writes it with --write; the old file is kept beside it. The server's command is the one that stands \
                there, or the one after --. uninstall takes the gateway out again.

                No environment variable redirects it: the desk is the one at --socket, else the one of the user's own \
                home directory.
                """,
            positionals: [
                .init(
                    "WHAT", .word(MCPAction.allCases.map(\.rawValue)), .optional,
                    doc: "list, trust, install or uninstall"
                ),
                .init(
                    "NAME", .text, .optional,
                    doc: "of trust: the server's name; of install: claude, codex, cursor, vscode or gemini"),
                .init("ITEM", .text, .optional, doc: "of trust: one tool, else all; of install: the server's name"),
            ],
            options: [
                .init("name", "N", doc: "what the server is called at the desk; else by its command"),
                .init("socket", "PATH", .file, doc: "where the desk listens"),
                .init("timeout", "D", .duration, doc: "how long the client waits before it gets a ticket (50s)"),
                .init(
                    "gate", "METHOD", repeats: true,
                    doc: "ask about this method, too: resources/read, prompts/get"),
                .init("state", "DIR", .directory, doc: "where definitions of tools are recorded"),
                .init("json", doc: "of list: print one JSON document"),
                .init(
                    "file", "FILE", .file, doc: "of install: the client's configuration, where it is not the usual one"),
                .init("write", doc: "of install: write what is shown"),
            ],
            rest: .init("SERVER", .command, .any, doc: "the server and its arguments"),
            examples: [
                .init("hitl mcp --name files -- npx -y @modelcontextprotocol/server-filesystem .", "gates a server"),
                .init("hitl mcp list", "which tools are known, and which changed"),
                .init("hitl mcp trust files", "look at what changed, and trust it"),
                .init("hitl mcp install claude files --write", "sends Claude Code's server through the gateway"),
            ]),
        status: run)

    private static func run(_ arguments: Arguments) throws(UsageError) -> Int32 {
        let words = arguments.positionals
        let account: Account
        do throws(SystemError) { account = try Account.current() } catch {
            return Failure(.failed, "The password database does not know this user: \(error)").report().rawValue
        }
        // Whoever configures an agent's servers could set variables; none of them is looked at.
        let paths = Paths(environment: [:], home: account.home)
        let files = PinFiles(state: arguments.text("state").map(absolute) ?? paths.state)
        guard let word = words.first else {
            guard let command = arguments.rest, !command.isEmpty else {
                throw .missing(argument: "-- SERVER", command: "hitl mcp")
            }
            return serve(command, arguments, account, paths, files, try arguments.duration("timeout"))
        }
        guard let action = MCPAction(rawValue: word) else {
            throw .badValue(word, of: "hitl mcp", expected: MCPAction.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return try action.run(Array(words.dropFirst()), arguments, files, account).rawValue
    }

    static func absolute(_ path: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : (Process.directory ?? "") + "/" + path
    }

    private static func serve(
        _ command: [String], _ arguments: Arguments, _ account: Account, _ paths: Paths, _ files: PinFiles,
        _ patience: Milliseconds?
    ) -> Int32 {
        guard let directory = Process.directory else {
            return Failure(.failed, "The current directory is gone.").report().rawValue
        }
        let name = arguments.text("name") ?? ServerName.of(command)
        guard ServerName.isUsable(name) else {
            return Failure(.usage, "`--name` must be 1 to 50 letters, digits, `-`, `_` and `.`.").report().rawValue
        }
        let signals: SignalPipe
        let server: ServerProcess
        do {
            signals = try SignalPipe()
            server = try ServerProcess.start(command, from: directory)
        } catch {
            return Failure(.failed, "The server `\(command[0])` does not start: \(error).").report().rawValue
        }
        signal(SIGPIPE, SIG_IGN)
        do throws(AgentMarks.Objection) { try AgentMarks(files).leave() } catch { GatewayLoop.log("\(error)") }
        let settings = Gateway.Settings(
            server: name, directory: directory, patience: patience, methods: arguments.texts("gate"),
            pins: files.store(server: name, command: command), newKey: AskedCall.newKey)
        let sockets =
            arguments.text("socket").map { [absolute($0)] } ?? [
                "/run/user/\(account.uid)/hitl/desk.sock", paths.socket(),
            ]
        return GatewayLoop(settings, server, sockets: sockets, signals: signals).run()
    }
}
