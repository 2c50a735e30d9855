import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// Kills at every write boundary of request, decision, start and outcome, and at random moments.
///
/// `HITL_KILLS` says how many; without it the short form runs.
@Suite(.oneAtATime) struct `A desk that is killed` {
    static let points = [
        "beforeRequest", "afterRequest", "beforeDecision", "afterDecision", "beforeEffect", "afterEffect",
        "afterOutcome",
    ]

    static var kills: Int {
        getenv("HITL_KILLS").flatMap { Int(String(cString: $0)) } ?? 56
    }

    @Test func `loses nothing that was decided, runs nothing twice and calls every doubtful effect unknown`()
        async throws
    {
        var random = SplitMix(seed: 20_260_101)
        var table = Table()
        let desk = try DeadDesk()
        for kill in 0..<Self.kills {
            // Every eighth kill comes from outside at a moment that nobody chose; the others walk through the points.
            let point = kill % 8 == 7 ? "random" : Self.points[kill % 8]
            let call = Int.random(in: 1...4, using: &random)
            if point == "random" {
                try await desk.work(killedAfter: .microseconds(Int.random(in: 500...30_000, using: &random)))
            } else {
                try await desk.work(dyingAt: point, of: call)
            }
            try await desk.check(point, &table)
        }
        print(table.text(kills: Self.kills))
        #expect(table.wrong == [])
    }
}

/// What the kills found, for the printed table.
struct Table {
    var perPoint: [String: (kills: Int, unknown: Int, effects: Int)] = [:]
    var wrong: [String] = []

    func text(kills: Int) -> String {
        var text = "\(kills) kills        requests in doubt   effects seen\n"
        for (point, row) in perPoint.sorted(by: { $0.key < $1.key }) {
            text += "\(point): \(row.kills) kills, \(row.unknown) unknown, \(row.effects) effects\n"
        }
        return text + "lost 0, twice 0, unapproved 0 expected; wrong: \(wrong.count)"
    }
}

/// A directory in which a desk works, dies and is opened again.
private final class DeadDesk {
    private let directory: String
    private var effectsBefore = 0
    private var unknownBefore = 0

    init() throws {
        var template = Array("/tmp/hitl-crash-XXXXXX".utf8CString)
        directory = try #require(
            template.withUnsafeMutableBufferPointer { buffer in mkdtemp(buffer.baseAddress!).map { String(cString: $0) }
            })
    }

    deinit {
        for name in [
            "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock", "ledger.db.heads", "effects",
            "acknowledged",
        ] {
            unlink(directory + "/" + name)
        }
        rmdir(directory)
    }

    private func probe(_ words: [String]) -> Launch {
        Launch(PseudoTerminal.built("CrashProbe"), words, environment: ["SWIFT_BACKTRACE": "enable=no"])
    }

    func work(dyingAt point: String, of call: Int) async throws {
        _ = try await ChildProcess.run(probe(["work", directory, point, String(call), "6"]))
    }

    func work(killedAfter delay: Duration) async throws {
        let child = try await ChildProcess.start(probe(["work", directory, "never", "0", "400"]))
        try await Task.sleep(for: delay)
        child.stop(grace: .zero)
        _ = await child.wait()
    }

    /// Opens the ledger again, as the next desk would, and compares it with what was promised and what happened.
    func check(_ point: String, _ table: inout Table) async throws {
        let result = try await ChildProcess.run(probe(["tell", directory]))
        let lines = String(decoding: result.output.bytes, as: UTF8.self).split(separator: "\n").map {
            $0.split(separator: " ").map(String.init)
        }
        guard case .exited(0) = result.ending, lines.last?.first == "verified" else {
            table.wrong.append("\(point): the ledger could not be opened again: \(result.ending)")
            return
        }
        if lines.last != ["verified", "0"] { table.wrong.append("\(point): verification found \(lines.last ?? [])") }
        var requests: [String: (decision: String, started: Bool, outcome: String)] = [:]
        for line in lines.dropLast() where line.count == 4 {
            requests[line[0]] = (line[1], line[2] == "started", line[3])
        }

        for step in read("acknowledged") {
            let words = step.split(separator: " ").map(String.init)
            guard let request = requests[words[1]] else {
                table.wrong.append("\(point): request \(words[1]) is lost")
                continue
            }
            switch words[0] {
            case "decided" where !["approved", "rejected"].contains(request.decision):
                table.wrong.append("\(point): the decision on \(words[1]) is lost")
            case "finished" where request.outcome == "none":
                table.wrong.append("\(point): the outcome of \(words[1]) is lost")
            default: break
            }
        }
        let effects = read("effects")
        for effect in Set(effects) {
            if effects.count(where: { $0 == effect }) > 1 { table.wrong.append("\(point): \(effect) ran twice") }
            let request = requests[effect]
            if request?.decision != "approved" || request?.started != true {
                table.wrong.append("\(point): \(effect) ran without an approval")
            }
        }
        for (number, request) in requests where request.started && request.outcome == "none" {
            table.wrong.append("\(point): nobody says what became of \(number)")
        }
        let unknown = requests.values.count { $0.outcome == "unknown" }
        let row = table.perPoint[point] ?? (0, 0, 0)
        table.perPoint[point] = (row.0 + 1, row.1 + unknown - unknownBefore, row.2 + effects.count - effectsBefore)
        (unknownBefore, effectsBefore) = (unknown, effects.count)
    }

    private func read(_ name: String) -> [String] {
        guard let bytes = try? SmallFile.read(directory + "/" + name, limit: 64 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
