import Glibc
import HITLAgents
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLPlatform
import HITLTerminal
import HITLTools

/// `hitl mcp install`, `uninstall`: puts the gateway before a server in a client's configuration, and takes it out.
struct MCPInstall {
    enum Client: String, CaseIterable {
        case claude, codex, cursor, vscode, gemini

        func file(_ home: AgentHome, directory: String) -> String {
            switch self {
            case .claude: home.directory(named: "CLAUDE_CONFIG_DIR", otherwise: "") + "/.claude.json"
            case .codex: home.directory(named: "CODEX_HOME", otherwise: ".codex") + "/config.toml"
            case .cursor: home.directory + "/.cursor/mcp.json"
            case .vscode: directory + "/.vscode/mcp.json"
            case .gemini: home.directory + "/.gemini/settings.json"
            }
        }

        func text(_ bytes: [UInt8]) throws(InstallObstacle) -> any ClientText {
            switch self {
            case .claude: try JSONClientText(bytes, key: "mcpServers", type: nil, remote: .typed)
            case .cursor: try JSONClientText(bytes, key: "mcpServers", type: nil)
            case .gemini: try JSONClientText(bytes, key: "mcpServers", type: nil, remote: .named)
            case .vscode: try JSONClientText(bytes, key: "servers", type: "stdio", remote: .typed)
            case .codex: try TOMLClientText(bytes)
            }
        }
    }

    let client: Client
    let name: String
    let file: String
    /// Writes, and not only shows.
    let writes: Bool

    init(_ words: [String], _ arguments: Arguments, _ account: Account, work: String) throws(UsageError) {
        guard let word = words.first else { throw .missing(argument: "CLIENT", command: "hitl mcp \(work)") }
        guard let client = Client(rawValue: word) else {
            throw .badValue(
                word, of: "CLIENT", expected: Client.allCases.map(\.rawValue).joined(separator: ", "))
        }
        guard words.count > 1 else { throw .missing(argument: "SERVER", command: "hitl mcp \(work)") }
        guard ServerName.isUsable(words[1]) else {
            throw .badValue(words[1], of: "SERVER", expected: "1 to 50 letters, digits, `-`, `_` and `.`")
        }
        self.client = client
        name = words[1]
        file =
            arguments.text("file").map(MCPProgram.absolute)
            ?? client.file(AgentHome(account), directory: Process.directory ?? "")
        writes = arguments.has("write")
    }

    /// - Parameters:
    ///   - command: of the server; nil where it stands in the file already, or has a URL.
    ///   - url: of the server; nil where it stands in the file already, or is started.
    func install(_ command: [String]?, url: String?, options: [String]) -> ExitCode {
        let hitl: String
        do throws(SystemError) { hitl = try Self.executable() } catch { return Failure(.failed, "\(error)").report() }
        return change { text throws(InstallObstacle) in
            let server: ServerCommand
            let options = ["--name", name] + options
            let known = command == nil && url == nil ? try text.url(name) : url
            if let url = known {
                return try text.setting(name, to: .gating(url: url, by: hitl, options))
            } else if let command {
                server = ServerCommand(command: command[0], arguments: Array(command.dropFirst()))
            } else {
                guard let found = try text.server(name) else { throw .noServer(name) }
                server = found
            }
            guard !server.isGated else { throw .alreadyGated(name) }
            return try text.setting(name, to: server.gated(by: hitl, options))
        }
    }

    func uninstall() -> ExitCode {
        change { text throws(InstallObstacle) in
            guard let found = try text.server(name) else { throw .noServer(name) }
            if let url = found.ungatedURL { return try text.setting(name, toURL: url) }
            guard let server = found.ungated else { throw .notGated(name) }
            return try text.setting(name, to: server)
        }
    }

    private func change(
        _ edit: (any ClientText) throws(InstallObstacle) -> [UInt8]
    ) -> ExitCode {
        var mode: UInt32?
        var old: [UInt8]?
        var path = file
        do throws(FileError) {
            // A link stays a link.
            if let real = realpath(file, nil) {
                path = String(cString: real)
                free(real)
                old = try SmallFile.read(path)
                var facts = stat()
                if stat(path, &facts) == 0 { mode = UInt32(facts.st_mode) & 0o777 }
            }
        } catch {
            return Failure(.failed, error.description).report()
        }
        let new: [UInt8]
        do throws(InstallObstacle) {
            new = try edit(try client.text(old ?? []))
        } catch {
            return Failure(.failed, "`\(file)` is as it was: \(error).").report()
        }
        let difference = DisplayText.block(untrusted: UnifiedDiff.text(from: old, to: new, name: path))
        var text = StyledText()
        for line in difference.lines { text.line(line) }
        Output.standard(text.rendered(for: Output.presentation(of: 1)))
        guard writes else {
            Output.standard("Nothing was written; --write does it.\n")
            return .done
        }
        do throws(FileError) {
            if let old {
                let backup = Self.backup(of: path)
                try PrivateFile.write(old, to: backup)
                Output.standard(
                    StyledText("The old one is `\(DisplayText(untrusted: backup))`.").rendered(
                        for: Output.presentation(of: 1)))
            } else if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
                _ = mkdir(String(path[..<slash]), 0o700)
            }
            try PrivateFile.write(new, to: path)
            if let mode { chmod(path, mode) }
        } catch {
            return Failure(.failed, error.description).report()
        }
        Output.standard(
            StyledText("`\(DisplayText(untrusted: path))` is written. Restart the client.").rendered(
                for: Output.presentation(of: 1)))
        return .done
    }

    private static func backup(of path: String) -> String {
        var number = 1
        while true {
            let backup = path + ".before-hitl" + (number == 1 ? "" : ".\(number)")
            if access(backup, F_OK) != 0 { return backup }
            number += 1
        }
    }

    private static func executable() throws(SystemError) -> String {
        guard let path = realpath("/proc/self/exe", nil) else { throw SystemError(errno, "realpath") }
        defer { free(path) }
        return String(cString: path)
    }
}
