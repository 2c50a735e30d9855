import CPlatform
import Glibc

/// Who is on the other side of a Unix socket, as the kernel tells: the process that connected, whatever it says itself.
///
/// Between connecting and now that process may have ended, and another may have got its pid or hold the socket. What
/// the identity rests on is checked again by `isAlive` and by the start time in every comparison of ancestry.
package struct PeerIdentity: Sendable {
    package enum Failure: Error, Sendable, Hashable {
        /// It ended before it could be looked at.
        case gone
        /// It lives where its pid means nothing here (another pid namespace).
        case outsideNamespace
        case process(ProcessTree.Failure)
        case system(SystemError)
    }

    package let uid: UInt32
    package let gid: UInt32
    package let process: ProcessIdentity
    private let pidfd: OwnedDescriptor?

    /// Of the process that connected to, or that listens at the other end of, `socket`.
    init(of socket: Int32) throws(Failure) {
        var credentials = platform_credentials()
        let result = platform_peer_credentials(socket, &credentials)
        guard result == 0 else { throw .system(SystemError(result, "SO_PEERCRED")) }
        guard credentials.pid > 0 else { throw .outsideNamespace }
        uid = credentials.uid
        gid = credentials.gid
        // The descriptor means the very process; by number alone (kernels before 6.5) it is the one that has it now.
        let descriptor = platform_peer_pidfd(socket)
        switch descriptor {
        case 0...: pidfd = OwnedDescriptor(descriptor)
        case -ESRCH, -ENODATA, -EINVAL: throw .gone
        default: pidfd = nil
        }
        do {
            process = try ProcessTree.identity(of: credentials.pid)
        } catch {
            if case .gone = error { throw .gone }
            throw .process(error)
        }
        // Still alive after its start time was read: so it was its own.
        guard isAlive else { throw .gone }
    }

    /// Whether the process that connected still runs.
    package var isAlive: Bool {
        if let pidfd { return platform_pidfd_is_alive(pidfd.number) == 1 }
        return (try? ProcessTree.identity(of: process.pid)) == process
    }
}

extension PeerIdentity.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .gone: "the process on the other side has ended"
        case .outsideNamespace: "the process on the other side lives in another process namespace"
        case .process(let failure): failure.description
        case .system(let error): error.description
        }
    }
}
