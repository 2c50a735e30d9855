/// What was found out about the world when the call was made, before anyone was asked.
///
/// Gathered by adapters, because `HITLCore` looks at nothing. Facts are part of what is shown and
/// of what is digested, and pins are checked again right before the call runs.
public struct Facts: Sendable, Equatable {
    /// The command that would run, word by word, and the file its first word resolves to.
    public var command: Command?
    /// Paths in the arguments, with what they resolve to.
    public var paths: [ResolvedPath]
    /// The state of files that the call depends on.
    public var pins: [Pin]
    /// What the call would do, computed from its arguments and the pinned files: a diff, a listing.
    public var preview: String?
    /// What could not be found out or looks wrong, in our own words.
    public var warnings: [String]
    /// Files of the gate itself (ledger, keys, configuration, socket) that the call would touch.
    public var gateFiles: [String]

    public init(
        command: Command? = nil, paths: [ResolvedPath] = [], pins: [Pin] = [], preview: String? = nil,
        warnings: [String] = [], gateFiles: [String] = []
    ) {
        self.command = command
        self.paths = paths
        self.pins = pins
        self.preview = preview
        self.warnings = warnings
        self.gateFiles = gateFiles
    }

    public struct Command: Sendable, Equatable {
        public let argv: [String]
        /// Absolute path of the file that will be executed.
        public let executable: String
        /// How the command's environment differs from the clean one: a value, or nil where a name is missing.
        public let environment: [EnvironmentChange]
        /// nil where it can do what its user can.
        public let confinement: Confinement?

        public init(
            argv: [String], executable: String, environment: [EnvironmentChange] = [], confinement: Confinement? = nil
        ) {
            self.argv = argv
            self.executable = executable
            self.environment = environment
            self.confinement = confinement
        }
    }

    public struct EnvironmentChange: Sendable, Equatable {
        public let name: String
        public let value: String?

        public init(name: String, value: String?) {
            self.name = name
            self.value = value
        }

        /// Whether it is among what a person needs for the decision: all that programs may take something from, a secret
        /// that goes along, or that it is missing.
        package var isTelling: Bool {
            guard let value else { return true }
            return EnvironmentRules.isTelling(name) || value.utf8.starts(with: "(hidden, ".utf8)
        }
    }

    public struct ResolvedPath: Sendable, Equatable {
        public let given: String
        public let resolved: String

        public init(given: String, resolved: String) {
            self.given = given
            self.resolved = resolved
        }
    }

    /// A file as it was when the call was shown.
    public struct Pin: Sendable, Equatable {
        public enum State: Sendable, Equatable {
            case unreadable
            case absent
            case directory
            /// SHA-256 of the content in lowercase hexadecimal.
            case file(sha256: String, bytes: Int64)
            case symbolicLink(target: String)
        }

        public let path: String
        public let state: State

        public init(path: String, state: State) {
            self.path = path
            self.state = state
        }
    }
}
