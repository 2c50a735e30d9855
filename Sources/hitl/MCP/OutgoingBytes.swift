import Glibc

/// What waits to be written to a descriptor, in order and whole.
struct OutgoingBytes {
    private var bytes: [UInt8] = []
    private var sent = 0

    var count: Int { bytes.count - sent }
    var isEmpty: Bool { count == 0 }

    /// A line and its end.
    mutating func add(_ line: [UInt8]) {
        if sent > 1 << 20 {
            bytes.removeFirst(sent)
            sent = 0
        }
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func clear() { (bytes, sent) = ([], 0) }

    /// - Parameter write: takes what it can at once and says how much; nil where nobody reads any more.
    /// - Returns: false where nobody reads any more.
    mutating func flush(_ write: (UnsafeRawBufferPointer) -> Int?) -> Bool {
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
            guard let count else { return false }
            if count == 0 { return true }
            sent += count
        }
        sent = 0
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
        return true
    }
}

/// A descriptor that bytes go out of without ever waiting.
struct WritingEnd {
    private enum Kind {
        /// Ours alone, so that it could be made non-blocking.
        case nonBlocking
        case socket
        /// Shared with others, as whom it may block: how much it takes has to be known before.
        case pipe
    }

    private let descriptor: Int32
    private let kind: Kind

    /// What a pipe takes at least, once it says that it takes something.
    private static let pipeRoom = 4096

    init(ours descriptor: Int32) {
        self.descriptor = descriptor
        kind = .nonBlocking
    }

    init(shared descriptor: Int32) {
        self.descriptor = descriptor
        var facts = stat()
        kind = fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFSOCK ? .socket : .pipe
    }

    /// How many bytes it took; nil where nobody reads any more.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var count: Int
        switch kind {
        case .nonBlocking: count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        case .socket: count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
        case .pipe:
            var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&watched, 1, 0) > 0 else { return 0 }
            count = Glibc.write(descriptor, bytes.baseAddress, min(bytes.count, Self.pipeRoom))
        }
        if count >= 0 { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }
}
