/// Clients of databases: what they send is judged as SQL, wherever it stands.
extension CommandJudge {
    /// - Returns: whether all that is sent is known, and only reads.
    mutating func judgeDatabase(_ name: String, _ arguments: ArraySlice<CommandArgument>) -> Bool {
        guard let client = DatabaseClient.named[name] else { return false }
        let use = client.use(arguments)
        var isKnown = arguments.allSatisfy(\.isExact)
        if let unknown = use.unknown {
            isKnown = false
            add(.unknownOption, 15, .ask, "\(name): what \(Finding.quoting(unknown.bytes)) does is not known")
            // An option that is abbreviated, or new, may well hold statements.
            for argument in arguments where argument.bytes.contains(0x20) {
                judge(
                    statements: argument.isLongOption ? argument.valueAfterEquals ?? [] : argument.bytes, client, name)
            }
        }
        for output in use.outputs {
            isKnown = false
            if touch(CommandArgument(output), .write) {
                add(.fileModification, 20, .ask, "\(name) writes to \(Finding.quoting(output))")
            }
        }
        var texts = use.statements
        for script in use.scripts where !script.elementsEqual("-".utf8) {
            touch(CommandArgument(script), .read)
            if let text = written[Self.key(of: script)]?.literal {
                texts.append(text)
            } else {
                isKnown = false
                add(.databaseModification, 25, .ask, "\(name) sends the statements of a file")
            }
        }
        let readsInput = use.scripts.contains { $0.elementsEqual("-".utf8) } || (texts.isEmpty && use.scripts.isEmpty)
        if readsInput, !use.isIdle {
            if isPiped, input.isKnown, !input.isForeign, let text = input.literal {
                texts.append(text)
            } else {
                isKnown = false
                if isPiped {
                    add(
                        .databaseModification, input.isForeign ? 50 : 30, .ask,
                        "\(name) sends statements that the command does not say")
                }
            }
        }
        var onlyReads = isKnown && !texts.isEmpty
        for text in texts where !judge(statements: text, client, name) { onlyReads = false }
        if let database = use.database, !database.bytes.elementsEqual(":memory:".utf8) {
            touch(database, onlyReads ? .read : .write)
        }
        if onlyReads {
            add(.databaseRead, 15, .ask, "\(name) reads from a database")
        } else {
            add(.databaseModification, 20, .ask, "\(name) sends statements to a database")
        }
        return onlyReads
    }

    /// - Returns: whether they only read.
    @discardableResult
    private mutating func judge(statements text: [UInt8], _ client: DatabaseClient, _ name: String) -> Bool {
        budget -= 1 + text.count / 64
        guard budget > 0 else {
            doubt("more statements than are followed")
            return false
        }
        var sql: [UInt8] = []
        var onlyReads = true
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let start = line.drop { $0 == 0x20 || $0 == 0x09 }
            let isForClient =
                start.first == UInt8(ascii: "\\")
                || start.first == UInt8(ascii: ".") && start.dropFirst().first.map { $0 | 0x20 >= 0x61 } ?? false
            if isForClient {
                onlyReads = false
                judge(clientCommand: start, name)
            } else {
                sql += line
                sql.append(0x0A)
            }
        }
        // Within a line too: `select … \gexec`, `\! command`.
        if sql.contains(UInt8(ascii: "\\")) {
            onlyReads = false
            for piece in sql.split(separator: UInt8(ascii: "\\")).dropFirst() where piece.first == UInt8(ascii: "!") {
                guessLine(Array(piece.dropFirst().prefix { $0 != 0x0A }))
            }
        }
        let analysis = SQLAnalysis.of(sql, dialect: client.dialect)
        for finding in analysis.findings { add(finding) }
        return onlyReads && analysis.isHarmless
    }

    /// `\! ls`, `.shell ls`; what follows is a shell's, as if it stood in the command itself.
    private mutating func judge(clientCommand line: ArraySlice<UInt8>, _ name: String) {
        for prefix in ["\\!", ".shell ", ".system "] where line.starts(with: prefix.utf8) {
            add(.runsCode, 25, .ask, "\(name) hands a line to a shell")
            return judgeInner(line: Array(line.dropFirst(prefix.utf8.count)))
        }
        add(.databaseModification, 30, .ask, "a line is a command to \(name) itself, and no SQL")
        // `\o | command`, `\copy … to program 'command'`: whoever reads one of them may run it.
        for piece in line.split(whereSeparator: { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "'") }).dropFirst() {
            guessLine(Array(piece))
        }
    }
}
