/// The keys of a map, as they are written.
package struct FieldMap {
    package let entries: [Node.Entry]
    let position: Node.Position
    package let reading: Reading

    package var source: Source { reading.source(at: position) }

    /// Where the key of an entry stands.
    package func source(of entry: Node.Entry) -> Source { reading.source(at: entry.position) }

    package subscript(key: String) -> Field? {
        entries.first { $0.key.utf8.elementsEqual(key.utf8) }.map {
            Field(node: $0.value, keyPosition: $0.position, reading: reading)
        }
    }

    /// The value of `key`; reports where it is missing.
    package func required(_ key: String) -> Field? {
        guard let field = self[key] else {
            reading.report(.missingKey(key), at: source)
            return nil
        }
        return field
    }

    /// All keys with their values, in order.
    package var fields: [(key: String, field: Field)] {
        entries.map { ($0.key, Field(node: $0.value, keyPosition: $0.position, reading: reading)) }
    }
}
