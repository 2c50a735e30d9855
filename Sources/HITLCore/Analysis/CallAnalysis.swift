/// What a call would do, found out from the call alone: its arguments and the commands in them.
package struct CallAnalysis: Sendable, Equatable {
    /// The strictest of each factor.
    package let findings: [Finding]
    /// What could not be analysed, in our own words.
    package let doubts: [String]
    /// It is proven to read ordinary things only, if the tool is what its kind says.
    package let isHarmless: Bool
    package let reversibility: Reversibility
    /// Every command, unwrapped and dequoted; those that are not known word by word are among the doubts.
    package let commands: [[String]]

    package static func of(_ call: ToolCall, in surroundings: PathSurroundings) -> CallAnalysis {
        let place = PathSurroundings(
            directory: call.directory ?? surroundings.directory, workspace: surroundings.workspace,
            home: surroundings.home, gateFiles: surroundings.gateFiles)
        let arguments = ArgumentAnalysis.of(call, in: place)
        let commands = arguments.commands.map { command in
            switch command {
            case .line(let line): CommandAnalysis.of(line: line, in: place)
            case .words(let words): CommandAnalysis.of(argv: words.map { Array($0.utf8) }, in: place)
            }
        }
        let isHarmless =
            commands.isEmpty
            ? arguments.isHarmless
            : arguments.findings.allSatisfy { $0.effect == nil } && commands.allSatisfy { $0.effect == nil }
        var findings = arguments.findings
        for finding in commands.flatMap(\.findings) { findings.merge(finding) }
        return CallAnalysis(
            findings: findings,
            doubts: commands.flatMap(\.doubts), isHarmless: isHarmless,
            reversibility: commands.map(\.reversibility).min().map { min($0, arguments.reversibility) }
                ?? arguments.reversibility,
            commands: commands.flatMap(\.segments).map { segment in
                segment.arguments.map { String(decoding: $0, as: UTF8.self) }
            })
    }
}
