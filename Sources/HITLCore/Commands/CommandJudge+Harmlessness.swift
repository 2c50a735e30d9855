/// Whether a command by itself only reads, and where it has to be held for that.
extension CommandJudge {
    /// Programs that say nothing of what is in a file whose name they are given.
    static let tellsNoContent: Set<String> = [
        "wc", "ls", "du", "stat", "basename", "dirname", "echo", "realpath",
    ]

    /// Whether the name leads to the system's program of that name.
    func isTrusted(_ program: CommandArgument) -> Bool {
        guard program.isExact, !shadowed.contains(program.text) else { return false }
        guard program.bytes.contains(UInt8(ascii: "/")) else { return true }
        let places = ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/"]
        return places.contains { program.text.begins($0) && !program.text.dropFirst($0.utf8.count).utf8.contains(0x2F) }
    }

    /// - Returns: whether this command by itself is harmless.
    mutating func judgeHarmlessness(_ name: String, _ arguments: [CommandArgument], via: [String]) -> Bool {
        let rest = arguments.dropFirst()
        if isTrusted(arguments[0]) {
            if name == "cd" { return changeDirectory(rest) }
            if name == "pushd" { _ = changeDirectory(rest) }
            if name == "git", rest.count != 1 || rest.first?.text != "--version" {
                let use = GitCommand(rest)
                for path in use.paths {
                    let colon = path.bytes.lastIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? 0
                    touch(CommandArgument(Array(path.bytes[colon...]), opacity: path.opacity), .read)
                }
                if nested.holdsSecret || input.holdsSecret, use.findings.contains(where: \.isAboutTheNetwork) {
                    add(.credentials, 95, .deny, "git would send secrets away")
                }
                isHarmless = false
                isHarmlessWithQueries = false
                if !use.isReadOnly { isHarmlessWithGit = false }
                for finding in use.findings { add(finding) }
                confine(use.isReadOnly ? .workspace : nil)
                return false
            }
            if let answer = HarmlessPrograms.answer(name, rest) {
                if answer.isHarmless {
                    var isOrdinary = true
                    for read in answer.reads where !touch(read, .read) { isOrdinary = false }
                    noticeSearch(name, rest, answer.reads)
                    if let open = answer.open { leaveOpen(open) }
                    confine(.workspace)
                    return isOrdinary && arguments.allSatisfy(\.isExact)
                }
                becomeHarmful()
                if let unknown = answer.unknown {
                    add(
                        .unknownOption, 15, .ask,
                        "\(name): what \(Finding.quoting(unknown.bytes)) does is not known to be harmless")
                } else {
                    add(.systemCommand, 15, .ask, "\(name) does more than read, or what it does is not known")
                }
                confine(nil)
                return false
            }
        }
        if onlyReadsDatabase, isTrusted(arguments[0]) {
            // What it reads has been said, and asks.
            confine(nil)
            return false
        }
        becomeHarmful()
        noticeSecrets(name, rest)
        let confinement = BuildPrograms.confinement(of: name, rest)
        confine(isInside(rest) && isRunnable(arguments[0]) ? confinement : nil)
        if confinement != nil {
            add(.runsCode, 20, .ask, "\(name) runs code of the project")
        } else if !DangerousPrograms.known.contains(name) {
            add(.unknownProgram, 25, .ask, "what \(Finding.quoting(arguments[0].bytes)) does is not known")
        } else {
            add(.systemCommand, 15, .ask, "\(name) changes something")
        }
        return false
    }

    /// The workspace's own wrapper scripts (`./gradlew`) are code of the project too.
    private func isRunnable(_ program: CommandArgument) -> Bool {
        isTrusted(program) || program.text == "./gradlew" || program.text == "./mvnw"
    }

    private mutating func confine(_ next: Confinement?) {
        guard !isGuess else { return }
        confinements.append(next)
    }

    /// No argument names anything outside of the workspace.
    private mutating func isInside(_ arguments: ArraySlice<CommandArgument>) -> Bool {
        for argument in arguments {
            guard argument.isExact else { return false }
            let value = argument.isOption ? argument.valueAfterEquals ?? [] : argument.bytes
            guard value.contains(UInt8(ascii: "/")) || value.first == UInt8(ascii: "~") else { continue }
            let isWithin = sights(of: value).allSatisfy { $0.place == .beneathWorkspace || $0.place == .workspace }
            if !isWithin { return false }
        }
        return true
    }

    private mutating func changeDirectory(_ arguments: ArraySlice<CommandArgument>) -> Bool {
        let operands = arguments.drop { $0.text == "--" || $0.text == "-P" || $0.text == "-L" }
        guard operands.count == 1, let target = operands.first, target.text != "-" else {
            becomeHarmful()
            return false
        }
        // A guess is followed too: `cd ~; rm -rf *`.
        if !target.isExact { becomeHarmful() }
        let isOrdinary = touch(target, .read)
        var next: [String?] = []
        for sight in sights(of: target.bytes) where !next.contains(sight.path.text) { next.append(sight.path.text) }
        directories = Array(next.prefix(Self.mostDirectories))
        for directory in directories where !everyDirectory.contains(directory) {
            guard everyDirectory.count < Self.mostDirectories else {
                doubt("many changes of the directory")
                break
            }
            everyDirectory.append(directory)
        }
        return isOrdinary
    }
}

extension Finding {
    fileprivate var isAboutTheNetwork: Bool { factor == CommandFactor.networkEgress.rawValue }
}
