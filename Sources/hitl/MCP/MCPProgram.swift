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

                With --url the server is reached over Streamable HTTP instead; the client still speaks to standard input \
                and output. What the server is to be told beside the protocol (a key, say) comes from --bearer-env, \
                --header-env or --header, and goes to this server only. Redirects to other servers are not followed.

                What a server's tools are is recorded when it is first seen. A tool whose definition changes, or that is \
                added later, is not called until a person has looked: trust shows what changed and asks; list shows what \
                is recorded.

                install CLIENT SERVER shows how a client's configuration would send that server through the gateway, and \
                writes it with --write; the old file is kept beside it. The server's command is the one that stands \
                there, or the one after --. uninstall takes the gateway out again.

                No environment variable redirects it, but for those that are named by --bearer-env and --header-env: the desk is the one at --socket, else the one of the user's own \
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
                .init("url", "URL", doc: "the server is reached there, over HTTP, instead of being started"),
                .init("bearer-env", "VARIABLE", doc: "with --url: the variable that holds the token to send"),
                .init(
                    "header-env", "NAME: VARIABLE", repeats: true,
                    doc: "with --url: send this header with the variable's value"),
                .init(
                    "header", "NAME: VALUE", repeats: true,
                    doc: "with --url: send this header; other users may see it in the list of processes"),
                .init("ca", "FILE", .file, doc: "with --url: trust these certificates, and not the system's"),
                .init("name", "N", doc: "what the server is called at the desk; else by its command"),
                .init("socket", "PATH", .file, doc: "where the desk listens"),
                .init(
                    "desk-key", "FILE", .file,
                    doc: "believe only the desk that has this key; install names the own desk's"),
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
                .init(
                    "hitl mcp --name crm --url https://crm.example/mcp --bearer-env CRM_TOKEN", "gates a server's URL"),
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
            let patience = try arguments.duration("timeout")
            let server: Server
            switch (arguments.text("url"), arguments.rest ?? []) {
            case (nil, []): throw .missing(argument: "-- SERVER or --url URL", command: "hitl mcp")
            case (nil, let command):
                for option in ["bearer-env", "header-env", "header", "ca"] where !arguments.texts(option).isEmpty {
                    return Failure(.usage, "`--\(option)` is for servers with `--url`.").report().rawValue
                }
                server = .command(command)
            case (let url?, []):
                do throws(ServerURL.Objection) { server = .url(try named(url, arguments)) } catch {
                    return Failure(.usage, error.description).report().rawValue
                }
            case (_?, _): return Failure(.usage, "A server has `--url` or a command, not both.").report().rawValue
            }
            return serve(server, arguments, account, paths, files, patience)
        }
        guard arguments.text("url") == nil || word == MCPAction.install.rawValue else {
            return Failure(.usage, "`--url` does not belong to `mcp \(word)`.").report().rawValue
        }
        guard let action = MCPAction(rawValue: word) else {
            throw .badValue(word, of: "hitl mcp", expected: MCPAction.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return try action.run(Array(words.dropFirst()), arguments, files, account).rawValue
    }

    static func absolute(_ path: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : (Process.directory ?? "") + "/" + path
    }

    private static func named(_ url: String, _ arguments: Arguments) throws(ServerURL.Objection) -> ServerURL {
        try ServerURL(
            url, headers: arguments.texts("header"), variables: arguments.texts("header-env"),
            bearer: arguments.text("bearer-env"), variable: { Process.environment[$0] })
    }

    private enum Server {
        case command([String])
        case url(ServerURL)

        var name: String {
            switch self {
            case .command(let command): ServerName.of(command)
            case .url(let url): url.name
            }
        }

        /// What its pins are kept under.
        var identity: [String] {
            switch self {
            case .command(let command): command
            case .url(let url): url.identity
            }
        }
    }

    private static func serve(
        _ server: Server, _ arguments: Arguments, _ account: Account, _ paths: Paths, _ files: PinFiles,
        _ patience: Milliseconds?
    ) -> Int32 {
        guard let directory = Process.directory else {
            return Failure(.failed, "The current directory is gone.").report().rawValue
        }
        let name = arguments.text("name") ?? server.name
        guard ServerName.isUsable(name) else {
            return Failure(.usage, "`--name` must be 1 to 50 letters, digits, `-`, `_` and `.`.").report().rawValue
        }
        let signals: SignalPipe
        let link: any ServerLink
        do throws(SystemError) { signals = try SignalPipe() } catch {
            return Failure(.failed, "\(error)").report().rawValue
        }
        switch server {
        case .command(let command):
            do throws(ServerProcess.Failure) {
                link = try ServerProcess.start(command, from: directory)
            } catch {
                return Failure(.failed, "The server `\(command[0])` does not start: \(error).").report().rawValue
            }
        case .url(let url):
            link = HTTPServerLink(url.endpoint, authorities: arguments.text("ca").map(absolute))
        }
        signal(SIGPIPE, SIG_IGN)
        do throws(AgentMarks.Objection) { try AgentMarks(files).leave() } catch { GatewayLoop.log("\(error)") }
        var key: DeskKey?
        if let file = arguments.text("desk-key") {
            do throws(DeskKey.Unusable) { key = try DeskKey.read(absolute(file)) } catch {
                return Failure(.failed, "\(error)").report().rawValue
            }
        }
        let settings = Gateway.Settings(
            server: name, directory: directory, patience: patience, methods: arguments.texts("gate"),
            pins: files.store(server: name, command: server.identity), newKey: AskedCall.newKey,
            proves: key.map { key in { @Sendable in key.proves($0, to: $1) } })
        let place =
            arguments.text("socket").map { DeskPlace.named(absolute($0)) }
            ?? .usual(["/run/user/\(account.uid)/hitl/desk.sock", paths.socket()])
        return GatewayLoop(settings, link, place: place, signals: signals).run()
    }
}
