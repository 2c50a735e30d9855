import Glibc
import HITLPlatform

/// A server on 127.0.0.1 that gives one fixed answer to every connection and keeps what it was sent.
final class LoopbackServer: Sendable {
    let port: Int
    private let listener: Int32
    private let received = Locked<[String]>([])

    /// - Parameter answer: what is sent back, as it is.
    ///   It closes the connection after that, unless `staysOpen`, until the server itself goes.
    init(_ answer: String, staysOpen: Bool = false) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && getsockname(listener, address, &length) == 0
            }
        }
        precondition(bound && listen(listener, 8) == 0, "no port on the loopback interface")
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Serving(listener: listener, answer: Array(answer.utf8), staysOpen: staysOpen, received: received)
        var id = pthread_t()
        pthread_create(
            &id, nil,
            { context in
                Unmanaged<Serving>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(thread).toOpaque())
        pthread_detach(id)
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// The requests so far, head and body.
    var requests: [String] { received.withLock { $0 } }

    private final class Serving: Sendable {
        let listener: Int32
        let answer: [UInt8]
        let staysOpen: Bool
        let received: Locked<[String]>

        init(listener: Int32, answer: [UInt8], staysOpen: Bool, received: Locked<[String]>) {
            self.listener = listener
            self.answer = answer
            self.staysOpen = staysOpen
            self.received = received
        }

        func run() {
            var open: [Int32] = []
            defer { for connection in open { close(connection) } }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                let request = read(connection)
                received.withLock { $0.append(request) }
                var sent = 0
                while sent < answer.count {
                    let count = answer.withUnsafeBytes {
                        send(connection, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
                    }
                    guard count > 0 else { break }
                    sent += count
                }
                if staysOpen { open.append(connection) } else { close(connection) }
            }
        }

        /// Up to the end of the head, and as many bytes of body as it announces.
        private func read(_ connection: Int32) -> String {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let text = String(decoding: bytes, as: UTF8.self)
                if let end = text.range(of: "\r\n\r\n") {
                    let announced = text[..<end].split(separator: "\r\n").first {
                        $0.lowercased().hasPrefix("content-length:")
                    }
                    let length = announced.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
                    if bytes.count >= text[..<end].utf8.count + 4 + length { return text }
                }
                let count = recv(connection, &buffer, buffer.count, 0)
                guard count > 0 else { return text }
                bytes += buffer[..<count]
            }
        }
    }
}

extension String {
    fileprivate func range(of part: String) -> String.Index? {
        let parts = utf8.indices.first { utf8[$0...].starts(with: part.utf8) }
        return parts
    }
}
