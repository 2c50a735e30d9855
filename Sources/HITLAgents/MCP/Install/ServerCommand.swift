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

    /// A server with a URL behind the gateway.
    package static func gating(url: String, by hitl: String, _ options: [String]) -> ServerCommand {
        ServerCommand(command: hitl, arguments: ["mcp"] + options + ["--url", url])
    }

    private var isGateway: Bool {
        let program = command.split(separator: "/").last.map(String.init) ?? command
        return program.utf8.elementsEqual("hitl".utf8) && arguments.first == "mcp"
    }

    package var isGated: Bool { ungated != nil || ungatedURL != nil }

    /// The URL of the server behind the gateway; nil where there is no gateway, or it starts its server.
    package var ungatedURL: String? {
        guard isGateway, !arguments.contains("--"), let place = arguments.firstIndex(of: "--url"),
            place + 1 < arguments.count
        else { return nil }
        return arguments[place + 1]
    }

    /// The server behind the gateway; nil where there is no gateway, or its server has a URL.
    package var ungated: ServerCommand? {
        guard isGateway, let end = arguments.firstIndex(of: "--"), end + 1 < arguments.count else { return nil }
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
    /// What it says to its server may be a secret, which is not moved into a command line.
    case hasHeaders(String)
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
        case .hasHeaders(let name):
            "`\(name)` sends headers; name their variables with `--bearer-env` or `--header-env` and give its `--url`"
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

    /// The URL of a server that is reached by one and says nothing more to it; nil for the others.
    func url(_ name: String) throws(InstallObstacle) -> String?
    func setting(_ name: String, toURL url: String) throws(InstallObstacle) -> [UInt8]
}
