import Glibc
@testable import HITLPlatform
import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `A process of ours` {
    @Test func `becomes private when told to`() async throws {
        #expect(try await ChildProcess.run(Launch(probe, ["private"])).output.text == "true true 0\n")
    }

    @Test func `knows its arguments and environment as bytes`() throws {
        #expect(try ThisProcess.arguments().first == CommandLine.arguments.first.map { Array($0.utf8) })
        #expect(setenv("HITL_PLATFORM_TEST", "ü", 1) == 0)
        #expect(ThisProcess.environment().contains(Array("HITL_PLATFORM_TEST=ü".utf8)))
    }

    @Test func `gives children the limits of before it raised its own`() async throws {
        let before = try await ChildProcess.run(shell("ulimit -Sn")).output.text
        let raised = try ThisProcess.raiseDescriptorLimit()
        #expect(raised >= UInt64(before.filter(\.isNumber)) ?? 0)
        #expect(try await ChildProcess.run(shell("ulimit -Sn")).output.text == before)
    }

    @Test func `finds its user in the password database, not in the environment`() throws {
        let account = try Account.current()
        #expect(account.uid == geteuid() && !account.name.isEmpty && account.home.hasPrefix("/"))
    }

    @Test func `has a clock that counts from the epoch and one that only goes forward`() {
        #expect(abs(SystemClock.wallMilliseconds() / 1000 - Int64(time(nil))) <= 1)
        let first = SystemClock.monotonicNanoseconds()
        #expect(SystemClock.monotonicNanoseconds() >= first)
        #expect(SystemClock.monotonicNanoseconds(after: .seconds(Int64.max)) == UInt64.max - 1)
        #expect(SystemClock.monotonicNanoseconds(after: .seconds(-1)) < first + 1_000_000_000)
    }

    @Test func `draws random bytes`() {
        #expect(RandomBytes.make(0) == [])
        #expect(RandomBytes.make(32).count == 32)
        #expect(RandomBytes.make(32) != RandomBytes.make(32))
    }
}

@Suite(.oneAtATime) struct `A lock file` {
    @Test func `is held by one, names the holder, and is free when that one is killed`() async throws {
        let scratch = Scratch()
        let path = scratch / "lock"
        var launch = Launch(probe, ["hold-lock", path])
        launch.output = .channel
        let holder = try await ChildProcess.start(launch)
        #expect(try await holder.nextLine()?.text == "held \(holder.pid)")
        #expect(throws: LockFile.Failure.held(by: holder.pid)) { try LockFile(path) }
        #expect(kill(holder.pid, SIGKILL) == 0)
        _ = await holder.wait()
        let lock = try LockFile(path)
        #expect(scratch.text("lock") == "\(ThisProcess.pid)\n")
        #expect(throws: LockFile.Failure.held(by: ThisProcess.pid)) { try LockFile(lock.path) }
    }

    @Test func `does not follow a link`() {
        let scratch = Scratch()
        scratch.makeFile("precious", "contents")
        scratch.makeLink("lock", to: "precious")
        #expect(throws: LockFile.Failure.self) { try LockFile(scratch / "lock") }
        #expect(scratch.text("precious") == "contents")
    }
}

@Suite struct `A private file` {
    @Test func `appears whole, for its owner only, in the place of what was there`() throws {
        let scratch = Scratch()
        scratch.makeFile("key", "old", mode: 0o644)
        try PrivateFile.write(Array("new".utf8), to: scratch / "key")
        #expect(try PrivateFile.read(scratch / "key").text == "new")
        #expect(try ConfinedDirectory(scratch.path).facts(of: "key").mode == 0o600)
        #expect(scratch.names() == ["key"])
    }

    @Test func `is not read where others could have read or written it, or through a link`() throws {
        let scratch = Scratch()
        scratch.makeFile("key", "secret", mode: 0o640)
        scratch.makeLink("link", to: "key")
        #expect(throws: FileError(path: scratch / "key", reason: .notPrivate(.mode(0o640)))) {
            try PrivateFile.read(scratch / "key")
        }
        #expect(throws: FileError(path: scratch / "link", reason: .symbolicLink)) {
            try PrivateFile.read(scratch / "link")
        }
    }

    @Test func `has a limit, as every small file`() {
        let scratch = Scratch()
        scratch.makeFile("big", String(repeating: "x", count: 11), mode: 0o600)
        #expect(throws: FileError(path: scratch / "big", reason: .tooLarge(limit: 10))) {
            try SmallFile.read(scratch / "big", limit: 10)
        }
        #expect(throws: FileError(path: scratch / "big", reason: .tooLarge(limit: 10))) {
            try PrivateFile.read(scratch / "big", limit: 10)
        }
        #expect((try? SmallFile.read(scratch / "big", limit: 11))?.count == 11)
    }
}

@Suite struct `A command's name` {
    @Test func `is looked for along the path, in absolute parts alone`() throws {
        let scratch = Scratch()
        for name in ["first", "second", "dark"] { scratch.makeDirectory(name) }
        scratch.makeFile("first/tool", "", mode: 0o644)
        scratch.makeFile("second/tool", "", mode: 0o755)
        scratch.makeLink("dark/alias", to: "../second/tool")
        let path = ":.:second:\(scratch / "first"):\(scratch / "second"):\(scratch / "dark")"
        let tool = try ResolvedExecutable.resolve("tool", searchPath: path, from: scratch.path)
        #expect(tool.path == scratch / "second/tool")
        let alias = try ResolvedExecutable.resolve("alias", searchPath: path, from: scratch.path)
        #expect(alias.path == scratch / "dark/alias" && alias.realPath.text == scratch / "second/tool")
        #expect(alias.facts.identity == tool.facts.identity)
    }

    @Test func `that begins in the directory itself is told without the dot, one that leaves it as it is`() throws {
        let scratch = Scratch()
        scratch.makeDirectory("here")
        scratch.makeFile("here/tool", "", mode: 0o755)
        for (name, path) in [
            ("./tool", "here/tool"), (".//tool", "here/tool"), ("././tool", "here/tool"),
            ("../here/tool", "here/../here/tool"),
        ] {
            #expect(
                try ResolvedExecutable.resolve(name, searchPath: "", from: scratch / "here").path == scratch / path)
        }
    }

    @Test func `is refused where nothing is there, or nothing that runs`() {
        let scratch = Scratch()
        scratch.makeFile("tool", "", mode: 0o644)
        scratch.makeDirectory("directory")
        #expect(throws: ResolvedExecutable.Failure.notFound(name: "absent")) {
            try ResolvedExecutable.resolve("absent", searchPath: scratch.path, from: "/")
        }
        #expect(throws: ResolvedExecutable.Failure.notExecutable(path: scratch / "tool")) {
            try ResolvedExecutable.resolve("tool", searchPath: scratch.path, from: "/")
        }
        #expect(throws: ResolvedExecutable.Failure.notExecutable(path: scratch / "directory")) {
            try ResolvedExecutable.resolve("directory", searchPath: scratch.path, from: "/")
        }
        #expect(throws: ResolvedExecutable.Failure.notExecutable(path: scratch / "tool")) {
            try ResolvedExecutable.resolve("./tool", searchPath: "", from: scratch.path)
        }
        #expect(throws: ResolvedExecutable.Failure.emptyName) {
            try ResolvedExecutable.resolve("", searchPath: scratch.path, from: "/")
        }
    }
}

@Suite struct `Captured output` {
    private func capture(_ pieces: [String], head: Int, tail: Int) -> CapturedOutput {
        var output = CapturedOutput(head: head, tail: tail)
        for piece in pieces { Array(piece.utf8).withUnsafeBytes { output.append($0) } }
        return output
    }

    @Test func `keeps beginning and end and counts the middle, however it arrives`() {
        let text = "abcdefghijklmnop"
        for head in 0...6 {
            for tail in 0...6 {
                for size in 1...text.count {
                    var pieces: [String] = []
                    var rest = Substring(text)
                    while !rest.isEmpty {
                        pieces.append(String(rest.prefix(size)))
                        rest = rest.dropFirst(size)
                    }
                    let output = capture(pieces, head: head, tail: tail)
                    #expect(output.head.text == String(text.prefix(head)))
                    #expect(output.tail.text == String(text.suffix(tail)))
                    #expect(output.cut == UInt64(text.count - head - tail))
                    #expect(output.total == UInt64(text.count))
                }
            }
        }
    }

    @Test func `is whole where it fits`() {
        let output = capture(["abc", "de"], head: 3, tail: 2)
        #expect(output.bytes.text == "abcde" && output.cut == 0)
    }
}
