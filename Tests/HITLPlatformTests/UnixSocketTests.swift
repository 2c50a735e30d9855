import CPlatform
import Glibc
@testable import HITLPlatform
import HITLTestSupport
import Testing

private func refusal(_ path: String) -> SocketError? {
    do throws(SocketError) {
        try UnixListener(path).close()
        return nil
    } catch {
        return error
    }
}

@Suite(.oneAtATime) struct `A listener` {
    @Test func `talks to who connects, and knows who that is`() async throws {
        let scratch = Scratch()
        let listener = try UnixListener(scratch / "run/deep/desk.sock")
        async let connecting = UnixStream.connect(to: listener.path)
        let server = try await listener.accept()
        let client = try await connecting
        try await client.write(Array("hello\n".utf8))
        #expect(try await server.nextLine()?.text == "hello")
        #expect(server.peer.uid == ThisProcess.uid)
        #expect(server.peer.process == (try ProcessTree.identity(of: ThisProcess.pid)))
        #expect(client.peer.process == server.peer.process)
        #expect(server.peer.isAlive)
    }

    @Test func `makes a directory and a socket that nobody else can use`() throws {
        let scratch = Scratch()
        let listener = try UnixListener(scratch / "run/desk.sock")
        let run = try ConfinedDirectory(scratch.path)
        #expect(try run.facts(of: "run").mode == 0o700)
        #expect(try run.facts(of: "run/desk.sock").mode == 0o600)
        #expect(try run.facts(of: "run/desk.sock.lock").mode == 0o600)
        listener.close()
        #expect(scratch.names("run") == ["desk.sock.lock"])
    }

    @Test(arguments: [0o755, 0o770, 0o701, 0o722] as [UInt32])
    func `refuses a directory that others can use`(mode: UInt32) {
        let scratch = Scratch()
        scratch.makeDirectory("run", mode: mode)
        let directory = Array((scratch / "run").utf8)
        #expect(
            refusal(scratch / "run/desk.sock") == .file(FileError(path: directory, reason: .notPrivate(.mode(mode)))))
    }

    @Test func `refuses a directory of another user, and a link to one`() {
        let scratch = Scratch()
        scratch.makeDirectory("theirs", mode: 0o700)
        scratch.makeLink("link", to: "theirs")
        let link = Array((scratch / "link").utf8)
        #expect(refusal(scratch / "link/desk.sock") == .file(FileError(path: link, reason: .symbolicLink)))
        // Only root can give a directory away.
        guard chown(scratch / "theirs", 4711, 0) == 0 else { return }
        let theirs = Array((scratch / "theirs").utf8)
        #expect(
            refusal(scratch / "theirs/desk.sock")
                == .file(FileError(path: theirs, reason: .notPrivate(.ownedBy(uid: 4711)))))
    }

    @Test func `refuses a way that others could redirect`() {
        let scratch = Scratch()
        scratch.makeDirectory("open", mode: 0o777)
        let open = Array((scratch / "open").utf8)
        #expect(
            refusal(scratch / "open/run/desk.sock") == .file(FileError(path: open, reason: .notPrivate(.mode(0o777)))))
        #expect(chmod(scratch / "open", 0o1777) == 0)
        #expect(refusal(scratch / "open/run/desk.sock") == nil)
    }

    @Test func `names a path that is too long, and the limit`() {
        let path = "/tmp/" + String(repeating: "x", count: 200)
        #expect(refusal(path) == .pathTooLong(path: path, limit: 107))
        #expect(
            refusal(path)?.description
                == "the socket's path `\(path)` has 205 bytes, more than the 107 that the system allows")
    }

    @Test func `takes over what a dead process left, and nothing else`() throws {
        let scratch = Scratch()
        scratch.makeDirectory("run", mode: 0o700)
        let path = scratch / "run/desk.sock"
        let left = platform_unix_socket()
        #expect(path.withCString { platform_unix_bind(left, $0, 0o600) } == 0)
        close(left)
        try UnixListener(path).close()

        let alive = platform_unix_socket()
        #expect(path.withCString { platform_unix_bind(alive, $0, 0o600) } == 0 && listen(alive, 1) == 0)
        #expect(refusal(path) == .alreadyListening(path: path, pid: nil))
        #expect(scratch.names("run").contains("desk.sock"))
        close(alive)

        #expect(unlink(path) == 0)
        scratch.makeFile("run/desk.sock", "precious")
        #expect(refusal(path) == .notASocket(path: path))
        #expect(scratch.text("run/desk.sock") == "precious")
    }

    @Test func `is the only one, and says who is`() throws {
        let scratch = Scratch()
        let listener = try UnixListener(scratch / "run/desk.sock")
        #expect(refusal(listener.path) == .alreadyListening(path: listener.path, pid: ThisProcess.pid))
    }

    @Test func `removes on closing only what is its own`() throws {
        let scratch = Scratch()
        let listener = try UnixListener(scratch / "run/desk.sock")
        #expect(unlink(listener.path) == 0)
        scratch.makeFile("run/desk.sock", "another's")
        listener.close()
        #expect(scratch.text("run/desk.sock") == "another's")
    }

    @Test func `serves many at once`() async throws {
        let scratch = Scratch()
        let listener = try UnixListener(scratch / "run/desk.sock")
        let path = listener.path
        let serving = Task {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    guard let connection = try? await listener.accept() else { return }
                    group.addTask {
                        while let line = try? await connection.nextLine() { try? await connection.write(line + [0x0a]) }
                    }
                }
            }
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let stream = try await UnixStream.connect(to: path)
                    try await stream.write(Array("\(number)\n".utf8))
                    return try await stream.nextLine()?.text == "\(number)"
                }
            }
            for try await isAnswered in group { #expect(isAnswered) }
        }
        await serving.value
    }

    @Test func `tells a client that nobody is there`() async throws {
        let scratch = Scratch()
        let path = scratch / "none"
        await #expect(throws: SocketError.nobodyListens(path: path)) { _ = try await UnixStream.connect(to: path) }
    }

    @Test func `lets go of whoever waits when it is closed`() async throws {
        let scratch = Scratch()
        let listener = try UnixListener(scratch / "run/desk.sock")
        let waiting = Task { _ = try await listener.accept() }
        await Task.yield()
        listener.close()
        await #expect(throws: SocketError.closed) { try await waiting.value }
    }
}

@Suite(.oneAtATime) struct `A peer` {
    @Test func `is known as a descendant of what we started, however it detached itself`() async throws {
        let scratch = Scratch()
        let listener = try UnixListener(scratch / "run/desk.sock")
        let line = try Lifeline()
        let child = try await line.start(shell("setsid -f sh -c '\(probe) connect \(listener.path)'; exec sleep 1000"))
        let other = try await line.channelFreeStart()
        let peer = try await listener.accept()
        #expect(try await peer.nextLine()?.text == "\(peer.peer.process.pid)")
        #expect(try ProcessTree.isAtOrBelow(peer.peer.process, ancestor: child.supervisor))
        #expect(try ProcessTree.isAtOrBelow(peer.peer.process, ancestor: ProcessTree.identity(of: ThisProcess.pid)))
        #expect(try !ProcessTree.isAtOrBelow(peer.peer.process, ancestor: other.process))
        child.stop(grace: .zero)
        _ = await child.wait()
        #expect(!peer.peer.isAlive)
        #expect(throws: ProcessTree.Failure.gone(pid: peer.peer.process.pid)) {
            try ProcessTree.isAtOrBelow(peer.peer.process, ancestor: child.supervisor)
        }
        other.stop(grace: .zero)
        _ = await other.wait()
    }
}

extension Lifeline {
    /// Another command beside it, on nobody's line.
    fileprivate func channelFreeStart() async throws -> ChildProcess {
        try await ChildProcess.start(shell("exec sleep 1000"))
    }
}
