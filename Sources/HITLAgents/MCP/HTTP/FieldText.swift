import HITLPlatform

/// What may stand in a header field (RFC 9110 §5), and how other text gets into one.
package enum FieldText {
    static func isTokenByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    package static func isName(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy(isTokenByte) }

    /// Printable ASCII and tabs: nothing that ends a line.
    package static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
    }

    /// The sentinel form of MCP 2026-07-28 for what is no plain value: `=?base64?…?=`.
    static func mirrored(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        let hasEdges = text.utf8.first == 0x20 || text.utf8.last == 0x20
        let isSentinel = text.utf8.starts(with: "=?base64?".utf8) && text.utf8.suffix(2).elementsEqual("?=".utf8)
        guard !isPlain || hasEdges || isSentinel else { return text }
        return "=?base64?\(Base64.encode(text.utf8))?="
    }
}
