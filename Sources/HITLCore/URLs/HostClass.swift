/// Where a host is, as far as its name or address tells.
package enum HostClass: Sendable, Equatable {
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
    package var warning: String? {
        switch self {
        case .name, .publicAddress: nil
        case .loopback: "the host is this machine itself"
        case .privateNetwork: "the host lies in a private network"
        case .linkLocal: "the host is a neighbour on the local link"
        case .metadata: "the host is the cloud's metadata service, which hands out credentials of this machine"
        case .special: "the host is an address for special purposes"
        }
    }

    /// Why a host is none that every program reads alike.
    package enum Fault: Error, Equatable {
        case name
        case address
    }

    /// The class of a host in its plain form, and that form: a name in small letters, an address without brackets.
    ///
    /// - Throws: for a name that is none, and for an address in any spelling but the usual one: inet_aton(3) takes
    ///   `127.1`, `0x7f000001` and `017700000001` for addresses; whoever reads them does not.
    package static func plain(_ host: String) throws(Fault) -> (host: String, HostClass) {
        if host.utf8.first == UInt8(ascii: "[") {
            let inner = String(decoding: host.utf8.dropFirst().dropLast(), as: UTF8.self)
            guard let address = IPv6Address(inner.utf8) else { throw .address }
            return (inner, address.hostClass)
        }
        let name = host.utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        let text = String(decoding: name, as: UTF8.self)
        if let address = IPv4Address(plain: name) { return (text, address.hostClass) }
        let labels = DomainName.labels(name)
        guard name.count <= 254, labels.allSatisfy(DomainName.isLabel) else { throw .name }
        if let last = labels.last, DomainName.isNumber(last) { throw .address }
        return (text, DomainName.hostClass(name))
    }
}
