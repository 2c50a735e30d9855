import Glibc
import HITLAgents
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLLedger
import HITLPlatform
import HITLServer
import HITLTerminal

/// What `hitl mcp` does beside being a gateway.
enum MCPAction: String, CaseIterable {
    case list, trust, install, uninstall

    func run(
        _ words: [String], _ arguments: Arguments, _ files: PinFiles, _ account: Account
    ) throws(UsageError) -> ExitCode {
        switch self {
        case .list:
            if let word = words.first { throw .superfluous(argument: word, command: "hitl mcp list") }
            return Self.list(files, json: arguments.has("json"))
        case .trust:
            guard let server = words.first else { throw .missing(argument: "SERVER", command: "hitl mcp trust") }
            return Self.trust(server, words.count > 1 ? words[1] : nil, files)
        case .install:
            let command = arguments.rest.flatMap { $0.isEmpty ? nil : $0 }
            guard command == nil || arguments.text("url") == nil else {
                return Failure(.usage, "A server has `--url` or a command, not both.").report()
            }
            let options: [String]
            do throws(DeskKey.Unusable) { options = try Self.pinned(arguments, account) } catch {
                return Failure(.failed, "\(error)").report()
            }
            return try MCPInstall(words, arguments, account, work: rawValue)
                .install(command, url: arguments.text("url"), options: options)
        case .uninstall: return try MCPInstall(words, arguments, account, work: rawValue).uninstall()
        }
    }

    /// What the gateway is told in the client's configuration: everything, so that nothing else can tell it.
    private static func pinned(_ arguments: Arguments, _ account: Account) throws(DeskKey.Unusable) -> [String] {
        let paths = Paths(environment: Process.environment, home: account.home)
        var options = ["--socket", MCPProgram.absolute(arguments.text("socket") ?? paths.socket())]
        options += ["--desk-key", try DeskKey.file(arguments, account)]
        if let patience = arguments.text("timeout") { options += ["--timeout", patience] }
        options += arguments.texts("gate").flatMap { ["--gate", $0] }
        for option in ["bearer-env", "header-env", "header"] {
            options += arguments.texts(option).flatMap { ["--" + option, $0] }
        }
        if let file = arguments.text("ca") { options += ["--ca", MCPProgram.absolute(file)] }
        if let state = arguments.text("state") { options += ["--state", MCPProgram.absolute(state)] }
        return options
    }

    // MARK: list

    private static func list(_ files: PinFiles, json: Bool) -> ExitCode {
        let all: [(path: String, pins: ToolPins)]
        switch files.all() {
        case .failure(let failure): return Failure(.failed, failure.why).report()
        case .success(let found): all = found
        }
        if json {
            Output.standard(
                (["servers": .array(all.map { $0.pins.listed })] as JSONValue).printable + "\n")
            return .done
        }
        var text = StyledText()
        if all.isEmpty { text.line("No server was seen yet.") }
        for (_, pins) in all {
            text.line(DisplayText(untrusted: pins.server), .strong)
            text.append("  " + command(pins))
            for tool in pins.tools {
                text.line(sign(tool.state), style(tool.state), indent: 2, hangingIndent: 13)
                text.append(DisplayText(untrusted: tool.name))
            }
        }
        Output.standard(text.rendered(for: Output.presentation(of: 1)))
        return .done
    }

    private static func command(_ pins: ToolPins) -> DisplayText {
        pins.command.map { DisplayText(untrusted: $0) }.joined(separator: " ")
    }

    private static func sign(_ state: ToolPins.State) -> DisplayText {
        switch state {
        case .appeared: "added    "
        case .changed: "changed  "
        case .trusted: "trusted  "
        }
    }

    private static func style(_ state: ToolPins.State) -> Style {
        if case .trusted = state { .good } else { .bad }
    }

    // MARK: trust

    private static func trust(_ server: String, _ tool: String?, _ files: PinFiles) -> ExitCode {
        do throws(AgentMarks.Objection) { try AgentMarks(files).checkIsNoAgent() } catch {
            return Failure(.failed, "\(error) Nothing changed.").report()
        }
        let matching: [(path: String, pins: ToolPins)]
        switch files.all() {
        case .failure(let failure): return Failure(.failed, failure.why).report()
        case .success(let found): matching = found.filter { $0.pins.server.utf8.elementsEqual(server.utf8) }
        }
        guard !matching.isEmpty else {
            return Failure(.failed, "No server `\(server)` was seen; `hitl mcp list` shows those that were.").report()
        }
        if let tool, !matching.contains(where: { $0.pins.tools.contains { $0.isCalled(tool) } }) {
            return Failure(
                .failed, "`\(server)` has no tool `\(tool)`; `hitl mcp list` shows those that it has."
            ).report()
        }
        let open = matching.map { entry in
            (entry.path, entry.pins, entry.pins.quarantined.filter { each in tool.map(each.isCalled) ?? true })
        }.filter { !$0.2.isEmpty }
        guard !open.isEmpty else {
            Output.standard("Nothing of it changed since it was trusted.\n")
            return .done
        }
        var text = StyledText()
        for (_, pins, tools) in open {
            text.line(DisplayText(untrusted: pins.server), .strong)
            text.append("  " + command(pins))
            for tool in tools { DefinitionView.append(tool, to: &text) }
        }
        text.line("Trusted, these are offered to the desk again. Descriptions are the server's words, for the model.")
        Output.standard(text.rendered(for: Output.presentation(of: 1)))
        // An agent has no terminal of ours, and whoever has one reads first.
        guard isatty(0) == 1, isatty(1) == 1 else {
            return Failure(.failed, "Trusting a definition needs a person at a terminal. Nothing changed.").report()
        }
        Output.standard("Type `trust` to trust exactly this: ")
        guard let answer = readLine(), answer.utf8.elementsEqual("trust".utf8) else {
            return Failure(.failed, "Nothing changed.").report()
        }
        for (path, shown, tools) in open {
            guard case .success(let current?) = PinFiles.read(path), current == shown else {
                return Failure(.failed, "It changed again while you looked. Nothing of it is trusted.").report()
            }
            var trusted = current
            for tool in tools { trusted.trust(tool.name) }
            if case .failure(let failure) = files.store(server: shown.server, command: shown.command).save(trusted) {
                return Failure(.failed, failure.why).report()
            }
        }
        Output.standard("Trusted, until it changes.\n")
        return .done
    }
}

extension ToolPins {
    fileprivate var listed: JSONValue {
        [
            "command": .array(command.map(JSONValue.string)), "name": .string(server),
            "tools": .array(
                tools.map { tool in
                    let (word, definition): (String, JSONValue) =
                        switch tool.state {
                        case .appeared(let seen): ("added", seen)
                        case .changed(_, let seen): ("changed", seen)
                        case .trusted(let trusted): ("trusted", trusted)
                        }
                    return [
                        "digest": .string("sha256:" + Digest(hashing: definition.canonical).hex),
                        "name": .string(tool.name), "state": .string(word),
                    ]
                }),
        ]
    }
}
