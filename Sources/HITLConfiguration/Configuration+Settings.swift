package import HITLCore

/// One value in force, for people and programs.
package struct Setting: Sendable {
    package let key: String
    /// As it can be typed at the prompt: `5m`, `writeFile, deleteFile`, `none`.
    package let text: String
    /// Durations are integer milliseconds.
    package let json: JSONValue
    /// Several where a list has parts from several files.
    package let sources: [Source]
    package let isSettable: Bool
    package let summary: String

    /// `hitl.yaml:12:5`, `default`; several are joined by commas.
    package var source: String { sources.map(\.description).joined(separator: ", ") }
}

extension Configuration {
    /// Every key that this version has, in the order of the manual.
    package var settings: [Setting] { ConfigurationKey.all.compactMap(setting) }

    /// - Throws: where there is no such key, or it belongs to a later version.
    package func setting(_ name: String) throws(Diagnostics) -> Setting {
        let key = try key(name)
        guard let setting = setting(key) else {
            throw Diagnostics([Diagnostic(.session, .notAvailable("`\(key.name)`"))])
        }
        return setting
    }

    /// This configuration with one value changed for the session.
    ///
    /// The operator types it, so it may loosen; it is checked as in a file.
    ///
    /// - Throws: where the key is unknown, cannot change while the loop runs, or cannot have the value.
    package func setting(_ name: String, to text: String) throws(Diagnostics) -> Configuration {
        let key = try key(name)
        guard key.isSettable || !key.isAvailable else {
            throw Diagnostics([Diagnostic(.session, .notSettable(key: key.name))])
        }
        var changed = self
        let reading = Reading(Node(.scalar(text, .words)), from: .session, subject: key.name)
        key.assign(reading.root, &changed)
        try reading.finish()
        let contradictions = changed.contradictions
        guard contradictions.isEmpty else {
            throw Diagnostics(contradictions.map { Diagnostic(.session, $0.fault) })
        }
        return changed
    }

    private func setting(_ key: ConfigurationKey) -> Setting? {
        guard let value = key.value(self) else { return nil }
        return Setting(
            key: key.name, text: value.text, json: value.json, sources: value.sources, isSettable: key.isSettable,
            summary: key.summary)
    }

    private func key(_ name: String) throws(Diagnostics) -> ConfigurationKey {
        if let key = ConfigurationKey.named(name) { return key }
        let names = ConfigurationKey.all.map(\.name)
        let byKey = nearest(to: name, among: ConfigurationKey.all.map(\.key)).flatMap { key in
            ConfigurationKey.all.first { $0.key == key }?.name
        }
        let hint = nearest(to: name, among: names) ?? byKey
        throw Diagnostics([Diagnostic(.session, .unknownKey(name, nearest: hint))])
    }
}
