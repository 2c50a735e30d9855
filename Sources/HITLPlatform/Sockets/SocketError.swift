import Glibc

package enum SocketError: Error, Sendable, Hashable {
    /// A Unix socket's address holds `limit` bytes.
    case pathTooLong(path: String, limit: Int)
    /// Nobody listens there: no socket, or one that was left behind.
    case nobodyListens(path: String)
    /// Another process listens there already; its pid where it left it.
    case alreadyListening(path: String, pid: Int32?)
    /// Something that is no socket has the path. It is left alone.
    case notASocket(path: String)
    case file(FileError)
    case cancelled
    case closed
    /// Who is on the other side cannot be said for sure.
    case unknownPeer(PeerIdentity.Failure)
    case system(SystemError)
}

extension SocketError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .pathTooLong(let path, let limit):
            "the socket's path `\(path)` has \(path.utf8.count) bytes, more than the \(limit) that the system allows"
        case .nobodyListens(let path): "nobody listens on `\(path)`"
        case .alreadyListening(let path, let pid?): "process \(pid) listens on `\(path)` already"
        case .alreadyListening(let path, nil): "another process listens on `\(path)` already"
        case .notASocket(let path): "`\(path)` exists and is no socket"
        case .file(let error): error.description
        case .cancelled: "cancelled"
        case .closed: "closed"
        case .unknownPeer(let failure): failure.description
        case .system(let error): error.description
        }
    }
}
