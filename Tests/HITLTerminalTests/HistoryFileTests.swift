import Glibc
import HITLTestSupport
import Testing

@testable import HITLTerminal

@Suite(.oneAtATime) struct `The history file` {
    @Test func `gives back lines as they were`() throws {
        let directory = try TemporaryDirectory()
        let file = HistoryFile(path: directory.path("history"))
        let lines = ["/hitl status", "two\nlines", "back\\slash \\n", "CR\r", "日本 \u{202E}", ""]
        for line in lines { #expect(file.append(line)) }
        #expect(file.load() == lines.filter { !$0.isEmpty })
        #expect(
            String(decoding: try contents(of: file.path), as: UTF8.self).hasPrefix(
                "/hitl status\ntwo\\nlines\nback\\\\slash"))
    }

    @Test func `is readable for its owner alone`() throws {
        let directory = try TemporaryDirectory()
        let file = HistoryFile(path: directory.path("history"))
        file.append("x")
        var status = stat()
        stat(file.path, &status)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test func `is not written through a link that somebody left in its place`() throws {
        let directory = try TemporaryDirectory()
        symlink(directory.path("elsewhere"), directory.path("history"))
        #expect(!HistoryFile(path: directory.path("history")).append("x"))
        #expect(access(directory.path("elsewhere"), F_OK) != 0)
    }

    @Test func `passes over what is not text`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("history")
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        let bytes: [UInt8] = Array("good\n".utf8) + [0xFF, 0xFE, 0x0A] + Array("cut sho".utf8)
        write(descriptor, bytes, bytes.count)
        close(descriptor)
        #expect(HistoryFile(path: path).load() == ["good", "cut sho"])
    }

    @Test func `keeps the newest when it grows`() throws {
        let directory = try TemporaryDirectory()
        let file = HistoryFile(path: directory.path("history"), capacity: 10)
        for number in 0..<35 { file.append("a line with the number \(number)") }
        #expect(file.load() == (25..<35).map { "a line with the number \($0)" })
        let lines = try contents(of: file.path).split(separator: 0x0A)
        #expect(lines.count < 30)
    }

    @Test func `keeps every entry of four sessions that write at the same time`() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("history")
        let writers = try (0..<4).map { writer in
            try PseudoTerminal.spawn([PseudoTerminal.built("TerminalProbe"), "write-history", path, "\(writer)", "250"])
        }
        for writer in writers { #expect(try await writer.waitForExit() == .exited(0)) }
        let entries = HistoryFile(path: path).load()
        #expect(entries.count == 1000)
        #expect(Set(entries) == Set((0..<4).flatMap { writer in (0..<250).map { "session \(writer) entry \($0)" } }))
    }

    @Test func `is there in the next session, filtered, and never whole`() async throws {
        let directory = try TemporaryDirectory()
        let environment = ["PROBE_HISTORY": directory.path("history")]
        let first = try await startProbe(environment: environment)
        try await first.enter("secret token=hunter2")
        try await first.until { $0.contains("line(secret") && $0.cursorLine == "probe >" }
        try await first.enter("überprüfen 日本")
        try await first.until { $0.contains("line(über") && $0.cursorLine == "probe >" }
        #expect(try await first.quit() == .exited(0))
        #expect(
            String(decoding: try contents(of: directory.path("history")), as: UTF8.self)
                == "secret\nüberprüfen 日本\nquit\n")

        let second = try await startProbe(environment: environment)
        second.send("\u{1B}[A\u{1B}[A")
        try await second.until { $0.cursorLine == "probe > überprüfen 日本" }
        second.send("\u{1B}[A")
        try await second.until { $0.cursorLine == "probe > secret" }
    }
}
