/// Where a URL or host argument leads.
struct HostName: Equatable {
    enum Place: Equatable { case outside, loopback, privateNetwork, metadata }

    let name: [UInt8]
    let place: Place
    let path: [UInt8]
    let scheme: String

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
        place = Self.place(of: CommandArgument.text(of: authority).asciiLowercased)
    }

    private static func place(of name: String) -> Place {
        var host = name
        while host.ends(".") { host = String(host.dropLast()) }
        if host == "localhost" || host.ends(".localhost") || host == "ip6-localhost" || host == "::1" || host == "::" {
            return .loopback
        }
        if host == "metadata.google.internal" || host == "metadata" || host == "instance-data"
            || host.begins("fd00:ec2:")
        {
            return .metadata
        }
        if let address = address(host) {
            let (first, second) = (address >> 24, (address >> 16) & 0xFF)
            if first == 127 || address == 0 { return .loopback }
            if first == 169, second == 254 { return .metadata }
            if address == 0x6464_64C8 { return .metadata }
            if first == 10 || (first == 192 && second == 168) || (first == 172 && (16...31).contains(second)) {
                return .privateNetwork
            }
        }
        return .outside
    }

    /// Four bytes in any spelling that `inet_aton` takes, or the last part of a mapped IPv6 address.
    private static func address(_ host: String) -> UInt32? {
        if host.utf8.contains(UInt8(ascii: ":")) {
            guard let tail = host.split(separator: ":").last else { return nil }
            if tail.contains(".") { return address(String(tail)) }
            let groups = host.split(separator: ":")
            guard groups.count >= 2, host.begins("::ffff:") || host.begins("64:ff9b:") || host.begins("::"),
                let high = UInt32(groups[groups.count - 2], radix: 16), let low = UInt32(tail, radix: 16)
            else { return nil }
            return (high & 0xFFFF) << 16 | low & 0xFFFF
        }
        var numbers: [UInt32] = []
        for part in host.split(separator: ".", omittingEmptySubsequences: false) {
            let small = String(part)
            let value: UInt32? =
                small.begins("0x")
                ? UInt32(small.dropFirst(2), radix: 16)
                : small.begins("0") && small.utf8.count > 1 ? UInt32(small, radix: 8) : UInt32(small)
            guard let value else { return nil }
            numbers.append(value)
        }
        guard let last = numbers.last, numbers.count <= 4 else { return nil }
        var address: UInt32 = 0
        for (place, number) in numbers.dropLast().enumerated() {
            guard number < 256 else { return nil }
            address |= number << UInt32(24 - 8 * place)
        }
        return address | last
    }
}
