package import HITLCore

/// What a JSON-RPC request is called by its sender. `1` and `"1"` are two.
package struct MessageID: Hashable, Sendable {
    /// As it is sent back.
    package let json: JSONValue
    private let key: [UInt8]

    private static let longest = 1024

    /// Nil for what two readers could take for different ids: `1.0`, `1e3`, `-0`, null, or something enormous.
    package init?(_ json: JSONValue) {
        switch json {
        case .string(let text): guard text.utf8.count <= Self.longest else { return nil }
        case .number(let number):
            guard let integer = number.integer, String(integer).utf8.elementsEqual(number.lexeme.utf8) else {
                return nil
            }
        case .null, .bool, .array, .object: return nil
        }
        self.json = json
        key = json.canonical
    }

    package static func == (left: MessageID, right: MessageID) -> Bool { left.key == right.key }

    package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
