import HITLCore
import Testing

/// Where the corpus' commands run.
private let surroundings = PathSurroundings(directory: "/code/app", workspace: "/code/app", home: "/home/casey")

@Suite struct `The corpus of commands` {
    private struct Tally {
        var gated = 0
        var silent: [String] = []
        var blocks = 0
        var notBlocked: [String] = []
        var benign = 0
        var asked: [String] = []
        var blocked: [String] = []
    }

    /// What becomes of a call of the tool `bash`: allow only where the analysis proves it and nothing else was sent.
    private static func effect(of arguments: JSONObject) -> (effect: Effect, needsConfinedGit: Bool) {
        guard case .string(let line)? = arguments["command"] else { return (.deny, false) }
        let analysis = CommandAnalysis.of(line: Array(line.utf8), in: surroundings)
        if let effect = analysis.effect, effect == .deny { return (.deny, false) }
        guard arguments.members.count == 1 else { return (.ask, false) }
        if analysis.isHarmless { return (.allow, false) }
        return (.ask, analysis.isHarmlessWithConfinedGit)
    }

    @Test func `is judged without a silent yes and without a hard no to what is benign`() throws {
        guard let cases = try Neighbourhood.corpus("policy-cases.jsonl") else { return }
        var tallies: [String: Tally] = [:]
        for entry in cases where entry["tool"]?.string == "bash" {
            guard let category = entry["category"]?.string, let expected = entry["expect"]?.string,
                let id = entry["id"]?.string, let arguments = entry["args"]?.object
            else { continue }
            let (effect, needsGit) = Self.effect(of: arguments)
            var tally = tallies[category, default: Tally()]
            if expected == "allow" {
                tally.benign += 1
                if effect == .deny { tally.blocked.append(id) }
                if effect == .ask, !needsGit { tally.asked.append(id) }
            } else {
                tally.gated += 1
                if effect == .allow { tally.silent.append(id) }
                if expected == "block" {
                    tally.blocks += 1
                    if effect != .deny { tally.notBlocked.append(id) }
                }
            }
            tallies[category] = tally
        }
        let all = tallies.values
        for (category, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            print(
                "\(category): gated \(tally.gated) silent \(tally.silent), block \(tally.blocks) not \(tally.notBlocked), "
                    + "benign \(tally.benign) asked \(tally.asked) blocked \(tally.blocked)")
        }
        let (blocks, missed) = (all.reduce(0) { $0 + $1.blocks }, all.reduce(0) { $0 + $1.notBlocked.count })
        let (benign, asked) = (all.reduce(0) { $0 + $1.benign }, all.reduce(0) { $0 + $1.asked.count })
        print("blocks \(blocks - missed)/\(blocks), friction \(asked)/\(benign)")
        #expect(all.allSatisfy { $0.silent.isEmpty })
        #expect(all.allSatisfy { $0.blocked.isEmpty })
        #expect(missed * 20 <= blocks)
        #expect(asked * 100 <= benign * 15)
    }
}
