import CPlatform
import Glibc

/// Questions and answers over a Unix socket that blocks, each answer within a time: for peers that speak first only
/// when asked, as `ssh-agent` does.
package final class UnixExchange: Sendable {
    private let descriptor: OwnedDescriptor
    private let path: String

    package init(connectingTo path: String) throws(SocketError) {
        self.path = path
        try UnixStream.checkLength(of: path)
        let opened = platform_unix_socket()
        guard opened >= 0 else { throw .system(SystemError(opened, "socket")) }
        descriptor = OwnedDescriptor(opened)
        let result = withPath(Array(path.utf8)) { platform_unix_connect(opened, $0) }
        guard result == 0 else {
            throw switch result {
            case -ENOENT, -ECONNREFUSED: .nobodyListens(path: path)
            case -ENOTSOCK, -EPROTOTYPE: .notASocket(path: path)
            default: .file(FileError(path: path, SystemError(result, "connect")))
            }
        }
    }

    /// The user at the other end.
    package var peer: UInt32? {
        var credentials = platform_credentials()
        guard platform_peer_credentials(descriptor.number, &credentials) == 0 else { return nil }
        return credentials.uid
    }

    /// Blocks until all of it is written.
    package func write(_ bytes: [UInt8], within milliseconds: Int32) throws(SocketError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { platform_send(descriptor.number, $0.baseAddress, $0.count) }
            if sent >= 0 {
                rest = rest.dropFirst(sent)
            } else if sent == -Int(EAGAIN) {
                try wait(for: POLLOUT, milliseconds)
            } else {
                throw .system(SystemError(sent, "send"))
            }
        }
    }

    /// Exactly `count` bytes; blocks for them.
    package func read(_ count: Int, within milliseconds: Int32) throws(SocketError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                recv(descriptor.number, buffer.baseAddress! + filled, count - filled, 0)
            }
            if got > 0 {
                filled += got
            } else if got == 0 {
                throw .system(SystemError(ECONNRESET, "recv"))
            } else if errno == EAGAIN {
                try wait(for: POLLIN, milliseconds)
            } else if errno != EINTR {
                throw .system(SystemError(errno, "recv"))
            }
        }
        return bytes
    }

    private func wait(for events: Int32, _ milliseconds: Int32) throws(SocketError) {
        var one = pollfd(fd: descriptor.number, events: Int16(events), revents: 0)
        let ready = poll(&one, 1, milliseconds)
        if ready == 0 { throw .system(SystemError(ETIMEDOUT, "poll")) }
        if ready < 0, errno != EINTR { throw .system(SystemError(errno, "poll")) }
    }
}
