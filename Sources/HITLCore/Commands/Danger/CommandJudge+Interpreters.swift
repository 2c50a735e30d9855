/// Programs that run what they are given as text: by option, by file or by standard input.
extension CommandJudge {
    private static let codeOptions: [String: [String]] = [
        "python": ["-c"], "python2": ["-c"], "python3": ["-c"], "ipython": ["-c"], "perl": ["-e", "-E"], "ruby": ["-e"],
        "node": ["-e", "--eval", "-p", "--print", "-pe"], "nodejs": ["-e", "--eval", "-p", "--print"], "php": ["-r"],
        "lua": ["-e"], "osascript": ["-e"], "deno": ["eval"], "bun": ["-e", "--eval"], "Rscript": ["-e"],
        "groovy": ["-e"],
        "elixir": ["-e"], "ghci": ["-e"], "racket": ["-e"], "guile": ["-c"], "julia": ["-e"], "irb": ["-e"],
    ]

    mutating func judgeInterpreter(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        let isShell = Wrapper.shells.contains(name)
        let small = name.asciiLowercased
        if small == "iex" || small == "invoke-expression" {
            // PowerShell's own: the rest of the line is an expression that was not read as one.
            return add(.remoteExecution, 90, .deny, "runs text as commands")
        }
        if ["exec", "awk", "gawk", "mawk", "nawk"].contains(name) { return judgeAwk(name, arguments) }
        if nested.isForeign,
            arguments.contains(where: { !$0.opacity.isDisjoint(with: [.substitution, .variable]) })
        {
            return add(.remoteExecution, 95, .deny, "runs text that was fetched or decoded")
        }
        if name == "eval" { return }
        if arguments.contains(where: { isEncodedCommand($0, name) }) {
            return add(.obfuscation, 90, .deny, "runs commands that are written in an encoded form")
        }
        if let codes = code(of: name, arguments) {
            add(.runsCode, 25, .ask, "\(name) runs a text as a program")
            for code in codes { judgeCode(code, of: name) }
            return
        }
        if isShell, Wrapper.of(name, [CommandArgument(name)] + arguments) != nil { return }
        let files = operands(arguments).filter { $0.text != "-" && $0.text != "/dev/stdin" }
        let readsInput = files.isEmpty || arguments.contains { $0.text == "-s" && isShell }
        if name == "source" || name == "." || !readsInput {
            // `bash <(echo …)` runs what the command says.
            if let file = files.first, file.opacity.contains(.substitution), let literal = nested.literal {
                return judgeInner(line: literal)
            }
            if let file = files.first { return judgeRun(of: file, by: name) }
            guard arguments.contains(where: { $0.text == "/dev/stdin" || $0.text == "-" }) else { return }
        }
        guard isPiped else { return }
        judgeInput(of: name, isShell: isShell || name == "source" || name == ".")
    }

    private mutating func judgeInput(of name: String, isShell: Bool) {
        if input.isForeign { return add(.remoteExecution, 95, .deny, "\(name) runs text that was fetched or decoded") }
        add(.runsCode, 30, .ask, "\(name) runs what it reads")
        guard let literal = input.literal else { return }
        if isShell { judgeInner(line: literal) } else { judgeCode(literal, of: name) }
    }

    private func isEncodedCommand(_ argument: CommandArgument, _ name: String) -> Bool {
        let small = argument.text.asciiLowercased
        guard name == "pwsh" || name == "powershell" else { return false }
        return small.begins("-enc") || small == "-e" || small == "-ec"
    }

    private func code(of name: String, _ arguments: ArraySlice<CommandArgument>) -> [[UInt8]]? {
        let plain = name.begins("python3.") ? "python3" : name
        guard let options = Self.codeOptions[plain] else { return nil }
        var codes: [[UInt8]] = []
        for index in arguments.indices {
            let argument = arguments[index]
            let isLetter = options.contains { option in
                // `-ne`, `-lane`: the code follows a cluster that ends in the letter.
                option.utf8.count == 2 && argument.isOption && !argument.isLongOption
                    && argument.bytes.last == option.utf8.last
            }
            if options.contains(argument.text) || isLetter {
                if index + 1 < arguments.endIndex { codes.append(arguments[index + 1].bytes) }
            } else if let option = options.first(where: { $0.begins("--") && argument.text.begins($0 + "=") }) {
                codes.append(Array(argument.bytes[(option.utf8.count + 1)...]))
            } else if let option = options.first(where: { $0.utf8.count == 2 && argument.text.begins($0) }),
                argument.bytes.count > 2, name != "deno"
            {
                codes.append(Array(argument.bytes[option.utf8.count...]))
            }
        }
        return codes.isEmpty ? nil : codes
    }

    private mutating func judgeAwk(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        guard name != "exec" else { return }
        for argument in arguments where argument.bytes.contains(UInt8(ascii: "\"")) {
            judgeCode(argument.bytes, of: name)
            for path in Self.outputs(ofAwk: argument.bytes) {
                for sight in sights(of: path) {
                    for finding in sight.findings(for: .write) where finding.effect == .deny { add(finding) }
                }
            }
        }
    }

    /// `print > "file"`
    private static func outputs(ofAwk code: [UInt8]) -> [[UInt8]] {
        var paths: [[UInt8]] = []
        for sign in code.indices where code[sign] == UInt8(ascii: ">") && paths.count < 8 {
            let rest = code[(sign + 1)...].drop { $0 == 0x20 || $0 == UInt8(ascii: ">") }
            guard rest.first == UInt8(ascii: "\"") else { continue }
            let path = rest.dropFirst().prefix { $0 != UInt8(ascii: "\"") }
            if path.contains(UInt8(ascii: "/")) { paths.append(Array(path)) }
        }
        return paths
    }

    /// A program text in another language: only what it plainly says is seen.
    mutating func judgeCode(_ code: [UInt8], of name: String) {
        let sight = InlineCode(code)
        if sight.runsDecoded { add(.obfuscation, 90, .deny, "the \(name) program runs text that it decodes") }
        if sight.deletesWholeTree { add(.wholeTree, 90, .deny, "the \(name) program deletes a home or the root") }
        if sight.runsFetched { add(.remoteExecution, 90, .deny, "the \(name) program runs text that it fetches") }
        if sight.opensShell { add(.remoteShell, 95, .deny, "the \(name) program gives a shell to another machine") }
        if sight.typesKeys { add(.selfModification, 90, .deny, "the \(name) program types in the operator's place") }
        if sight.forksForever { add(.resources, 80, .deny, "the \(name) program starts itself again and again") }
        if sight.readsSecret, sight.usesNetwork {
            add(.credentials, 95, .deny, "the \(name) program may send secrets away")
        }
        if sight.usesNetwork { add(.networkEgress, 25, .ask, "the \(name) program uses the network") }
        for text in sight.commands { guessLine(text) }
        if sight.addresses.contains(where: { HostName(url: $0)?.hostClass == .metadata }) {
            add(.internalAddress, 90, .deny, "the address gives out a machine's credentials")
        }
        for path in sight.paths {
            for analysis in sights(of: path) {
                if sight.usesNetwork, analysis.classes.contains(.gate) {
                    add(.selfModification, 95, .deny, "the \(name) program talks to the gate's own socket")
                }
                for finding in analysis.findings(for: sight.writes ? .write : .read) where finding.effect == .deny {
                    if sight.writes || analysis.classes.contains(where: \.holdsSecrets) { add(finding) }
                }
            }
        }
    }

    /// Text that may be run as a command: only what must be refused counts.
    mutating func guessLine(_ text: [UInt8]) {
        var inner = CommandJudge(surroundings: surroundings, depth: depth + 1)
        inner.budget = budget - 1 - text.count / 64
        guard inner.budget > 0 else { return }
        inner.judge(line: text)
        budget = inner.budget
        let empty = Finding.CommandFactor.empty.rawValue
        for finding in inner.analysis.findings where finding.effect == .deny && finding.factor != empty {
            add(finding)
        }
    }

    /// A file that this very script made.
    mutating func judgeWrittenProgram(_ program: CommandArgument) {
        guard program.bytes.contains(UInt8(ascii: "/")) else { return }
        judgeRun(of: program, by: "sh")
    }

    private mutating func judgeRun(of file: CommandArgument, by name: String) {
        guard let flow = written[Self.key(of: file.bytes)] else { return }
        add(.runsCode, 40, .ask, "runs a file that it has just made")
        if flow.isForeign { add(.remoteExecution, 95, .deny, "runs a file that was fetched or decoded") }
        guard let literal = flow.literal else { return }
        if Wrapper.shells.contains(name) || name == "source" || name == "." {
            judgeInner(line: literal)
        } else {
            judgeCode(literal, of: name)
        }
    }

    static func key(of path: [UInt8]) -> [UInt8] { path.starts(with: [0x2E, 0x2F]) ? Array(path[2...]) : path }

    /// Commands that are kept and run later.
    mutating func judgeDeferred(_ name: String, _ arguments: ArraySlice<CommandArgument>) {
        add(.persistence, 40, .ask, "\(name) runs commands later")
        if name == "at" || name == "batch" {
            guard !arguments.contains(where: { ["-l", "-c", "-q", "-r", "-d"].contains($0.text) }) else { return }
            if isPiped { judgeInput(of: name, isShell: true) }
            return
        }
        guard name == "crontab" else { return }
        let looks = arguments.contains { $0.text == "-l" || $0.text == "-r" || $0.text == "-e" }
        if !looks { add(.persistence, 90, .deny, "installs commands that run again and again") }
    }

    // MARK: What flows on

    /// The command without its wrappers, as far as they are plain.
    private func effective(_ arguments: [CommandArgument]) -> [CommandArgument] {
        var current = arguments
        for _ in 0..<6 {
            guard let first = current.first, let wrapper = Wrapper.of(first.programName, current),
                case .command(let inner) = wrapper.inner
            else { break }
            current = inner
        }
        return current
    }

    func outputFlow(of arguments: [CommandArgument], _ segment: ShellScript.Segment) -> CommandFlow {
        let arguments = effective(arguments)
        guard let name = arguments.first?.programName else { return CommandFlow() }
        var flow = CommandFlow()
        flow.isFetched = input.isFetched || nested.isFetched
        flow.isDecoded = input.isDecoded || nested.isDecoded
        flow.holdsSecret = input.holdsSecret || nested.holdsSecret
        switch name {
        case "echo", "printf":
            flow.literal = expansion.output(of: segment)
            flow.isKnown = true
            // `%b` reads escapes in what it is given, which is not followed.
            let words = arguments.dropFirst()
            if name == "printf", words.first?.text.holds("%b") == true,
                words.dropFirst().contains(where: { $0.bytes.contains(0x5C) })
            {
                flow.isDecoded = true
            }
        case "cat", "tee":
            flow.literal = input.literal
            flow.isKnown = input.isKnown
        case "find", "gfind":
            let find = SmallLanguages.find(arguments.dropFirst())
            let printsNames = !arguments.contains { $0.text == "-printf" || $0.text == "-ls" }
            flow.listsFiles = find.isHarmless && printsNames && find.starts.allSatisfy { $0.isExact && !$0.isOption }
            flow.roots = find.starts.isEmpty ? [[UInt8(ascii: ".")]] : find.starts.map(\.bytes)
            flow.isSelective = find.isSelective
            flow.isNulSeparated = arguments.contains { $0.text == "-print0" }
        case "ls": flow.roots = operands(arguments.dropFirst()).map(\.bytes)
        case "grep", "egrep", "rg":
            flow.roots = input.roots
            flow.isSelective = true
        case _ where Wrapper.shells.contains(name): flow.isFromShell = true
        case "head", "tail", "sort", "uniq":
            flow.roots = input.roots
            flow.isSelective = input.isSelective
            flow.listsFiles = input.listsFiles && !input.isNulSeparated
        case "env", "printenv", "set", "export": flow.holdsSecret = true
        case "ps": flow.listsProcesses = true
        default: break
        }
        if CommandFlow.fetchers.contains(name) { flow.isFetched = true }
        if CommandFlow.decoders.contains(name) { flow.isDecoded = true }
        return flow
    }

    /// Notes the files that a command makes, with what is in them.
    mutating func remember(_ output: CommandFlow, _ segment: ShellScript.Segment, _ arguments: [CommandArgument]) {
        func note(_ path: [UInt8], _ flow: CommandFlow) {
            if written.count < 64 { written[Self.key(of: path)] = flow }
        }
        for redirection in segment.redirections {
            switch redirection.op {
            case .write, .append, .clobber, .both, .bothAppend: note(expansion.value(of: redirection.target), output)
            default: continue
            }
        }
        let arguments = effective(arguments)
        guard let name = arguments.first?.programName else { return }
        let rest = arguments.dropFirst()
        switch name {
        case "tee": for operand in operands(rest) { note(operand.bytes, output) }
        case "curl", "wget", "aria2c":
            for index in rest.indices where ["-o", "-O", "--output", "--output-document"].contains(rest[index].text) {
                if index + 1 < rest.endIndex { note(rest[index + 1].bytes, output) }
            }
            // `-so file`
            for index in rest.indices where name == "curl" && index + 1 < rest.endIndex {
                let option = rest[index]
                if option.isOption, !option.isLongOption, option.bytes.last == UInt8(ascii: "o") {
                    note(rest[index + 1].bytes, output)
                }
            }
            // `-O` keeps the remote name, and so does wget without an option.
            for operand in operands(rest) where operand.bytes.contains(UInt8(ascii: "/")) {
                if let last = operand.bytes.split(separator: UInt8(ascii: "/")).last { note(Array(last), output) }
            }
        case "cp", "mv", "ln", "install":
            let words = operands(rest)
            if words.count == 2, let flow = written[Self.key(of: words[0].bytes)] { note(words[1].bytes, flow) }
        case "git":
            // What a clone brings comes from elsewhere, but is no single file.
            break
        default: break
        }
    }
}
