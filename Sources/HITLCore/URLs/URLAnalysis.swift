/// Where a URL leads, read as the most lenient program would: what the WHATWG's parser puts right is put right here
/// too, and each such mending is a doubt.
///
/// For judging a call of any tool. What `hitl` itself requests is read strictly instead.
package struct URLAnalysis: Sendable, Equatable {
    /// In small letters; empty where there is none.
    package let scheme: String
    /// As it will be contacted: small letters, decoded, an address in its plain form.
    package let host: String
    /// The host's letters where it is in punycode, its punycode where it has such letters.
    package let otherHost: String?
    package let port: Int?
    package let hostClass: HostClass
    package let doubts: [URLDoubt]

    package static let longest = 16 << 10

    package init(_ text: some Sequence<UInt8>) { self.init(Array(text), depth: 0) }

    package init(_ text: String) { self.init(Array(text.utf8), depth: 0) }

    private init(_ bytes: [UInt8], depth: Int) {
        var reader = URLReader(bytes)
        reader.read()
        var doubts = reader.doubts
        if depth == 0 {
            // URLs in the path, the query or the fragment, encoded or not, are what an open redirect follows.
            for nested in NestedURLs.of(reader.afterAuthority) {
                let inner = URLAnalysis(nested, depth: depth + 1)
                doubts.insert(inner.isInternal ? .nestedInternalURL : .nestedURL)
            }
        }
        scheme = reader.scheme
        host = reader.host
        otherHost = reader.otherHost
        port = reader.port
        hostClass = reader.hostClass
        self.doubts = URLDoubt.allCases.filter(doubts.contains)
    }

    package var isInternal: Bool {
        switch hostClass {
        case .name, .publicAddress: false
        case .loopback, .privateNetwork, .linkLocal, .metadata, .special: true
        }
    }

    /// Whether it is the given domain or lies within it, label by label.
    package func isWithin(_ domain: String) -> Bool { DomainName.isWithin(host, domain) }

    /// The strictest of each factor; every request over the network is one.
    package var findings: [Finding] {
        var findings: [Finding] = []
        switch scheme {
        case "http", "https", "ws", "wss":
            findings.merge(
                Finding(
                    factor: "network_egress", weight: 25, effect: .ask, words: "it sends a request to `\(shownHost)`"))
            if scheme.utf8.count < 5, scheme != "wss", !isInternal {
                findings.merge(
                    Finding(factor: "not_encrypted", weight: 5, effect: nil, words: "the request is not encrypted"))
            }
        case "":
            findings.merge(Finding(factor: "not_analysable", weight: 20, effect: .ask, words: "the URL has no scheme"))
        case _ where Self.refused.contains(scheme):
            findings.merge(
                Finding(
                    factor: "foreign_scheme", weight: 60, effect: .deny,
                    words: "`\(scheme):` reads files or speaks to services that trust the local network"))
        default:
            findings.merge(
                Finding(
                    factor: "foreign_scheme", weight: 30, effect: .ask, words: "`\(scheme.prefix(32)):` is not the web")
            )
        }
        switch hostClass {
        case .name, .publicAddress: break
        case .metadata:
            findings.merge(
                Finding(factor: "internal_network", weight: 80, effect: .deny, words: hostClass.warning ?? ""))
        case .loopback, .privateNetwork, .linkLocal, .special:
            findings.merge(
                Finding(factor: "internal_network", weight: 30, effect: .ask, words: hostClass.warning ?? ""))
        }
        for doubt in doubts { findings.merge(doubt.finding) }
        return findings
    }

    /// Both forms of a host that has two.
    package var shownHost: String {
        let host = host.utf8.count > 253 ? "\(String(decoding: host.utf8.prefix(253), as: UTF8.self))…" : host
        return otherHost.map { "\(host) (\($0))" } ?? host
    }

    private static let refused: Set<String> = [
        "file", "gopher", "dict", "tftp", "ldap", "ldaps", "smb", "jar", "netdoc", "phar", "expect", "php",
        "javascript", "vbscript", "view-source", "telnet",
    ]
}
