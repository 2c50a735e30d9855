import Glibc
import HITLPlatform
import Testing

@testable import HITLLedger

@Suite struct `What stands in the place of a record` {
    private static let vectors =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        + "/docs/formats/vectors/erased.txt"

    @Test func `is read as the format says`() throws {
        let lines = try SmallFile.read(Self.vectors).split(separator: 10)
        #expect(lines.count == 2)
        for line in lines {
            let parts = line.split(separator: 32, maxSplits: 5).map { String(decoding: $0, as: UTF8.self) }
            let removed = try #require(RemovedRecord(Array(parts[5].utf8)))
            #expect(removed.by == Int64(parts[0]))
            let (sequence, time) = (try #require(Int64(parts[2])), try #require(Int64(parts[3])))
            let entry = Entry(
                sequence: sequence, time: time, previous: try #require(Digest(hex: parts[4])), record: [], hash: .zero,
                index: Index(kind: "any"))
            #expect(removed.left.map { entry.hash(leaving: $0).hex } ?? "-" == parts[1])
            #expect(removed.bytes == Array(parts[5].utf8))
        }
    }

    @Test(arguments: [
        "{\"by\":\"57\",\"erased\":{}}", "{\"by\":0,\"erased\":null}", "{\"by\":-1,\"erased\":null}",
        "{\"by\":57,\"erased\":}", "{\"by\":57,\"erased\":null} ", "{\"by\":99999999999999999999,\"erased\":null}",
        "{\"by\":57,\"request\":1,\"type\":\"revoked\"}", "{\"by\":5", "{\"by\":", "",
    ])
    func `is no other record`(_ text: String) {
        #expect(RemovedRecord(Array(text.utf8)) == nil)
    }

    @Test func `is never appended`() async throws {
        let ledger = try Ledger.inMemory(indexer: { _ in Index(kind: "any") }, clock: { 0 })
        let draft = Draft(record: Array("{\"by\":1,\"erased\":null}".utf8), index: Index(kind: "any"))
        await #expect(throws: LedgerError.damaged(path: "memory", .removed(sequence: 1))) {
            try await ledger.append([draft])
        }
        #expect(try ledger.head.size == 0)
    }
}

/// Removals whose every step fails in turn, as at a kill: what is there afterwards is whole, and the next start ends it.
@Suite struct `A removal that is cut short` {
    /// `noted` records, of which `gone N` lets the first N go and `cut N HASH` the payload of entry N.
    private static let indexer: Indexer = { record in
        guard var index = testIndexer(record) else { return nil }
        let payload = String(decoding: record, as: UTF8.self).split(separator: "\t").last.map(String.init) ?? ""
        let words = payload.split(separator: " ")
        guard words.count > 1, let number = Int64(words[1]) else { return index }
        if words[0] == "gone" { index.removes = .prefix(through: number) }
        if words[0] == "cut", words.count == 3, let left = Digest(hex: String(words[2])) {
            index.removes = .contents([.init(sequence: number, left: left)])
        }
        return index
    }

    private static let residue: @Sendable ([UInt8]) -> [UInt8]? = { _ in draft("left").record }

    /// Fails from the `count`th call on.
    private static func failing(from count: Int, _ calls: Locked<Int>) -> FileCalls {
        let works: @Sendable () -> Bool = {
            calls.withLock { done in
                done += 1
                if done >= count { errno = EIO }
                return done < count
            }
        }
        let system = FileCalls.system
        return FileCalls(
            write: { works() ? system.write($0, $1, $2, $3) : -1 }, syncData: { works() ? system.syncData($0) : -1 },
            syncAll: { works() ? system.syncAll($0) : -1 }, truncate: { works() ? system.truncate($0, $1) : -1 },
            rename: { works() ? system.rename($0, $1) : -1 })
    }

    @Test func `is not called damage by who looks while it is taken out`() async throws {
        let directory = TemporaryDirectory()
        let ledger = try Ledger.open(path: directory.ledger, indexer: Self.indexer, clock: { 0 })
        defer { ledger.close() }
        for number in 1...30 { try await ledger.append([draft("secret \(number)x")]) }
        let by = try await ledger.append([draft("gone 20")])[0].sequence
        let seen = Locked<[Int]>([])
        // Its owner was stopped.
        let stopped = try await ledger.verifyAtRest(patience: .zero) { () async throws(LedgerError) in
            try await ledger.verify()
        }
        #expect(stopped.failures == [.notYetRemoved(sequence: 1, by: by)])
        // Its owner is at it: between the first look and the second.
        let found = try await ledger.verifyAtRest(patience: .seconds(60)) { () async throws(LedgerError) in
            let found = try await ledger.verify()
            seen.withLock { $0.append(found.failures.count) }
            if !found.failures.isEmpty { try await ledger.carryOut(removalBy: by, residue: Self.residue) }
            return found
        }
        #expect(found.failures == [] && found.removed.purgedThrough == 20)
        #expect(seen.withLock { $0 } == [1, 0])
    }

    @Test(arguments: ["gone 20", "cut 3"])
    func `leaves each file as before or as after, at every write, sync and rename`(_ what: String) async throws {
        var count = 1
        var hasFailed = true
        while hasFailed {
            var template = Array("/tmp/hitl-cut-XXXXXX".utf8CString)
            let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } }
            let directory = try #require(made)
            defer {
                for name in ["", ".2", ".3", ".4", ".5", ".new", ".2.new", ".3.new", ".4.new", ".heads", ".lock"] {
                    unlink(directory + "/l" + name)
                }
                rmdir(directory)
            }
            let path = directory + "/l"
            // Small files, so that several are replaced.
            func open(_ calls: FileCalls) throws -> Ledger {
                let (file, lock) = try LedgerFile.forWriting(path)
                try FileWriter.create(file.path)
                let store = try FileStore(path: file.path, indexer: Self.indexer)
                let writer = try FileWriter(store, ownership: lock, segmentLimit: 3_000, calls: calls)
                return try Ledger(
                    reading: store, writing: writer, file: file.path, indexer: Self.indexer, clock: { 0 })
            }
            var ledger = try open(.system)
            for number in 1...30 { try await ledger.append([draft("secret \(number)x")]) }
            let third = try #require(try ledger.entry(at: 3))
            let left = what == "cut 3" ? " \(third.hash(leaving: draft("left").record).hex)" : ""
            let entry = try await ledger.append([draft(what + left)])
            ledger.close()

            let calls = Locked(0)
            // One call opens the ledger.
            ledger = try open(Self.failing(from: count + 1, calls))
            do {
                try await ledger.carryOut(removalBy: entry[0].sequence, residue: Self.residue)
                hasFailed = false
            } catch {}
            // As a process that is killed does, it leaves everything as it is.
            ledger.close()

            ledger = try open(.system)
            let between = try await ledger.verify().failures
            #expect(between.allSatisfy { if case .notYetRemoved = $0 { true } else { false } })
            try await ledger.carryOut(removalBy: entry[0].sequence, residue: Self.residue)
            let verification = try await ledger.verify()
            #expect(verification.failures == [])
            #expect(verification.removed.purgedThrough == (what == "cut 3" ? 0 : 20))
            #expect(verification.removed.erased == (what == "cut 3" ? 1 : 0))
            try await ledger.append([draft("goes on")])
            #expect(try ledger.entry(at: 32)?.payload == "goes on")
            ledger.close()
            count += 1
        }
        #expect(count > 5)
    }

    /// In the middle of a run, at its end, and with what comes after the last full one.
    @Test(arguments: [1, 63, 64, 65, 100, 128, 140])
    func `leaves lists and counts of runs as they should be`(_ last: Int64) async throws {
        let directory = TemporaryDirectory()
        let ledger = try Ledger.open(path: directory.ledger, indexer: Self.indexer, clock: { 0 })
        try await ledger.append((1...140).map { draft("\($0)", kind: $0 == 70 ? "rare" : "noted", label: "tool") })
        let by = try await ledger.append([draft("gone \(last)")])[0].sequence
        try await ledger.carryOut(removalBy: by) { _ in nil }
        #expect(try await ledger.verify().failures == [])
        #expect(try ledger.count(kind: Index.removedKind) == last)
        #expect(try ledger.count(kind: "noted") == (last < 70 ? 140 : 141) - last)
        #expect(try ledger.latest(kind: "rare", limit: 9).map(\.sequence) == (last < 70 ? [70] : []))
        #expect(try ledger.latest(kind: Index.removedKind, limit: 1).map(\.sequence) == [last])
        try await ledger.append((1...70).map { draft("\($0)", label: "tool") })
        #expect(try await ledger.verify().failures == [])
        ledger.close()
    }

    @Test(.serialized, arguments: ["ledger.db", "ledger.jsonl"])
    func `is ended by the next owner, wherever it was killed`(_ name: String) async throws {
        var template = Array("/tmp/hitl-cut-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } }
        let directory = try #require(made)
        let path = directory + "/" + name
        defer {
            for suffix in ["", "-wal", "-shm", ".lock", ".heads", ".new"] { unlink(path + suffix) }
            for number in 2...400 {
                unlink("\(path).\(number)")
                unlink("\(path).\(number).new")
            }
            rmdir(directory)
        }
        for _ in 1...8 {
            let probe = try ProbeProcess("remove", path)
            // Up to a record by which all goes, and then some time into it.
            for _ in 0..<Int.random(in: 1...6) { _ = try #require(await probe.line()) }
            usleep(UInt32.random(in: 0...6_000))
            probe.kill()
            let said = await probe.lines()
            #expect(await probe.wait() == -9)
            #expect(!said.contains { $0.hasPrefix("error") })

            let (ledger, _) =
                name.hasSuffix("jsonl")
                ? try Ledger.openMended(path: path, indexer: Self.indexer, clock: { 0 })
                : (try Ledger.open(path: path, indexer: Self.indexer, clock: { 0 }), [])
            let between = try await ledger.verify().failures
            #expect(between.allSatisfy { if case .notYetRemoved = $0 { true } else { false } })
            var by: Int64 = 0
            for entry in try ledger.entries(from: 1, limit: .max) {
                if entry.removedBy == nil, entry.payload.hasPrefix("gone ") { by = entry.sequence }
            }
            try await ledger.carryOut(removalBy: by) { _ in nil }
            let verification = try await ledger.verify()
            #expect(verification.failures == [])
            #expect(verification.removed.purgedThrough == by - 1)
            ledger.close()
        }
    }
}
