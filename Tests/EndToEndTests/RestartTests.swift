import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// The built program killed while people and programs use it: the desk in turns by SIGTERM and SIGKILL, in the long
/// form whoever asks as well, at moments that nobody chose.
///
/// A tenth of `HITL_KILLS` says how many desks; without it the short form runs.
@Suite(.oneAtATime) struct `A desk that is restarted under load` {
    /// Those of the crash matrix are many times faster.
    static let kills = max(4, getenv("HITL_KILLS").flatMap { Int(String(cString: $0)) }.map { $0 / 10 } ?? 0)

    /// I2, I5 and I10 of the whole program.
    @Test func `loses nothing, runs nothing twice, and is waited for`() async throws {
        let storm = try Storm(seed: 20_260_102, killsAskers: false)
        try await storm.rage(deskKills: 8)
        try await storm.expectNothingWrong()
    }

    @Test func `with whoever asks killed as well, it runs nothing that was not approved, and nothing twice`()
        async throws
    {
        let storm = try Storm(seed: 20_260_103, killsAskers: true)
        try await storm.rage(deskKills: Self.kills)
        try await storm.expectNothingWrong()
    }
}

/// One ledger, a desk that comes and goes, four who ask one thing after the other, and two who decide.
private actor Storm {
    private let home: Home
    /// And desks that have only just been started.
    private let killsAskers: Bool
    private var random: SplitMix

    private var desk: BareDesk?
    /// Nobody asks any more.
    private var isOver = false
    private var isDecided = false
    private var ends: [String: AskerEnd] = [:]
    /// By request number, as its decider was told.
    private var decided: [Int: String] = [:]
    private var twice: [Int] = []
    private var deskEndings: [Int32] = []
    private var unknown = 0
    private var askerKills = 0
    private var waiters: [(ends: Int, continuation: CheckedContinuation<Void, Never>)] = []

    private struct AskerEnd {
        let said: Said
        let wasKilled: Bool
    }

    init(seed: UInt64, killsAskers: Bool) throws {
        home = try Home()
        random = SplitMix(seed: seed)
        self.killsAskers = killsAskers
    }

    // MARK: Working and killing

    func rage(deskKills: Int) async throws {
        desk = try await BareDesk.open(home)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["ada", "bo", "cyd", "dee"] { group.addTask { await self.ask(as: name) } }
            let deciding = Task {
                try await withThrowingTaskGroup(of: Void.self) { deciders in
                    deciders.addTask { try await self.decide("approve") }
                    deciders.addTask { try await self.decide("reject") }
                    try await deciders.waitForAll()
                }
            }
            for kill in 1...deskKills {
                // Something is done with each desk, and then it ends at a moment that nobody chose: time is what is random.
                await ended(ends.count + 2)
                try await Task.sleep(for: .microseconds(Int.random(in: 0...60_000, using: &random)))
                try await restart(by: kill % 2 == 0 ? SIGTERM : SIGKILL)
            }
            isOver = true
            try await group.waitForAll()
            isDecided = true
            try await deciding.value
        }
        #expect(await desk?.end(by: SIGTERM) == .exited(0))
    }

    private func restart(by signal: Int32) async throws {
        let ending = await desk?.end(by: signal)
        #expect(ending == (signal == SIGTERM ? .exited(0) : .signalled(SIGKILL)))
        deskEndings.append(signal)
        if killsAskers, Int.random(in: 0..<3, using: &random) == 0 {
            // While it opens the ledger, takes up what is pending, or begins to listen.
            let beginning = try await BareDesk.begin(home)
            try await Task.sleep(for: .microseconds(Int.random(in: 0...60_000, using: &random)))
            _ = await beginning.end(by: SIGKILL)
            deskEndings.append(SIGKILL)
        }
        desk = try await BareDesk.open(home)
    }

    private func ended(_ count: Int) async {
        guard ends.count < count, !isOver else { return }
        await withCheckedContinuation { waiters.append((count, $0)) }
    }

    private func ask(as name: String) async {
        do { try await askOneAfterTheOther(as: name) } catch {
            Issue.record(error)
            isOver = true
            for waiter in waiters { waiter.continuation.resume() }
            waiters = []
        }
    }

    private func askOneAfterTheOther(as name: String) async throws {
        var number = 0
        while !isOver {
            number += 1
            let id = "\(name)-\(number)"
            let asker = try await home.start(
                [
                    "ask", "work", "--arg", "id=\(id)", "--timeout", "5m", "--wait-for-desk", "1m", "--",
                    "sh", "-c", "echo \(id) >> ran",
                ], timeLimit: .seconds(120))
            var wasKilled = false
            if killsAskers, Int.random(in: 0..<3, using: &random) == 0 {
                try await Task.sleep(for: .microseconds(Int.random(in: 0...300_000, using: &random)))
                kill(asker.pid, SIGKILL)
                wasKilled = true
            }
            let said = Said(await asker.wait())
            // One that had ended by itself before is none of the killed.
            wasKilled = wasKilled && said.code == 128 + SIGKILL
            if wasKilled { askerKills += 1 }
            ends[id] = AskerEnd(said: said, wasKilled: wasKilled)
            for waiter in waiters where waiter.ends <= ends.count { waiter.continuation.resume() }
            waiters.removeAll { $0.ends <= ends.count }
        }
    }

    /// Who approves goes for everything, who rejects for every third, so that they meet now and then.
    private func decide(_ word: String) async throws {
        while !isDecided {
            for number in try await home.pending() where word == "approve" || number % 3 == 0 {
                let said = try await home.hitl(word, "\(number)")
                switch said.code {
                case 0:
                    if decided[number] != nil { twice.append(number) }
                    decided[number] = word == "approve" ? "approved" : "rejected"
                // Decided by the other one or withdrawn, or the desk was gone before it answered.
                case 1, 6: break
                default: Issue.record("\(word) \(number): \(said)")
                }
            }
        }
    }

    // MARK: Looking back

    func expectNothingWrong() async throws {
        let wrong = try await wrong()
        let terminated = deskEndings.count { $0 == SIGTERM }
        print(
            """
            \(deskEndings.count) desks ended (\(deskEndings.count - terminated) SIGKILL, \(terminated) SIGTERM), \
            \(askerKills) askers killed, \(ends.count) calls, \(decided.count) decisions told, \(unknown) unknown; \
            lost 0, twice 0, unapproved 0 expected; wrong: \(wrong.count)
            """)
        #expect(wrong == [])
    }

    /// What does not fit together of what everybody was told, what ran, and what the ledger says.
    private func wrong() async throws -> [String] {
        var wrong: [String] = []
        let verified = try await home.hitl("audit", "verify")
        if verified.code != 0 { wrong.append("the ledger: \(verified)") }
        let ran = (home.read("w/ran") ?? "").split(separator: "\n").map(String.init)
        for id in Set(ran) where ran.count(where: { $0 == id }) > 1 { wrong.append("\(id) ran twice") }
        wrong += twice.map { "request \($0) was decided twice" }

        var records: [String: AuditRecord] = [:]
        for record in try await home.auditRecords() {
            let id = record.arguments["id"]?.string ?? "?"
            if record.outcome == "unknown" { unknown += 1 }
            if records.updateValue(record, forKey: id) != nil { wrong.append("\(id) was opened twice") }
            if let told = decided[record.number], told != record.decision {
                wrong.append("\(id) was told to be \(told) and is \(record.decision)")
            }
        }
        for (id, end) in ends {
            guard let record = records[id] else {
                // Who was killed may not have come so far.
                if !end.wasKilled { wrong.append("\(id) is lost: \(end.said)") }
                continue
            }
            if let fault = Self.fault(of: end, record, hasRun: ran.contains(id)) {
                wrong.append("\(id): \(fault); \(record.decision), \(record.outcome ?? "not started"), \(end.said)")
            }
        }
        for id in ran where ends[id] == nil { wrong.append("\(id) ran for nobody") }
        return wrong
    }

    private static func fault(of end: AskerEnd, _ record: AuditRecord, hasRun: Bool) -> String? {
        if hasRun && record.decision != "approved" { return "it ran unapproved" }
        if hasRun && record.outcome != "succeeded" && record.outcome != "unknown" { return "that it ran is not told" }
        if !hasRun && record.outcome == "succeeded" { return "it did not run" }
        if record.outcome == "running" { return "nobody says what became of it" }
        if end.wasKilled { return nil }
        switch (record.decision, end.said.code) {
        case ("approved", 0): return hasRun ? nil : "it says that it ran"
        // The desk was gone between the approval and its being heard: nobody runs it any more.
        case ("approved", 125): return hasRun ? "it says that it did not run" : nil
        case ("rejected", 125): return end.said.err.contains("Rejected by") ? nil : "it heard something else"
        default: return "it ended differently"
        }
    }
}
