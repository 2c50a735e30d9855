import Glibc
package import HITLPlatform

/// A client's end of the desk's socket. It blocks: a client that waits for a person has nothing else to do, and one
/// that only asks is over before a pool of threads would be up.
package final class DeskSocket {
    package enum Failure: Error, Sendable, Equatable {
        case nobodyListens(DeskPlace)
        /// Somebody else listens there, whose answer must not be believed.
        case notOurs(path: String, uid: UInt32)
        case unusable(path: String, SystemError)
        /// The desk went away, or ended the connection.
        case lost
        case timedOut
        case interrupted(signal: Int32)
    }

    /// For whoever watches several.
    package let descriptor: Int32
    private var received: [UInt8] = []
    private var searched = 0
    /// Descriptors whose hanging up ends a wait as SIGPIPE would: the answer has nobody to hear it.
    package var listeners: [Listener] = []

    package struct Listener {
        let descriptor: Int32
        let events: Int32

        /// The other end of a pipe or socket that we write to.
        package static func reader(of descriptor: Int32) -> Listener { Listener(descriptor: descriptor, events: 0) }

        /// A process, as a descriptor of it.
        package static func process(_ descriptor: Int32) -> Listener {
            Listener(descriptor: descriptor, events: POLLIN)
        }
    }

    /// The longest answer: a history, say.
    private static let longestLine = 256 << 20
    // Glibc's module lacks the names: SO_PEERCRED, and struct ucred as pid, uid, gid.
    private static let peerCredentials: Int32 = 17

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Connects to the first path of the place where a desk of the same user listens.
    package static func connect(to place: DeskPlace) throws(Failure) -> DeskSocket {
        for path in place.paths {
            let socket: DeskSocket
            let uid: UInt32
            do throws(SystemError) {
                socket = DeskSocket(try open(path))
                uid = try socket.peerUser()
            } catch {
                if [ENOENT, ECONNREFUSED, ENOTDIR].contains(error.number) { continue }
                throw .unusable(path: path, error)
            }
            guard uid == geteuid() else { throw .notOurs(path: path, uid: uid) }
            return socket
        }
        throw .nobodyListens(place)
    }

    private static func open(_ path: String) throws(SystemError) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8) + [0]
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError(ENAMETOOLONG, "connect")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(errno, "socket") }
        while true {
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if result == 0 { return descriptor }
            let number = errno
            if number == EINTR { continue }
            close(descriptor)
            throw SystemError(number, "connect")
        }
    }

    private func peerUser() throws(SystemError) -> UInt32 {
        var credentials = [UInt32](repeating: .max, count: 3)
        var length = socklen_t(credentials.count * MemoryLayout<UInt32>.stride)
        guard getsockopt(descriptor, SOL_SOCKET, Self.peerCredentials, &credentials, &length) == 0 else {
            throw SystemError(errno, "SO_PEERCRED")
        }
        return credentials[1]
    }

    /// What a desk that is gone does not take any more is found out by reading, where its last words may wait.
    package func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno != EINTR {
                return
            }
        }
    }

    /// The next line without its line feed.
    ///
    /// - Parameter deadline: on `SystemClock.monotonicNanoseconds()`; nil waits as long as it takes.
    package func nextLine(until deadline: UInt64? = nil, signals: SignalPipe? = nil) throws(Failure) -> [UInt8] {
        while true {
            if let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(received[..<end])
                received.removeFirst(end + 1)
                searched = 0
                return line
            }
            searched = received.count
            guard received.count <= Self.longestLine else { throw .lost }
            try waitToRead(until: deadline, signals)
            try fill()
        }
    }

    /// Blocks until there is something to read.
    private func waitToRead(until deadline: UInt64?, _ signals: SignalPipe?) throws(Failure) {
        while true {
            var watched = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
            if let signals { watched.append(pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)) }
            watched += listeners.map { pollfd(fd: $0.descriptor, events: Int16($0.events), revents: 0) }
            var timeout: Int32 = -1
            if let deadline {
                let now = SystemClock.monotonicNanoseconds()
                guard now < deadline else { throw .timedOut }
                timeout = Int32(clamping: (deadline - now + 999_999) / 1_000_000)
            }
            guard poll(&watched, nfds_t(watched.count), timeout) > 0 else { continue }
            if signals != nil, watched[1].revents != 0, let signal = signals?.take() {
                throw .interrupted(signal: signal)
            }
            if watched.suffix(listeners.count).contains(where: { $0.revents != 0 }) {
                throw .interrupted(signal: SIGPIPE)
            }
            if watched[0].revents != 0 { return }
        }
    }

    // MARK: Lent to somebody else

    /// What was read and not looked at, for whoever reads from here on.
    func takeUnread() -> [UInt8] {
        defer { (received, searched) = ([], 0) }
        return received
    }

    func putBack(_ unread: [UInt8]) { (received, searched) = (unread + received, 0) }

    // MARK: Without blocking

    /// Sends what fits.
    ///
    /// - Returns: how many bytes went; nil where the desk is gone.
    package func sendNow(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    /// Takes in what is there, after `poll` said that something is. Throws where the desk is gone.
    package func receiveNow() throws(Failure) { try fill() }

    /// The next whole line of what was taken in.
    package func takeLine() -> [UInt8]? {
        guard let end = received[searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            searched = received.count
            return nil
        }
        let line = Array(received[..<end])
        received.removeFirst(end + 1)
        searched = 0
        return line
    }

    private func fill() throws(Failure) {
        let count = withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 16) { buffer in
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { received.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
            return count
        }
        if count == 0 || (count < 0 && errno != EINTR) { throw .lost }
    }
}

extension DeskSocket.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nobodyListens(.named(let path)):
            "No desk listens at `\(path)`. Start one there with `hitl loop --enable-hitl --agent none --socket \(path)` in another terminal."
        case .nobodyListens(.usual):
            "No desk is running. Start one with `hitl loop --enable-hitl --agent none` in another terminal."
        case .notOurs(let path, let uid): "The desk at `\(path)` belongs to another user (uid \(uid)); it is not asked."
        case .unusable(let path, let error): "The desk at `\(path)` cannot be reached: \(error)."
        case .lost: "The desk is gone."
        case .timedOut: "The time is over."
        case .interrupted: "Interrupted."
        }
    }
}
