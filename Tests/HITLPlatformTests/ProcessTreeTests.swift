import Glibc
@testable import HITLPlatform
import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `The process tree` {
    @Test func `leads from a process over its supervisor to us and on to the top`() async throws {
        // Not by way of a shell, which would still be one for a moment.
        let child = try await ChildProcess.start(Launch("/bin/sleep", ["1000"]))
        let chain = try ProcessTree.ancestry(of: child.process)
        #expect(
            chain.prefix(3).map(\.identity) == [
                child.process, child.supervisor, try ProcessTree.identity(of: ThisProcess.pid),
            ])
        #expect(chain.last?.pid == 1 || chain.last?.parent == 1)
        #expect(chain[0].name.text == "sleep" && chain[1].name.text == "supervisor")
        #expect(try ProcessTree.executablePath(of: child.process).text.hasSuffix("/sleep"))
        child.stop(grace: .zero)
        _ = await child.wait()
    }

    @Test func `takes a pid with another start for another process`() throws {
        let own = try ProcessTree.identity(of: ThisProcess.pid)
        let recycled = ProcessIdentity(pid: own.pid, startTicks: own.startTicks + 1)
        #expect(try ProcessTree.isAtOrBelow(own, ancestor: own))
        #expect(try !ProcessTree.isAtOrBelow(own, ancestor: recycled))
        #expect(throws: ProcessTree.Failure.gone(pid: own.pid)) { try ProcessTree.isAtOrBelow(recycled, ancestor: own) }
        #expect(!ProcessTree.isAlive(recycled) && ProcessTree.isAlive(own))
    }

    @Test func `gives an error and no answer for what is not there`() {
        let absent = ProcessIdentity(pid: .max, startTicks: 1)
        #expect(throws: ProcessTree.Failure.gone(pid: .max)) { try ProcessTree.ancestry(of: absent) }
        #expect(throws: ProcessTree.Failure.gone(pid: 0)) { try ProcessTree.identity(of: 0) }
        #expect(throws: ProcessTree.Failure.gone(pid: -1)) { try ProcessTree.identity(of: -1) }
    }

    @Test func `finds the first ancestor that is no shell and not of a given name`() async throws {
        // Shells below shells below us; each tells its pid and stays.
        let line = try Lifeline()
        let child = try await line.start(shell("/bin/bash -c \"/bin/sh -c 'echo \\$\\$; sleep 1000; :'; :\"; :"))
        let innermost = try ProcessTree.identity(of: #require(try await line.nextLine().flatMap { Int32($0) }))
        #expect(
            try ProcessTree.ancestry(of: innermost).prefix(4).map(\.name.text) == ["sh", "bash", "sh", "supervisor"])
        let supervisor = try ProcessTree.firstAncestor(of: innermost, neitherShellNorNamed: [])
        #expect(supervisor.identity == child.supervisor)
        let own = try ProcessTree.firstAncestor(of: innermost, neitherShellNorNamed: ["supervisor"])
        #expect(own.pid == ThisProcess.pid)
        // What stands above it is not looked at, and each below it is asked about once.
        var asked: [String] = []
        let path = try ProcessTree.path(from: innermost) { entry in
            asked.append(entry.name.text)
            return entry.identity == child.supervisor
        }
        #expect(path.map(\.name.text) == ["sh", "bash", "sh", "supervisor"])
        #expect(asked == ["bash", "sh", "supervisor"])
        #expect(throws: ProcessTree.Failure.noSuchAncestor(pid: innermost.pid)) {
            try ProcessTree.path(from: innermost) { _ in false }
        }
        child.stop(grace: .zero)
        _ = await child.wait()
    }

    @Test func `reads a name that is made to deceive`() throws {
        let text = Array("42 (a) S 1 (b\n) R 7 8 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1234 0 0\n".utf8)
        let entry = try #require(ProcessTree.parse(text))
        #expect(entry.pid == 42 && entry.parent == 7 && entry.group == 8 && entry.session == 9)
        #expect(entry.identity.startTicks == 1234 && entry.name.text == "a) S 1 (b\n")
        #expect(ProcessTree.parse(Array("42 (a) S 1".utf8)) == nil)
        #expect(ProcessTree.parse([]) == nil)
    }

    @Test func `does not take the name a process gives itself for its parentage`() async throws {
        let line = try Lifeline()
        let child = try await line.start(
            shell("printf 'x) S 1 1' > /proc/$$/comm; echo named; while :; do sleep 1000; done"))
        #expect(try await line.nextLine() == "named")
        let entry = try ProcessTree.entry(of: child.pid)
        #expect(entry.name.text == "x) S 1 1")
        #expect(entry.parent == child.supervisor.pid)
        child.stop(grace: .zero)
        _ = await child.wait()
    }
}
