import HITLCore

/// One key of `hitl.yaml`: the only definition of its name, its form, its variable and its words.
///
/// Errors with the nearest key, `hitl config`, the environment and the manual page derive from `all`. Every program
/// makes the table at its start, so a row is constants and functions without a context: forms are made by the use
/// of the one key that was written, and no type is looked up at run time.
package struct ConfigurationKey: Sendable {
    /// `hitl.timeout`: section and key.
    package let name: String
    /// One line.
    package let summary: String
    /// The key with a value, as it stands in YAML beneath its section.
    package let example: String
    /// Variables that set it, the first one that is there wins; empty where none does.
    package let variables: [String]
    /// Whether `/hitl config KEY VALUE` may change it while the loop runs.
    package let isSettable: Bool
    private let place: Place

    private enum Place: Sendable {
        case inForce(@Sendable (inout Configuration, inout KeyUse) -> Void)
        /// Known, so that it is never ignored, and refused.
        case later(type: String, accepts: @Sendable (Field) -> Bool)
    }

    /// A key that is in force: `use` hands its place to what is done with it, with form and tightening.
    init(
        _ name: String, _ use: @escaping @Sendable (inout Configuration, inout KeyUse) -> Void,
        variables: [String] = [], settable: Bool = false, example: String, _ summary: String
    ) {
        self.name = name
        self.summary = summary
        self.example = example
        self.variables = variables
        isSettable = settable
        place = .inForce(use)
    }

    /// A key of a later version, of which only the value that holds anyway is accepted.
    init(
        later name: String, _ type: String, variables: [String] = [], inForce: @escaping @Sendable (Field) -> Bool,
        example: String, _ summary: String
    ) {
        self.name = name
        self.summary = summary
        self.example = example
        self.variables = variables
        isSettable = false
        place = .later(type: type, accepts: inForce)
    }

    package static func named(_ name: String) -> ConfigurationKey? {
        all.first { $0.name.utf8.elementsEqual(name.utf8) }
    }
}

extension ConfigurationKey {
    /// False for a key of a later version.
    package var isAvailable: Bool { if case .inForce = place { true } else { false } }

    package var section: String { String(name[..<dot]) }

    /// The name within its section.
    package var key: String { String(name[dot...].dropFirst()) }

    private var dot: String.Index { name.utf8.firstIndex(of: UInt8(ascii: ".")) ?? name.endIndex }

    /// `a duration, or never`.
    package var type: String {
        switch place {
        case .inForce:
            var symbolic = Configuration(paths: .symbolic)
            return use(.describe, &symbolic).type
        case .later(let type, _): return type
        }
    }

    /// What is in force where nobody wrote anything: `5m`, `$XDG_STATE_HOME/hitl/ledger.db`.
    package var fallback: String { value(Configuration(paths: .symbolic))?.text ?? "none" }

    /// Reads the value and puts it in force.
    func assign(_ field: Field, _ configuration: inout Configuration) { _ = use(.assign(field), &configuration) }

    /// Reads the value and puts it in force only where that is stricter; else leaves a notice.
    func tighten(_ field: Field, _ configuration: inout Configuration) {
        configuration.notices += use(.tighten(field), &configuration).notices
    }

    func value(_ configuration: Configuration) -> (text: String, json: JSONValue, sources: [Source])? {
        var configuration = configuration
        return use(.show, &configuration).shown
    }

    private func use(_ wish: KeyUse.Wish, _ configuration: inout Configuration) -> KeyUse {
        var done = KeyUse(wish, of: name, paths: configuration.paths)
        switch (place, wish) {
        case (.inForce(let use), _): use(&configuration, &done)
        case (.later(_, let accepts), .assign(let field)), (.later(_, let accepts), .tighten(let field)):
            if !accepts(field) { field.reading.report(.notAvailable("`\(name)`"), at: field.key) }
        case (.later, .describe), (.later, .show): break
        }
        return done
    }
}
