/// Where a command is typed, and so how it is called there.
package enum CommandPlace: Sendable {
    /// `/hitl approve`
    case loop
    /// `hitl approve`
    case shell

    /// What lists all commands.
    var help: String {
        switch self {
        case .loop: "/help"
        case .shell: "hitl --help"
        }
    }

    /// What explains one command.
    func help(on command: String) -> String {
        switch self {
        case .loop: "/help " + command
        case .shell: typed(command) + " --help"
        }
    }

    /// A command with what follows it, as definitions and errors have it; anything else as it is.
    func typed(_ name: String) -> String {
        switch self {
        case .loop: name
        case .shell: name.utf8.starts(with: "/hitl ".utf8) ? String(name.dropFirst()) : name
        }
    }
}
