/// Walks through a script, command by command, and collects what `CommandAnalysis` says.
struct CommandJudge {
    let surroundings: PathSurroundings
    var analysis = CommandAnalysis()
    var expansion: ShellExpansion
    /// Where a relative path may start from, after the `cd`s so far.
    var directories: [String?]
    var everyDirectory: [String?]
    private(set) var depth = 0
    var isHarmless = true
    var isHarmlessWithGit = true
    var isHarmlessWithQueries = true
    /// What would take the harm out of each of the commands so far; nil for one that nothing helps.
    var confinements: [Confinement?] = []
    /// Files that the script itself made, by their path as written.
    var written: [[UInt8]: CommandFlow] = [:]
    /// What flowed into variables that hold more than the script itself says.
    var held: [String: CommandFlow] = [:]
    /// Names that the script gave another meaning.
    var shadowed: Set<String> = []
    /// While a guess is followed: only what must be refused counts.
    private(set) var isGuess = false
    /// What cannot be told of words that reading commands are given. Where all the rest only reads too, nothing comes
    /// of it as long as it is confined; where not, these are doubts like any other.
    private var openWords: [String] = []
    private(set) var hasBranches = false
    /// Variables that only this script has, and whether all that they may hold is known.
    var own: [String: Bool] = [:]
    /// Names that are given a value more than once: which of them holds when depends on how the script runs.
    var contested: Set<String> = []
    /// What the command reads that is judged now: from pipes, here-documents and substitutions in its words.
    var input = CommandFlow()
    var nested = CommandFlow()
    var isPiped = false
    var readsSecret = false
    /// The command that is judged now sends statements to a database, and all of them only read.
    var onlyReadsDatabase = false
    /// A command in a substitution asked for the gate's process.
    var nestedNamesGate = false

    /// What is left to spend on commands within commands; a text that wants more is not followed to its end.
    var budget = 1500

    private static let deepest = 8
    static let mostDirectories = 8

    /// - Parameter depth: how many texts within texts it stands in.
    init(surroundings: PathSurroundings, depth: Int = 0) {
        self.surroundings = surroundings
        self.depth = depth
        directories = [surroundings.directory]
        everyDirectory = directories
        expansion = ShellExpansion(
            home: surroundings.home.map { Array($0.utf8) } ?? [UInt8(ascii: "~")],
            workingDirectory: surroundings.directory.map { Array($0.utf8) })
    }

    func result() -> CommandAnalysis {
        var result = analysis
        if !isHarmlessWithGit || result.findings.contains(where: { $0.effect != nil }) { result.doubts += openWords }
        let isClean = result.doubts.isEmpty && result.findings.allSatisfy { $0.effect == nil }
        result.isHarmless = isHarmless && isClean && !result.segments.isEmpty
        result.isHarmlessWithConfinedGit = isHarmlessWithGit && isClean && !result.segments.isEmpty
        result.onlyReadsDatabases =
            isHarmlessWithQueries && result.doubts.isEmpty && !result.segments.isEmpty
            && result.findings.allSatisfy { $0.effect == nil || Self.isQuery($0) }
        let isConfinable =
            result.doubts.isEmpty && !result.isHarmless
            && result.findings.allSatisfy { $0.effect == nil || Self.confinable.contains($0.factor) }
        let confinements = confinements.compactMap(\.self)
        result.confinement = isConfinable && confinements.count == self.confinements.count ? confinements.max() : nil
        let onlyReads = result.isHarmless || result.isHarmlessWithConfinedGit || result.onlyReadsDatabases
        if !onlyReads { result.reversibility = reversibility(of: result) }
        return result
    }

    /// What a confinement takes the harm out of.
    private static let confinable: Set<String> = [Finding.CommandFactor.runsCode.rawValue]

    private func reversibility(of result: CommandAnalysis) -> Reversibility {
        let factors = Set(result.findings.map(\.factor))
        let final: [Finding.CommandFactor] = [
            .irreversible, .networkEgress, .remoteExecution, .remoteShell, .device, .wholeTree, .databaseModification,
            .deployment, .fileDeletion, .runsCode, .unknownProgram, .notAnalysable, .money, .systemPath,
        ]
        if final.contains(where: { factors.contains($0.rawValue) }) || !result.doubts.isEmpty { return .irreversible }
        return factors.contains(Finding.CommandFactor.fileModification.rawValue) ? .reversible : .compensable
    }

    // MARK: Entry

    mutating func judge(line: [UInt8]) {
        let script = ShellScript.parse(line)
        for doubt in script.doubts { note(doubt, doubt.words) }
        guard !script.segments.isEmpty else {
            if script.doubts.isEmpty { add(Finding(.empty, 10, .deny, "there is nothing to run")) }
            becomeHarmful()
            return
        }
        _ = run(script)
    }

    mutating func judge(argv: [[UInt8]]) {
        guard let first = argv.first, !first.isEmpty else {
            return add(Finding(.empty, 10, .deny, "there is nothing to run"))
        }
        if argv.contains(where: { $0.contains(0) }) { doubt("an argument with a NUL byte") }
        judge(argv.map { CommandArgument($0) }, via: [])
    }

    // MARK: Collecting

    mutating func add(_ finding: Finding) {
        if isGuess, finding.effect != .deny { return }
        if analysis.findings.count < 128, !analysis.findings.contains(finding) { analysis.findings.append(finding) }
        guard finding.effect != nil else { return }
        let stillOnlyReads = isHarmlessWithQueries && Self.isQuery(finding)
        becomeHarmful()
        isHarmlessWithQueries = stillOnlyReads
    }

    mutating func add(_ factor: Finding.CommandFactor, _ weight: Int, _ effect: Effect?, _ words: String) {
        add(Finding(factor, weight, effect, words))
    }

    mutating func doubt(_ words: String) {
        guard !isGuess else { return }
        if analysis.doubts.count < 32, !analysis.doubts.contains(words) { analysis.doubts.append(words) }
        becomeHarmful()
    }

    private mutating func note(_ doubt: ShellDoubt, _ words: String) {
        if doubt.kind == .branch {
            hasBranches = true
            leaveOpen(words)
        } else {
            self.doubt(words)
        }
    }

    /// What is not known harms nothing where the script only reads and is confined.
    mutating func leaveOpen(_ words: String) {
        guard !isGuess else { return }
        isHarmless = false
        isHarmlessWithQueries = false
        if openWords.count < 32, !openWords.contains(words) { openWords.append(words) }
        noteSurplus("not all of its words are known before it runs")
    }

    mutating func noteSurplus(_ words: String) {
        guard !isGuess, analysis.surplus.count < 8, !analysis.surplus.contains(words) else { return }
        analysis.surplus.append(words)
    }

    mutating func becomeHarmful() {
        guard !isGuess else { return }
        isHarmless = false
        isHarmlessWithGit = false
        isHarmlessWithQueries = false
    }

    private static func isQuery(_ finding: Finding) -> Bool {
        finding.factor == Finding.CommandFactor.databaseRead.rawValue && finding.effect == .ask
    }

    /// Notes an access and what follows from it.
    /// - Returns: whether it is an ordinary access that nobody need know of.
    @discardableResult
    mutating func touch(_ argument: CommandArgument, _ access: PathAccess) -> Bool {
        var isOrdinary = argument.isExact
        budget -= directories.count
        guard budget > 0 else {
            becomeHarmful()
            doubt("more paths than are followed")
            return false
        }
        for directory in directories {
            let place = PathSurroundings(
                directory: directory, workspace: surroundings.workspace, home: surroundings.home,
                gateFiles: surroundings.gateFiles)
            let path = PathAnalysis(argument.bytes, in: place)
            if !isGuess, analysis.paths.count < 256 {
                analysis.paths.append(.init(bytes: argument.bytes, access: access, directory: directory))
            }
            let findings = path.findings(for: access)
            if !findings.isEmpty { isOrdinary = false }
            for finding in findings { add(finding) }
            if access == .read, path.classes.contains(.harmlessDevice), argument.text != "/dev/null" {
                add(.resources, 10, .ask, "reads from a device that may never end")
                isOrdinary = false
            }
            if access == .read, path.holdsSecrets { readsSecret = true }
        }
        return isOrdinary
    }

    /// Every analysis of the path, from every directory that it may start in.
    mutating func sights(of bytes: [UInt8]) -> [PathAnalysis] {
        budget -= directories.count
        guard budget > 0 else {
            doubt("more paths than are followed")
            return []
        }
        return directories.map {
            PathAnalysis(
                bytes,
                in: PathSurroundings(
                    directory: $0, workspace: surroundings.workspace, home: surroundings.home,
                    gateFiles: surroundings.gateFiles))
        }
    }

    // MARK: Scripts

    /// - Returns: what the script prints.
    mutating func run(_ script: ShellScript) -> CommandFlow {
        guard depth < Self.deepest else {
            doubt("commands within commands, too deep to follow")
            return CommandFlow()
        }
        depth += 1
        defer { depth -= 1 }
        var outputs: [CommandFlow] = []
        outputs.reserveCapacity(script.segments.count)
        noticeForkBombs(script)
        noticeContested(script)
        for segment in script.segments {
            if let function = segment.function { shadowed.insert(CommandArgument.text(of: function)) }
            if segment.before != .and, !segment.before.isPipe { directories = everyDirectory }
            var flow = CommandFlow()
            if let range = segment.input, range.upperBound <= outputs.count {
                flow = outputs[range].reduce(CommandFlow()) { $0.joined(with: $1) }
            }
            outputs.append(run(segment, piped: segment.input == nil ? nil : flow))
        }
        return outputs.reduce(CommandFlow()) { $0.joined(with: $1) }
    }

    private mutating func run(_ segment: ShellScript.Segment, piped: CommandFlow?) -> CommandFlow {
        let saved = (input, nested, isPiped, readsSecret)
        defer { (input, nested, isPiped, readsSecret) = saved }
        input = piped ?? CommandFlow()
        isPiped = piped != nil
        nested = CommandFlow()
        readsSecret = false
        if segment.inBackground { add(.background, 5, .ask, "runs in the background") }
        var inner = CommandFlow()
        for word in segment.words { inner.join(runNested(word)) }
        for assignment in segment.assignments {
            let flow = runNested(assignment.value)
            inner.join(flow)
            if flow.isForeign || flow.holdsSecret, held.count < 64 {
                held[CommandArgument.text(of: assignment.name)] = flow
            }
        }
        nested = inner
        let arguments = expansion.arguments(of: segment.words)
        redirect(segment, by: arguments)
        let assignsOpenly = assign(segment, arguments)
        if readsVariables(segment, arguments) { return CommandFlow() }
        let isOpen = staysReading(segment, arguments)
        for word in segment.words where word.literal == nil && !word.isPatternOption {
            let words = "\(word.opacity.words) in a word at byte \(word.offset)"
            if isOpen { leaveOpen(words) } else { doubt(words) }
        }
        if let first = segment.words.first, !first.opacity.isDisjoint(with: [.substitution, .variable]),
            runsForeign(first)
        {
            add(.obfuscation, 90, .deny, "the program's name is fetched or decoded")
        }
        if arguments.isEmpty {
            if !segment.words.isEmpty || !assignsOpenly { becomeHarmful() }
            return CommandFlow()
        }
        if nestedNamesGate, depth == 1, !["ps", "echo", "pgrep", "pidof", "printf"].contains(arguments[0].text) {
            add(.selfModification, 95, .deny, "acts on the gate's process")
        }
        judge(arguments, via: [])
        judgeConnectedShell(segment, arguments)
        var output = outputFlow(of: arguments, segment)
        output.holdsSecret = output.holdsSecret || readsSecret
        remember(output, segment, arguments)
        return output
    }

    /// Whether the word is text that was fetched or decoded, by itself or by way of a variable.
    private func runsForeign(_ word: ShellWord) -> Bool {
        word.opacity.contains(.substitution) && nested.isForeign
            || word.parts.contains { part in
                guard case .variable(let name, _, _, _) = part else { return false }
                return held[CommandArgument.text(of: name)]?.isForeign == true
            }
    }

    /// Substitutions in a word run commands of their own.
    mutating func runNested(_ word: ShellWord) -> CommandFlow {
        guard word.literal == nil else { return CommandFlow() }
        var flow = CommandFlow()
        for part in word.parts {
            switch part {
            case .substitution(let script, _), .process(let script):
                let saved = (directories, everyDirectory)
                flow.join(run(script))
                (directories, everyDirectory) = saved
            case .variable(let name, let fallback, _, _):
                if let fallback { flow.join(runNested(fallback)) }
                if let known = held[CommandArgument.text(of: name)] { flow.join(known) }
            default: continue
            }
        }
        return flow
    }

    /// - Returns: whether nothing comes of it but variables of the script's own.
    private mutating func assign(_ segment: ShellScript.Segment, _ arguments: [CommandArgument]) -> Bool {
        var values: [String: [[UInt8]]] = [:]
        var isOpen = true
        if !segment.assignments.isEmpty { noteSurplus("a variable is set") }
        for assignment in segment.assignments {
            let name = CommandArgument.text(of: assignment.name)
            let value = expansion.value(of: assignment.value)
            let exact = assignment.value.literal.map { $0[...] }
            if takesOpenly(assignment, name, segment, arguments) {
                values[name, default: []].append(value)
                continue
            }
            isOpen = false
            for finding in EnvironmentRules.findings(assigning: name, exact, toCommand: !arguments.isEmpty) {
                add(finding)
            }
            if assignment.value.literal == nil {
                doubt("\(assignment.value.opacity.words) in an assignment at byte \(assignment.value.offset)")
            }
            values[name, default: []].append(value)
        }
        if arguments.isEmpty { expansion.variables.merge(values) { $1 } }
        return isOpen
    }

    /// A function that starts itself twice, or in the background, never ends.
    private mutating func noticeForkBombs(_ script: ShellScript) {
        for segment in script.segments {
            guard let function = segment.function, segment.words.first?.literal == function else { continue }
            if segment.inBackground || segment.input != nil || segment.before.isPipe {
                add(.resources, 90, .deny, "a function starts itself again and again")
            }
        }
    }

    // MARK: Commands

    /// Judges one command, with the wrappers in front of it.
    mutating func judge(_ arguments: [CommandArgument], via: [String]) {
        guard let program = arguments.first else { return }
        budget -= 1 + arguments.count / 8
        guard budget > 0 else {
            return doubt("more commands than are followed")
        }
        guard via.count < Self.deepest else { return doubt("wrappers within wrappers, too deep to follow") }
        if !isGuess, analysis.programs.count < 256 { analysis.programs.append(program.bytes) }
        var name = program.programName
        if program.opacity.contains(.glob), let meant = DangerousPrograms.matching(name) { name = meant }
        judgeDanger(name, arguments)
        if let wrapper = wrapper(name, arguments) {
            judge(wrapper, name, arguments, via: via)
            return
        }
        if !isGuess {
            let isHarmlessHere = judgeHarmlessness(name, arguments, via: via)
            analysis.segments.append(.init(arguments: arguments.map(\.bytes), via: via, isHarmless: isHarmlessHere))
        }
        guessInner(name, arguments, via: via)
    }

    private func wrapper(_ name: String, _ arguments: [CommandArgument]) -> Wrapper? {
        if name == "command", arguments.count > 1, arguments[1].text == "-v" || arguments[1].text == "-V" { return nil }
        if arguments.count == 2, arguments[1].text == "--version" || arguments[1].text == "--help" { return nil }
        return Wrapper.of(name, arguments)
    }

    private mutating func judge(_ wrapper: Wrapper, _ name: String, _ arguments: [CommandArgument], via: [String]) {
        for finding in wrapper.findings { add(finding) }
        if !isGuess, analysis.wrappings.count < 256 { analysis.wrappings.append(arguments.map(\.bytes)) }
        if !wrapper.isNothingMore(than: arguments) { noteSurplus("`\(wrapper.label)` runs it") }
        if !wrapper.isTransparent || !isTrusted(arguments[0]) { becomeHarmful() }
        let labels = via + [wrapper.label]
        switch wrapper.inner {
        case .nothing:
            if name == "eval" && nested.isForeign || name == "parallel" && input.isForeign {
                add(.remoteExecution, 90, .deny, "runs text that was fetched or decoded")
            }
            if !isGuess {
                analysis.segments.append(.init(arguments: arguments.map(\.bytes), via: via, isHarmless: false))
            }
            becomeHarmful()
        case .command(let inner):
            if wrapper.addsOperands {
                judgeFed(inner, by: arguments, via: labels)
            } else {
                judge(inner, via: labels)
            }
        case .script(let text, let isExact):
            if !wrapper.isTransparent { becomeHarmful() }
            if !isExact { doubt("commands that only the shell could work out") }
            if nested.isForeign, !isExact || name == "eval" {
                add(.remoteExecution, 90, .deny, "runs text that was fetched or decoded")
            }
            judgeInner(line: text)
        }
    }

    /// Commands in a text that something runs.
    mutating func judgeInner(line: [UInt8]) {
        budget -= line.count / 64
        guard budget > 0 else { return doubt("more commands than are followed") }
        let script = ShellScript.parse(line)
        for doubt in script.doubts { note(doubt, "\(doubt.kind.rawValue) in commands within the command") }
        let saved = (directories, everyDirectory)
        _ = run(script)
        (directories, everyDirectory) = saved
    }

    /// `xargs`: the operands come from a pipe.
    private mutating func judgeFed(_ inner: [CommandArgument], by arguments: [CommandArgument], via: [String]) {
        let name = inner[0].programName
        // What stands in the pipe as text is known; anything else is only safe for names that `find` made up.
        if input.isKnown, let literal = input.literal {
            becomeHarmful()
            // `-I` takes whole lines, everything else words.
            let isNulSeparated = arguments.dropFirst().prefix { $0.isOption }.contains {
                $0.hasLetter("0") || $0.abbreviates("null")
            }
            let takesLines = arguments.dropFirst().prefix { $0.isOption }.contains {
                $0.hasLetter("I") || $0.hasLetter("i") || $0.abbreviates("replace")
            }
            let words = literal.split {
                isNulSeparated ? $0 == 0 : $0 == 0x0A || !takesLines && ($0 == 0x20 || $0 == 0x09)
            }
            .map { CommandArgument(Array($0), opacity: .substitution) }
            // `-I{}`: the words stand where the braces are.
            let fed = inner.flatMap { $0.bytes.elementsEqual("{}".utf8) ? words : [$0] }
            return judge(fed.count == inner.count && fed == inner ? inner + words : fed, via: via)
        }
        judgeListed(name, inner)
        let isNulSeparated = arguments.contains { $0.hasLetter("0") || $0.text == "--null" }
        // A name as one operand more would be written or set.
        let kind = HarmlessPrograms.grammars[name]?.operands
        if kind == .path || kind == OptionGrammar.Operands.none || name == "date" { becomeHarmful() }
        let isSafe = input.listsFiles && (input.isNulSeparated && isNulSeparated || Self.tellsNoContent.contains(name))
        if !isSafe { doubt("operands that come from standard input") }
        if Wrapper.shells.contains(name), input.isForeign {
            add(.remoteExecution, 90, .deny, "runs text that was fetched or decoded")
        }
        judge(inner, via: via)
    }

    // MARK: Guessing

    /// A program that nobody knows may run what stands behind it: `unknown-wrapper rm -rf /`.
    private mutating func guessInner(_ name: String, _ arguments: [CommandArgument], via: [String]) {
        guard !isGuess, HarmlessPrograms.grammars[name] == nil, name != "echo", name != "printf", arguments.count > 1
        else {
            return
        }
        isGuess = true
        defer { isGuess = false }
        for start in 1..<min(arguments.count, 12) where DangerousPrograms.known.contains(arguments[start].programName) {
            judge(Array(arguments[start...]), via: via + [name])
        }
    }
}

extension PathAnalysis {
    var holdsSecrets: Bool { (classes + classesBeneath).contains(where: \.holdsSecrets) }
}

extension SensitivePath {
    /// What is read from such a path must not leave the machine.
    var holdsSecrets: Bool {
        switch self {
        case .privateKey, .credentialStore, .projectCredentials, .personalRecords, .systemAccounts, .process: true
        default: false
        }
    }
}
