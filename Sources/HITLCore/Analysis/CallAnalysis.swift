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
    /// Its commands do nothing but read, from databases too: nobody can know what a database holds, so that asks.
    package let onlyReadsDatabases: Bool
    package let reversibility: Reversibility
    /// Every command, unwrapped and dequoted; those that are not known word by word are among the doubts.
    package let commands: [[String]]
    /// The files that the arguments and the commands name.
    package let paths: [CallPath]
    /// Calls that it carries in its arguments; what they would do is part of all the rest.
    package let parts: [Part]
    /// What those commands were taken out of, each whole: `sudo git push`.
    package let wrappings: [[String]]
    /// What the commands do that does not stand in their words.
    package let surplus: [String]

    package struct Part: Sendable, Equatable {
        package let call: ToolCall
        package let analysis: CallAnalysis
    }

    package static func of(_ call: ToolCall, in surroundings: PathSurroundings) -> CallAnalysis {
        of(call, in: surroundings, depth: 0)
    }

    private static let deepest = 3

    private static func of(_ call: ToolCall, in surroundings: PathSurroundings, depth: Int) -> CallAnalysis {
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
        var doubts = commands.flatMap(\.doubts)
        let carried = CallParts.of(call)
        if carried == nil || depth == deepest && carried?.isEmpty == false {
            doubts.append("more calls within the call than are looked at")
            findings.merge(
                Finding(
                    factor: "not_analysable", weight: 30, effect: .ask,
                    words: "it carries more calls than are looked at"))
        }
        let parts = (depth < deepest ? carried ?? [] : []).map { part in
            Part(call: part, analysis: of(part, in: surroundings, depth: depth + 1))
        }
        for part in parts {
            for finding in part.analysis.findings { findings.merge(finding) }
            doubts += part.analysis.doubts
        }
        let reversibility =
            (commands.map(\.reversibility) + parts.map(\.analysis.reversibility)
            + (doubts.isEmpty ? [] : [.irreversible])).min()
        let isPlain = parts.isEmpty && carried?.isEmpty == true
        return CallAnalysis(
            findings: findings,
            doubts: doubts, isHarmless: isHarmless && isPlain,
            readsWithin: isOrdinary && isPlain && commands.allSatisfy(\.isHarmlessWithConfinedGit) ? .readOnly : nil,
            harmlessWithin: isOrdinary && isPlain && !isHarmless ? confinement(of: commands) : nil,
            onlyReadsDatabases: isOrdinary && isPlain && !isHarmless
                && commands.allSatisfy { $0.effect == nil || $0.onlyReadsDatabases },
            reversibility: reversibility.map { min($0, arguments.reversibility) } ?? arguments.reversibility,
            commands: commands.flatMap(\.segments).map { text($0.arguments) } + parts.flatMap(\.analysis.commands),
            paths: arguments.paths + commands.flatMap { paths(of: $0, in: place) } + parts.flatMap(\.analysis.paths),
            parts: parts, wrappings: commands.flatMap(\.wrappings).map(text) + parts.flatMap(\.analysis.wrappings),
            surplus: commands.flatMap(\.surplus) + (isPlain ? [] : ["it carries other calls"]))
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

    private static func paths(of command: CommandAnalysis, in place: PathSurroundings) -> [CallPath] {
        command.paths.map { path in
            let start = PathSurroundings(
                directory: path.directory, workspace: place.workspace, home: place.home, gateFiles: [])
            return CallPath(
                given: String(decoding: path.bytes, as: UTF8.self), from: path.directory,
                meaning: LexicalPath(path.bytes, in: start))
        }
    }

    private static func text(_ words: [[UInt8]]) -> [String] { words.map { String(decoding: $0, as: UTF8.self) } }
}
