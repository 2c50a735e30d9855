import Glibc
import HITLCore
import HITLPlatform

/// An HTTP server on 127.0.0.1 that does what a test tells it, byte by byte, and writes down what it was asked.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        let method: String
        let target: String
        /// Names in lower case.
        let fields: [(name: String, value: String)]
        let body: String

        func value(of name: String) -> String? { fields.first { $0.name == name }?.value }

        var message: JSONObject { (try? JSONValue(parsing: Array(body.utf8)))?.object ?? JSONObject() }

        /// The JSON-RPC method, else the HTTP method.
        var word: String { message["method"]?.string ?? method }

        var id: String { message["id"]?.canonicalText ?? "null" }
    }

    /// The way back of one request.
    struct Back {
        fileprivate let connection: Int32

        /// Bytes as they are; false once nobody reads.
        @discardableResult
        func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        @discardableResult
        func write(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(connection, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        func reply(_ status: String, _ fields: [String] = [], _ body: String = "") {
            let head = (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + fields).joined(separator: "\r\n")
            write(head + "\r\n\r\n" + body)
        }

        func json(_ body: String, _ fields: [String] = []) {
            reply("200 OK", ["Content-Type: application/json"] + fields, body)
        }

        /// The head of a stream that ends with the connection.
        func events(_ fields: [String] = []) {
            write(
                (["HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Connection: close"] + fields)
                    .joined(separator: "\r\n") + "\r\n\r\n")
        }

        func event(_ data: String, id: String? = nil) {
            write((id.map { "id: \($0)\n" } ?? "") + "data: \(data)\n\n")
        }

        /// The result of a tool that says this.
        func says(_ text: String, to request: Request) { json(Self.result(text, of: request)) }

        static func result(_ text: String, of request: Request) -> String {
            #"{"jsonrpc":"2.0","id":\#(request.id),"result":{"content":[{"type":"text","text":"\#(text)"}],"isError":false}}"#
        }

        func close() { shutdown(connection, Int32(SHUT_RDWR)) }

        /// Returns once the client has hung up.
        func waitForEnd() {
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
        }
    }

    typealias Script = @Sendable (Request, Back) -> Void

    let port: Int
    private let listener: Int32
    private let received: Locked<[Request]>
    private let open: Locked<Set<Int32>>

    init(_ script: @escaping Script) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && getsockname(listener, address, &length) == 0
            }
        }
        precondition(bound && listen(listener, 64) == 0, "no port on the loopback interface")
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        let received = Locked<[Request]>([])
        let open = Locked<Set<Int32>>([])
        (self.received, self.open) = (received, open)
        Self.thread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                _ = open.withLock { $0.insert(connection) }
                Self.thread {
                    while let request = Self.read(connection) {
                        received.withLock { $0.append(request) }
                        script(request, Back(connection: connection))
                    }
                    _ = open.withLock { $0.remove(connection) }
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        open.withLock { for connection in $0 { shutdown(connection, Int32(SHUT_RDWR)) } }
    }

    var url: String { "http://127.0.0.1:\(port)/mcp" }

    var requests: [Request] { received.withLock { $0 } }

    /// What was asked, in order: `initialize`, `tools/call`, `GET` …
    var words: [String] { requests.map(\.word) }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var id = pthread_t()
        pthread_create(
            &id, nil,
            { context in
                Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(id)
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            guard recv(connection, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3 else { return nil }
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            return (name: parts[0].lowercased(), value: String((parts.last ?? "").drop { $0 == " " }))
        }
        let length = fields.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        var body = [UInt8](repeating: 0, count: length)
        var taken = 0
        while taken < length {
            let count = body.withUnsafeMutableBytes { recv(connection, $0.baseAddress! + taken, length - taken, 0) }
            guard count > 0 else { return nil }
            taken += count
        }
        return Request(method: words[0], target: words[1], fields: fields, body: String(decoding: body, as: UTF8.self))
    }
}
