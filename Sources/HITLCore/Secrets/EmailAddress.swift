/// Addresses of persons: `local@domain.tld`; no accounts of machines, no domains that RFC 2606 keeps for examples.
enum EmailAddress {
    static func match(_ bytes: [UInt8], at sign: Int, notBefore floor: Int) -> SecretMatch? {
        var start = sign
        while start > floor, sign - start < 64, isLocal(bytes[start - 1]) { start -= 1 }
        while start < sign, bytes[start] == UInt8(ascii: ".") || bytes[start] == UInt8(ascii: "-") { start += 1 }
        guard start < sign else { return nil }
        // `scheme://user@host` and `scp host:path` are accounts on machines.
        if start > 0, bytes[start - 1] == UInt8(ascii: "/") || bytes[start - 1] == UInt8(ascii: ":"), start > 1,
            bytes[start - 2] == UInt8(ascii: "/")
        {
            return nil
        }
        var end = sign + 1
        while end < bytes.count, end - sign < 255, isDomain(bytes[end]) { end += 1 }
        while end > sign + 1, bytes[end - 1] == UInt8(ascii: ".") || bytes[end - 1] == UInt8(ascii: "-") { end -= 1 }
        let labels = bytes[(sign + 1)..<end].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, let top = labels.last, top.count >= 2, !labels.contains(where: \.isEmpty),
            top.allSatisfy({ (0x61...0x7A).contains($0 | 0x20) })
        else { return nil }
        guard !isReserved(labels), !isMachine(bytes[start..<sign]) else { return nil }
        return SecretMatch(kind: .emailAddress, range: start..<end)
    }

    private static func isReserved(_ labels: [ArraySlice<UInt8>]) -> Bool {
        func folded(_ label: ArraySlice<UInt8>) -> [UInt8] { label.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 } }
        let top = folded(labels[labels.count - 1])
        if ["example", "test", "invalid", "localhost", "local", "internal"].contains(where: {
            top.elementsEqual($0.utf8)
        }) {
            return true
        }
        return folded(labels[labels.count - 2]).elementsEqual("example".utf8)
            && ["com", "net", "org"].contains { top.elementsEqual($0.utf8) }
    }

    private static func isMachine(_ local: ArraySlice<UInt8>) -> Bool {
        ["git", "noreply", "no-reply", "root"].contains { local.elementsEqual($0.utf8) }
    }

    private static func isLocal(_ byte: UInt8) -> Bool {
        TokenTable.Body.alphanumeric.holds(byte) || ".!#$%&*+-?^_~".utf8.contains(byte)
            || byte >= 0x80
    }

    private static func isDomain(_ byte: UInt8) -> Bool {
        TokenTable.Body.alphanumeric.holds(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }
}
