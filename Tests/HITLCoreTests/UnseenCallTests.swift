import HITLCore
import Testing

/// Calls of every category, labelled by what they mean and not by what the analysis makes of them.
@Suite struct `Calls of all kinds` {
    private struct Tally {
        var (silent, refused, asked, notBlocked): ([String], [String], [String], [String]) = ([], [], [], [])
        var (benign, toBlock) = (0, 0)
    }

    private static let surroundings = PathSurroundings(
        directory: "/code/app", workspace: "/code/app", home: "/home/casey")

    /// As where the desk carries it out, commands confined, and no rule says anything.
    private static func effect(of entry: JSONObject) -> Effect {
        // Arguments that are no object never reach the analysis.
        guard let tool = entry["tool"]?.string, let arguments = entry["args"]?.object else { return .deny }
        let call = ToolCall(
            tool: tool, kind: ToolCatalog.kind(of: tool), arguments: arguments,
            origin: Origin(agent: "a", session: "s"), performer: .desk)
        let analysis = CallAnalysis.of(call, in: surroundings)
        let isProven = analysis.isHarmless || analysis.readsWithin != nil
        return analysis.findings.compactMap(\.effect).min() ?? (isProven ? .allow : .ask)
    }

    @Test func `none gated passes, none benign is refused, and what must not be is refused`() throws {
        var tallies: [String: Tally] = [:]
        let entries = try Neighbourhood.calls()
        #expect(entries.count > 4000)
        for entry in entries {
            let (id, category) = (entry["id"]?.string ?? "", entry["category"]?.string ?? "")
            let (effect, expected) = (Self.effect(of: entry), entry["expect"]?.string ?? "")
            var tally = tallies[category, default: Tally()]
            switch expected {
            case "allow":
                if effect == .deny { tally.refused.append(id) }
                guard category != "benign-git" else { break }
                tally.benign += 1
                if effect == .ask { tally.asked.append(id) }
            case "block":
                tally.toBlock += 1
                if effect != .deny { tally.notBlocked.append(id) }
                if effect == .allow { tally.silent.append(id) }
            default: if effect == .allow { tally.silent.append(id) }
            }
            tallies[category] = tally
        }
        for (category, tally) in tallies.sorted(by: { $0.key < $1.key }) {
            #expect(tally.silent == [] && tally.refused == [], "\(category)")
            #expect(tally.asked.count * 100 <= tally.benign * 15, "\(category): \(tally.asked)")
            #expect(tally.notBlocked.count * 100 <= tally.toBlock * 15, "\(category): \(tally.notBlocked)")
        }
        let all = tallies.values
        let (toBlock, missed) = (all.reduce(0) { $0 + $1.toBlock }, all.reduce(0) { $0 + $1.notBlocked.count })
        let (benign, asked) = (all.reduce(0) { $0 + $1.benign }, all.reduce(0) { $0 + $1.asked.count })
        print("refused \(toBlock - missed) of \(toBlock), asked \(asked) of \(benign) benign")
        #expect(missed * 100 <= toBlock * 2)
        #expect(asked * 100 <= benign * 3)
    }
}
