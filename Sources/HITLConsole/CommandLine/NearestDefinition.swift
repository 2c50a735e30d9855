import HITLConfiguration

/// The command that was probably meant.
package func nearestDefinition(to name: String, among definitions: [CommandDefinition]) -> CommandDefinition? {
    let close = nearest(to: name, among: definitions.map(\.name))
    return definitions.first { $0.name == close }
}
