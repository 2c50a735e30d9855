package import HITLCore

/// A URL, read so strictly that no two programs can read it differently.
///
/// What is shown as the host is the host: no user before it, no letters that look like others, no numbers that mean
/// another address. Nothing is put right; what is not plain is refused with the reason.
package struct HTTPTarget: Equatable {
    /// As it was given, and as curl gets it.
    package let url: String
    package let isEncrypted: Bool
    /// A name in lower case or an address; IPv6 without its brackets.
    package let host: String
    package let hostClass: HostClass
    package let port: Int

    package enum Fault: Error, Equatable {
        case scheme(String)
        case tooLong(limit: Int)
        case noHost
        case user
        case outsideASCII
        case character(UInt8)
        case host(String)
        case port(String)
        case address(String)
    }

    init(_ url: String) throws(Obstacle) {
        let bytes = Array(url.utf8)
        guard bytes.count <= Self.longest else { throw .url(.tooLong(limit: Self.longest)) }
        guard bytes.allSatisfy({ $0 < 0x80 }) else { throw .url(.outsideASCII) }
        for byte in bytes where byte <= 0x20 || byte == 0x7F || "\"<>\\^`{|}".utf8.contains(byte) {
            throw .url(.character(byte))
        }
        let (scheme, rest) = try Self.scheme(url)
        isEncrypted = scheme == "https"
        let authority = String(rest.prefix { !"/?#".contains($0) })
        guard !authority.utf8.contains(UInt8(ascii: "@")) else { throw .url(.user) }
        let (host, port) = try Self.split(authority)
        guard !host.isEmpty else { throw .url(.noHost) }
        self.url = url
        self.port = try port.map { text throws(Obstacle) in try Self.port(text) } ?? (isEncrypted ? 443 : 80)
        do throws(HostClass.Fault) {
            (self.host, hostClass) = try HostClass.plain(host)
        } catch {
            switch error {
            case .name: throw .url(.host(host))
            case .address: throw .url(.address(host))
            }
        }
    }

    /// For those who are no tool.
    package static func read(_ url: String) throws(Fault) -> HTTPTarget {
        do throws(Obstacle) { return try HTTPTarget(url) } catch {
            guard case .url(let fault) = error else { throw .host(url) }
            throw fault
        }
    }

    /// Whether the host is an address and no name.
    package var isAddress: Bool {
        host.utf8.contains(UInt8(ascii: ":"))
            || host.utf8.last.map { (0x30...0x39).contains($0) } == true && hostClass != .name
    }

    /// Path and query, as they go into a request.
    package var path: String {
        let rest = url.utf8.dropFirst(isEncrypted ? 8 : 7).drop { !"/?#".utf8.contains($0) }
        let path = String(decoding: rest.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
        return path.utf8.first == UInt8(ascii: "/") ? path : "/" + path
    }

    private static let longest = 8 << 10

    private static func scheme(_ url: String) throws(Obstacle) -> (String, Substring) {
        for scheme in ["http", "https"] {
            let start = "\(scheme)://"
            guard url.utf8.count >= start.utf8.count else { continue }
            let given = url.prefix(start.utf8.count)
            if given.lowercased() == start { return (scheme, url.dropFirst(start.utf8.count)) }
        }
        throw .url(.scheme(String(url.prefix { $0 != ":" })))
    }

    private static func split(_ authority: String) throws(Obstacle) -> (host: String, port: String?) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw .url(.address(authority)) }
            let after = authority[authority.index(after: end)...]
            let host = String(authority[...end])
            if after.isEmpty { return (host, nil) }
            guard after.hasPrefix(":") else { throw .url(.address(authority)) }
            return (host, String(after.dropFirst()))
        }
        guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
        return (String(authority[..<colon]), String(authority[authority.index(after: colon)...]))
    }

    private static func port(_ text: String) throws(Obstacle) -> Int {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(text), (1...65535).contains(port)
        else {
            throw .url(.port(text))
        }
        return port
    }
}

extension HTTPTarget.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .scheme(let scheme): "only http:// and https:// can be requested, not `\(scheme):`"
        case .tooLong(let limit): "the URL is longer than \(limit) bytes"
        case .noHost: "the URL names no host"
        case .user: "the URL holds an `@` before its path, which hides its host; put credentials into a header"
        case .outsideASCII:
            "the URL has characters outside ASCII; write a host in punycode (xn--…) and the rest percent-encoded"
        case .character(let byte):
            "the URL has the character 0x\(String(byte, radix: 16)), which has to be percent-encoded"
        case .host(let host): "`\(host)` is not the name of a host"
        case .port(let port): "`\(port)` is not a port"
        case .address(let address): "`\(address)` is not an address in its plain form"
        }
    }
}
