/// Somebody who has mail: a name for people where there is one, and an address (RFC 5322 §3.4).
///
/// Only plain addresses: `local@domain` in ASCII without quotes or comments, so that there is one way to read them.
struct Mailbox: Equatable {
    let name: String?
    let address: String

    /// `ada@example.com`, `Ada Lovelace <ada@example.com>`, `"Lovelace, Ada" <ada@example.com>`.
    init(_ text: String) throws(Obstacle) {
        let bytes = Array(text.utf8)
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .address(text) }
        let trimmed = Self.trimmed(bytes[...])
        guard trimmed.last == UInt8(ascii: ">") else {
            address = String(decoding: trimmed, as: UTF8.self)
            name = nil
            guard Self.isAddress(trimmed) else { throw .address(text) }
            return
        }
        guard let open = trimmed.lastIndex(of: UInt8(ascii: "<")) else { throw .address(text) }
        let inner = trimmed[(open + 1)...].dropLast()
        guard Self.isAddress(inner) else { throw .address(text) }
        address = String(decoding: inner, as: UTF8.self)
        name = try Self.name(Self.trimmed(trimmed[..<open]), of: text)
    }

    /// Several, separated by commas outside quotes.
    static func list(_ texts: [String]) throws(Obstacle) -> [Mailbox] {
        var mailboxes: [Mailbox] = []
        for text in texts {
            var isQuoted = false
            var part: [UInt8] = []
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                if byte == UInt8(ascii: ","), !isQuoted {
                    mailboxes.append(try Mailbox(String(decoding: part, as: UTF8.self)))
                    part = []
                } else {
                    part.append(byte)
                }
            }
            mailboxes.append(try Mailbox(String(decoding: part, as: UTF8.self)))
        }
        return mailboxes
    }

    /// As it stands in a header.
    var header: String {
        guard let name else { return address }
        let isPlain = name.utf8.allSatisfy { Self.isAtomByte($0) || $0 == 0x20 }
        if isPlain { return "\(name) <\(address)>" }
        if name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), !EncodedWord.looksEncoded(name) {
            let escaped = name.utf8.flatMap { byte in
                byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? [UInt8(ascii: "\\"), byte] : [byte]
            }
            return "\"\(String(decoding: escaped, as: UTF8.self))\" <\(address)>"
        }
        return "\(EncodedWord.encode(name).joined(separator: "\n ")) <\(address)>"
    }

    private static func name(_ bytes: ArraySlice<UInt8>, of text: String) throws(Obstacle) -> String? {
        guard !bytes.isEmpty else { return nil }
        guard bytes.first == UInt8(ascii: "\"") else {
            guard !bytes.contains(where: { "\"<>@,;:\\[]()".utf8.contains($0) }) else { throw .address(text) }
            return String(decoding: bytes, as: UTF8.self)
        }
        guard bytes.count >= 2, bytes.last == UInt8(ascii: "\"") else { throw .address(text) }
        var name: [UInt8] = []
        var rest = bytes.dropFirst().dropLast()
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\") {
                guard let escaped = rest.popFirst() else { throw .address(text) }
                name.append(escaped)
            } else if byte == UInt8(ascii: "\"") {
                throw .address(text)
            } else {
                name.append(byte)
            }
        }
        return String(decoding: name, as: UTF8.self)
    }

    private static func isAddress(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return false }
        let local = bytes[..<at].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let domain = bytes[(at + 1)...].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return bytes[..<at].count <= 64 && bytes.count <= 254
            && local.allSatisfy { !$0.isEmpty && $0.allSatisfy(isAtomByte) } && domain.allSatisfy(isLabel)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAtomByte(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = bytes.drop { $0 == 0x20 }
        return start.prefix(start.lastIndex { $0 != 0x20 }.map { $0 - start.startIndex + 1 } ?? 0)
    }
}
