/// Decides whether a program with these arguments only reads, in the workspace.
struct HarmlessPrograms {
    let surroundings: PathSurroundings

    static let grammars = OptionGrammar.table(
        ListingPrograms.table, ReadingPrograms.table, TextPrograms.table, TextPrograms.searching,
        SystemPrograms.table)

    /// What was found of one command.
    struct Answer {
        var isHarmless = false
        /// Files that would be read.
        var reads: [CommandArgument] = []
        /// Why not, where an option or an argument is the reason.
        var unknown: CommandArgument?
        /// It only reads where it is confined, and why it takes that.
        var open: String?

        static func reading(_ reads: [CommandArgument]) -> Answer { Answer(isHarmless: true, reads: reads) }
        static let harmless = Answer(isHarmless: true)
        static let no = Answer()
        static func unknown(_ argument: CommandArgument?) -> Answer { Answer(unknown: argument) }
    }

    /// nil where the program is in no table.
    static func answer(_ name: String, _ arguments: ArraySlice<CommandArgument>) -> Answer? {
        if arguments.count == 1, let only = arguments.first, only.isExact {
            if only.text == "--version", SystemPrograms.tellingVersions.contains(name) { return .harmless }
            if SystemPrograms.shortVersions[name]?.contains(only.text) == true { return .harmless }
            if only.text == "--help", SystemPrograms.tellingVersions.contains(name), name != "git", name != "npx" {
                return .harmless
            }
            // They may run a copy of themselves that the project names.
            let tells = only.text == "--version" || name == "go" && only.text == "version"
            if tells, SystemPrograms.choosingVersions.contains(name) {
                return Answer(isHarmless: true, open: "the project may say which \(name) it is")
            }
        }
        switch name {
        case "echo": return .harmless
        case ":": return .harmless
        case "printf":
            guard let format = arguments.first else { return .no }
            if format.isOption { return .unknown(format) }
            // Some shells evaluate what a number is asked for.
            let evaluates = arguments.dropFirst().contains { argument in
                argument.bytes.contains(UInt8(ascii: "$")) || argument.bytes.contains(UInt8(ascii: "`"))
            }
            return SmallLanguages.isHarmlessFormat(format.bytes) && !evaluates ? .harmless : .unknown(format)
        case "test":
            return SmallLanguages.testOperands(arguments).map(Answer.reading) ?? .no
        case "[":
            guard arguments.last?.text == "]" else { return .no }
            return SmallLanguages.testOperands(arguments.dropLast()).map(Answer.reading) ?? .no
        case "expr": return .harmless
        case "exit":
            return arguments.allSatisfy { $0.bytes.allSatisfy(\.isDigit) } ? .harmless : .no
        case "sleep":
            let isShort = arguments.count == 1 && (arguments.first?.bytes.count ?? 9) <= 2
            return isShort && arguments.allSatisfy { $0.bytes.allSatisfy(\.isDigit) } ? .harmless : .no
        case "command":
            // `command -v name` only looks; without the option it is a wrapper.
            guard let option = arguments.first, option.text == "-v" || option.text == "-V" else { return nil }
            return .harmless
        case "date":
            let reading = SmallLanguages.date.read(arguments)
            // Anything but a format sets the clock.
            guard reading.unknown == nil, reading.operands.allSatisfy({ $0.bytes.first == UInt8(ascii: "+") }) else {
                return .unknown(reading.unknown ?? reading.operands.first)
            }
            return .harmless
        case "find":
            let find = SmallLanguages.find(arguments)
            if find.isHarmless { return .reading(find.starts + find.references) }
            return searching(arguments) ?? .no
        case "tar", "bsdtar", "gtar": return listing(arguments)
        case "unzip", "zipinfo": return contents(name, arguments)
        case "sed", "gsed": return sed(arguments)
        case "awk", "gawk", "mawk", "nawk": return awk(arguments)
        case "jq": return jq(arguments)
        default: return table(name, arguments)
        }
    }

    /// `find … -name '*.swift' -exec grep -n word {} +`: what is run only reads, and what is found are files of a kind
    /// that holds no secrets.
    private static func searching(_ arguments: ArraySlice<CommandArgument>) -> Answer? {
        guard let exec = arguments.firstIndex(where: { $0.text == "-exec" }),
            let end = arguments[exec...].firstIndex(where: { $0.text == ";" || $0.text == "+" }), end > exec + 2
        else { return nil }
        let inner = arguments[(exec + 1)..<end]
        let find = SmallLanguages.find(arguments[..<exec] + arguments[(end + 1)...])
        guard find.isHarmless, let program = inner.first, program.isExact, runByFind.contains(program.text),
            inner.dropFirst().contains(where: { $0.text == "{}" })
        else { return nil }
        let words = Array(arguments)
        let names = words.indices.dropFirst().filter { ["-name", "-iname"].contains(words[$0 - 1].text) }
        // `! -name '*.md'` is all the rest.
        let isTurned = words.indices.dropLast().contains { place in
            ["!", "-not"].contains(words[place].text)
                && !["-path", "-ipath", "-wholename"].contains(words[place + 1].text)
        }
        guard !names.isEmpty, !isTurned,
            !words.contains(where: { $0.text == "-o" || $0.text == "-or" || $0.text == "," }),
            names.allSatisfy({ words[$0].isExact && !SecretFileNames.mayBe(words[$0].bytes, hidden: true) }),
            names.contains(where: { words[$0].bytes.contains(UInt8(ascii: ".")) }),
            let answer = answer(program.text, inner.dropFirst()), answer.isHarmless, answer.open == nil
        else { return nil }
        let reads = answer.reads.filter { $0.text != "{}" }
        return Answer(
            isHarmless: true, reads: find.starts + find.references + reads, open: "which files are found")
    }

    private static let runByFind: Set<String> = [
        "grep", "egrep", "fgrep", "wc", "ls", "du", "stat", "basename", "dirname", "cat", "head", "tail", "file",
        "md5sum", "sha256sum",
    ]

    /// `tar -tzf archive`: a name with a colon is one on another machine.
    private static func listing(_ arguments: ArraySlice<CommandArgument>) -> Answer? {
        guard let first = arguments.first, first.isExact else { return nil }
        let letters = first.bytes.drop { $0 == UInt8(ascii: "-") }
        guard first.bytes.count - letters.count <= 1, letters.last == UInt8(ascii: "f"),
            letters.contains(UInt8(ascii: "t")), letters.allSatisfy({ "tvzjJf".utf8.contains($0) })
        else { return nil }
        return archive(arguments.dropFirst())
    }

    /// `unzip -l archive`
    private static func contents(_ name: String, _ arguments: ArraySlice<CommandArgument>) -> Answer? {
        if name == "zipinfo" { return archive(arguments) }
        guard let first = arguments.first, ["-l", "-v", "-lv", "-vl", "-Z", "-Z1"].contains(first.text) else {
            return nil
        }
        return archive(arguments.dropFirst())
    }

    private static func archive(_ arguments: ArraySlice<CommandArgument>) -> Answer? {
        guard arguments.count == 1, let file = arguments.first, file.isExact, !file.isOption,
            !file.bytes.contains(UInt8(ascii: ":"))
        else { return nil }
        return Answer(isHarmless: true, reads: [file], open: "what reading an archive may do")
    }

    private static func table(_ name: String, _ arguments: ArraySlice<CommandArgument>) -> Answer? {
        guard let grammar = grammars[name] else { return nil }
        let reading = grammar.read(arguments)
        if let unknown = reading.unknown { return .unknown(unknown) }
        var reads = reading.values.filter { $0.kind == .path }.map { CommandArgument($0.value) }
        switch grammar.operands {
        case .text: break
        case .none: if let operand = reading.operands.first { return .unknown(operand) }
        case .path:
            if reading.operands.count > 1 { return .unknown(reading.operands[1]) }
            reads += reading.operands
        case .paths: reads += reading.operands
        case .pattern:
            let given = ["e", "f", "regexp", "file", "files", "type-list"].contains(where: reading.has)
            reads += given ? reading.operands : Array(reading.operands.dropFirst())
        case .command: return .no
        }
        return .reading(reads.filter { $0.text != "-" })
    }

    private static func sed(_ arguments: ArraySlice<CommandArgument>) -> Answer {
        let reading = SmallLanguages.sed.read(arguments)
        if let unknown = reading.unknown { return .unknown(unknown) }
        var scripts = reading.values.filter { $0.name == "e" || $0.name == "expression" }.map(\.value)
        var files = reading.operands
        if scripts.isEmpty, !files.isEmpty { scripts.append(files.removeFirst().bytes) }
        guard !scripts.isEmpty, scripts.allSatisfy(SmallLanguages.isHarmlessSed) else { return .no }
        return .reading(files.filter { $0.text != "-" })
    }

    private static func awk(_ arguments: ArraySlice<CommandArgument>) -> Answer {
        let reading = SmallLanguages.awk.read(arguments)
        guard reading.unknown == nil else { return .unknown(reading.unknown) }
        guard let program = reading.operands.first, SmallLanguages.isHarmlessAwk(program.bytes) else { return .no }
        return .reading(reading.operands.dropFirst().filter { $0.text != "-" })
    }

    private static func jq(_ arguments: ArraySlice<CommandArgument>) -> Answer {
        // `--arg name value` takes two words.
        var rest: [CommandArgument] = []
        var index = arguments.startIndex
        while index < arguments.endIndex {
            if arguments[index].text == "--arg" || arguments[index].text == "--argjson" {
                index += 3
            } else {
                rest.append(arguments[index])
                index += 1
            }
        }
        guard index == arguments.endIndex else { return .no }
        let reading = SmallLanguages.jq.read(rest[...])
        guard reading.unknown == nil else { return .unknown(reading.unknown) }
        guard let filter = reading.operands.first, SmallLanguages.isHarmlessFilter(filter.bytes) else { return .no }
        return .reading(reading.operands.dropFirst().filter { $0.text != "-" })
    }
}
