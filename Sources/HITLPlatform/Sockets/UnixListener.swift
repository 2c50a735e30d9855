import CPlatform
import Glibc

/// A Unix socket that only its owner can reach.
///
/// The directory is the owner's with mode 0700 (made where it is missing, refused where it is more open), the socket
/// has mode 0600 from its first moment, and a lock file beside it says who listens. A socket left behind by a process
/// that died is removed only under that lock and after nobody answered. On closing the path is removed where it is
/// still ours.
package final class UnixListener: Sendable {
    package let path: String

    private struct State {
        var descriptor: Int32
        var registration: Reactor.Registration?
        var waiting: [Result<UnixStream, SocketError>] = []
        var acceptor: UnsafeContinuation<Result<UnixStream, SocketError>, Never>?
        var isClosed = false
    }

    private static let mostWaiting = 64
    private static let backlog: Int32 = 4096

    private let reactor: Reactor
    private let limits: LineChannel.Limits
    private let lock: LockFile
    private let identity: FileIdentity
    private let state: Locked<State>

    package init(
        _ path: String, limits: LineChannel.Limits = .init(), on reactor: Reactor = .shared
    ) throws(SocketError) {
        self.path = path
        self.reactor = reactor
        self.limits = limits
        try UnixStream.checkLength(of: path)
        let bytes = Array(path.utf8)
        do throws(FileError) {
            try PrivateDirectory.prepare(String(decoding: PrivateFile.split(path).directory, as: UTF8.self))
        } catch {
            throw .file(error)
        }
        do throws(LockFile.Failure) {
            lock = try LockFile(path + ".lock")
        } catch {
            switch error {
            case .held(let pid): throw .alreadyListening(path: path, pid: pid)
            case .file(let error): throw .file(error)
            }
        }
        try Self.removeStaleSocket(bytes, path)

        let descriptor = platform_unix_socket()
        guard descriptor >= 0 else { throw .system(SystemError(descriptor, "socket")) }
        state = Locked(State(descriptor: descriptor))
        do throws(SystemError) {
            let bound = withPath(bytes) { platform_unix_bind(descriptor, $0, 0o600) }
            guard bound == 0 else { throw SystemError(bound, "bind") }
            identity = try FileFacts.of(bytes, in: AT_FDCWD).identity
            let listening = platform_unix_listen(descriptor, Self.backlog)
            guard listening == 0 else { throw SystemError(listening, "listen") }
        } catch {
            Glibc.close(descriptor)
            throw .file(FileError(path: path, error))
        }
        do throws(SystemError) {
            let registration = try reactor.register(descriptor, for: .readable) { [weak self] _ in self?.acceptWaiting()
            }
            state.withLock { $0.registration = registration }
        } catch {
            close()
            throw .system(error)
        }
    }

    deinit { close() }

    private static func removeStaleSocket(_ bytes: [UInt8], _ path: String) throws(SocketError) {
        let facts: FileFacts
        do throws(SystemError) {
            facts = try FileFacts.of(bytes, in: AT_FDCWD)
        } catch {
            if error.number == ENOENT { return }
            throw .file(FileError(path: path, error))
        }
        guard facts.kind == .socket else { throw .notASocket(path: path) }
        let probe = platform_unix_socket()
        guard probe >= 0 else { throw .system(SystemError(probe, "socket")) }
        defer { Glibc.close(probe) }
        guard withPath(bytes, { platform_unix_connect(probe, $0) }) == -ECONNREFUSED else {
            throw .alreadyListening(path: path, pid: nil)
        }
        guard withPath(bytes, { unlink($0) }) == 0 else {
            throw .file(FileError(path: path, SystemError(errno, "unlink")))
        }
    }

    /// The next connection. For one task at a time. A connection that could not be identified is thrown as
    /// `unknownPeer` and already closed; go on with the next.
    package func accept() async throws(SocketError) -> UnixStream {
        let result = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<UnixStream, SocketError>, Never>) in
                let immediate = state.withLock { state -> Result<UnixStream, SocketError>? in
                    if !state.waiting.isEmpty {
                        let first = state.waiting.removeFirst()
                        state.registration.map { reactor.setInterest(.readable, of: $0) }
                        return first
                    }
                    if state.isClosed { return .failure(.closed) }
                    if Task.isCancelled { return .failure(.cancelled) }
                    precondition(state.acceptor == nil, "two tasks accept from one listener")
                    state.acceptor = continuation
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            takeAcceptor()?.resume(returning: .failure(.cancelled))
        }
        return try result.get()
    }

    /// Ends listening; connections that were accepted stay.
    package func close() {
        let acceptor = state.withLock { state -> UnsafeContinuation<Result<UnixStream, SocketError>, Never>? in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            // Before the descriptor goes, so that nobody finds the path and is refused. Another's socket there is left.
            if let found = try? FileFacts.of(Array(path.utf8), in: AT_FDCWD).identity,
                found.device == identity.device, found.inode == identity.inode
            {
                unlink(path)
            }
            state.registration.map(reactor.unregister)
            Glibc.close(state.descriptor)
            state.waiting = []
            defer { state.acceptor = nil }
            return state.acceptor
        }
        acceptor?.resume(returning: .failure(.closed))
    }

    private func takeAcceptor() -> UnsafeContinuation<Result<UnixStream, SocketError>, Never>? {
        state.withLock { state in
            defer { state.acceptor = nil }
            return state.acceptor
        }
    }

    private func acceptWaiting() {
        while true {
            let descriptor = state.withLock { state -> Int32 in
                guard !state.isClosed, let registration = state.registration else { return -EAGAIN }
                guard state.waiting.count < Self.mostWaiting else {
                    reactor.setInterest([], of: registration)
                    return -EAGAIN
                }
                let accepted = platform_accept(state.descriptor)
                if [-EMFILE, -ENFILE, -ENOBUFS, -ENOMEM].contains(accepted) { pause(registration) }
                return accepted
            }
            guard descriptor >= 0 else { return }
            let connection: Result<UnixStream, SocketError>
            do throws(SocketError) {
                connection = .success(try UnixStream(descriptor, limits: limits, on: reactor))
            } catch {
                connection = .failure(error)
            }
            let acceptor = state.withLock { state -> UnsafeContinuation<Result<UnixStream, SocketError>, Never>? in
                guard let acceptor = state.acceptor else {
                    if !state.isClosed { state.waiting.append(connection) }
                    return nil
                }
                state.acceptor = nil
                return acceptor
            }
            acceptor?.resume(returning: connection)
        }
    }

    /// Out of descriptors the connection stays in the backlog and would be reported without end.
    private func pause(_ registration: Reactor.Registration) {
        reactor.setInterest([], of: registration)
        reactor.schedule(at: SystemClock.monotonicNanoseconds(after: .milliseconds(100))) { [weak self] in
            self?.resumeAccepting()
        }
    }

    private func resumeAccepting() {
        state.withLock { state in
            guard !state.isClosed, state.waiting.count < Self.mostWaiting else { return }
            state.registration.map { reactor.setInterest(.readable, of: $0) }
        }
    }
}
