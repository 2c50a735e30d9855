import Glibc
import HITLCore
import HITLGate
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLServer

@Suite(.oneAtATime) struct `A client that misbehaves` {
    @Test func `with half a line and then silence harms nobody`() async throws {
        let desk = try await TestDesk()
        let silent = try await desk.client()
        try await silent.send(raw: Array(#"{"jsonrpc":"2.0","id":1,"#.utf8))
        #expect(try await desk.client().ask() == 1)
        silent.close()
        await desk.close()
    }

    @Test func `with garbage is told so, line by line`() async throws {
        let desk = try await TestDesk()
        let client = try await desk.client()
        try await client.send(raw: Array("\u{0}\u{1}\u{2}\nGET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8))
        for _ in 1...3 { #expect(try await client.answer().kind == "notJSON") }
        #expect(try await client.ask() == 1)
        await desk.close()
    }

    @Test func `with a line of 17 MiB is told so and let go of`() async throws {
        let desk = try await TestDesk()
        let client = try await desk.client()
        async let sending: Void = client.send(raw: [UInt8](repeating: UInt8(ascii: "x"), count: 17 << 20))
        let answer = try await client.answer()
        #expect(answer.message == "The line is longer than 16777216 bytes.")
        do { try await sending } catch {}
        #expect(try await desk.client().ask() == 1)
        await desk.close()
    }

    @Test func `with a call of 15 MiB is heard`() async throws {
        let desk = try await TestDesk()
        let client = try await desk.client()
        let large = String(repeating: "x", count: 15 << 20)
        let number = try await client.ask("c1", ["args": ["text": .string(large)]])
        _ = try await desk.client().call("reject", ["request": .integer(number)])
        #expect(try await client.answer().result?["arguments"]?.object?["text"]?.string?.utf8.count == 15 << 20)
        await desk.close()
    }

    @Test func `of too many connections is refused with the reason`() async throws {
        let desk = try await TestDesk(change: { $0.connections = 2 })
        let first = try await desk.client()
        let second = try await desk.client()
        _ = try await first.call("list")
        _ = try await second.call("list")
        #expect(try await desk.client().answer().message == "The desk has 2 connections, which is its limit.")
        first.close()
        while desk.server.connectionCount > 1 { await Task.yield() }
        #expect(try await desk.client().call("list").kind == nil)
        await desk.close()
    }

    @Test func `that waits for too many answers is refused one more`() async throws {
        let desk = try await TestDesk(change: { $0.waiting = 2 })
        let client = try await desk.client()
        _ = try await client.ask("c1")
        _ = try await client.ask("c2")
        #expect(try await client.call("ask", ["id": "c3", "tool": "bash", "args": [:]]).kind == "tooManyAtOnce")
        #expect(try await client.call("wait", ["request": 1]).kind == "tooManyAtOnce")
        await desk.close()
    }

    @Test func `with many lines at once does not keep others waiting for all of its answers`() async throws {
        let flood = Locked<Int32>(-1)
        let answered = Locked<Int32>(-1)
        let desk = try await TestDesk(look: { call in
            var count: Int32 = 0
            if ioctl(flood.withLock { $0 }, UInt(FIONREAD), &count) == 0 { answered.withLock { $0 = count } }
            return call
        })
        let line = Array(#"{"jsonrpc":"2.0","id":1,"method":"x","params":{}}"#.utf8) + [10]
        let flooding = try DeskSocket.connect(to: .named(desk.socket))
        flood.withLock { $0 = flooding.descriptor }
        flooding.send(line)
        let answer = Int32(try flooding.nextLine().count + 1)
        let other = try await desk.client()
        _ = try await other.call("list")

        // All of it is there before the desk looks.
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let (held, release) = (ends[0], ends[1])
        Reactor.desk.perform {
            var byte: UInt8 = 0
            _ = read(held, &byte, 1)
        }
        flooding.send(Array(repeatElement(line, count: 1000).joined()))
        try await other.send("ask", ["id": "c", "tool": "bash", "args": [:]])
        #expect(write(release, [1], 1) == 1)
        _ = try await other.notification("opened")
        // What is not read takes up to some 270 answers.
        #expect((0..<answer * 200).contains(answered.withLock { $0 }))
        close(held)
        close(release)
        await desk.close()
    }

    @Test func `of another user can neither ask nor decide`() async throws {
        let desk = try await TestDesk()
        let own = try DeskAuthority.thisProcess()
        let scratch = Scratch()
        let other = DeskServer(
            gate: desk.gate, authority: DeskAuthority(desk: own.desk, uid: own.uid + 1, user: "bob"))
        try other.listen(at: scratch / "other.sock")
        let client = TestClient(try await UnixStream.connect(to: scratch / "other.sock"))
        #expect(
            try await client.answer().message
                == "This desk belongs to another user; uid \(own.uid) can neither ask nor decide here.")
        #expect(try await client.line() == nil)
        await desk.close()
        await other.close()
    }
}

@Suite(.oneAtATime) struct `The desk's socket` {
    @Test func `in a directory that others can use is refused`() async throws {
        let desk = try await TestDesk()
        let scratch = Scratch()
        for mode: UInt32 in [0o755, 0o770, 0o777] {
            let directory = scratch / "open"
            #expect(mkdir(directory, mode) == 0 && chmod(directory, mode) == 0)
            let server = DeskServer(gate: desk.gate, authority: try .thisProcess())
            #expect(throws: SocketError.self) { try server.listen(at: directory + "/desk.sock") }
            rmdir(directory)
        }
        await desk.close()
    }

    @Test func `is its owner's alone and goes with the desk`() async throws {
        let desk = try await TestDesk()
        var facts = stat()
        #expect(stat(desk.socket, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        await desk.close()
        #expect(stat(desk.socket, &facts) != 0)
    }

    @Test func `serves a thousand clients that ask at once`() async throws {
        let desk = try await TestDesk()
        let count = 1000
        let alice = try await desk.client()
        var agents: [TestClient] = []
        for _ in 1...count { agents.append(try await desk.client()) }
        for agent in agents { try await agent.send("ask", ["id": "c", "tool": "bash", "args": [:]]) }
        var numbers: Set<Int64> = []
        for agent in agents { numbers.insert(try #require(try await agent.notification("opened")["number"]?.integer)) }
        #expect(numbers == Set(1...Int64(count)))
        for number in 1...Int64(count) {
            try await alice.send(number % 2 == 0 ? "approve" : "reject", ["request": .integer(number)])
        }
        var decisions: [String: Int] = [:]
        for agent in agents { decisions[try #require(try await agent.answer().decision), default: 0] += 1 }
        #expect(decisions == ["approved": count / 2, "rejected": count / 2])
        await desk.close()
    }

    @Test func `answers everybody who waits when the desk closes, and leaves the requests pending`() async throws {
        let scratch = Scratch()
        let desk = try await TestDesk(in: scratch)
        let agents = [try await desk.client(), try await desk.client()]
        for (place, agent) in agents.enumerated() { _ = try await agent.ask("c\(place)") }
        let waiter = try await desk.client()
        try await waiter.send("wait", ["request": 1])
        #expect(try await waiter.call("list").result?["count"] == 2)
        await desk.close()
        for client in agents + [waiter] {
            #expect(
                try await client.answer().message
                    == "The desk is closing; a request that is pending stays so for the next desk.")
            #expect(try await client.line() == nil)
        }
        #expect(try desk.status(of: 1) == .pending && desk.status(of: 2) == .pending)
    }
}
