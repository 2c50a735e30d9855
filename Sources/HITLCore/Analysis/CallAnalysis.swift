/// What a call would do, found out from the call alone: its arguments and the commands in them.
package struct CallAnalysis: Sendable, Equatable {
    /// The strictest of each factor.
    package let findings: [Finding]
    /// What could not be analysed, in our own words.
    package let doubts: [String]
    /// It is proven to read ordinary things only, if the tool is what its kind says.
    package let isHarmless: Bool
    /// The narrowest confinement in which its commands only read ordinary things, git's own included; nil where
    /// none helps. What is proven harmless is held in it too, where it can be: a proof may be wrong.
    package let readsWithin: Confinement?
    /// The narrowest confinement in which its commands could do no harm; nil where none is needed, or none
    /// helps.
    package let harmlessWithin: Confinement?
    package let reversibility: Reversibility
    /// Every command, unwrapped and dequoted; those that are not known word by word are among the doubts.
    package let commands: [[String]]
    /// What those commands were taken out of, each whole: `sudo git push`.
    package let wrappings: [[String]]
    /// What the commands do that does not stand in their words.
    package let surplus: [String]

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
        let isOrdinary = arguments.findings.allSatisfy { $0.effect == nil } && !commands.isEmpty
        let isHarmless =
            commands.isEmpty
            ? arguments.isHarmless
            : isOrdinary && commands.allSatisfy { $0.effect == nil }
        var findings = arguments.findings
        for finding in commands.flatMap(\.findings) { findings.merge(finding) }
        return CallAnalysis(
            findings: findings,
            doubts: commands.flatMap(\.doubts), isHarmless: isHarmless,
            readsWithin: isOrdinary && commands.allSatisfy(\.isHarmlessWithConfinedGit) ? .workspace : nil,
            harmlessWithin: isOrdinary && !isHarmless ? confinement(of: commands) : nil,
            reversibility: commands.map(\.reversibility).min().map { min($0, arguments.reversibility) }
                ?? arguments.reversibility,
            commands: commands.flatMap(\.segments).map { text($0.arguments) },
            wrappings: commands.flatMap(\.wrappings).map(text),
            surplus: commands.flatMap(\.surplus))
    }

    /// The widest that one of them needs; nil where one needs more than any gives.
    private static func confinement(of commands: [CommandAnalysis]) -> Confinement? {
        var widest = Confinement.workspace
        for command in commands where !command.isHarmless {
            guard let needed = command.confinement else { return nil }
            widest = max(widest, needed)
        }
        return widest
    }
    private static func text(_ words: [[UInt8]]) -> [String] { words.map { String(decoding: $0, as: UTF8.self) } }
}
