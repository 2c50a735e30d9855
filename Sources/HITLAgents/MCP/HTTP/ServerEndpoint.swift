/// Where a server is reached over HTTP, and what is said to it with every request.
package struct ServerEndpoint: Sendable {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String

        /// Checked by whoever made them: `FieldText`.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let host: String
    package let isAddress: Bool
    package let port: Int
    package let isEncrypted: Bool
    /// Path and query.
    package private(set) var target: String
    /// The operator's; they may be secrets and are told to nobody else.
    package let fields: [Field]

    package init(host: String, isAddress: Bool, port: Int, isEncrypted: Bool, target: String, fields: [Field]) {
        self.host = host
        self.isAddress = isAddress
        self.port = port
        self.isEncrypted = isEncrypted
        self.target = target.utf8.first == UInt8(ascii: "/") ? target : "/" + target
        self.fields = fields
    }

    private var scheme: String { isEncrypted ? "https" : "http" }

    /// As in `Host`.
    var authority: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return port == (isEncrypted ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// For people: without the query, which may hold a secret.
    package var words: String { "\(scheme)://\(authority)\(target.prefix { $0 != "?" })" }

    /// Goes where a redirect leads, if that is at the same server: to no other the secrets are told.
    ///
    /// - Returns: false where it leads elsewhere.
    mutating func follow(_ location: String) -> Bool {
        let origin = "\(scheme)://\(authority)"
        var path = location[...]
        if location.utf8.starts(with: origin.utf8) {
            path = location.dropFirst(origin.count)
        }
        // `//host/…` names another host.
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.dropFirst().first != UInt8(ascii: "/"),
            path.utf8.count <= 8192,
            path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") })
        else { return false }
        target = String(path)
        return true
    }
}
