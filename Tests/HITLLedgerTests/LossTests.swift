import Glibc
import HITLTestSupport
import Testing

@testable import HITLLedger

/// What a ledger that is opened for writing is held against: the last head and the last checkpoint beside it.
@Suite struct `A ledger that lost something` {
    /// Six entries of which five are signed, closed, in a directory of its own.
    private struct Lost {
        let directory = TemporaryDirectory()
        let storage: LedgerStorage

        var path: String { storage == .file ? directory.lines : directory.ledger }

        func open() throws(LedgerError) -> Ledger {
            try Ledger.open(path: path, storage: storage, indexer: testIndexer, clock: CountingClock().now)
        }

        func filled() async throws -> Head {
            let ledger = try open()
            defer { ledger.close() }
            for number in 1...2 { try await ledger.append([draft("\(number)")]) }
            try ledger.rememberHead()
            for number in 3...5 { try await ledger.append([draft("\(number)")]) }
            let head = try ledger.rememberHead()
            try await ledger.append([draft("6")])
            return head
        }

        /// As whoever can write the files could: whole entries, so that nothing is torn.
        func cut(to size: Int) {
            switch storage {
            case .database: sql(path, "DELETE FROM entry WHERE sequence > \(size)")
            case .file:
                let lines = contents(of: path).split(separator: UInt8(ascii: "\n"))
                write(Array(lines.prefix(size + 1).joined(separator: [UInt8(ascii: "\n")])) + [10], to: path)
            }
        }

        func error() async -> LedgerError? { await ledgerError { try open().close() } }
    }

    private static let storages = [LedgerStorage.database, .file]

    @Test(arguments: storages) func `is opened by nobody who would write it`(_ storage: LedgerStorage) async throws {
        let lost = Lost(storage: storage)
        let head = try await lost.filled()
        lost.cut(to: 4)
        let before = contents(of: lost.path)
        #expect(await lost.error() == .lost(path: lost.path, .cut(size: 4, head: head)))
        if storage == .file { #expect(contents(of: lost.path) == before) }
        // Who only reads still can, and is told when he asks.
        let reader = try Ledger.openReadOnly(
            path: lost.path, storage: storage, indexer: testIndexer, clock: CountingClock().now)
        #expect(try reader.head.size == 4)
        #expect(try reader.look().flaw?.sentence == VerificationFailure.cut(size: 4, head: head).description)
        reader.close()
    }

    @Test(arguments: storages, ["gone", "empty"]) func `altogether is not begun anew in its place`(
        _ storage: LedgerStorage, _ how: String
    ) async throws {
        let lost = Lost(storage: storage)
        let head = try await lost.filled()
        let kept = lost.directory.names.filter { !$0.hasSuffix("-shm") }.map {
            ($0, contents(of: lost.directory.path + "/" + $0))
        }
        for suffix in ["", "-wal", "-shm"] { unlink(lost.path + suffix) }
        if how == "empty" { write([], to: lost.path) }
        for _ in 1...2 { #expect(await lost.error() == .lost(path: lost.path, .cut(size: 0, head: head))) }
        #expect(contents(of: lost.path) == [] && !lost.directory.names.contains { $0.hasSuffix("-wal") })
        #expect(
            await ledgerError {
                try Ledger.openReadOnly(
                    path: lost.path, storage: storage, indexer: testIndexer, clock: CountingClock().now
                ).close()
            } == .lost(path: lost.path, .cut(size: 0, head: head)))
        // Without the heads the checkpoints tell.
        unlink(lost.path + ".heads")
        #expect(await lost.error() == .lost(path: lost.path, .cutBelowCheckpoint(size: 0, checkpoint: 5)))
        // A backup that is put in its place is found whole.
        for (name, bytes) in kept { write(bytes, to: lost.directory.path + "/" + name) }
        let ledger = try lost.open()
        #expect(try await ledger.verify().failures == [])
        ledger.close()
    }

    @Test(arguments: storages) func `that nobody signed is not missed`(_ storage: LedgerStorage) async throws {
        let lost = Lost(storage: storage)
        _ = try await lost.filled()
        lost.cut(to: 5)
        #expect(await lost.error() == nil)
    }

    @Test(arguments: storages) func `is held against its checkpoints too`(_ storage: LedgerStorage) async throws {
        let lost = Lost(storage: storage)
        _ = try await lost.filled()
        lost.cut(to: 4)
        unlink(lost.path + ".heads")
        #expect(await lost.error() == .lost(path: lost.path, .cutBelowCheckpoint(size: 4, checkpoint: 5)))
    }

    @Test(arguments: storages) func `of what was signed is not opened either`(_ storage: LedgerStorage) async throws {
        let lost = Lost(storage: storage)
        _ = try await lost.filled()
        let checkpoints = contents(of: lost.path + ".checkpoints")
        unlink(lost.path + ".checkpoints")
        #expect(await lost.error() == .lost(path: lost.path, .missingCheckpoint(size: 5)))
        write(checkpoints + Array("rubbish\n\nrubbish\n\n".utf8), to: lost.path + ".checkpoints")
        #expect(await lost.error() == .lost(path: lost.path, .unreadableCheckpoints(number: 3)))
        write(checkpoints, to: lost.path + ".checkpoints")
        #expect(await lost.error() == nil)
    }

    @Test(arguments: storages) func `because another has its name is not opened`(_ storage: LedgerStorage) async throws
    {
        let lost = Lost(storage: storage)
        let head = try await lost.filled()
        for suffix in ["", "-wal", "-shm"] { unlink(lost.path + suffix) }
        #expect(await lost.error() == .lost(path: lost.path, .cut(size: 0, head: head)))
    }

    @Test func `at its end, of which something was acknowledged, is no torn tail`() async throws {
        let lost = Lost(storage: .file)
        let head = try await lost.filled()
        let lines = contents(of: lost.path).split(separator: UInt8(ascii: "\n"))
        let torn = Array(lines.prefix(6).joined(separator: [UInt8(ascii: "\n")]))
        write(torn, to: lost.path)
        let expected = LedgerError.lost(path: lost.path, .cut(size: 4, head: head))
        #expect(await lost.error() == expected)
        let mending = await ledgerError {
            _ = try Ledger.openMended(path: lost.path, indexer: testIndexer, clock: CountingClock().now)
        }
        #expect(mending == expected)
        #expect(contents(of: lost.path) == torn)
    }

    /// The ends of files that are longer than what is read of them.
    @Test func `is found by the ends of long files`() async throws {
        let lost = Lost(storage: .database)
        let ledger = try lost.open()
        for _ in 1...120 {
            try await ledger.append([draft()], durability: .written)
            try ledger.rememberHead()
        }
        #expect(try ledger.loss() == nil)
        ledger.close()
        #expect(contents(of: lost.path + ".heads").count > 8_192)
        #expect(contents(of: lost.path + ".checkpoints").count > 16_384)
        #expect(await lost.error() == nil)
        unlink(lost.path + ".heads")
        lost.cut(to: 119)
        #expect(await lost.error() == .lost(path: lost.path, .cutBelowCheckpoint(size: 119, checkpoint: 120)))
    }

    @Test func `is missed after a kill too, since each checkpoint leaves its head`() async throws {
        let lost = Lost(storage: .database)
        let ledger = try lost.open()
        for _ in 1...9 {
            try await ledger.append((1...512).map { _ in draft() }, durability: .written)
        }
        // On a thread of its own; whoever closes waits for nobody.
        while try ledger.rememberedHeads().isEmpty { usleep(1_000) }
        ledger.close()
        #expect(contents(of: lost.path + ".heads").split(separator: 10).count == 1)
    }
}

extension RememberedHeads.Lines {
    fileprivate var isEmpty: Bool {
        switch self {
        case .heads(let heads): heads.isEmpty
        case .unreadable: true
        }
    }
}

@Suite struct `Setting a ledger aside` {
    @Test(arguments: [LedgerStorage.database, .file])
    func `leaves its name to a new one and every byte under another`(_ storage: LedgerStorage) async throws {
        let directory = TemporaryDirectory()
        let path = storage == .file ? directory.lines : directory.ledger
        func open() throws -> Ledger {
            try Ledger.open(path: path, storage: storage, indexer: testIndexer, clock: CountingClock().now)
        }
        for number in 1...2 {
            let ledger = try open()
            try await ledger.append([draft("\(number)")])
            try ledger.rememberHead()
            ledger.close()
            let before = Dictionary(
                uniqueKeysWithValues: ["", ".heads", ".checkpoints", ".key"].map { ($0, contents(of: path + $0)) })
            let aside = try Ledger.setAside(path: path)
            let name = String(path.split(separator: "/").last!) + (number == 1 ? ".damaged" : ".damaged-2")
            #expect(aside.file == name)
            #expect(aside.digest == Digest(hashing: before[""]!) && aside.bytes == Int64(before[""]!.count))
            for (suffix, bytes) in before {
                #expect(contents(of: directory.path + "/" + name + suffix) == bytes)
                #expect(access(path + suffix, F_OK) != 0)
            }
        }
        let ledger = try open()
        #expect(try ledger.head.size == 0)
        ledger.close()
    }

    @Test func `takes rotated files along, and is done again where it failed in between`() async throws {
        for place in 0..<9 {
            let directory = TemporaryDirectory()
            let ledger = try openLinesLedger(directory.lines, segmentLimit: 400)
            for number in 1...9 { try await ledger.append([draft("\(number)")]) }
            try ledger.rememberHead()
            ledger.close()
            let all = directory.names.filter { $0 != "ledger.jsonl.lock" }
            #expect(all.contains("ledger.jsonl.2"))

            let faulty = FaultyCalls(.error)
            faulty.fail(after: place, count: .max)
            _ = try? Ledger.setAside(path: directory.lines, calls: faulty.calls)
            // What stayed keeps a new ledger from beginning in its place, until all of it is aside.
            let half = await ledgerError {
                try Ledger.open(path: directory.lines, storage: .file, indexer: testIndexer, clock: CountingClock().now)
                    .close()
            }
            if place > 0, place < all.count { #expect(half != nil, "call \(place)") }
            _ = try? Ledger.setAside(path: directory.lines)
            try Ledger.open(path: directory.lines, storage: .file, indexer: testIndexer, clock: CountingClock().now)
                .close()
            let kept = directory.names.count { $0.contains(".damaged") }
            #expect(kept >= all.count, "call \(place)")
        }
    }
}
