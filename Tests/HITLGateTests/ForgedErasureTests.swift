import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLCore
@testable import HITLGate
@testable import HITLLedger

/// Whoever can write the ledger, and has no reviewer's key, goes to work where an erased entry's hash ties nothing any more.
@Suite struct `A forger of what stands before an erased entry` {
    private struct Erased {
        let desk: ErasingDesk
        let store: MemoryStore
        let ledger: Ledger
        /// From before the erasure.
        let head: Head
        let checkpoint: SignedCheckpoint
        /// What was erased, and the entry that records it.
        let first: Int64
        let by: Int64
    }

    /// One call that ran, and one that was erased after a head of both had been kept elsewhere.
    private static func make() async throws -> Erased {
        let desk = try ErasingDesk(.memory)
        let store = try MemoryStore()
        let ledger = try Ledger(
            reading: store, writing: store, file: nil, indexer: EventIndex.index(of:),
            clock: { [clock = desk.clock] in clock.wall.milliseconds })
        let fixture = try await desk.fixture(ledger)
        _ = try await desk.decide(fixture, "bo.txt", .approve)
        _ = try await desk.decide(fixture, "anna.txt", .reject, reason: "not hers")
        let (head, checkpoint) = (try ledger.head, try ledger.checkpoint())
        let plan = try Records(ledger).erasure(of: [.request(2)])
        let call = RecordKeeping.call(toErase: plan, reason: nil, session: "s")
        #expect(try await desk.approve(call, fixture)?.status == .succeeded)
        let by = try #require(try ledger.latest(kind: EventIndex.erased, limit: 1).first)
        return Erased(
            desk: desk, store: store, ledger: ledger, head: head, checkpoint: checkpoint,
            first: try #require(plan.entries.first), by: by.sequence)
    }

    /// Another ledger object, which has read nothing yet.
    private static func reopened(_ erased: Erased) throws -> Ledger {
        try Ledger(
            reading: erased.store, writing: nil, file: nil, indexer: EventIndex.index(of:), clock: { 0 })
    }

    /// Makes the hashes from `first` to `last` fit what stands there now.
    private static func rehash(_ rows: inout [StoredEntry], _ first: Int64, _ last: Int64, _ identity: [UInt8]) throws {
        for place in Int(first) - 1..<Int(last) {
            let previous = place == 0 ? Chain.genesis(identity: identity) : try #require(rows[place - 1].hash)
            rows[place].previous = previous
            guard RemovedRecord(rows[place].record) == nil else { continue }
            let row = rows[place]
            rows[place].hash = row.record.withUnsafeBytes {
                Chain.leaf(sequence: row.sequence, time: row.time, previous: previous, record: $0)
            }
        }
    }

    /// The first entry happened an hour later than it did, which no reviewer's signature covers.
    private static func rewriteBeginning(_ erased: Erased) throws {
        var rows: [StoredEntry] = []
        erased.store.tamper { rows = $0.rows }
        rows[0].time += 3_600_000
        try rehash(&rows, 1, erased.first, erased.ledger.identity)
        let changed = rows
        erased.store.tamper { $0.rows = changed }
    }

    /// The record of the erasure as it would be of the entries that stand there now.
    private static func rewriteRecord(_ erased: Erased) throws {
        var rows: [StoredEntry] = []
        erased.store.tamper { rows = $0.rows }
        let place = Int(erased.by) - 1
        guard case .erased(let event) = try Event(record: rows[place].record) else { return }
        let entries = try event.entries.map { entry in
            let row = rows[Int(entry.sequence) - 1]
            let left = try #require(RemovedRecord(row.record)?.left)
            return Event.Erased.Entry(sequence: entry.sequence, left: try #require(row.hash(leaving: left)).hex)
        }
        rows[place].record =
            Event.erased(
                .init(request: event.request, entries: entries, reason: event.reason, by: event.principal)
            ).record
        try rehash(&rows, erased.by, Int64(rows.count), erased.ledger.identity)
        let changed = rows
        erased.store.tamper { $0.rows = changed }
    }

    @Test func `is found by the record of the erasure`() async throws {
        let erased = try await Self.make()
        #expect(try await erased.ledger.verify(against: [erased.head, try erased.ledger.head]).failures == [])
        try Self.rewriteBeginning(erased)
        let ledger = try Self.reopened(erased)
        #expect(
            try await ledger.verify(against: [erased.head]).failures == [.removedUnrecorded(sequence: erased.first)])
        #expect(throws: LedgerError.damaged(path: "memory", .removed(sequence: erased.first))) {
            try ledger.entry(at: erased.first)
        }
    }

    @Test func `is found who changes the time of what was erased`() async throws {
        let erased = try await Self.make()
        erased.store.tamper { $0.rows[Int(erased.first) - 1].time += 1 }
        #expect(try await Self.reopened(erased).verify().failures == [.removedUnrecorded(sequence: erased.first)])
    }

    @Test func `is found who forges the record too, by a head of it, by a checkpoint, and by what was approved`()
        async throws
    {
        let erased = try await Self.make()
        let after = try erased.ledger.head
        try Self.rewriteBeginning(erased)
        try Self.rewriteRecord(erased)
        let ledger = try Self.reopened(erased)
        // The chain is whole, and an old head still fits. That it says less now is told.
        let old = try await ledger.verify(against: [erased.head])
        #expect(old.failures == [])
        #expect(old.weakened.map(\.recordedBy) == [erased.by])
        // Who has to be believed for it says no.
        let signatures = try await SignatureAudit(
            ledger, keys: [KnownKey(reviewer: "ada", key: erased.desk.key.verifying)]
        )
        .run()
        #expect(signatures.vouchedRemovals == [])
        #expect(signatures.failures == [.unapprovedRemoval(request: 3, entry: erased.by)])
        // And so do all others.
        let later = try await ledger.verify(against: [after])
        #expect(later.failures == [.rewritten(head: after, after: 0)])
        let signed = try await ledger.verify(against: [erased.head], checkpoints: [erased.checkpoint], keys: [])
        #expect(signed.failures.contains { if case .forked = $0 { true } else { false } })
    }

    @Test func `is found who forges the request as well, by the signature under its approval`() async throws {
        let erased = try await Self.make()
        try Self.rewriteBeginning(erased)
        try Self.rewriteRecord(erased)
        var rows: [StoredEntry] = []
        erased.store.tamper { rows = $0.rows }
        guard case .erased(let event) = try Event(record: rows[Int(erased.by) - 1].record) else { return }
        let left = Event.Erased.left(event.entries.compactMap { Digest(hex: $0.left) })
        let place = try #require(rows.firstIndex { $0.kind == EventIndex.opened && $0.subject == "3" })
        let text = String(decoding: rows[place].record, as: UTF8.self)
        let start = try #require(text.firstRange(of: #""left":""#)).upperBound
        let forged = text[..<start] + left + text[text.index(start, offsetBy: 64)...]
        rows[place].record = Array(forged.utf8)
        try Self.rehash(&rows, Int64(place) + 1, Int64(rows.count), erased.ledger.identity)
        let changed = rows
        erased.store.tamper { $0.rows = changed }

        let ledger = try Self.reopened(erased)
        #expect(try await ledger.verify(against: [erased.head]).failures == [])
        let key = erased.desk.key.verifying
        let signatures = try await SignatureAudit(ledger, keys: [KnownKey(reviewer: "ada", key: key)]).run()
        #expect(signatures.failures == [.invalid(request: 3, key: key.name)])
        #expect(signatures.vouchedRemovals == [])
    }
}
