import HITLCore

/// Requests of the gateway to the desk.
enum DeskMessage {
    /// The desk takes no longer line.
    static let longest = 16 << 20

    static func line(_ id: Int64, _ method: String, _ parameters: JSONValue) -> [UInt8] {
        (["id": .integer(id), "jsonrpc": "2.0", "method": .string(method), "params": parameters] as JSONValue).canonical
    }

    /// Not longer than the desk takes, and never empty.
    static func label(_ text: String, _ limit: Int = 256) -> String {
        guard !text.isEmpty else { return "-" }
        guard text.utf8.count > limit else { return text }
        var label = ""
        for scalar in text.unicodeScalars where label.utf8.count + UTF8.width(scalar) <= limit {
            label.unicodeScalars.append(scalar)
        }
        return label
    }
}
