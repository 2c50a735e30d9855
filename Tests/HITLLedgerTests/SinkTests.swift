import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLLedger

@Suite(.oneAtATime) struct `A sink` {
    /// A sink of a ledger on disk, and what it said.
    private final class Fixture {
        let directory = TemporaryDirectory()
        let ledger: Ledger
        private let news = Monitor<[Sink.News]>([])
        private var sink: Sink?

        init() throws {
            ledger = try openLinesLedger(directory.lines)
        }

        func start(_ target: SinkTarget, calls: FileCalls = .system) throws {
            let sink = try Sink(target, of: ledger, environment: ["GREETING": "hello"], calls: calls) { [news] said in
                news.withLock { $0.append(said) }
                news.signal()
            }
            try sink.start()
            self.sink = sink
        }

        func stop() async {
            let sink = sink
            await onThread { sink?.stop() }
            self.sink = nil
        }

        var said: [Sink.News] { news.withLock { $0 } }
        var delivered: Int64 { sink?.delivered ?? -1 }

        /// Sleeps until something is said.
        func untilSaid(_ count: Int) async -> [Sink.News] {
            await onThread { [news] in news.waiting { $0.count >= count ? .over($0) : .untilSignal } }
        }

        func append(_ range: ClosedRange<Int>) async throws {
            for number in range {
                try await ledger.append(
                    [Draft(record: Array("n\t\t\t\t-\t\(number)".utf8), index: Index(kind: "n"))], durability: .written)
            }
        }
    }

    /// The sequences of a sink's lines.
    private static func sequences(_ bytes: [UInt8]) -> [Int] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            Int(line.dropFirst(#"{"sequence":"#.count).prefix { $0 != "," })
        }
    }

    @Test func `that is a file gets every entry as a line, in order, and goes on after a restart`() async throws {
        let fixture = try Fixture()
        let path = fixture.directory.path + "/sink"
        try await fixture.append(1...3)
        try fixture.start(.path(path))
        try await fixture.append(4...200)
        await fixture.stop()
        #expect(Self.sequences(contents(of: path)) == Array(1...200))
        #expect(
            String(decoding: contents(of: path).prefix(47), as: UTF8.self)
                == #"{"sequence":1,"time":1767225600000,"hash":""#
                + "\(try #require(try fixture.ledger.entry(at: 1)).hash.hex.prefix(4))")

        // As after a kill in the middle of a line: what comes next is a line of its own.
        write(contents(of: path) + Array("{\"sequence\"".utf8), to: path)
        try await fixture.append(201...210)
        try fixture.start(.path(path))
        await fixture.stop()
        #expect(Self.sequences(contents(of: path)) == Array(1...210))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(fixture.said == [])
        fixture.ledger.close()
    }

    @Test func `that is a command gets every entry, a clean environment and nothing of ours`() async throws {
        let fixture = try Fixture()
        let path = fixture.directory.path
        let script = "env | sort > \(path)/env; ls /proc/self/fd > \(path)/fds; cat > \(path)/out"
        try await fixture.append(1...100)
        try fixture.start(.command(["/bin/sh", "-c", script]))
        await fixture.stop()
        #expect(Self.sequences(contents(of: path + "/out")) == Array(1...100))
        let environment = String(decoding: contents(of: path + "/env"), as: UTF8.self)
            .split(separator: "\n").filter { !$0.hasPrefix("PWD=") && !$0.hasPrefix("_=") && !$0.hasPrefix("SHLVL=") }
        #expect(environment == ["GREETING=hello"])
        // Standard input, output and error, and the directory that is listed.
        #expect(String(decoding: contents(of: path + "/fds"), as: UTF8.self).split(separator: "\n").count <= 4)
        fixture.ledger.close()
    }

    @Test func `whose command ends in the middle gets what it had not read again, and is told dead once`() async throws
    {
        let fixture = try Fixture()
        let path = fixture.directory.path
        // The first reads one line and dies; the next reads all.
        let script =
            "if [ -e \(path)/again ]; then cat >> \(path)/out; else touch \(path)/again; head -c 1 > \(path)/first; exit 1; fi"
        try await fixture.append(1...50)
        try fixture.start(.command(["/bin/sh", "-c", script]))
        guard case .dead("its reader went away")? = await fixture.untilSaid(1).first else {
            Issue.record("\(fixture.said)")
            return
        }
        _ = await fixture.untilSaid(2)
        await fixture.stop()
        #expect(fixture.said == [.dead("its reader went away"), .alive])
        let all = Self.sequences(contents(of: path + "/out"))
        #expect(all == Array(1...50))
        fixture.ledger.close()
    }

    @Test func `that nobody reads, or that is full, keeps no append from the ledger`() async throws {
        let fixture = try Fixture()
        let path = fixture.directory.path + "/fifo"
        #expect(mkfifo(path, 0o600) == 0)
        try fixture.start(.path(path))
        try await fixture.append(1...10)
        #expect(await fixture.untilSaid(1) == [.dead("nobody reads from it")])

        // A reader that reads nothing: the pipe fills, the sink waits, the ledger does not.
        let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        #expect(fcntl(reader, 1_031, 4_096) >= 4_096)
        try await fixture.append(11...2_000)
        #expect(try fixture.ledger.head.size == 2_000)
        #expect(fixture.delivered == 0)
        // It ends although the pipe is full, and says how far it was: nowhere, for nothing was read.
        await fixture.stop()
        close(reader)

        let cursor = try SinkCursor(path: SinkTarget.path(path).cursorPath(ledger: fixture.ledger.path)).read()
        #expect(cursor.isEmpty || (cursor.last?.size ?? 0) < 2_000)
        fixture.ledger.close()
    }

    @Test func `of another ledger begins again and says so`() async throws {
        let fixture = try Fixture()
        let path = fixture.directory.path + "/sink"
        try await fixture.append(1...5)
        let cursor = SinkCursor(path: SinkTarget.path(path).cursorPath(ledger: fixture.ledger.path))
        try cursor.write([Head(size: 3, hash: Digest(hashing: Array("another".utf8)))])
        try fixture.start(.path(path))
        await fixture.stop()
        #expect(fixture.said == [.beginsAgain])
        #expect(Self.sequences(contents(of: path)) == Array(1...5))

        // Of several, the newest that this ledger has counts.
        let third = try #require(try fixture.ledger.entry(at: 3))
        try cursor.write([Head(size: 3, hash: third.hash), Head(size: 9, hash: third.hash)])
        try fixture.start(.path(path))
        await fixture.stop()
        #expect(Self.sequences(contents(of: path)) == [1, 2, 3, 4, 5, 4, 5])
        fixture.ledger.close()
    }

    @Test(arguments: ["/", "/dev/null", "link", "shared"])
    func `is a file or FIFO that nobody else writes, or nothing`(_ name: String) async throws {
        let fixture = try Fixture()
        var path = name
        if name == "link" || name == "shared" {
            path = fixture.directory.path + "/" + name
            write([], to: path + "-target")
            if name == "link" {
                symlink(path + "-target", path)
            } else {
                write([], to: path)
                chmod(path, 0o666)
            }
        }
        try await fixture.append(1...2)
        try fixture.start(.path(path))
        guard case .dead? = await fixture.untilSaid(1).first else {
            Issue.record("\(fixture.said)")
            return
        }
        await fixture.stop()
        fixture.ledger.close()
    }

    /// Its file cannot be synced, its cursor cannot be written or named: what was not surely given is given again.
    @Test(arguments: FaultyCalls.Fault.allCases)
    func `whose disk fails loses nothing`(_ fault: FaultyCalls.Fault) async throws {
        for place in 0..<6 {
            let fixture = try Fixture()
            let path = fixture.directory.path + "/sink"
            try await fixture.append(1...100)
            let faulty = FaultyCalls(fault)
            faulty.fail(after: place, count: .max)
            try fixture.start(.path(path), calls: faulty.calls)
            if case .dead? = await fixture.untilSaid(1).first {} else { Issue.record("it was not told") }
            await fixture.stop()
            try fixture.start(.path(path))
            await fixture.stop()
            let found = Self.sequences(contents(of: path))
            #expect(Set(found) == Set(1...100))
            // In order, but for where it began again.
            #expect(found.suffix(1) == [100])
            #expect(
                try SinkCursor(path: SinkTarget.path(path).cursorPath(ledger: fixture.ledger.path)).read().last?.size
                    == 100)
            fixture.ledger.close()
        }
    }
}
