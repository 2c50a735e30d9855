import Glibc

/// Where a host is, as far as its name or address tells.
enum HostClass: Equatable {
    /// Which address it has is looked up when the request runs.
    case name
    case publicAddress
    case loopback
    case privateNetwork
    case linkLocal
    /// Hands out credentials of the machine in many clouds.
    case metadata
    /// Multicast, reserved, "this host".
    case special

    /// What a person has to know of it; nil where there is nothing.
    var warning: String? {
        switch self {
        case .name, .publicAddress: nil
        case .loopback: "the host is this machine itself"
        case .privateNetwork: "the host lies in a private network"
        case .linkLocal: "the host is a neighbour on the local link"
        case .metadata: "the host is the cloud's metadata service, which hands out credentials of this machine"
        case .special: "the host is an address for special purposes"
        }
    }

    static func classify(_ host: String) throws(Obstacle) -> (host: String, HostClass) {
        if host.utf8.first == UInt8(ascii: "[") {
            let inner = String(host.dropFirst().dropLast())
            guard let address = IPv6(inner) else { throw .url(.address(host)) }
            return (inner, address.hostClass)
        }
        let name = String(decoding: host.utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
        if let address = IPv4(name) { return (name, address.hostClass) }
        let bare = name.utf8.last == UInt8(ascii: ".") ? String(name.dropLast()) : name
        let labels = bare.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard bare.utf8.count <= 253, labels.allSatisfy(isLabel) else { throw .url(.host(host)) }
        // inet_aton(3) takes `127.1`, `0x7f000001` and `017700000001` for addresses; whoever reads them does not.
        if let last = labels.last, isNumber(last) { throw .url(.address(host)) }
        if bare == "localhost" || bare.hasSuffix(".localhost") { return (name, .loopback) }
        if bare == "metadata.google.internal" || bare == "metadata" { return (name, .metadata) }
        return (name, .name)
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        let isPlain = label.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: "_")
        }
        return isPlain && (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
            && label.last != UInt8(ascii: "-")
    }

    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        let isDecimal = label.allSatisfy { (0x30...0x39).contains($0) }
        return isDecimal || (label.first == UInt8(ascii: "0") && label.dropFirst().first == UInt8(ascii: "x"))
    }
}

/// Four numbers of 0 to 255 without leading zeros.
private struct IPv4 {
    let bytes: [UInt8]

    init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part -> UInt8? in
            guard let text = String(part), let value = UInt8(text), String(value).utf8.elementsEqual(part) else {
                return nil
            }
            return value
        }
        guard parts.count == 4, bytes.count == 4 else { return nil }
        self.bytes = bytes
    }

    init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }

    /// RFC 6890 and the addresses of metadata services.
    var hostClass: HostClass {
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (169, 254, 169, 254), (169, 254, 170, 2), (100, 100, 100, 200): .metadata
        case (127, _, _, _), (0, 0, 0, 0): .loopback
        case (10, _, _, _), (172, 16...31, _, _), (192, 168, _, _), (100, 64...127, _, _): .privateNetwork
        case (169, 254, _, _): .linkLocal
        case (0, _, _, _), (192, 0, 0, _), (192, 0, 2, _), (198, 18...19, _, _), (198, 51, 100, _), (203, 0, 113, _),
            (224..., _, _, _):
            .special
        default: .publicAddress
        }
    }
}

private struct IPv6 {
    let bytes: [UInt8]

    init?(_ text: String) {
        var address = in6_addr()
        guard text.utf8.allSatisfy({ $0 != 0 }), inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        bytes = withUnsafeBytes(of: &address) { Array($0) }
    }

    var hostClass: HostClass {
        if bytes.dropLast().allSatisfy({ $0 == 0 }) { return bytes[15] <= 1 ? .loopback : .special }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        let isTranslated = bytes.starts(with: [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8))
        if isMapped || isTranslated { return IPv4(bytes[12...]).hostClass }
        if bytes == [0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54] { return .metadata }
        return switch (bytes[0], bytes[1]) {
        case (0xFC...0xFD, _): .privateNetwork
        case (0xFE, 0x80...0xBF): .linkLocal
        case (0xFF, _), (0, _): .special
        default: .publicAddress
        }
    }
}
