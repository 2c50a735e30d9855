import HITLConfiguration
package import HITLConsole

/// The manual pages and the shells' completions, made from the definitions that the program itself runs by.
///
/// Pure: definitions in, texts out. The files in `man/` and `completions/` are these texts; a test compares them.
package struct Manual: Sendable {
    /// A tool, as far as a reader of the manual cares.
    package struct Tool: Sendable {
        package struct Parameter: Sendable {
            package let name: String
            /// `a text`, `true or false`.
            package let form: String
            package let isRequired: Bool
            package let summary: String

            package init(name: String, form: String, isRequired: Bool, summary: String) {
                self.name = name
                self.form = form
                self.isRequired = isRequired
                self.summary = summary
            }
        }

        package let name: String
        package let kind: String
        package let summary: String
        package let parameters: [Parameter]

        package init(name: String, kind: String, summary: String, parameters: [Parameter]) {
            self.name = name
            self.kind = kind
            self.summary = summary
            self.parameters = parameters
        }
    }

    package struct File: Sendable {
        /// Beneath the project's root.
        package let path: String
        package let text: String
    }

    let version: String
    /// `hitl loop`, in the order of the manual.
    let programs: [CommandDefinition]
    let desk = CommandTable.desk.map { $0.definition.inShell }
    let loop = CommandTable.loop.map { $0.definition }
    let settings = ConfigurationKey.all
    let tools: [Tool]

    package init(version: String, programs: [CommandDefinition], tools: [Tool]) {
        self.version = version
        self.programs = programs
        self.tools = tools
    }

    package var files: [File] {
        [
            File(path: "man/hitl.1", text: programPage),
            File(path: "man/hitl.yaml.5", text: settingsPage),
            File(path: "completions/hitl.bash", text: bashCompletion),
            File(path: "completions/_hitl", text: zshCompletion),
            File(path: "completions/hitl.fish", text: fishCompletion),
        ]
    }

    /// What is typed after `hitl` on a shell's command line.
    var shellCommands: [CommandDefinition] { programs + desk }

    /// Names of settings that `hitl config` knows.
    var settingNames: [String] { settings.filter(\.isAvailable).map(\.name) }

    static let origin = "Written by `make man` from the definitions in the program; a change here is lost."
}

extension ExitCode {
    /// In the order of their numbers.
    static let all: [ExitCode] = [
        .done, .failed, .usage, .rejected, .undecided, .denied, .noDesk, .ledger, .pending, .notRun,
    ]

    /// For the manual.
    var meaning: String {
        switch self {
        case .done: "Done; approved."
        case .failed: "Failed. In a script for the loop: at least one command failed."
        case .usage: "The command line or the configuration was not understood; nothing was done."
        case .rejected: "A reviewer rejected the request."
        case .undecided: "The request expired or was withdrawn: nobody decided."
        case .denied: "A rule refused the call; no person was asked."
        case .noDesk: "No desk is running, and what was asked for needs one."
        case .ledger: "The ledger is damaged or cannot be written, so nothing was decided and nothing ran."
        case .pending: "Not decided yet."
        case .notRun:
            "The gated command did not run; standard error says why. Where it ran, the exit code is the command's own."
        }
    }
}
