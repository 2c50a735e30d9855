/// Names of hosts, label by label.
package enum DomainName {
    /// The labels, without the empty one behind a last dot.
    static func labels(_ name: [UInt8]) -> [ArraySlice<UInt8>] {
        let bare = name.last == UInt8(ascii: ".") ? name.dropLast() : name[...]
        return bare.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    }

    /// Whether `name` is `domain` or lies within it: `a.example.com` is within `example.com`, `badexample.com` is not.
    package static func isWithin(_ name: String, _ domain: String) -> Bool {
        func folded(_ text: String) -> [ArraySlice<UInt8>] {
            labels(text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 })
        }
        let (own, outer) = (folded(name), folded(domain))
        return !outer.isEmpty && own.count >= outer.count && own.suffix(outer.count).elementsEqual(outer)
    }

    /// RFC 952 and 1123, and the underscore that is met in practice.
    static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        let isPlain = label.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-")
                || $0 == UInt8(ascii: "_")
        }
        return isPlain && (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
            && label.last != UInt8(ascii: "-")
    }

    /// A last label of digits makes the whole an address, or nothing.
    static func isNumber(_ label: ArraySlice<UInt8>) -> Bool {
        let isDecimal = label.allSatisfy { (0x30...0x39).contains($0) }
        return isDecimal || (label.first == UInt8(ascii: "0") && label.dropFirst().first == UInt8(ascii: "x"))
    }

    /// By names that are kept for a purpose; which address any other has, only a resolver knows.
    static func hostClass(_ name: [UInt8]) -> HostClass {
        let labels = labels(name)
        for row in table where row.names.contains(where: { ends(labels, $0) }) { return row.kind }
        for row in exact where row.names.contains(where: { labels.count == count($0) && ends(labels, $0) }) {
            return row.kind
        }
        return .name
    }

    /// These and whatever lies within them.
    private static let table: [(kind: HostClass, names: [String])] = [
        (
            .metadata,
            ["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal", "metadata.tencentyun.com"]
        ),
        (
            .loopback,
            [
                "localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback", "localtest.me",
                "lvh.me",
                "vcap.me", "lacolhost.com", "host.docker.internal", "gateway.docker.internal",
                "host.containers.internal",
            ]
        ),
        // Names that stand for whatever address is written in them.
        (
            .privateNetwork,
            [
                "nip.io", "sslip.io", "xip.io", "rebind.network", "rbndr.us", "local", "internal", "intranet", "lan",
                "home.arpa", "corp",
                "home", "svc", "cluster.local", "localdomain",
            ]
        ),
    ]

    private static let exact: [(kind: HostClass, names: [String])] = [
        (.metadata, ["metadata", "instance-data"])
    ]

    private static func count(_ name: String) -> Int { name.utf8.split(separator: UInt8(ascii: ".")).count }

    private static func ends(_ labels: [ArraySlice<UInt8>], _ name: String) -> Bool {
        let wanted = name.utf8.split(separator: UInt8(ascii: "."))
        guard labels.count >= wanted.count else { return false }
        return zip(labels.suffix(wanted.count), wanted).allSatisfy { $0.elementsEqual($1) }
    }
}
