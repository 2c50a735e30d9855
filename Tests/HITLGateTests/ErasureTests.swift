import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLCore
@testable import HITLGate
@testable import HITLLedger

/// Where a ledger can be kept.
enum Keeping: String, CaseIterable, Sendable { case memory, database, files, sealedDatabase, sealedFiles }

/// A desk that can erase, on a ledger that is opened again and again.
final class ErasingDesk: Sendable {
    let directory = ErasureDirectory()
    let keeping: Keeping
    let clock: ManualClock
    let key: SigningKey
    let floor: Milliseconds?

    init(_ keeping: Keeping, floor: Milliseconds? = nil) throws {
        (self.keeping, self.floor) = (keeping, floor)
        clock = ManualClock()
        key = try #require(SigningKey(seed: [UInt8](repeating: 3, count: 32)))
    }

    var sealing: RecordSealing {
        switch keeping {
        case .memory, .database, .files: .none
        case .sealedDatabase, .sealedFiles:
            RecordSealing(current: RecordKey(bytes: [UInt8](repeating: 5, count: 32)), others: [])
        }
    }

    func open() throws -> Ledger {
        let clock = clock
        let now: @Sendable () -> Int64 = { clock.wall.milliseconds }
        switch keeping {
        case .memory: return try .inMemory(indexer: EventIndex.index(of:), clock: now)
        case .database, .sealedDatabase:
            return try .open(
                path: directory.ledger, storage: .database, indexer: EventIndex.index(of:), clock: now,
                sealing: sealing)
        case .files, .sealedFiles:
            return try .open(
                path: directory.ledger, storage: .file, indexer: EventIndex.index(of:), clock: now, sealing: sealing)
        }
    }

    func fixture(_ ledger: Ledger, ids: CountingIDs = CountingIDs()) async throws -> GateFixture {
        try await GateFixture(
            ledger: ledger, clock: clock, ids: ids, timeout: nil, signer: Signing(key: key),
            salt: Salt.random)
    }

    func record(_ fixture: GateFixture) -> RecordKeeping {
        let floor = floor
        return RecordKeeping(fixture.gate.ledger, clocks: clock.clocks, floor: { floor })
    }

    /// One call that is asked for, decided and, where it is approved, carried out.
    func decide(
        _ fixture: GateFixture, _ path: String, _ answer: Review.Answer, reason: String? = nil
    ) async throws -> Int64 {
        let asking = await fixture.pending(.deleting(path))
        _ = try await fixture.gate.review(
            asking.number, Review(answer: answer, reviewer: Cast.ada, reason: reason))
        _ = await asking.ending
        return asking.number
    }

    /// The call, proposed, approved by `reviewer`, and carried out.
    func approve(_ call: ToolCall, _ fixture: GateFixture, by reviewer: Principal = Cast.ada) async throws -> Outcome? {
        let requester = Principal(role: .gate, name: call.tool, channel: "desk")
        let request = try await fixture.gate.post(call, from: requester)
        _ = try await fixture.gate.review(
            request.number, Review(answer: .approve, reviewer: reviewer, reason: "asked by mail"),
            executor: KeepingExecutor(keeping: record(fixture)))
        return await fixture.queue.outcome(of: .request(request.number), within: .minutes(5))
    }

    func check(_ ledger: Ledger) async throws -> (Verification, SignatureFindings) {
        let known = KnownKey(reviewer: "ada", key: key.verifying)
        return (try await ledger.verify(), try await SignatureAudit(ledger, keys: [known]).run())
    }
}

struct Signing: Signer {
    let key: SigningKey

    nonisolated(nonsending) func sign(
        _ statement: @Sendable (String) -> [UInt8]
    ) async throws(SigningFailure) -> (key: String, bytes: [UInt8]) {
        do { return (key.verifying.name, try key.sign(statement(key.verifying.name))) } catch {
            throw SigningFailure("\(error)")
        }
    }
}

struct KeepingExecutor: Executor {
    let keeping: RecordKeeping

    func changes(since call: ToolCall) async -> [String] { keeping.changes(since: call) }
    func run(_ permit: consuming Permit, until stop: StopSignal) async -> Outcome { await keeping.run(permit) }
}

/// A fresh directory that is removed with all that is in it.
final class ErasureDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/hitl-erase-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            guard let made = mkdtemp(buffer.baseAddress!) else { preconditionFailure("no temporary directory") }
            return String(cString: made)
        }
    }

    deinit {
        for name in names { unlink(path + "/" + name) }
        rmdir(path)
    }

    var ledger: String { path + "/ledger" }

    var names: [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The files in which the text stands, in any spelling of a record.
    func holding(_ text: String) throws -> [String] {
        let needle = Array(text.utf8)
        return try names.filter { name in
            let bytes = try SmallFile.read(path + "/" + name, limit: 64 << 20)
            return bytes.indices.contains { bytes[$0...].starts(with: needle) }
        }
    }
}

@Suite struct `What was erased` {
    static let secret = "anna@example.com"

    /// Anna's call approved with a reason that names her, and another's rejected.
    private static func decided(_ desk: ErasingDesk, _ fixture: GateFixture) async throws {
        #expect(try await desk.decide(fixture, secret, .approve, reason: "for \(secret)") == 1)
        #expect(try await desk.decide(fixture, "bo.txt", .reject, reason: "keep it") == 2)
    }

    private static func call(_ fixture: GateFixture, _ text: String = "ANNA@example.com") throws -> ToolCall {
        let plan = try Records(fixture.ledger).erasure(of: [], containing: [text])
        #expect(plan.items.map(\.subject) == [.request(1)])
        return RecordKeeping.call(toErase: plan, reason: "GDPR 17", session: "s")
    }

    @Test(arguments: Keeping.allCases)
    func `is gone from every file, and everything still proves itself`(_ keeping: Keeping) async throws {
        let desk = try ErasingDesk(keeping)
        var ledger = try desk.open()
        var fixture = try await desk.fixture(ledger)
        try await Self.decided(desk, fixture)
        let before = try ledger.checkpoint()
        let oldProof = try #require(try ledger.prover(at: before).inclusion(of: 1))
        if keeping == .database || keeping == .files {
            #expect(try !desk.directory.holding(Self.secret).isEmpty)
        }

        let outcome = try await desk.approve(try Self.call(fixture), fixture)
        #expect(outcome?.status == .succeeded)
        #expect(outcome?.summary == "erased the contents of 3 entries")

        for _ in 0..<2 {
            let (verification, signatures) = try await desk.check(ledger)
            #expect(verification.failures == [])
            #expect(verification.removed.erased == 3 && verification.removed.purgedThrough == 0)
            #expect(signatures.failures == [] && signatures.signed == 3 && signatures.erased == 0)
            #expect(signatures.removals.map(\.what) == [.contents(of: 3)])
            #expect(signatures.removals.map(\.principal) == [Cast.ada])
            let history = try fixture.gate.ledger.history(of: .request(1))
            #expect(history.decision == "approved" && history.call?.tool == "deleteFile")
            #expect(history.call?.content == .erased && history.call?.arguments == JSONObject())
            #expect(history.status?.review?.reason == nil && history.erasedBy != nil)
            #expect(try fixture.gate.ledger.history(of: .request(2)).status?.review?.reason == "keep it")
            #expect(history.auditRecord.object?["action"]?.object?["args"] == .null)
            #expect(try Records(ledger).erasure(of: [], containing: [Self.secret]).items.isEmpty)
            // What was proved before holds, and what is left can be proved.
            #expect(oldProof.leadsToRoot)
            let proof = try #require(try ledger.prover(at: before).inclusion(of: 1))
            #expect(proof.hashes == oldProof.hashes && EntryBytes(proof.extra ?? [], at: 0)?.erasedLeaf != nil)
            #expect(proof.leadsToRoot)
            guard keeping != .memory else { return }
            ledger.close()
            #expect(try desk.directory.holding(Self.secret) == [])
            ledger = try desk.open()
            fixture = try await desk.fixture(ledger, ids: CountingIDs(after: 500))
        }
        ledger.close()
    }

    @Test func `cannot be found from its hashes by trying, because each record has a salt that goes with it`()
        async throws
    {
        let desk = try ErasingDesk(.memory)
        let fixture = try await desk.fixture(try desk.open())
        try await Self.decided(desk, fixture)
        let entries = try fixture.ledger.entries(from: 1, limit: 10)
        var salts: Set<String> = []
        for entry in entries {
            switch try Event.reading(entry.record) {
            case (let event, .salted(let salt)):
                #expect(event.hasContent)
                salts.insert(salt)
            case (let event, _): #expect(!event.hasContent)
            }
        }
        #expect(salts.count == 5)
        _ = try await desk.approve(try Self.call(fixture), fixture)
        for entry in try fixture.ledger.entries(from: 1, limit: 10) where entry.removedBy != nil {
            let left = String(decoding: entry.record, as: UTF8.self)
            #expect(!salts.contains { left.contains($0) })
        }
    }

    @Test func `was approved by a person and by nobody else`() async throws {
        let desk = try ErasingDesk(.memory)
        let fixture = try await desk.fixture(try desk.open())
        try await Self.decided(desk, fixture)
        let script = Principal(role: .script, name: "ada", channel: "stdin")
        let refused = try await desk.approve(try Self.call(fixture), fixture, by: script)
        #expect(refused?.summary == "not executed: no person approved it")
        #expect(try fixture.ledger.entries(from: 1, limit: 50).allSatisfy { $0.removedBy == nil })

        // A record in the name of a request that approved something else.
        let entry = try #require(try fixture.ledger.entry(at: 1))
        let left = try #require(Event.residue(of: entry.record))
        let event = Event.erased(
            .init(
                request: 1, entries: [.init(sequence: 1, left: entry.hash(leaving: left).hex)], reason: nil,
                by: Cast.ada))
        let forged = try await fixture.ledger.append([Draft(event)])
        try await fixture.ledger.carryOut(removalBy: forged[0].sequence, residue: Event.residue(of:))
        let (verification, signatures) = try await desk.check(fixture.ledger)
        #expect(verification.failures == [])
        #expect(signatures.failures == [.unapprovedRemoval(request: 1, entry: forged[0].sequence)])
    }

    @Test func `is nothing that a request still waits for`() async throws {
        let desk = try ErasingDesk(.memory)
        let fixture = try await desk.fixture(try desk.open())
        let asking = await fixture.pending(.deleting(Self.secret))
        let plan = try Records(fixture.ledger).erasure(of: [.request(1), .request(9)], containing: [Self.secret])
        #expect(plan.items.isEmpty && plan.obstacles == [.unfinished(.request(1)), .unknown("9")])
        await fixture.close()
        _ = await asking.ending
    }

    @Test func `does not include names that stay, which is said`() async throws {
        let desk = try ErasingDesk(.memory)
        let fixture = try await desk.fixture(try desk.open())
        let asking = await fixture.pending(.deleting("x", agent: "helper of \(Self.secret)"))
        _ = try await fixture.gate.review(
            asking.number, Review(answer: .reject, reviewer: Cast.ada, reason: "not for \(Self.secret)"))
        _ = await asking.ending
        let plan = try Records(fixture.ledger).erasure(of: [], containing: [Self.secret])
        #expect(plan.items.map(\.subject) == [.request(1)])
        #expect(plan.obstacles == [.kept(entries: [1])])
        let call = RecordKeeping.call(toErase: plan, reason: nil, session: "s")
        #expect(try await desk.approve(call, fixture)?.status == .succeeded)
        let again = try Records(fixture.ledger).erasure(of: [], containing: [Self.secret])
        #expect(again.items.isEmpty)
        #expect(again.obstacles == [.kept(entries: [1])])
        await fixture.close()
    }

    @Test func `is tied to what stands before it by a head of its record, and to an older one by who approved it`()
        async throws
    {
        let desk = try ErasingDesk(.memory)
        let ledger = try desk.open()
        let fixture = try await desk.fixture(ledger)
        _ = try await desk.decide(fixture, "bo.txt", .reject, reason: "keep it")
        _ = try await desk.decide(fixture, Self.secret, .reject, reason: "not hers")
        let (head, checkpoint) = (try ledger.head, try ledger.checkpoint())
        #expect(try await ledger.verify(against: [head]).weakened == [])

        let plan = try Records(ledger).erasure(of: [.request(2)])
        let call = RecordKeeping.call(toErase: plan, reason: nil, session: "s")
        #expect(try await desk.approve(call, fixture)?.status == .succeeded)
        let erased = try #require(plan.entries.last)
        let verification = try await ledger.verify(against: [head])
        #expect(verification.failures == [])
        let by = try #require(verification.weakened.first?.recordedBy)
        #expect(verification.weakened.map(\.erased) == [erased])
        #expect(verification.weakened.map(\.entries) == [1...erased - 1])
        let both = try await ledger.verify(against: [head], checkpoints: [checkpoint], keys: [])
        #expect(both.failures == [] && both.weakened == [])
        let later = try await ledger.verify(against: [head, try ledger.head])
        #expect(later.failures == [] && later.weakened == [])
        // Whoever approved it signed what is left, and so the hash of the entry before.
        #expect(try await desk.check(ledger).1.vouchedRemovals == [by])
        #expect(try await SignatureAudit(ledger, keys: []).run().vouchedRemovals == [])
        await fixture.close()
    }

    @Test func `is believed only where a record says that it was to be erased`() async throws {
        let store = try MemoryStore()
        let clock = ManualClock()
        let ledger = try Ledger(
            reading: store, writing: store, file: nil, indexer: EventIndex.index(of:),
            clock: { clock.wall.milliseconds })
        let desk = try ErasingDesk(.memory)
        let fixture = try await desk.fixture(ledger)
        try await Self.decided(desk, fixture)
        let size = try ledger.head.size
        for by in [size, size + 5, 1] {
            let whole = try #require(try ledger.entry(at: 1))
            let left = try #require(Event.residue(of: whole.record))
            store.tamper { $0.rows[0].record = RemovedRecord(by: by, left: left).bytes }
            #expect(throws: LedgerError.damaged(path: "memory", .removed(sequence: 1))) { try ledger.entry(at: 1) }
            #expect(try await ledger.verify().failures == [.removedUnrecorded(sequence: 1)])
            store.tamper { $0.rows[0].record = whole.record }
        }
    }

    @Test(arguments: [Keeping.database, .files])
    func `is erased at the next start where the desk was killed after it had recorded it`(_ keeping: Keeping)
        async throws
    {
        let desk = try ErasingDesk(keeping)
        var ledger = try desk.open()
        var fixture = try await desk.fixture(ledger)
        try await Self.decided(desk, fixture)
        let call = try Self.call(fixture)
        let request = try await fixture.gate.post(call, from: Principal(role: .gate, name: "erase", channel: "desk"))
        _ = try await fixture.gate.review(request.number, Review(answer: .approve, reviewer: Cast.ada))
        let entries = try Records(ledger).erasure(of: [.request(1)]).entries.map { sequence in
            let entry = try #require(try ledger.entry(at: sequence))
            return Event.Erased.Entry(sequence: sequence, left: try #require(try Event.left(of: entry)).hex)
        }
        let recorded = try await ledger.append(
            [Draft(.erased(.init(request: request.number, entries: entries, reason: nil, by: Cast.ada)))])
        ledger.close()

        ledger = try desk.open()
        #expect(
            try await ledger.verify().failures
                == entries.map { .notYetRemoved(sequence: $0.sequence, by: recorded[0].sequence) })
        fixture = try await desk.fixture(ledger, ids: CountingIDs(after: 500))
        for _ in 0..<2 { #expect(await desk.record(fixture).complete().isEmpty) }
        #expect(try await ledger.verify().failures == [])
        ledger.close()
        #expect(try desk.directory.holding(Self.secret) == [])
    }
}

@Suite struct `Entries whose time is over` {
    private static let month = Milliseconds(30 * 86_400_000)

    /// Three requests a month and more ago, the second of which goes on; then one of today.
    private static func aged(_ desk: ErasingDesk, _ fixture: GateFixture) async throws -> GateFixture.Asking {
        _ = try await desk.decide(fixture, "one.txt", .approve)
        _ = try await desk.decide(fixture, "two.txt", .reject, reason: "no")
        desk.clock.advance(by: month)
        desk.clock.advance(by: .minutes(1))
        let waiting = await fixture.pending(.deleting("three.txt"))
        _ = try await desk.decide(fixture, "four.txt", .reject)
        return waiting
    }

    @Test(arguments: Keeping.allCases)
    func `are removed, and all later ones still prove themselves`(_ keeping: Keeping) async throws {
        let desk = try ErasingDesk(keeping, floor: Self.month)
        var ledger = try desk.open()
        var fixture = try await desk.fixture(ledger)
        let waiting = try await Self.aged(desk, fixture)
        let checkpoint = try ledger.checkpoint()
        let proof = try #require(try ledger.prover(at: checkpoint).inclusion(of: 7))
        let report = try Records(ledger).retention(floor: Self.month, now: desk.clock.wall)
        #expect(report.past == 6 && report.removable == 6 && report.requests == 2 && report.lastNumber >= 3)
        let call = RecordKeeping.call(
            toPurge: report, floor: Self.month, export: String(repeating: "a", count: 64), reason: nil, session: "s")
        #expect(try await desk.approve(call, fixture)?.summary == "removed entries 1 to 6")
        // Once is enough.
        #expect(try await desk.approve(call, fixture)?.status == .failed)
        let last = try ledger.head.size
        await fixture.close()
        _ = await waiting.ending

        for _ in 0..<2 {
            let (verification, signatures) = try await desk.check(ledger)
            #expect(verification.failures == [])
            #expect(verification.removed.purgedThrough == 6 && verification.removed.erased == 0)
            #expect(signatures.failures == [])
            #expect(signatures.removals.map(\.what) == [.entries(through: 6)])
            #expect(try fixture.gate.ledger.history(of: .request(1)).call == nil)
            #expect(try fixture.gate.ledger.history(of: .request(3)).call?.arguments["path"]?.string == "three.txt")
            #expect(try ledger.count(kind: "removed") == 6)
            #expect(try ledger.prover(at: checkpoint).inclusion(of: 7) == proof)
            #expect(try ledger.prover(at: checkpoint).inclusion(of: 2)?.leadsToRoot == true)
            #expect(try ledger.prover(at: try ledger.checkpoint()).consistency(since: 3) != nil)
            guard keeping != .memory else { return }
            ledger.close()
            #expect(try desk.directory.holding("one.txt") == [])
            ledger = try desk.open()
            fixture = try await desk.fixture(ledger, ids: CountingIDs(after: 500))
        }
        // Numbers are never given twice.
        let next = await fixture.pending(.deleting("five.txt"))
        #expect(next.number == 7)
        #expect(try ledger.head.size > last)
        await fixture.close()
        _ = await next.ending
        ledger.close()
    }

    @Test func `are kept within the floor, and where a request goes on after them`() async throws {
        let desk = try ErasingDesk(.memory, floor: Self.month)
        let fixture = try await desk.fixture(try desk.open())
        let waiting = try await Self.aged(desk, fixture)
        let size = try fixture.ledger.head.size
        for through in [Int64(5), 7, size] {
            var report = try Records(fixture.ledger).retention(floor: Self.month, now: desk.clock.wall)
            report.removable = through
            let call = RecordKeeping.call(
                toPurge: report, floor: Self.month, export: String(repeating: "a", count: 64), reason: nil,
                session: "s")
            #expect(try await desk.approve(call, fixture)?.status == .failed)
        }
        #expect(try await fixture.ledger.verify().removed.purgedThrough == 0)

        // All of it is old now, and the third still waits.
        desk.clock.advance(by: Self.month)
        desk.clock.advance(by: Self.month)
        let report = try Records(fixture.ledger).retention(floor: Self.month, now: desk.clock.wall)
        #expect(report.past >= size && report.removable == 6)
        await fixture.close()
        _ = await waiting.ending
    }
}
