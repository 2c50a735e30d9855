import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

/// `examples/verify/verify_ledger.py`, which shares no code with this program, on ledgers in files.
@Suite(.enabled(if: OtherVerifier.isThere, "python3 is missing: the independent verifier is NOT run"))
struct `A ledger in files, for the other verifier` {
    private static let indexer: Indexer = { record in
        record.first == UInt8(ascii: "{") ? Index(kind: "noted") : nil
    }

    /// Twelve entries in at least four files, a group of three in each, with heads and checkpoints at 6 and 12.
    private static func make(_ directory: TemporaryDirectory, sealing: RecordSealing = .none) async throws {
        let (file, lock) = try LedgerFile.forWriting(directory.lines)
        try FileWriter.create(file.path)
        let store = try FileStore(path: file.path, indexer: indexer, sealing: sealing)
        let ledger = try Ledger(
            reading: store, writing: try FileWriter(store, ownership: lock, segmentLimit: 600), file: file.path,
            indexer: indexer, clock: CountingClock().now, sealing: sealing)
        for group in 1...4 {
            try await ledger.append(
                (1...3).map { place in
                    Draft(
                        record: Array(#"{"note":"\#(group).\#(place) entry","type":"noted"}"#.utf8),
                        index: Index(kind: "noted"))
                })
            if group % 2 == 0 { try ledger.rememberHead() }
        }
        ledger.close()
        #expect(directory.names.contains("ledger.jsonl.3"))
    }

    private static func ours(_ directory: TemporaryDirectory) async -> Bool {
        do {
            let ledger = try Ledger.openReadOnly(
                path: directory.lines, storage: .file, indexer: indexer, clock: CountingClock().now)
            defer { ledger.close() }
            return try await ledger.verify().failures == []
        } catch {
            return false
        }
    }

    @Test func `is whole, rotated and with every signature`() async throws {
        let directory = TemporaryDirectory()
        try await Self.make(directory)
        let ledger = try Ledger.openReadOnly(
            path: directory.lines, storage: .file, indexer: Self.indexer, clock: CountingClock().now)
        let key = try #require(try ledger.logKey()).description
        ledger.close()
        let said = try await OtherVerifier.run(directory.lines, "--key", key)
        #expect(said.out == "Entries: 12, 0 not yet protected. Checkpoints: 2, all signed.\n", "\(said)")
        #expect(said.code == 0)
        let stranger = NoteSigner(name: "hitl/ledger/other", key: try SigningKey.random())!.verifier.description
        #expect(try await OtherVerifier.run(directory.lines, "--key", stranger).code == 7)
    }

    /// Short enough to be read by whoever has to rely on it: one file of the standard library alone.
    @Test func `is checked by no more than 200 lines`() {
        let lines = contents(of: OtherVerifier.script).split(separator: 10, omittingEmptySubsequences: false)
        #expect(lines.count - 1 <= 200 && lines.allSatisfy { String(decoding: $0, as: UTF8.self).count <= 100 })
    }

    /// Entries of kinds with a claim, a subject and a label, more than two runs of them.
    @Test func `is whole in a database too, with its lists and counts`() async throws {
        let directory = TemporaryDirectory()
        func record(_ number: Int) -> [UInt8] {
            Array(
                (number % 3 == 0
                    ? #"{"call":{"tool":"paint"},"id":"r\#(number)","type":"ruled"}"#
                    : #"{"note":"\#(number)","type":"noted"}"#).utf8)
        }
        let indexer: Indexer = { bytes in
            // {"call":{"tool":"paint"},"id":"r3","type":"ruled"}
            let words = String(decoding: bytes, as: UTF8.self).split(separator: "\"").map(String.init)
            guard words.contains("ruled"), let place = words.firstIndex(of: "id") else { return Index(kind: "noted") }
            let id = words[place + 2]
            return Index(claim: "closed/\(id)", subject: id, kind: "ruled", label: "paint", standing: .settled)
        }
        let ledger = try Ledger.open(path: directory.ledger, indexer: indexer, clock: CountingClock().now)
        try await ledger.append((1...150).map { Draft(record: record($0), index: indexer(record($0))!) })
        try ledger.rememberHead()
        ledger.close()
        let said = try await OtherVerifier.run(directory.ledger)
        #expect(
            said.out == "Entries: 150, 0 not yet protected. Checkpoints: 1, signatures not checked: no key.\n",
            "\(said)")
        let files = ["", "-wal"].map { ($0, contents(of: directory.ledger + $0)) }
        for damage in [
            "UPDATE tally SET count = count + 1 WHERE kind = 'ruled'", "DELETE FROM tally WHERE label IS NULL",
            "DELETE FROM kind_run WHERE kind = 'ruled' AND run = 1", "INSERT INTO kind_run VALUES ('noted', 2)",
            "UPDATE label_run SET run = 2 WHERE run = 1", "DELETE FROM label_run",
            "UPDATE entry SET label = NULL WHERE sequence = 3", "UPDATE entry SET claim = NULL WHERE sequence = 3",
        ] {
            sql(directory.ledger, damage)
            #expect(try await OtherVerifier.run(directory.ledger).code == 7, "\(damage)")
            let reader = try Ledger.openReadOnly(path: directory.ledger, indexer: indexer, clock: { 0 })
            #expect(try await reader.verify().failures != [], "\(damage)")
            reader.close()
            unlink(directory.ledger + "-shm")
            for (suffix, bytes) in files { write(bytes, to: directory.ledger + suffix) }
        }
        sql(directory.ledger, "INSERT INTO meta VALUES ('remark', x'00')")
        #expect(try await OtherVerifier.run(directory.ledger).code == 7)
    }

    @Test func `that is sealed is checked as far as can be, and that is said`() async throws {
        let directory = TemporaryDirectory()
        let key = try #require(RecordKey(bytes: [UInt8](repeating: 7, count: 32)))
        try await Self.make(directory, sealing: RecordSealing(current: key, others: []))
        let said = try await OtherVerifier.run(directory.lines)
        #expect(
            said.out == """
                Entries: 12, 0 not yet protected. Checkpoints: 2, signatures not checked: no key.
                Sealed: 12. Their bytes and places were checked, not what they say.

                """, "\(said)")
        // One byte of what is sealed.
        var bytes = contents(of: directory.lines)
        let place = try #require(bytes.firstRange(of: Array(#""sealed":""#.utf8))).upperBound + 3
        bytes[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        write(bytes, to: directory.lines)
        #expect(try await OtherVerifier.run(directory.lines).err.hasPrefix("Entry 1 was changed"))
    }

    @Test func `is whole where it grew since it was signed, and torn where an append was not finished`() async throws {
        let directory = TemporaryDirectory()
        try await Self.make(directory)
        let last = directory.names.filter { $0.contains(".jsonl.") && Int($0.split(separator: ".").last!) != nil }
            .max()!
        let path = directory.path + "/" + last
        let bytes = contents(of: path)
        write(bytes + Array(#"{"sequence":13,"last":13,"ti"#.utf8), to: path)
        let said = try await OtherVerifier.run(directory.lines)
        #expect(said.code == 7 && said.err.contains("After entry 12 stands"), "\(said)")
        #expect(await !Self.ours(directory))
    }

    @Test func `is not found whole where it is damaged, by us or by the other verifier`() async throws {
        let directory = TemporaryDirectory()
        try await Self.make(directory)
        let whole = directory.names.filter { !$0.hasSuffix(".lock") }.map {
            ($0, contents(of: directory.path + "/" + $0))
        }
        func restore() {
            for name in directory.names { unlink(directory.path + "/" + name) }
            for (name, bytes) in whole { write(bytes, to: directory.path + "/" + name) }
        }
        func expectDamage(_ what: String) async throws {
            let said = try await OtherVerifier.run(directory.lines)
            #expect(said.code == 7 && !said.err.isEmpty, "\(what): \(said)")
            #expect(await !Self.ours(directory), "\(what)")
            restore()
        }
        func change(_ name: String, _ what: String, _ body: (inout [[UInt8]]) -> Void) async throws {
            let path = directory.path + "/" + name
            var lines = contents(of: path).split(separator: 10, omittingEmptySubsequences: false).map(Array.init)
            body(&lines)
            write(Array(lines.joined(separator: [10])), to: path)
            try await expectDamage("\(name): \(what)")
        }
        func replace(_ name: String, _ old: String, _ new: String) async throws {
            try await change(name, "\(old) → \(new)") { lines in
                let place = lines.firstIndex { $0.firstRange(of: Array(old.utf8)) != nil } ?? 0
                lines[place] = Array(
                    String(decoding: lines[place], as: UTF8.self).replacing(old, with: new, maxReplacements: 1).utf8)
            }
        }
        try await replace("ledger.jsonl", "1.2 entry", "1.2 Entry")
        try await replace("ledger.jsonl", #""time":17"#, #""time":18"#)
        try await replace("ledger.jsonl", #""hash":""#, #""hash":"0"#)
        try await replace("ledger.jsonl", #""last":3"#, #""last":4"#)
        try await replace("ledger.jsonl", #"{"sequence":2,"#, #"{"sequence": 2,"#)
        try await replace("ledger.jsonl", #""segment":1"#, #""segment":2"#)
        try await replace("ledger.jsonl", #""version":1"#, #""version":2"#)
        try await replace("ledger.jsonl.2", #""head":""#, #""head":"f"#)
        try await replace("ledger.jsonl.2", #""size":"#, #""size":1"#)
        try await replace("ledger.jsonl.heads", "12 ", "11 ")
        try await change("ledger.jsonl.heads", "another spelling of its time") { lines in
            let space = lines[0].lastIndex(of: UInt8(ascii: " "))!
            lines[0].insert(UInt8(ascii: "0"), at: space + 1)
        }
        try await replace("ledger.jsonl.checkpoints", "hitl/", "hilt/")
        try await change("ledger.jsonl", "an entry left out") { $0.remove(at: 2) }
        try await change("ledger.jsonl", "two entries exchanged") { $0.swapAt(1, 2) }
        try await change("ledger.jsonl", "an entry twice") { $0.insert($0[1], at: 1) }
        try await change("ledger.jsonl", "no header") { $0.removeFirst() }
        try await change("ledger.jsonl.3", "cut") { $0.removeLast(2) }
        for name in ["ledger.jsonl.2", "ledger.jsonl.checkpoints"] {
            unlink(directory.path + "/" + name)
            try await expectDamage("\(name) gone")
        }
        let (second, third) = (directory.path + "/ledger.jsonl.2", directory.path + "/ledger.jsonl.3")
        try #require(rename(second, second + "x") == 0)
        try #require(rename(third, second) == 0)
        try #require(rename(second + "x", third) == 0)
        try await expectDamage("files exchanged")
    }
}

private enum OtherVerifier {
    static let script =
        String(#filePath.dropLast("Tests/HITLLedgerTests/OtherVerifierTests.swift".count))
        + "examples/verify/verify_ledger.py"

    private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { (path: String) in
        access(path, X_OK) == 0
    }

    static var isThere: Bool { python != nil }

    struct Said {
        let code: Int32
        let out: String
        let err: String
    }

    static func run(_ words: String...) async throws -> Said {
        var launch = Launch(
            python ?? "", [script] + words, environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"], directory: "/")
        launch.timeLimit = .seconds(60)
        let result = try await ChildProcess.start(launch).wait()
        var code: Int32 = -1
        if case .exited(let number) = result.ending { code = number }
        return Said(
            code: code, out: String(decoding: result.output.bytes, as: UTF8.self),
            err: String(decoding: result.error.bytes, as: UTF8.self))
    }
}
