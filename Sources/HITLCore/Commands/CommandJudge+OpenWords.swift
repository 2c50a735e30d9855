/// Words that only a shell could work out, where it does not matter which: a program that only reads, confined so that
/// it can do nothing else, reads one file of the workspace or another.
///
/// What they may become is looked at all the same, as far as the script says it: a file outside, or one of secrets,
/// is found as if it were written out.
extension CommandJudge {
    /// Whether the command stays one that only reads, whatever its words become.
    func staysReading(_ segment: ShellScript.Segment, _ arguments: [CommandArgument]) -> Bool {
        guard !isGuess, segment.words.contains(where: { $0.literal == nil }), let first = arguments.first,
            segment.words.first?.literal != nil, isTrusted(first)
        else { return false }
        let name = first.programName
        guard name != "cd", HarmlessPrograms.answer(name, arguments.dropFirst())?.isHarmless == true else {
            return false
        }
        let use: SecretFileNames.Use = Self.namesOnly.contains(name) ? .listing : .reading
        for argument in arguments.dropFirst() where !argument.isExact && argument.bytes.contains(where: \.isPatternSign)
        {
            if SecretFileNames.mayBe(argument.bytes, use) { return false }
        }
        return segment.words.indices.dropFirst().allSatisfy {
            // What `printf` is given first is its format.
            isOpen(segment.words[$0], to: name, isFirst: $0 == 1)
        }
    }

    private static let printing: Set<String> = ["echo", "printf", "test", "["]
    private static let namesOnly = tellsNoContent.union(printing)

    private func isOpen(_ word: ShellWord, to name: String, isFirst: Bool) -> Bool {
        if word.literal != nil || word.isPatternOption { return true }
        if word.opacity == .braces { return Self.isList(word) }
        let takesText = Self.printing.contains(name) && !(name == "printf" && isFirst)
        return word.parts.allSatisfy { part in
            switch part {
            case .literal, .glob: true
            case .variable(let variable, nil, true, let isQuoted):
                isOpen(
                    variable: CommandArgument.text(of: variable),
                    takesText: takesText && (isQuoted || !isFirst || name == "echo"))
            // What a command within says is not looked for, harmless as it may be: that asks.
            default: false
            }
        }
    }

    private func isOpen(variable name: String, takesText: Bool) -> Bool {
        if let isKnown = own[name] { return isKnown || takesText }
        if expansion.variables[name] != nil { return false }
        return name == "HOME" || name == "PWD" || takesText && Self.ordinary.contains(name)
    }

    /// They say where and as whom it runs, and nothing that nobody may know.
    private static let ordinary: Set<String> = [
        "HOME", "PWD", "OLDPWD", "USER", "LOGNAME", "UID", "EUID", "HOSTNAME", "OSTYPE", "HOSTTYPE", "MACHTYPE",
        "SHELL",
        "LANG", "COLUMNS", "LINES", "TERM", "RANDOM", "SECONDS", "LINENO", "?", "#",
    ]

    /// `{a,b}`, and no `{1..99999999}`.
    private static func isList(_ word: ShellWord) -> Bool {
        word.parts.count { $0 == .braceOpen } <= 3 && word.parts.count { $0 == .braceComma } <= 16
            && word.parts.allSatisfy { part in
                guard case .literal(let bytes) = part else { return true }
                return !bytes.indices.dropLast().contains {
                    bytes[$0] == UInt8(ascii: ".") && bytes[$0 + 1] == UInt8(ascii: ".")
                }
            }
    }

    // MARK: Variables of the script's own

    mutating func noticeContested(_ script: ShellScript) {
        var seen: Set<String> = []
        for segment in script.segments {
            let reads = segment.words.first?.literal?.elementsEqual("read".utf8) == true
            guard reads || !segment.assignments.isEmpty else { continue }
            var names = Set(segment.assignments.map { CommandArgument.text(of: $0.name) })
            if reads {
                for word in segment.words.dropFirst() { names.insert(CommandArgument.text(of: word.literal ?? [])) }
            }
            for name in names where !seen.insert(name).inserted || own[name] != nil { contested.insert(name) }
        }
        for name in contested where own[name] != nil { own[name] = false }
    }

    /// `file=README.md`, `for f in src/*.swift`, where no program gets to see the variable.
    mutating func takesOpenly(
        _ assignment: ShellScript.Assignment, _ name: String, _ segment: ShellScript.Segment,
        _ arguments: [CommandArgument]
    ) -> Bool {
        guard !isGuess else { return false }
        if name == "IFS", hasBranches, arguments.first?.text == "read" { return assignment.value.literal != nil }
        guard segment.words.isEmpty, Self.isPrivate(name) else { return false }
        var isKnown = true
        let isTakable = assignment.value.parts.allSatisfy { part in
            switch part {
            case .literal, .glob: return true
            case .variable(let other, nil, true, _):
                let other = CommandArgument.text(of: other)
                if own[other] != true, other != "HOME" && other != "PWD" { isKnown = false }
                return own[other] != nil || Self.ordinary.contains(other)
            default: return false
            }
        }
        guard isTakable else { return false }
        own[name] = isKnown && own[name] != false && !contested.contains(name)
        leaveOpen("a variable of its own")
        return true
    }

    /// `while read -r line`: what it reads is only known then.
    mutating func readsVariables(_ segment: ShellScript.Segment, _ arguments: [CommandArgument]) -> Bool {
        guard !isGuess, hasBranches, let first = arguments.first, first.text == "read", isTrusted(first),
            arguments.count > 1,
            arguments.allSatisfy(\.isExact),
            segment.assignments.allSatisfy({ $0.name.elementsEqual("IFS".utf8) && $0.value.literal != nil })
        else { return false }
        let names = arguments.dropFirst().drop { $0.text == "-r" }
        guard !names.isEmpty, names.allSatisfy({ Self.isPrivate($0.text) }) else { return false }
        for name in names {
            own[name.text] = false
            expansion.variables[name.text] = nil
        }
        analysis.segments.append(.init(arguments: arguments.map(\.bytes), via: [], isHarmless: false))
        leaveOpen("a variable that is read")
        return true
    }

    /// A name that no program and no shell looks for: small letters, which by custom are the script's own.
    private static func isPrivate(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x61...0x7A).contains(first), !reserved.contains(name) else { return false }
        return name.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0.isDigit || $0 == UInt8(ascii: "_") }
            && !name.begins("npm_") && !name.ends("_proxy")
    }

    /// Small letters that zsh, csh or bash obey.
    private static let reserved: Set<String> = [
        "path", "fpath", "cdpath", "manpath", "mailpath", "module_path", "fignore", "prompt", "histchars", "status",
        "argv", "psvar", "watch", "signals", "options", "commands", "functions", "aliases", "galiases", "saliases",
        "parameters", "modules", "dirstack", "history", "home", "user", "shell", "term", "cwd", "autocd", "noclobber",
        "ignoreeof", "auto_resume", "allow_null_glob_expansion", "history_control", "hostname_completion_file",
        "no_exit_on_failed_exec", "nolinks", "notify", "precmd_functions", "preexec_functions", "chpwd_functions",
        "periodic_functions", "zshexit_functions", "zshaddhistory_functions",
    ]
}

extension UInt8 {
    fileprivate var isPatternSign: Bool {
        self == UInt8(ascii: "*") || self == UInt8(ascii: "?") || self == UInt8(ascii: "[")
    }
}
