import HITLCore
import Testing

/// The corpus's cases whose verdict the arguments alone decide; lines of shell are judged elsewhere.
@Suite struct `The corpus, by its arguments` {
    private static let categories: Set<String> = [
        "secret-args", "pii-args", "pii-decoy", "sql-destructive", "sql-benign", "exfil-http", "business", "mcp",
        "self-modification", "path",
        "benign-tool", "model-claims", "unicode-deception", "terminal-escape", "overlong",
    ]

    @Test func `has no gated case that passes, no benign one refused, and its refusals refused`() throws {
        guard let cases = try Neighbourhood.corpus("policy-cases.jsonl") else { return }
        var silent: [String] = []
        var refused: [String] = []
        var friction: [String] = []
        var (toBlock, blocked, benign) = (0, 0, 0)
        var notBlocked: [String] = []
        for line in cases {
            let (id, category) = (line["id"]?.string ?? "", line["category"]?.string ?? "")
            let (tool, expected) = (line["tool"]?.string ?? "", line["expect"]?.string ?? "")
            guard Self.categories.contains(category), let arguments = line["args"]?.object else { continue }
            let call = ToolCall(
                tool: tool, kind: `The arguments of a call`.kinds[tool] ?? .other, arguments: arguments,
                origin: Origin(agent: "a", session: "s"),
                performer: .desk)
            let analysis = ArgumentAnalysis.of(call, in: PathSurroundings())
            var findings = analysis.findings
            // What a shell line does is judged elsewhere; here it counts as harmless.
            if tool == "bash" {
                if arguments["command"]?.array != nil { continue }
                findings.removeAll { $0.factor == "system_command" }
                let isOnlyAboutTheLine =
                    arguments.members.count == 1 && category != "secret-args" && category != "pii-decoy"
                if (isOnlyAboutTheLine || arguments["command"]?.string != "ls" && category == "model-claims"),
                    arguments["command"]?.string?.isEmpty == false
                {
                    continue
                }
            }
            let effect = findings.compactMap(\.effect).min() ?? (tool == "bash" || analysis.isHarmless ? .allow : .ask)
            switch expected {
            case "allow":
                benign += 1
                if effect == .deny { refused.append(id) }
                if effect == .ask { friction.append(id) }
            case "block":
                toBlock += 1
                if effect == .deny { blocked += 1 } else { notBlocked.append(id) }
                if effect == .allow { silent.append(id) }
            default: if effect == .allow { silent.append(id) }
            }
        }
        print(
            "by arguments: friction \(friction.count) of \(benign), blocked \(blocked) of \(toBlock), not \(notBlocked)"
        )
        #expect(silent == [] && refused == [] && friction == [])
        #expect(blocked * 100 >= toBlock * 95)
    }
}
