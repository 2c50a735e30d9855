import HITLCore

/// One key of `hitl.yaml`: the only definition of its name, its form, its variable and its words.
///
/// Errors with the nearest key, `hitl config`, the environment and the manual page derive from `all`.
package struct ConfigurationKey: Sendable {
    /// `hitl.timeout`: section and key.
    package let name: String
    /// `a duration, or never`.
    package let type: String
    /// One line.
    package let summary: String
    /// The key with a value, as it stands in YAML beneath its section.
    package let example: String
    /// Variables that set it, the first one that is there wins; empty where none does.
    package let variables: [String]
    /// Whether `/hitl config KEY VALUE` may change it while the loop runs.
    package let isSettable: Bool
    /// False for a key of a later version: it is known, so that it is never ignored, and refused.
    package let isAvailable: Bool

    /// Reads the value and puts it in force.
    let assign: @Sendable (Field, inout Configuration) -> Void
    /// Reads the value and puts it in force only where that is stricter; else leaves a notice.
    let tighten: @Sendable (Field, inout Configuration) -> Void
    let value: @Sendable (Configuration) -> (text: String, json: JSONValue, sources: [Source])?

    package var section: String { parts.section }
    /// The name within its section.
    package var key: String { parts.key }

    private var parts: (section: String, key: String) {
        let parts = name.split(separator: ".", maxSplits: 1)
        return (String(parts.first ?? ""), String(parts.last ?? ""))
    }

    /// What is in force where nobody wrote anything: `5m`, `$XDG_STATE_HOME/hitl/ledger.db`.
    package var fallback: String {
        value(Configuration(paths: .symbolic))?.text ?? "none"
    }

    package static func named(_ name: String) -> ConfigurationKey? {
        all.first { $0.name.utf8.elementsEqual(name.utf8) }
    }
}

extension ConfigurationKey {
    /// What a file that is not trusted may do with a key.
    enum Tightening<Value: Sendable>: Sendable {
        /// Nothing: no value of it is stricter than another, or it says where things are.
        case none
        /// The value that holds when `new` meets `old`, or nil where `new` would loosen.
        case stricter(@Sendable (_ old: Value, _ new: Value) -> Value?)
    }

    /// A key that is in force.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Configuration, Sourced<Value>> & Sendable, _ form: Form<Value>,
        variables: [String] = [], settable: Bool = false, untrusted: Tightening<Value> = .none, example: String,
        _ summary: String
    ) {
        self.name = name
        self.type = form.type
        self.summary = summary
        self.example = example
        self.variables = variables
        self.isSettable = settable
        self.isAvailable = true
        assign = { field, configuration in
            guard let value = form.read(field, configuration.paths) else { return }
            configuration[keyPath: path] = Sourced(value, from: field.key)
        }
        tighten = { field, configuration in
            guard let value = form.read(field, configuration.paths) else { return }
            let old = configuration[keyPath: path].value
            func ignore(_ fault: Fault) {
                configuration.notices.append(field.reading.diagnostic(fault, at: field.key))
            }
            guard value != old else { return }
            guard case .stricter(let combine) = untrusted else { return ignore(.notForUntrusted(key: name)) }
            guard let combined = combine(old, value) else {
                return ignore(.looser(key: name, value: form.text(value), inForce: form.text(old)))
            }
            if combined != old { configuration[keyPath: path] = Sourced(combined, from: field.key) }
        }
        value = { configuration in
            let sourced = configuration[keyPath: path]
            let sources = form.sources?(sourced.value) ?? []
            return (form.text(sourced.value), form.json(sourced.value), sources.isEmpty ? [sourced.source] : sources)
        }
    }

    /// A key of a later version, of which only the value that holds anyway is accepted.
    init(
        later name: String, _ type: String, variables: [String] = [], inForce: @escaping @Sendable (Field) -> Bool,
        example: String, _ summary: String
    ) {
        self.name = name
        self.type = type
        self.summary = summary
        self.example = example
        self.variables = variables
        isSettable = false
        isAvailable = false
        let refuse: @Sendable (Field, inout Configuration) -> Void = { field, _ in
            if !inForce(field) { field.reading.report(.notAvailable("`\(name)`"), at: field.key) }
        }
        assign = refuse
        tighten = refuse
        value = { _ in nil }
    }
}

extension ConfigurationKey.Tightening where Value: Comparable {
    static var smaller: Self { .stricter { old, new in new < old ? new : nil } }
    static var larger: Self { .stricter { old, new in new > old ? new : nil } }
}

extension ConfigurationKey.Tightening where Value: Equatable {
    /// Only this value is stricter than any other.
    static func only(_ strictest: Value) -> Self { .stricter { _, new in new == strictest ? new : nil } }
}
