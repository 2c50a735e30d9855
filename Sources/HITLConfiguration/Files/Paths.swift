/// Where the program keeps its things, by the XDG base directory specification.
///
/// Pure: made from an environment and a home directory that the caller has chosen to trust.
package struct Paths: Sendable, Equatable {
    package let home: String
    /// Holds `hitl.yaml`.
    package let configuration: String
    /// Holds the ledger, keys and the outbox.
    package let state: String
    /// Holds the socket; nil where the system gives none.
    package let runtime: String?
    private let namedSocket: String?
    /// Whether the environment names the socket, so that it is nowhere else.
    package var isSocketNamed: Bool { namedSocket != nil }

    /// - Parameter environment: pass an empty one where its author may not redirect anything.
    package init(environment: [String: String], home: String) {
        func directory(_ variable: String, otherwise fallback: String?) -> String? {
            // The specification: a relative path is invalid and counts as absent.
            guard let path = environment[variable], path.utf8.first == UInt8(ascii: "/") else {
                return fallback.map { joined(home, $0) }
            }
            return joined(path, "hitl")
        }
        self.home = home
        configuration = directory("XDG_CONFIG_HOME", otherwise: ".config/hitl") ?? home
        state = directory("XDG_STATE_HOME", otherwise: ".local/state/hitl") ?? home
        runtime = directory("XDG_RUNTIME_DIR", otherwise: nil)
        namedSocket = environment["HITL_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private init(home: String, configuration: String, state: String, runtime: String) {
        self.home = home
        self.configuration = configuration
        self.state = state
        self.runtime = runtime
        namedSocket = nil
    }

    /// With the names of variables in the place of directories, for the manual.
    static let symbolic = Paths(
        home: "~", configuration: "$XDG_CONFIG_HOME/hitl", state: "$XDG_STATE_HOME/hitl",
        runtime: "$XDG_RUNTIME_DIR/hitl")

    package var configurationFile: String { joined(configuration, "hitl.yaml") }
    package var ledger: String { joined(state, "ledger.db") }
    package var ledgerOfLines: String { joined(state, "ledger.jsonl") }
    package var outbox: String { joined(state, "outbox") }
    package var lineHistory: String { joined(state, "history") }

    /// The desk's socket: what the command line says, else `HITL_SOCKET`, else the runtime directory, else
    /// the state directory.
    package func socket(option: String? = nil) -> String {
        if let path = option ?? namedSocket { return expanded(path) }
        return joined(runtime ?? state, "desk.sock")
    }

    /// `path` with a leading `~/` replaced by the home directory. `~name` is left alone: there is no
    /// reading of it that does not ask the system.
    package func expanded(_ path: String) -> String {
        let bytes = path.utf8
        if bytes.elementsEqual("~".utf8) { return home }
        guard bytes.starts(with: "~/".utf8) else { return path }
        return joined(home, String(path.unicodeScalars.dropFirst(2)))
    }

    /// `path` as a person knows it: with `~/` where it lies beneath the home directory.
    package func shown(_ path: String) -> String {
        let prefix = joined(home, "")
        guard home.utf8.count > 1, path.utf8.starts(with: prefix.utf8) else { return path }
        return "~/" + (String(path.utf8.dropFirst(prefix.utf8.count)) ?? path)
    }
}

/// `name` beneath `directory`.
func joined(_ directory: String, _ name: String) -> String {
    directory.utf8.last == UInt8(ascii: "/") ? directory + name : directory + "/" + name
}
