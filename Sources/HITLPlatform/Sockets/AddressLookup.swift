import Glibc

/// An address that a stream can be opened to.
package struct StreamAddress: Sendable {
    package let family: Int32
    private let bytes: [UInt8]

    init(_ entry: addrinfo) {
        family = entry.ai_family
        bytes = Array(UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen)))
    }

    func withSocketAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        bytes.withUnsafeBytes { body($0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count)) }
    }
}

/// Looks up the addresses of a name on a thread of its own, since the system's resolver blocks.
///
/// Whoever loses interest lets go of it; the thread then ends by itself.
package final class AddressLookup {
    package struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Readable once there is a result.
    package var descriptor: Int32 { ended.number }
    private let ended: OwnedDescriptor
    private let inquiry: Inquiry

    package init(host: String, port: Int) throws(Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure(description: "\(SystemError(errno, "pipe"))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        ended = OwnedDescriptor(ends[0])
        inquiry = Inquiry(host: host, port: port, end: OwnedDescriptor(ends[1]))
        // Signals are for the thread that expects them.
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let context = Unmanaged.passRetained(inquiry)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Inquiry>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw Failure(description: "\(SystemError(code, "pthread_create"))")
        }
        pthread_detach(thread)
    }

    /// Nil as long as there is none.
    package var result: Result<[StreamAddress], Failure>? { inquiry.result.withLock { $0 } }

    private final class Inquiry: Sendable {
        let host: String
        let port: Int
        let end: Locked<OwnedDescriptor?>
        let result = Locked<Result<[StreamAddress], Failure>?>(nil)

        init(host: String, port: Int, end: OwnedDescriptor) {
            self.host = host
            self.port = port
            self.end = Locked(end)
        }

        func run() {
            let found = look()
            result.withLock { $0 = found }
            // Closing it is the sign.
            end.withLock { $0 = nil }
        }

        private func look() -> Result<[StreamAddress], Failure> {
            var hints = addrinfo()
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            hints.ai_flags = AI_NUMERICSERV
            var list: UnsafeMutablePointer<addrinfo>?
            let code = getaddrinfo(host, String(port), &hints, &list)
            guard code == 0 else {
                let why = code == EAI_SYSTEM ? SystemError.reason(errno) : String(cString: gai_strerror(code))
                return .failure(Failure(description: why))
            }
            defer { freeaddrinfo(list) }
            var addresses: [StreamAddress] = []
            var next = list
            while let entry = next {
                addresses.append(StreamAddress(entry.pointee))
                next = entry.pointee.ai_next
            }
            return .success(addresses)
        }
    }
}

/// A TCP socket that does not block.
package enum TCPSocket {
    /// - Returns: a socket that connects; it is writable once that is decided, as `connectionError` then tells.
    package static func connect(to address: StreamAddress) throws(SystemError) -> OwnedDescriptor {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(address.family, kind, 0)
        guard number >= 0 else { throw SystemError(errno, "socket") }
        let descriptor = OwnedDescriptor(number)
        set(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        // A peer that is gone without a word is noticed within two minutes.
        set(number, SOL_SOCKET, SO_KEEPALIVE, 1)
        set(number, Int32(IPPROTO_TCP), TCP_KEEPIDLE, 60)
        set(number, Int32(IPPROTO_TCP), TCP_KEEPINTVL, 15)
        set(number, Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
        let result = address.withSocketAddress { Glibc.connect(number, $0, $1) }
        guard result == 0 || errno == EINPROGRESS else { throw SystemError(errno, "connect") }
        return descriptor
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Zero where it is connected.
    package static func connectionError(_ descriptor: Int32) -> Int32 {
        var number: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &length) == 0 ? number : errno
    }
}
