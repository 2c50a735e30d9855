/// Says what each statement of a reading would do.
struct SQLClassifier {
    private let tokens: ArraySlice<SQLToken>
    private let dialect: SQLDialect
    private var findings: [Finding] = []

    static func statements(of tokens: [SQLToken], _ dialect: SQLDialect) -> [SQLStatement] {
        tokens.split(omittingEmptySubsequences: true) { $0.isSign(";") }.map { part in
            var classifier = SQLClassifier(tokens: part, dialect: dialect)
            let kind = classifier.classify(part)
            return SQLStatement(kind: kind, findings: classifier.findings)
        }
    }

    private init(tokens: ArraySlice<SQLToken>, dialect: SQLDialect) {
        self.tokens = tokens
        self.dialect = dialect
    }

    private mutating func note(_ factor: String, _ weight: Int, _ effect: Effect?, _ words: String) {
        findings.merge(Finding(factor: factor, weight: weight, effect: effect, words: words))
    }

    /// A change of data or structure: the base of every such statement, and what is particular to it.
    private mutating func change(_ words: String, extra weight: Int = 0, _ factor: String = "", effect: Effect = .ask) {
        note("database_modification", 20, .ask, words)
        if weight > 0 { note(factor, weight, effect, words) }
    }

    // MARK: By the first word

    private mutating func classify(_ given: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        let part = given.drop { $0.isSign("(") }
        guard let first = part.first else { return .empty }
        guard case .word(let word) = first else {
            if first.isSign("\\") { return metaCommand(part) }
            note("not_analysable", 25, .ask, "the statement does not begin with a word of SQL")
            return .unknown
        }
        let rest = part.dropFirst()
        switch String(decoding: word, as: UTF8.self) {
        case "select", "values", "table", "show", "describe", "desc", "help", "list": return read(part)
        case "with": return common(part)
        case "explain": return explain(rest)
        case "analyze" where rest.first?.wordBytes.map(Self.isVerb) ?? false: return explain(rest)
        case "insert": return insert(rest)
        case "replace", "upsert":
            change("it replaces rows", extra: 15, "overwrites_rows")
            inspect(rest)
            return .insert
        case "update": return update(rest)
        case "delete": return delete(rest)
        case "merge":
            change("it inserts, changes or deletes rows by comparing tables", extra: 20, "bulk_change")
            inspect(rest)
            return .merge
        case "create": return create(rest)
        case "alter", "rename", "comment": return alter(rest)
        case "drop": return drop(rest)
        case "truncate":
            change("it empties a table", extra: 45, "irreversible")
            return .truncate
        case "grant", "revoke", "deny", "reassign":
            note("privilege", 45, .ask, "it changes who may do what")
            return .privilege
        case "begin" where isBlock(rest): return procedure(rest)
        case "exec", "execute", "call", "do", "prepare", "declare": return procedure(rest)
        case "copy", "load", "unload", "export", "import", "bulk", "backup", "restore", "dump": return transfer(rest)
        case "attach", "detach": return attach(word, rest)
        case "begin", "start", "commit", "rollback", "savepoint", "release", "end", "abort", "use":
            return transaction(word, rest)
        case "set", "reset": return setting(rest)
        case "pragma": return pragma(rest)
        case "vacuum", "analyze", "reindex", "optimize", "cluster", "refresh", "checkpoint", "flush", "check", "repair":
            note("database_modification", 15, .ask, "it does maintenance work on the database")
            // SQLite writes a copy of the whole database to a file.
            if has("into", in: rest) { note("file_access", 50, .deny, "it writes the database to a file") }
            return .maintenance
        case "shutdown", "kill", "reconfigure", "purge", "stop", "install", "uninstall", "discard", "reload":
            note("server_control", 50, .ask, "it acts on the server itself")
            return .server
        case "lock", "unlock", "listen", "notify", "unlisten", "handler", "open", "fetch", "close", "deallocate",
            "move":
            note("database_modification", 10, .ask, "it holds locks, cursors or channels of the session")
            return .setting
        default:
            return unknown(part)
        }
    }

    private static func isVerb(_ word: [UInt8]) -> Bool {
        ["select", "insert", "update", "delete", "with", "merge", "replace", "create"].contains {
            word.elementsEqual($0.utf8)
        }
    }

    /// `BEGIN` opens a transaction, and in some dialects a block of statements.
    private func isBlock(_ rest: ArraySlice<SQLToken>) -> Bool {
        guard let next = rest.first else { return false }
        return ![
            "transaction", "work", "tran", "isolation", "read", "immediate", "deferred", "exclusive", "concurrent",
        ]
        .contains(where: next.isWord)
    }

    // MARK: Reading

    private mutating func read(_ part: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        let writes = inspect(part)
        if writes { return .unknown }
        return findings.contains { $0.factor == "lock" } ? .lockingRead : .read
    }

    /// Looks at every word and call of a statement; what could write within a query is noted.
    ///
    /// - Returns: whether a word of writing stands where a name cannot explain it.
    @discardableResult
    private mutating func inspect(_ part: ArraySlice<SQLToken>) -> Bool {
        var writes = false
        for place in part.indices {
            let name: [UInt8]
            switch part[place] {
            case .word(let word):
                name = word
                if !follows(".", place, part), !isAlias(place, part), inspectWord(word, at: place, part) {
                    writes = true
                }
            case .name(let word): name = word
            default: continue
            }
            if isCall(place, part) { inspectCall(name, at: place, part) }
        }
        return writes
    }

    private func follows(_ sign: String, _ place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
        place > part.startIndex && part[place - 1].isSign(sign)
    }

    private func isAlias(_ place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
        place > part.startIndex && part[place - 1].isWord("as")
    }

    private func isCall(_ place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
        place + 1 < part.endIndex && part[place + 1].isSign("(")
    }

    private mutating func inspectWord(_ word: [UInt8], at place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
        let isCalled = isCall(place, part)
        let next = place + 1 < part.endIndex ? part[place + 1] : nil
        switch String(decoding: word, as: UTF8.self) {
        case "into" where place > part.startIndex:
            into(next)
            return true
        case "update" where place > part.startIndex && part[place - 1].isWord("for"),
            "update" where place > part.startIndex && part[place - 1].isWord("key"),
            "share" where place > part.startIndex && (part[place - 1].isWord("for") || part[place - 1].isWord("key")),
            "updlock", "xlock", "tablockx", "holdlock":
            note("lock", 10, .ask, "it locks the rows that it reads")
            return false
        case "lock" where next?.isWord("in") ?? false:
            note("lock", 10, .ask, "it locks the rows that it reads")
            return false
        case "next" where next?.isWord("value") ?? false:
            note("side_effect", 15, .ask, "it advances a sequence")
            return false
        case "insert", "update", "delete", "merge", "drop", "alter", "create", "truncate", "grant", "revoke", "exec",
            "execute", "attach", "detach", "shutdown", "replace", "reconfigure", "waitfor", "dbcc", "call":
            guard !isCalled, place > part.startIndex else { return false }
            change(
                "a word that writes stands within a query: `\(String(decoding: word, as: UTF8.self))`", extra: 15,
                "hidden_write")
            return true
        default:
            if word.starts(with: "xp_".utf8) {
                note("system_command", 80, .deny, "it names an extended procedure of the server")
            }
            return false
        }
    }

    private mutating func into(_ next: SQLToken?) {
        if next?.isWord("outfile") ?? false || next?.isWord("dumpfile") ?? false {
            note("file_access", 70, .deny, "it writes a file of the server")
        } else if next == .parameter {
            note("side_effect", 10, .ask, "it sets a variable")
        } else {
            change("it makes a table of what it reads")
        }
    }

    private mutating func inspectCall(_ name: [UInt8], at place: Int, _ part: ArraySlice<SQLToken>) {
        switch SQLFunctionTable.nature(of: name) {
        case .pure: break
        case .denied(let words):
            note(
                "system_command", 80, .deny,
                "it calls `\(String(decoding: name.prefix(64), as: UTF8.self))`, which \(words)")
        case .asked(let words):
            note(
                "side_effect", 30, .ask,
                "it calls `\(String(decoding: name.prefix(64), as: UTF8.self))`, which \(words)")
        case nil:
            // Names of tables, columns and common expressions have lists behind them too.
            if isNameOfColumns(place, part) { return }
            note(
                "unknown_function", 10, .ask,
                "it calls `\(String(decoding: name.prefix(64), as: UTF8.self))`, which is not known to only read")
        }
    }

    /// `x (a, b) AS (…)` of a common expression, `INTO t (a, b)`, `t AS x (a, b)`, `JOIN t USING (…)`.
    private func isNameOfColumns(_ place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
        if place > part.startIndex {
            let before = part[place - 1]
            if ["into", "as", "table", "index", "references", "view", "update"].contains(where: before.isWord) {
                return true
            }
        }
        guard part.first?.isWord("with") ?? false else { return false }
        var depth = 0
        var end = place + 1
        // Lists of columns are short; a longer one is asked about.
        let limit = min(part.endIndex, place + 200)
        while end < limit {
            if part[end].isSign("(") { depth += 1 }
            if part[end].isSign(")") { depth -= 1 }
            end += 1
            if depth == 0 { break }
        }
        return end < part.endIndex && part[end].isWord("as")
    }

    /// `WITH …`: what its parts do, and the statement behind them.
    private mutating func common(_ part: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        var depth = 0
        for place in part.indices.dropFirst() {
            if part[place].isSign("(") { depth += 1 }
            if part[place].isSign(")") { depth -= 1 }
            guard depth == 0, let word = part[place].wordBytes, Self.isVerb(word), !word.elementsEqual("with".utf8)
            else {
                continue
            }
            if word.elementsEqual("select".utf8) { break }
            inspect(part[..<place])
            return classify(part[place...])
        }
        // A part that deletes or inserts is found by its word, with what it leaves out.
        for place in part.indices where follows("(", place, part) {
            if part[place].isWord("delete") || part[place].isWord("update") {
                bounds(within(part, from: place), part[place].isWord("delete") ? "deletes" : "changes")
            }
        }
        return read(part)
    }

    /// Up to the bracket that closes around `from`.
    private func within(_ part: ArraySlice<SQLToken>, from: Int) -> ArraySlice<SQLToken> {
        var depth = 0
        for place in from..<part.endIndex {
            if part[place].isSign("(") { depth += 1 }
            if part[place].isSign(")") { depth -= 1 }
            if depth < 0 { return part[from..<place] }
        }
        return part[from...]
    }

    private mutating func explain(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        var part = rest
        var runs = false
        if part.first?.isSign("(") ?? false {
            let options = within(part, from: part.startIndex + 1)
            runs = has("analyze", in: options) || has("analyse", in: options)
            part = part[min(options.endIndex + 1, part.endIndex)...]
        }
        while let word = part.first?.wordBytes, !Self.isVerb(word) {
            if word.elementsEqual("analyze".utf8) || word.elementsEqual("analyse".utf8) { runs = true }
            guard
                [
                    "analyze", "analyse", "verbose", "query", "plan", "extended", "partitions", "format", "for", "json",
                    "tree",
                ]
                .contains(where: { word.elementsEqual($0.utf8) })
            else { return read(rest) }
            part = part.dropFirst()
            if part.first?.isSign("=") ?? false { part = part.dropFirst(2) }
        }
        // Planning calls no functions of its own but folds constants, so that what a query calls counts all the same.
        guard runs || part.first?.isWord("select") ?? true || part.first?.isWord("with") ?? false else { return .read }
        return classify(part)
    }

    // MARK: Changing rows

    private mutating func insert(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        change("it adds rows")
        if has("overwrite", in: rest) { note("overwrites_rows", 30, .ask, "it replaces what a table holds") }
        if has("directory", in: rest.prefix(4)) { note("file_access", 60, .deny, "it writes files of the server") }
        inspectCalls(rest)
        return .insert
    }

    private mutating func update(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        change("it changes rows")
        bounds(rest, "changes")
        inspectCalls(rest)
        return .update
    }

    private mutating func delete(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        change("it deletes rows", extra: 15, "row_deletion")
        bounds(rest, "deletes")
        inspectCalls(rest)
        return .delete
    }

    /// Whether a condition at the statement's own level leaves rows out.
    private mutating func bounds(_ part: ArraySlice<SQLToken>, _ verb: String) {
        var depth = 0
        for place in part.indices {
            if part[place].isSign("(") { depth += 1 }
            if part[place].isSign(")") { depth -= 1 }
            guard depth == 0, part[place].isWord("where") else { continue }
            let condition = part[(place + 1)...].prefix { token in
                !["returning", "limit", "order", "option"].contains(where: token.isWord)
            }
            if SQLCondition.isAlwaysTrue(condition) {
                note("bulk_change", 35, .ask, "it \(verb) every row: its condition is always true")
            }
            return
        }
        note("bulk_change", 35, .ask, "it \(verb) every row: it has no condition")
    }

    /// Calls within a statement that asks anyway: only what is worse matters.
    private mutating func inspectCalls(_ part: ArraySlice<SQLToken>) {
        for place in part.indices where isCall(place, part) {
            let name: [UInt8]
            switch part[place] {
            case .word(let word), .name(let word): name = word
            default: continue
            }
            guard let nature = SQLFunctionTable.nature(of: name) else { continue }
            if case .pure = nature { continue }
            inspectCall(name, at: place, part)
        }
    }

    // MARK: Changing structure and rights

    private mutating func create(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        let head = rest.prefix(6)
        if ["user", "role", "login", "credential"].contains(where: { has($0, in: head) }) {
            note("privilege", 45, .ask, "it makes somebody who may log in")
            return .privilege
        }
        if [
            "extension", "function", "procedure", "trigger", "language", "event", "assembly", "server", "subscription",
            "publication", "rule", "policy", "aggregate", "operator", "cast", "job", "library", "package",
        ].contains(where: { has($0, in: head) }) {
            change("it makes something that will run code, or reach another server", extra: 30, "code_execution_later")
            return .create
        }
        change(
            has("replace", in: rest.prefix(2)) ? "it replaces a definition" : "it makes a new object", extra: 10,
            "schema_change")
        inspectCalls(rest)
        return .create
    }

    private mutating func alter(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        let head = rest.prefix(3)
        if ["user", "role", "login", "system", "default", "authorization", "owner"].contains(where: {
            has($0, in: head)
        })
            || has("owner", in: rest)
        {
            note("privilege", 45, .ask, "it changes an account, a right or a setting of the server")
            return .privilege
        }
        change("it changes the structure of the database", extra: 25, "schema_change")
        if has("drop", in: rest) { note("irreversible", 30, .ask, "it drops a part of a table with what it holds") }
        return .alter
    }

    private mutating func drop(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        change("it drops an object with what it holds", extra: 45, "irreversible")
        let head = rest.prefix(3)
        if ["database", "schema", "tablespace", "user", "role", "owned", "login", "keyspace", "catalog"]
            .contains(where: { has($0, in: head) })
        {
            note("whole_database", 80, .deny, "it drops a whole database, schema or account")
        }
        if has("cascade", in: rest) { note("breadth", 20, .ask, "what depends on it is dropped too") }
        return .drop
    }

    // MARK: Running other things

    private mutating func procedure(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        note("code_execution", 30, .ask, "it runs a procedure or statements made at run time, which are not seen here")
        for place in rest.indices {
            switch rest[place] {
            case .word(let name), .name(let name):
                if case .denied(let words) = SQLFunctionTable.nature(of: name) {
                    note(
                        "system_command", 80, .deny,
                        "it names `\(String(decoding: name.prefix(64), as: UTF8.self))`, which \(words)")
                }
            case .text(let text):
                // What stands in the text may be what runs.
                if Self.mentionsShell(text) {
                    note("system_command", 80, .deny, "a text in it names a way to run commands")
                }
            case .number, .parameter, .sign: break
            }
        }
        return .procedure
    }

    private static func mentionsShell(_ text: [UInt8]) -> Bool {
        let folded = text.prefix(1 << 16).map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        return ["xp_cmdshell", "to program", "from program", "load_extension", "lo_export"].contains { needle in
            let wanted = Array(needle.utf8)
            guard folded.count >= wanted.count else { return false }
            return (0...(folded.count - wanted.count)).contains {
                folded[$0] == wanted[0] && folded[$0...].starts(with: wanted)
            }
        }
    }

    private mutating func transfer(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        if has("program", in: rest) {
            note("system_command", 80, .deny, "it runs a program of the server")
            return .transfer
        }
        let writes = has("to", in: rest) && !has("from", in: rest)
        let isStream = has("stdout", in: rest) || has("stdin", in: rest)
        if writes, !isStream {
            note("file_access", 60, .deny, "it writes a file of the server")
        } else if isStream {
            note("database_modification", 20, .ask, "it moves rows between a table and the client")
        } else {
            change("it loads a file of the server", extra: 40, "file_access")
        }
        inspectCalls(rest)
        return .transfer
    }

    private mutating func attach(_ word: [UInt8], _ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        guard word.first == UInt8(ascii: "a") else {
            note("database_modification", 10, .ask, "it closes an attached database")
            return .attach
        }
        for token in rest {
            guard case .text(let path) = token else { continue }
            let analysis = PathAnalysis(path)
            let isOpen = analysis.place == .beneathWorkspace || path.elementsEqual(":memory:".utf8)
            note(
                "file_access", isOpen ? 20 : 60, isOpen ? .ask : .deny,
                "it opens, or makes, a database file\(isOpen ? "" : " outside of the workspace")")
            for finding in analysis.findings(for: .write) where finding.effect == .deny { findings.merge(finding) }
            return .attach
        }
        note("file_access", 40, .ask, "it opens, or makes, a database file")
        return .attach
    }

    private mutating func metaCommand(_ part: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        let shell = [
            "shell", "system", "copy", "load", "o", "out", "output", "once", "gexec", "setenv", "w", "g", "import",
            "read", "i", "ir", "save", "backup", "restore", "open",
        ]
        let isShell =
            part.dropFirst().first.map { token in ["shell", "system"].contains(where: token.isWord) } ?? false
        let isKnown = part.dropFirst().first.map { token in shell.contains(where: token.isWord) } ?? false
        if isShell || has("program", in: part) {
            note("system_command", 80, .deny, "it hands a command to the operating system")
        } else {
            note("system_command", isKnown ? 40 : 25, .ask, "it is a command to the client program")
        }
        return .unknown
    }

    // MARK: Sessions

    private mutating func transaction(_ word: [UInt8], _ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        if word.elementsEqual("commit".utf8) || word.elementsEqual("end".utf8) || has("prepared", in: rest) {
            note("database_modification", 10, .ask, "it makes what came before it permanent")
        } else if word.elementsEqual("use".utf8) {
            note("side_effect", 5, .ask, "it changes which database the next statements mean")
        } else if inspect(rest) {
            return .unknown
        }
        return .transaction
    }

    private mutating func setting(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        let isRight = ["role", "authorization", "password", "global", "persist", "persist_only"].contains {
            has($0, in: rest.prefix(3))
        }
        if isRight {
            note("privilege", 40, .ask, "it changes who the session is, or a setting of the server")
        } else {
            note("side_effect", 10, .ask, "it changes a setting of the session")
        }
        inspect(rest)
        return .setting
    }

    private static let readingPragmas: Set<[UInt8]> = Set(
        """
        table_info table_xinfo table_list index_list index_info index_xinfo foreign_key_list foreign_key_check database_list
        collation_list function_list module_list pragma_list compile_options integrity_check quick_check user_version
        schema_version page_count page_size encoding journal_mode freelist_count application_id foreign_keys synchronous
        cache_size busy_timeout data_version auto_vacuum max_page_count
        """.utf8.split { $0 == 0x20 || $0 == 0x0A }.map(Array.init))

    private static let listingPragmas = ["_info", "_xinfo", "_list", "_check"]

    private mutating func pragma(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        var part = rest
        if part.count > 2, part[part.startIndex + 1].isSign(".") { part = part.dropFirst(2) }
        let name = part.first?.wordBytes ?? []
        let sets = part.contains { $0.isSign("=") }
        let takes =
            part.contains { $0.isSign("(") }
            && !Self.listingPragmas.contains { name.suffix($0.utf8.count).elementsEqual($0.utf8) }
        if !Self.readingPragmas.contains(name) || sets || takes {
            note("side_effect", 20, .ask, "the pragma changes a setting or the file")
            return .setting
        }
        inspectCalls(part.dropFirst(2))
        return .read
    }

    private mutating func unknown(_ part: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        note("not_analysable", 25, .ask, "the statement is none that is known here")
        let writing = [
            "delete", "remove", "drop", "update", "insert", "rename", "flush", "truncate", "save", "write", "purge",
        ]
        for token in part {
            guard let word = token.wordBytes else { continue }
            if writing.contains(where: { word.starts(with: $0.utf8) }) {
                note("database_modification", 30, .ask, "it names something that writes")
            }
        }
        inspectCalls(part)
        return .unknown
    }

    private func has(_ word: String, in part: ArraySlice<SQLToken>) -> Bool { part.contains { $0.isWord(word) } }
}
