import HITLCore

/// How an MCP client starts a server.
package struct ServerCommand: Sendable, Equatable {
    package let command: String
    package let arguments: [String]

    package init(command: String, arguments: [String]) {
        self.command = command
        self.arguments = arguments
    }

    package var words: [String] { [command] + arguments }

    /// The same server behind the gateway.
    ///
    /// - Parameters:
    ///   - hitl: absolute path of this program.
    ///   - options: of `hitl mcp`, before the `--`.
    package func gated(by hitl: String, _ options: [String]) -> ServerCommand {
        ServerCommand(command: hitl, arguments: ["mcp"] + options + ["--"] + words)
    }

    /// The server behind the gateway; nil where there is no gateway.
    package var ungated: ServerCommand? {
        let program = command.split(separator: "/").last.map(String.init) ?? command
        guard program.utf8.elementsEqual("hitl".utf8), arguments.first == "mcp",
            let end = arguments.firstIndex(of: "--"), end + 1 < arguments.count
        else { return nil }
        return ServerCommand(command: arguments[end + 1], arguments: Array(arguments[(end + 2)...]))
    }
}

/// Why a client's configuration is not touched.
package enum InstallObstacle: Error, Sendable, Equatable {
    /// Not JSON as it is written here: comments, say.
    case unreadable(String)
    case noServer(String)
    /// It is reached by a URL, or in a way that is not known.
    case notACommand(String)
    case alreadyGated(String)
    case notGated(String)
    /// The change would have come out as something else.
    case unsure
}

extension InstallObstacle: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let why): "it cannot be read without doubt (\(why)); change it by hand"
        case .noServer(let name): "it has no server `\(name)`; give its command after `--`"
        case .notACommand(let name): "`\(name)` is no server that is started by a command"
        case .alreadyGated(let name): "`\(name)` goes through the gateway already"
        case .notGated(let name): "`\(name)` does not go through the gateway"
        case .unsure: "it could not be changed without changing something else; change it by hand"
        }
    }
}

/// The text of a client's configuration, in which one server can be looked up and set. The rest stays byte for byte.
package protocol ClientText {
    func server(_ name: String) throws(InstallObstacle) -> ServerCommand?
    func setting(_ name: String, to command: ServerCommand) throws(InstallObstacle) -> [UInt8]
}
