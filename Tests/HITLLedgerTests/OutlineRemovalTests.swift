import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLLedger

/// What is derived from records, and beside it a removal of what it is derived from.
@Suite struct `An outline of what is being removed` {
    enum Deriving: CaseIterable {
        /// By the desk's own thread, before the removal and beside it.
        case byOwner
        /// By another process, before the removal and beside it.
        case byReader
        /// By another process that had opened the ledger before, and derives afterwards.
        case later
    }

    private static let indexer: Indexer = { record in
        guard var index = testIndexer(record) else { return nil }
        let payload = String(decoding: record, as: UTF8.self).split(separator: "\t").last.map(String.init) ?? ""
        if payload.hasPrefix("gone "), let last = Int64(payload.dropFirst(5)) { index.removes = .prefix(through: last) }
        return index
    }

    private static func open(_ path: String, _ storage: LedgerStorage) throws -> Ledger {
        try .open(path: path, storage: storage, indexer: indexer, clock: { 0 })
    }

    /// Whoever derives waits in the middle until it is told to go on.
    private final class Halt: Sendable {
        let hasRead = FirstValue<Void>()
        private let goesOn = Monitor(false)

        func wait() {
            hasRead.set(())
            goesOn.waiting { $0 ? .over(()) : .untilSignal }
        }

        func end() {
            goesOn.withLock { $0 = true }
            goesOn.signal()
        }
    }

    @Test(arguments: [LedgerStorage.database, .file], Deriving.allCases)
    func `has nothing of it afterwards, whoever derived it when`(_ storage: LedgerStorage, _ deriving: Deriving)
        async throws
    {
        let directory = TemporaryDirectory()
        let path = storage == .database ? directory.ledger : directory.lines
        let ledger = try Self.open(path, storage)
        try await ledger.append((1...Int(Outline.stretch)).map { draft($0 == 7 ? "anna" : "\($0)") })
        let reader = try Ledger.openReadOnly(path: path, storage: storage, indexer: Self.indexer, clock: { 0 })
        #expect(try reader.entry(at: 7)?.payload == "anna")

        let halt = Halt()
        let kind = Outline.Kind(suffix: ".text") { entries in
            let bytes = entries.flatMap(\.record)
            if deriving != .later { halt.wait() }
            return bytes
        }
        let done = FirstValue<Void>()
        let derive: @Sendable () -> Void = {
            do throws(LedgerError) { try (deriving == .byOwner ? ledger : reader).outline(kind).extend() } catch {
                Issue.record(error)
            }
            done.set(())
        }
        if deriving != .later {
            try #require(WorkerThread(derive)).leave()
            await halt.hasRead.value
        }
        let by = try await ledger.append([draft("gone 10")])
        try await ledger.carryOut(removalBy: by[0].sequence) { _ in nil }
        halt.end()
        if deriving == .later { try #require(WorkerThread(derive)).leave() }
        await done.value

        #expect(contents(of: path + ".text").firstRange(of: Array("anna".utf8)) == nil)
        #expect(try reader.entry(at: 7)?.record == [])
        // And it is derived again from what is left.
        try ledger.outline(kind).extend()
        #expect(try ledger.wrongOutline([kind]) == nil)
        #expect(ledger.outline(kind).count == 1)
        #expect(contents(of: path + ".text").firstRange(of: Array("4096".utf8)) != nil)
        reader.close()
        ledger.close()
    }
}
