/// A request that is ready to be sent.
struct HTTPMessage {
    let method: String
    let target: HTTPTarget
    let headers: [(name: String, value: String)]
    let body: String?

    /// curl before 8 takes lines of 100 KiB in its configuration, and a byte may need two there.
    static let largestBody = 48 << 10
    static let longestHeader = 8 << 10

    init(method: String, url: String, headers: [(name: String, value: String)], body: String?) throws(Obstacle) {
        guard Self.methods.contains(where: { $0.utf8.elementsEqual(method.utf8) }) else { throw .method(method) }
        self.method = method
        target = try HTTPTarget(url)
        for header in headers { try Self.check(header) }
        self.headers = headers
        if let body {
            guard !body.utf8.contains(0) else { throw .bodyNotSendable }
            guard body.utf8.count <= Self.largestBody else {
                throw .bodyTooLarge(body.utf8.count, limit: Self.largestBody)
            }
        }
        self.body = body
    }

    func has(_ name: String) -> Bool { headers.contains { Self.lowercased($0.name).elementsEqual(name.utf8) } }

    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    /// Who sets these says where a message ends, or to whom it goes.
    private static let reserved = [
        "host", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade",
    ]

    /// RFC 9110 §5.1 and §5.5, without what is outside ASCII.
    private static func check(_ header: (name: String, value: String)) throws(Obstacle) {
        let isToken = header.name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
        guard isToken, !header.name.isEmpty else { throw .headerName(header.name) }
        guard !reserved.contains(where: { lowercased(header.name).elementsEqual($0.utf8) }) else {
            throw .reservedHeader(header.name)
        }
        guard header.value.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) else {
            throw .headerValue(header.name)
        }
        guard header.name.utf8.count + header.value.utf8.count <= longestHeader else {
            throw .headerTooLong(header.name, limit: longestHeader)
        }
    }

    private static func lowercased(_ text: String) -> [UInt8] {
        text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
    }

    /// What is shown before it is sent, with everything in it.
    var preview: String {
        let place = "host \(target.host), port \(target.port)\(target.isEncrypted ? ", encrypted" : ", not encrypted")"
        var text = "\(method) \(target.url)\n\(place)"
        for header in headers { text += "\n\(header.name): \(header.value)" }
        guard let body else { return text }
        return text + "\n\n\(body)"
    }
}
