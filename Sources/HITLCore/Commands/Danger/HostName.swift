/// Where a URL or host argument leads.
struct HostName: Equatable {
    let name: [UInt8]
    let hostClass: HostClass
    let path: [UInt8]
    let scheme: String

    /// Whether it is a machine out there, as far as its name tells.
    var isOutside: Bool { hostClass == .name || hostClass == .publicAddress }

    /// nil where the text names no host.
    init?(url text: [UInt8]) {
        var rest = text[...]
        var scheme = ""
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")), rest[(colon + 1)...].starts(with: [0x2F, 0x2F]) {
            scheme = CommandArgument.text(of: rest[..<colon]).asciiLowercased
            rest = rest[(colon + 3)...]
        }
        let end = rest.firstIndex { "/?#\\".utf8.contains($0) } ?? rest.endIndex
        path = Array(rest[end...])
        var authority = rest[..<end]
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[(at + 1)...] }
        if authority.first == UInt8(ascii: "[") {
            authority = authority.dropFirst().prefix { $0 != UInt8(ascii: "]") }
        } else if let colon = authority.firstIndex(of: UInt8(ascii: ":")) {
            authority = authority[..<colon]
        }
        guard !authority.isEmpty else { return nil }
        self.scheme = scheme
        name = Array(authority)
        hostClass = Self.hostClass(of: authority)
    }

    /// Addresses in any spelling that `inet_aton` takes, too.
    private static func hostClass(of name: ArraySlice<UInt8>) -> HostClass {
        var host = HostFolding.folded(Array(name))
        while host.last == UInt8(ascii: ".") { host.removeLast() }
        if host.contains(UInt8(ascii: ":")) { return IPv6Address(host)?.hostClass ?? .name }
        return IPv4Address(lenient: host)?.hostClass ?? DomainName.hostClass(host)
    }
}
