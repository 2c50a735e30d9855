import CPlatform
import Glibc

/// One connection over a Unix socket, with the identity of the other side.
package final class UnixStream: Sendable {
    package let peer: PeerIdentity
    package let channel: LineChannel

    /// Takes over the descriptor.
    init(_ descriptor: Int32, limits: LineChannel.Limits, on reactor: Reactor) throws(SocketError) {
        do throws(PeerIdentity.Failure) {
            peer = try PeerIdentity(of: descriptor)
        } catch {
            Glibc.close(descriptor)
            throw .unknownPeer(error)
        }
        do throws(SystemError) {
            channel = try LineChannel(reading: descriptor, writing: descriptor, limits: limits, on: reactor)
        } catch {
            throw .system(error)
        }
    }

    /// Connects to the process that listens at `path`. Waits where its backlog is full.
    package static func connect(
        to path: String, limits: LineChannel.Limits = .init(), on reactor: Reactor = .shared
    ) async throws(SocketError) -> UnixStream {
        try checkLength(of: path)
        let descriptor = platform_unix_socket()
        guard descriptor >= 0 else { throw .system(SystemError(descriptor, "socket")) }
        var pause: Duration = .milliseconds(1)
        while true {
            let result = withPath(Array(path.utf8)) { platform_unix_connect(descriptor, $0) }
            if result == 0 { break }
            // The kernel tells nobody when a Unix socket's backlog has room again.
            if result == -EAGAIN {
                do {
                    try await Task.sleep(for: pause)
                    pause = min(pause * 2, .milliseconds(100))
                    continue
                } catch {
                    Glibc.close(descriptor)
                    throw .cancelled
                }
            }
            Glibc.close(descriptor)
            throw switch result {
            case -ENOENT, -ECONNREFUSED: .nobodyListens(path: path)
            case -ENOTSOCK, -EPROTOTYPE: .notASocket(path: path)
            default: .file(FileError(path: path, SystemError(result, "connect")))
            }
        }
        return try UnixStream(descriptor, limits: limits, on: reactor)
    }

    static func checkLength(of path: String) throws(SocketError) {
        let limit = platform_socket_path_limit()
        guard path.utf8.count <= limit else { throw .pathTooLong(path: path, limit: limit) }
        guard !path.utf8.contains(0) else { throw .file(FileError(path: path, reason: .controlCharacter(0, at: 0))) }
    }

    package func nextLine() async throws(LineChannel.Failure) -> [UInt8]? { try await channel.nextLine() }
    package var lines: LineChannel.Lines { channel.lines }
    package func write(_ bytes: [UInt8]) async throws(LineChannel.Failure) { try await channel.write(bytes) }
    package func offer(_ bytes: [UInt8]) throws(LineChannel.Failure) { try channel.offer(bytes) }
    package func closeWriting() { channel.closeWriting() }
    package func close() { channel.close() }
}
