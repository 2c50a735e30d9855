import Glibc
import HITLAgents
import HITLConsole
import HITLCore
import HITLLedger
import HITLPlatform
import HITLTools

/// A server that is named by its URL, with what is said to it beside the protocol: `--url`, `--header`, `--header-env`,
/// `--bearer-env`.
///
/// What a header says may be a secret. It stands in no message, no record and no argument of ours.
struct ServerURL {
    struct Objection: Error, CustomStringConvertible {
        let description: String
    }

    let endpoint: ServerEndpoint
    /// What tells this server from others: the URL, with a digest in the place of its query, which may be a secret.
    let identity: [String]
    /// As it was given.
    let url: String

    /// - Parameter variable: the value of an environment variable.
    init(
        _ url: String, headers: [String], variables: [String], bearer: String?,
        variable: (String) -> String?
    ) throws(Objection) {
        let target: HTTPTarget
        do throws(HTTPTarget.Fault) { target = try HTTPTarget.read(url) } catch {
            throw Objection(description: "`--url`: \(error).")
        }
        var fields: [ServerEndpoint.Field] = []
        for header in headers {
            let (name, value) = try Self.split(header, option: "header")
            fields.append(.init(name, value))
        }
        for header in variables {
            let (name, word) = try Self.split(header, option: "header-env")
            fields.append(.init(name, try Self.secret(word, variable)))
        }
        if let bearer { fields.append(.init("Authorization", "Bearer " + (try Self.secret(bearer, variable)))) }
        for field in fields { try Self.check(field, among: fields) }
        if !fields.isEmpty, !target.isEncrypted, target.hostClass != .loopback {
            throw Objection(
                description:
                    "What `--header` and `--bearer-env` say would go unencrypted to another machine; use https.")
        }
        self.url = url
        endpoint = ServerEndpoint(
            host: target.host, isAddress: target.isAddress, port: target.port, isEncrypted: target.isEncrypted,
            target: target.path, fields: fields)
        let query = target.path.utf8.firstIndex(of: UInt8(ascii: "?")).map { Array(target.path.utf8[$0...]) }
        let mark = query.map { "?sha256:" + Digest(hashing: $0).hex.prefix(16) } ?? ""
        identity = ["--url", endpoint.words + mark]
    }

    /// What the server is called where nobody names it.
    var name: String { ServerName.of([endpoint.host]) }

    private static func split(_ header: String, option: String) throws(Objection) -> (name: String, value: String) {
        guard let colon = header.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw Objection(description: "`--\(option)` has the form 'Name: value'.")
        }
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let value = header.utf8[header.utf8.index(after: colon)...].drop(while: isBlank)
        let end = value.lastIndex { !isBlank($0) }.map { value.index(after: $0) } ?? value.startIndex
        return (String(header[..<colon]), String(decoding: value[value.startIndex..<end], as: UTF8.self))
    }

    private static func secret(_ name: String, _ variable: (String) -> String?) throws(Objection) -> String {
        guard let value = variable(name), !value.isEmpty else {
            throw Objection(description: "The environment has no `\(name)`, which the server is to be told.")
        }
        return value
    }

    /// Who sets these says where a message ends, to whom it goes, or what the protocol says.
    private static let reserved: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "te", "trailer", "upgrade", "keep-alive",
        "proxy-connection", "accept", "accept-encoding", "content-type", "last-event-id",
    ]
    private static let longest = 8 << 10

    private static func check(_ field: ServerEndpoint.Field, among all: [ServerEndpoint.Field]) throws(Objection) {
        guard FieldText.isName(field.name), field.name.utf8.count <= 100 else {
            throw Objection(description: "`--header`: what stands before the colon is not the name of a header.")
        }
        let name = field.name.lowercased()
        guard FieldText.isValue(field.value), field.value.utf8.count <= longest else {
            throw Objection(
                description:
                    "The value for the header `\(field.name)` must be printable ASCII of at most \(longest) bytes.")
        }
        guard !reserved.contains(name), !name.hasPrefix("mcp-") else {
            throw Objection(description: "The header `\(field.name)` is the protocol's own.")
        }
        guard all.count(where: { $0.name.lowercased() == name }) == 1 else {
            throw Objection(description: "The header `\(field.name)` is given twice.")
        }
    }
}
