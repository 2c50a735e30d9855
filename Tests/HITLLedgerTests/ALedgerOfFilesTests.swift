import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

@Suite struct `A ledger of files` {
    /// Two groups of two and one of one.
    private static func fill(_ ledger: Ledger) async throws {
        try await ledger.append([
            draft("one", kind: "opened", subject: "a", claim: "opened/a", standing: .open(brief: [65])), draft("two"),
        ])
        try await ledger.append([draft("three", subject: "a", label: "x", standing: .settled), draft("f\u{FC}nf\n")])
        try await ledger.append([draft("last")])
    }

    @Test func `has one line of JSON for each entry, behind one that says what it is`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLinesLedger(directory.lines)
        let record = Array(#"{"type":"x"}"#.utf8)
        let anything = try Ledger.inMemory(indexer: { _ in Index(kind: "x") }, clock: CountingClock().now)
        let entry = try await anything.append([Draft(record: record, index: Index(kind: "x"))])[0]
        var line: [UInt8] = []
        FileLine.append(entry, last: 3, to: &line)
        #expect(
            String(decoding: line, as: UTF8.self)
                == "{\"sequence\":1,\"last\":3,\"time\":1767225600000,\"hash\":\"\(entry.hash.hex)\",\"record\":{\"type\":\"x\"}}\n"
        )
        try await Self.fill(ledger)
        let lines = contents(of: directory.lines).split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(lines.count == 6)
        let identity = Digest(bytes: ledger.identity)?.hex ?? ""
        let genesis = Chain.genesis(identity: ledger.identity).hex
        #expect(
            lines[0]
                == #"{"ledger":"hitl","version":1,"identity":"\#(identity)","segment":1,"size":0,"head":"\#(genesis)"}"#
        )
        #expect(lines[1].hasPrefix(#"{"sequence":1,"last":2,"time":1767225600000,"hash":""#))
        #expect(lines[5].hasSuffix(#"","bytes":"bm90ZWQJCQkJLQlsYXN0"}"#))
        ledger.close()
    }

    /// Everything that the formatter would not write.
    @Test(arguments: [
        "", "{}", #"{"sequence":01,"last":1,"time":1,"hash":"H","record":{"a":1}}"#,
        #"{"sequence":1,"last":0,"time":1,"hash":"H","record":{"a":1}}"#,
        #"{"sequence":0,"last":1,"time":1,"hash":"H","record":{"a":1}}"#,
        #"{"sequence":1,"last":1,"time":+1,"hash":"H","record":{"a":1}}"#,
        #"{"sequence":1,"last":1,"time":1,"hash":"h","record":{"a":1}}"#,
        #"{"sequence":1,"last":1,"time":1,"hash":"H","record":1}"#,
        #"{"sequence":1,"last":1,"time":1,"hash":"H","bytes":"eyJhIjoxfQ=="}"#,
        #"{"sequence":1,"last":1,"time":1,"hash":"H","bytes":"!"}"#,
        #"{"sequence":1,"last":1,"time":1,"hash":"H","bytes":"YQ"}"#,
        #"{"sequence":1, "last":1,"time":1,"hash":"H","record":{"a":1}}"#,
        #"{"last":1,"sequence":1,"time":1,"hash":"H","record":{"a":1}}"#,
        #"{"sequence":1,"last":1,"time":1,"hash":"H","record":{"a":1}} "#,
    ])
    func `reads no other spelling of a line`(_ line: String) {
        let bytes = Array(line.utf8).flatMap {
            $0 == UInt8(ascii: "H") ? [UInt8](repeating: UInt8(ascii: "0"), count: 64) : [$0]
        }
        #expect(bytes.withUnsafeBytes { FileLine($0) == nil })
    }

    @Test func `is the same after it was closed and opened, over many files`() async throws {
        let directory = TemporaryDirectory()
        let clock = CountingClock()
        let first = try openLinesLedger(directory.lines, clock: clock, segmentLimit: 500)
        var written: [Entry] = []
        for number in 1...40 {
            written += try await first.append([draft("\(number)", subject: "s", claim: "c\(number)"), draft("and")])
        }
        let head = try first.rememberHead()
        first.close()
        #expect(directory.names.count { $0.hasPrefix("ledger.jsonl.") && Int64($0.dropFirst(13)) != nil } > 5)

        let second = try openLinesLedger(directory.lines, clock: clock, segmentLimit: 500)
        #expect(try second.head == head)
        #expect(try second.entries(from: 1, limit: 100) == written)
        #expect(try second.entries(of: "s").count == 40)
        #expect(await ledgerError { try await second.append([draft(claim: "c7")]) } != nil)
        #expect(try await second.append([draft("next")])[0].previous == head.hash)
        let found = try await second.verify()
        #expect(found.failures == [] && found.protected == head)
        #expect(try found.head == second.head)
        second.close()
    }

    @Test func `can be read beside its owner, who need not know`() async throws {
        let directory = TemporaryDirectory()
        let owner = try openLinesLedger(directory.lines, segmentLimit: 600)
        try await owner.append([draft("one")])
        let reader = try readLinesLedger(directory.lines)
        #expect(try reader.entries(from: 1, limit: 9).map(\.payload) == ["one"])
        for number in 2...30 {
            try await owner.append([draft("\(number)", subject: "s")])
            #expect(try reader.head == owner.head)
        }
        #expect(try reader.entries(of: "s").count == 29)
        #expect(try await reader.verify().failures == [])
        #expect(await ledgerError { try await reader.append([draft()]) } == .readOnly(path: directory.lines))
        owner.close()
    }

    @Test func `has one owner, and none for who is not it`() async throws {
        let directory = TemporaryDirectory()
        let owner = try openLinesLedger(directory.lines)
        #expect(
            await ledgerError { _ = try openLinesLedger(directory.lines) }
                == .owned(path: directory.lines, by: getpid()))
        #expect(
            await ledgerError {
                _ = try Ledger.openMended(path: directory.lines, indexer: testIndexer, clock: CountingClock().now)
            } == .owned(path: directory.lines, by: getpid()))
        owner.close()
    }

    @Test func `gets no second end from an owner whose lock was taken away by force`() async throws {
        let directory = TemporaryDirectory()
        let owner = try openLinesLedger(directory.lines)
        try await owner.append([draft("one")])
        unlink(directory.lines + ".lock")
        let thief = try openLinesLedger(directory.lines)
        try await thief.append([draft("two")])
        #expect(
            await ledgerError { try await owner.append([draft("fork")]) }
                == .damaged(path: directory.lines, .occupied(sequence: 2)))
        #expect(try thief.entries(from: 1, limit: 9).map(\.payload) == ["one", "two"])
        #expect(try await thief.verify().failures == [])
        owner.close()
        thief.close()
    }

    @Test func `is not a database, nor the other way round`() async throws {
        let directory = TemporaryDirectory()
        try openLinesLedger(directory.lines).close()
        try openLedger(directory.ledger).close()
        #expect(await ledgerError { _ = try openLedger(directory.lines) } == .notALedger(path: directory.lines))
        #expect(await ledgerError { _ = try openLinesLedger(directory.ledger) } == .notALedger(path: directory.ledger))
        #expect(await ledgerError { _ = try readLinesLedger(directory.ledger) } == .notALedger(path: directory.ledger))
    }

    @Test func `of a later version is refused with a clear sentence`() async throws {
        let directory = TemporaryDirectory()
        write(Array("{\"ledger\":\"hitl\",\"version\":2,\"anything\":true}\n".utf8), to: directory.lines)
        for open in [{ _ = try openLinesLedger($0) }, { _ = try readLinesLedger($0) }] as [(String) throws -> Void] {
            #expect(
                await ledgerError { try open(directory.lines) }
                    == .newer(path: directory.lines, version: 2, known: 1))
        }
    }

    @Test(arguments: ["", ".lock", ".heads", ".2"])
    func `is refused when others can write`(_ suffix: String) async throws {
        let directory = TemporaryDirectory()
        let ledger = try openLinesLedger(directory.lines, segmentLimit: 300)
        for _ in 1...4 { try await ledger.append([draft("some payload that fills a segment soon enough")]) }
        try ledger.rememberHead()
        ledger.close()
        chmod(directory.lines + suffix, 0o620)
        let expected = LedgerError.insecure(path: directory.lines + suffix, .writableByOthers(mode: 0o620))
        #expect(await ledgerError { _ = try openLinesLedger(directory.lines) } == expected)
        #expect(await ledgerError { _ = try readLinesLedger(directory.lines) } == expected)
    }
}

@Suite struct `A torn tail` {
    /// A ledger of five entries, and the bytes of its file.
    private static func whole(_ directory: TemporaryDirectory) async throws -> (bytes: [UInt8], ends: [Int]) {
        let ledger = try openLinesLedger(directory.lines)
        try await ledger.append([draft("one"), draft("two", claim: "closed/2")])
        try await ledger.append([draft("three", claim: "closed/3"), draft("four"), draft("five")])
        ledger.close()
        let bytes = contents(of: directory.lines)
        let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
        return (bytes, ends)
    }

    /// Cut at every byte: whoever reads sees whole groups only, and who wants to write is told.
    @Test func `is found wherever the last append was cut, and nothing of it is believed`() async throws {
        let directory = TemporaryDirectory()
        let (bytes, ends) = try await Self.whole(directory)
        // The header, two entries, three entries.
        #expect(ends.count == 6)
        for cut in stride(from: ends[2] + 1, to: bytes.count, by: 7) {
            write(Array(bytes[..<cut]), to: directory.lines)
            let torn = Int64(cut - ends[2])
            let reader = try readLinesLedger(directory.lines)
            #expect(try reader.head.size == 2)
            #expect(try reader.claimed("closed/3") == nil)
            #expect(try await reader.verify().failures == [.torn(after: 2, bytes: torn)])
            reader.close()
            #expect(
                await ledgerError { _ = try openLinesLedger(directory.lines) }
                    == .torn(path: directory.lines, after: 2, bytes: torn))
            // It was not mended on the way.
            #expect(contents(of: directory.lines).count == cut)
        }
    }

    @Test func `is mended when a person says so: kept beside, taken off, told`() async throws {
        let directory = TemporaryDirectory()
        let (bytes, ends) = try await Self.whole(directory)
        let cut = ends[4] + 20
        write(Array(bytes[..<cut]), to: directory.lines)
        let (ledger, tails) = try Ledger.openMended(
            path: directory.lines, indexer: testIndexer, clock: CountingClock().now)
        let tail = Array(bytes[ends[2]..<cut])
        #expect(
            tails == [
                TornTail(
                    after: 2, bytes: Int64(tail.count), digest: Digest(hashing: tail), file: "ledger.jsonl.torn-2")
            ])
        #expect(contents(of: directory.lines + ".torn-2") == tail)
        #expect(try ledger.head.size == 2)
        try await ledger.append([draft("three", claim: "closed/3")])
        #expect(try await ledger.verify().failures == [])
        ledger.close()

        // A second time: the next cut after the same entry would get a name of its own; the first is told again.
        let (again, same) = try Ledger.openMended(
            path: directory.lines, indexer: testIndexer, clock: CountingClock().now)
        #expect(same == tails)
        again.close()
    }

    @Test func `is not what a damaged ledger is mended by`() async throws {
        let directory = TemporaryDirectory()
        var (bytes, ends) = try await Self.whole(directory)
        bytes[ends[1] + 3] ^= 1
        write(bytes, to: directory.lines)
        let error = await ledgerError {
            _ = try Ledger.openMended(path: directory.lines, indexer: testIndexer, clock: CountingClock().now)
        }
        guard case .damaged = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(contents(of: directory.lines) == bytes)
    }
}

@Suite struct `Verifying a ledger of files` {
    /// Twelve requests of three records in files of about a kilobyte, closed, and with its head remembered.
    private static func make(_ directory: TemporaryDirectory) async throws -> Head {
        let ledger = try openLinesLedger(directory.lines, segmentLimit: 1_000)
        for number in 1...12 {
            let subject = "request \(number)"
            try await ledger.append([
                draft("{}", kind: "opened", subject: subject, standing: .open(brief: [66])),
                draft("{}", subject: subject),
            ])
            try await ledger.append([
                draft("{}", kind: "closed", subject: subject, claim: "closed/\(number)", standing: .settled)
            ])
        }
        let head = try ledger.rememberHead()
        ledger.close()
        return head
    }

    private static func failures(_ directory: TemporaryDirectory) async throws -> [VerificationFailure] {
        let reader = try readLinesLedger(directory.lines)
        defer { reader.close() }
        return try await reader.verify().failures
    }

    private static func lines(_ path: String) -> [[UInt8]] {
        contents(of: path).split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
    }

    @Test func `finds an untouched one whole`() async throws {
        let directory = TemporaryDirectory()
        let head = try await Self.make(directory)
        let reader = try readLinesLedger(directory.lines)
        let found = try await reader.verify()
        #expect(found.failures == [] && found.head == head && found.protected == head)
        reader.close()
    }

    /// One bit of bytes all over the second file, in turn: nothing can be changed that is not found. But for one: which
    /// entries were appended together is not hashed, and where it still fits it says nothing.
    @Test func `finds every changed byte`() async throws {
        let directory = TemporaryDirectory()
        _ = try await Self.make(directory)
        let path = directory.lines + ".2"
        let bytes = contents(of: path)
        for place in stride(from: 0, to: bytes.count, by: 11) {
            var changed = bytes
            changed[place] ^= 1
            write(changed, to: path)
            var found: [VerificationFailure]?
            let error = await ledgerError { found = try await Self.failures(directory) }
            let isMark = String(decoding: bytes[..<place].suffix(10), as: UTF8.self).contains(#""last":"#)
            #expect(error != nil || found?.isEmpty == false || isMark, "byte \(place)")
        }
        write(bytes, to: path)
        #expect(try await Self.failures(directory) == [])
    }

    @Test func `names a changed entry, a missing one, and one that was put elsewhere`() async throws {
        let directory = TemporaryDirectory()
        _ = try await Self.make(directory)
        let path = directory.lines + ".3"
        let lines = Self.lines(path)
        let first = try #require(
            String(decoding: lines[1], as: UTF8.self).split(separator: ":")[1].split(separator: ",").first.flatMap {
                Int64($0)
            })

        // Another Base64 of as many bytes.
        var changed = lines
        let place = changed[1].count - 6
        changed[1][place] = changed[1][place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        write(Array(changed.joined()), to: path)
        #expect(try await Self.failures(directory).first == .changed(sequence: first))

        write(Array(lines[0] + lines[2...].joined()), to: path)
        #expect(try await Self.failures(directory).first == .missing(sequence: first))

        write(Array((lines[0] + lines[2] + lines[1]) + lines[3...].joined()), to: path)
        #expect(try await Self.failures(directory).isEmpty == false)
    }

    @Test func `finds a file that is missing, exchanged, another ledger's, or cut in the middle`() async throws {
        let directory = TemporaryDirectory()
        let head = try await Self.make(directory)
        let other = TemporaryDirectory()
        _ = try await Self.make(other)
        let second = contents(of: directory.lines + ".2")
        let third = contents(of: directory.lines + ".3")

        unlink(directory.lines + ".2")
        #expect(try await Self.failures(directory).first.map { "\($0)" }?.contains("segment 2 is missing") == true)
        for wrong in [third, contents(of: other.lines + ".2"), Array(second.dropLast(10)), [], Array(second[..<40])] {
            write(wrong, to: directory.lines + ".2")
            var found: [VerificationFailure]?
            let error = await ledgerError { found = try await Self.failures(directory) }
            #expect(error != nil || found?.isEmpty == false)
        }
        write(second, to: directory.lines + ".2")
        #expect(try await Self.failures(directory) == [])

        // The newest files taken away: only a head that was written down knows.
        let numbers = directory.names.compactMap { Int64($0.dropFirst(13)) }.sorted()
        // The very last may have no entry yet.
        for number in numbers.suffix(2) { unlink(directory.lines + ".\(number)") }
        let found = try await Self.failures(directory)
        guard case .cut(_, let lost)? = found.first else {
            Issue.record("\(found)")
            return
        }
        #expect(lost == head)
    }

    @Test func `finds bytes that are no record`() async throws {
        let directory = TemporaryDirectory()
        let anything = try Ledger.open(
            path: directory.lines, storage: .file, indexer: { _ in Index(kind: "any") }, clock: CountingClock().now)
        try await anything.append([Draft(record: Array("no tabs".utf8), index: Index(kind: "any"))])
        anything.close()
        #expect(try await Self.failures(directory) == [.notARecord(sequence: 1)])
    }
}
