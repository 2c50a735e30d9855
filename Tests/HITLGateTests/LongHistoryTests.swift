import Glibc
import HITLCore
import HITLLedger
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLGate

/// Questions to a ledger of some five thousand entries, a stretch and a rest, with and without what is derived
/// beside it: the answers are the same.
@Suite struct `A long history` {
    /// One call in three was rejected among the first hundred, none after; `mauve` occurs in the arguments of call 7, in the
    /// reason of call 60 and in the result of call 1250; every call takes four seconds.
    private static func events(of number: Int64) -> [Event] {
        let at = WallTime(milliseconds: ManualClock.start.milliseconds + number * 4_000)
        var request = ApprovalRequest(
            number: number, id: RequestID(bits: UInt64(number)),
            call: ToolCall(
                tool: number % 50 == 0 ? "deleteFile" : "writeFile", kind: .edit,
                arguments: .of(["path": .string(number == 7 ? "mauve.txt" : "reports/\(number).md")]),
                origin: Origin(agent: "mason", session: "sess_test", lineage: ["main"]), performer: .desk),
            digest: CallDigest("hmac-sha256:test"),
            verdict: Verdict(effect: .ask, rules: [], risk: Risk(factors: []), timeout: nil, policyVersion: "test"),
            requester: Cast.mason, attendance: .connected, openedAt: at, deadline: nil)
        let opened = Event.opened(Event.Opened(request))
        let isRejected = number < 100 && number % 3 == 0
        let review = isRejected ? Cast.bo.rejection(number == 60 ? "no \"mauve\" café" : nil) : Cast.ada.approval()
        _ = try? request.apply(.review(review, shown: nil), at: at)
        let closed = Event.closed(Event.Closed(request, waited: Milliseconds(number * 7)))
        guard !isRejected else { return [opened, closed] }
        return [
            opened, closed, .started(subject: .request(number), digest: request.digest),
            .finished(
                subject: .request(number), Outcome(status: .succeeded, summary: number == 1250 ? "mauve" : "done")),
        ]
    }

    private static let count: Int64 = 1_301

    private static func fill(_ ledger: Ledger, _ hand: Hand) async throws {
        let events = EventLedger(ledger)
        var batch: [Event] = []
        for number in 1...count {
            batch += Self.events(of: number)
            if batch.count > 60 || number == count {
                hand.move()
                try await events.append(batch, durability: .written)
                batch = []
            }
        }
    }

    /// Half a minute on at every append, whoever else looks at it.
    private final class Hand: Sendable {
        private let time = Locked(ManualClock.start.milliseconds)

        @Sendable func now() -> Int64 { time.withLock { $0 } }

        func move() { time.withLock { $0 += 30_000 } }
    }

    private static func open(
        _ path: String, _ hand: Hand = Hand(), sealing: RecordSealing = .none
    ) throws(LedgerError) -> Ledger {
        try Ledger.open(path: path, indexer: EventIndex.index(of:), clock: hand.now, sealing: sealing)
    }

    private static func words(_ histories: [RequestHistory]) -> [String] {
        histories.map { "\($0.decision) \($0.subject) \($0.call?.tool ?? "")" }
    }

    @Test func `answers the same from what is derived beside it as from all records`() async throws {
        let directory = LedgerDirectory()
        let path = directory.path + "/ledger.db"
        let (plainHand, hand) = (Hand(), Hand())
        let plain = try Ledger.inMemory(indexer: EventIndex.index(of:), clock: plainHand.now)
        try await Self.fill(plain, plainHand)
        let ledger = try Self.open(path, hand)
        try await Self.fill(ledger, hand)
        for kind in Records.outlines { try ledger.outline(kind).extend() }
        #expect(Records.outlines.map { ledger.outline($0).count } == [1, 0, 1])
        #expect(try ledger.wrongOutline(Records.outlines) == nil)

        let (derived, read) = (Records(ledger), Records(plain))
        #expect(try derived.statistics() == read.statistics())
        #expect(try derived.statistics().all.decisions == ["approved": 1268, "rejected": 33])
        // Rounded up to three digits: 651 × 7 ms.
        #expect(try derived.statistics().responseTime(0.5) == Milliseconds(4560))
        // From within the stretch, the rest, and after all of it.
        for appends in [20, 60, 75, 1000] as [Int64] {
            let since = WallTime(milliseconds: ManualClock.start.milliseconds + appends * 30_000)
            #expect(try derived.statistics(since: since) == read.statistics(since: since))
            #expect(
                Self.words(try derived.history(.init(since: since, text: "mauve")))
                    == Self.words(try read.history(.init(since: since, text: "mauve"))))
            var (one, other): ([String], [String]) = ([], [])
            try derived.forEach(since: since) { history in one += Self.words([history]) }
            try read.forEach(since: since) { history in other += Self.words([history]) }
            #expect(one == other && (appends == 1000) == one.isEmpty)
        }
        let queries: [Records.Query] = [
            .init(last: 5), .init(last: 5, decision: "rejected"), .init(decision: "rejected"),
            .init(last: 3, tool: "deleteFile", decision: "rejected"), .init(last: 4, decision: "expired"),
            .init(last: 5, text: "mauve"), .init(last: 1, text: "mauve"), .init(decision: "rejected", text: "mauve"),
            .init(text: "\"mauve\" café"), .init(text: "reports/1290.md"), .init(tool: "deleteFile", text: "reports/1"),
            .init(last: 7, text: "mauve albatross"), .init(last: 2, text: "ma"), .init(text: ""),
        ]
        for query in queries {
            #expect(Self.words(try derived.history(query)) == Self.words(try read.history(query)), "\(query)")
        }
        #expect(
            Self.words(try derived.history(.init(last: 9, text: "mauve")))
                == ["approved 7 writeFile", "rejected 60 writeFile", "approved 1250 deleteFile"])
        #expect(Self.words(try derived.history(.init(text: "\"mauve\" café"))) == ["rejected 60 writeFile"])
        #expect(Self.words(try derived.history(.init(last: 2, decision: "rejected"))).last == "rejected 99 writeFile")

        // The same by sums, of one stretch here.
        let sums = StretchFacts.sums(every: 1)
        try ledger.outline(sums).extend()
        #expect(ledger.outline(sums).count == 1)
        let summed = Records(events: EventLedger(ledger), sums: sums)
        #expect(try summed.statistics() == read.statistics())
        for appends in [20, 60, 75, 1000] as [Int64] {
            let since = WallTime(milliseconds: ManualClock.start.milliseconds + appends * 30_000)
            #expect(try summed.statistics(since: since) == read.statistics(since: since))
            #expect(try summed.start(since: since) == derived.start(since: since))
        }
        for query in queries where query.text == nil {
            #expect(Self.words(try summed.history(query)) == Self.words(try read.history(query)), "\(query)")
        }

        // Whoever comes later reads what was derived, and derives no more than is missing.
        ledger.close()
        let reader = try Ledger.openReadOnly(
            path: path, indexer: EventIndex.index(of:), clock: { 0 })
        #expect(reader.outline(TextFilter.kind).count == 1)
        #expect(try Records(reader).statistics() == read.statistics())
        reader.close()
    }

    @Test func `has sums beside it that are made again where they are missing or damaged`() async throws {
        let directory = LedgerDirectory()
        let path = directory.path + "/ledger.db"
        let hand = Hand()
        let ledger = try Self.open(path, hand)
        try await Self.fill(ledger, hand)
        let sums = StretchFacts.sums(every: 1)
        // Of what there is not, there are none.
        try ledger.outline(sums).extend()
        #expect(ledger.outline(sums).count == 0)
        for kind in [StretchFacts.kind, sums] { try ledger.outline(kind).extend() }
        #expect(try ledger.wrongOutline([StretchFacts.kind, sums]) == nil)
        #expect(ledger.outline(sums)[0] == ledger.outline(StretchFacts.kind)[0])

        Self.flip(path + ".sums", at: 32 + 36 + 24 + 7)
        #expect(
            try ledger.wrongOutline([StretchFacts.kind, sums]) == .outline(suffix: ".sums", first: 1, last: 4096))
        for damage in [
            { Self.flip(path + ".sums", at: 3) }, { Self.flip(path + ".sums", at: 40) },
            {
                truncate(path + ".sums", off_t(60))
            }, { unlink(path + ".sums") },
        ] as [() -> Void] {
            damage()
            #expect(ledger.outline(sums).count == 0)
            #expect(
                try Records(events: EventLedger(ledger), sums: sums).statistics().all.decisions
                    == ["approved": 1268, "rejected": 33])
            #expect(ledger.outline(sums).count == 1)
            #expect(try ledger.wrongOutline([StretchFacts.kind, sums]) == nil)
        }
        ledger.close()
    }

    @Test func `does not add up what no stretch can count`() {
        func facts(of tool: Int64, at time: Int64) -> [UInt8] {
            var bytes: [UInt8] = []
            func put(_ numbers: Int64...) {
                for number in numbers { withUnsafeBytes(of: number.bigEndian) { bytes += $0 } }
            }
            put(0, 0, 0, 1, 1)
            bytes += "a".utf8
            put(1)
            bytes += "b".utf8
            put(tool, 0, 1, 5, time)
            return bytes
        }
        #expect(StretchFacts(facts(of: 1, at: 4096))?.bytes == facts(of: 1, at: 4096))
        for wrong in [Int64.max, .min, -1, 1 << 33] {
            #expect(StretchFacts(facts(of: wrong, at: 1)) == nil)
            #expect(StretchFacts(facts(of: 1, at: wrong)) == nil)
        }
    }

    @Test func `is not believed of a file beside it that says something else`() async throws {
        let directory = LedgerDirectory()
        let path = directory.path + "/ledger.db"
        let hand = Hand()
        let ledger = try Self.open(path, hand)
        try await Self.fill(ledger, hand)
        for kind in Records.outlines { try ledger.outline(kind).extend() }
        let facts = try #require(ledger.outline(StretchFacts.kind)[0].flatMap({ StretchFacts($0) }))
        #expect(facts.has("rejected", tool: nil) && !facts.has("rejected", tool: "deleteFile"))

        // A bit in the first stretch's bytes: verification says so.
        Self.flip(path + ".text", at: 32 + 36 + 1000)
        #expect(
            try ledger.wrongOutline(Records.outlines) == .outline(suffix: ".text", first: 1, last: 4096))
        // With every bit set, everything has to be read and nothing more is found.
        Self.overwrite(path + ".text", from: 32 + 36, count: 32_768, with: 0xff)
        #expect(Self.words(try Records(ledger).history(.init(text: "mauve albatross"))) == [])

        // Of another ledger, or of another history of this one: as if it were not there.
        Self.flip(path + ".outline", at: 3)
        #expect(ledger.outline(StretchFacts.kind).count == 0)
        #expect(try Records(ledger).statistics().all.decisions == ["approved": 1268, "rejected": 33])
        #expect(ledger.outline(StretchFacts.kind).count == 1)
        #expect(try ledger.wrongOutline([StretchFacts.kind]) == nil)
        // A part of a stretch at its end.
        truncate(path + ".outline", off_t(60))
        #expect(ledger.outline(StretchFacts.kind).count == 0)
        try ledger.outline(StretchFacts.kind).extend()
        #expect(try ledger.wrongOutline([StretchFacts.kind]) == nil)
        ledger.close()
    }

    @Test func `that is sealed has nothing open beside it, and is searched by who has the key`() async throws {
        let directory = LedgerDirectory()
        let path = directory.path + "/ledger.db"
        let key = try #require(RecordKey(bytes: Array(repeating: 7, count: 32)))
        let sealing = RecordSealing(current: key, others: [])
        let hand = Hand()
        let ledger = try Self.open(path, hand, sealing: sealing)
        try await Self.fill(ledger, hand)
        for kind in Records.outlines { try ledger.outline(kind).extend() }
        #expect(
            Self.words(try Records(ledger).history(.init(text: "mauve")))
                == ["approved 7 writeFile", "rejected 60 writeFile", "approved 1250 deleteFile"])
        ledger.close()
        for suffix in [".outline", ".text"] {
            let bytes = Self.contents(of: path + suffix)
            #expect(bytes.count > 1_000)
            #expect(bytes[68..<76].elementsEqual("{\"key\":\"".utf8))
            #expect(!String(decoding: bytes, as: UTF8.self).contains("writeFile"))
        }
        // Nor does who has keys for what was sealed before, and seals no more, leave it open.
        unlink(path + ".text")
        let later = try Self.open(path, sealing: RecordSealing(current: nil, others: [key]))
        try later.outline(TextFilter.kind).extend()
        #expect(Self.contents(of: path + ".text") == [])
        later.close()
    }

    private static func contents(of path: String) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(descriptor, &bytes, bytes.count)
        return Array(bytes.prefix(max(count, 0)))
    }

    private static func flip(_ path: String, at offset: Int) {
        let byte = contents(of: path)[offset]
        overwrite(path, from: offset, count: 1, with: byte ^ 1)
    }

    private static func overwrite(_ path: String, from offset: Int, count: Int, with byte: UInt8) {
        let descriptor = Glibc.open(path, O_WRONLY)
        defer { close(descriptor) }
        _ = pwrite(descriptor, [UInt8](repeating: byte, count: count), count, off_t(offset))
    }
}
