/// Says what each statement of a reading would do.
struct SQLClassifier {
    private var findings: [Finding] = []

    static func statements(of tokens: [SQLToken]) -> [SQLStatement] {
        tokens.split(omittingEmptySubsequences: true) { $0.isSign(";") }.map { part in
            var classifier = SQLClassifier()
            let kind = classifier.classify(part)
            return SQLStatement(kind: kind, findings: classifier.findings)
        }
    }

    private init() {}

    var locks: Bool { findings.contains { $0.factor == "lock" } }

    mutating func note(_ finding: Finding) { findings.merge(finding) }

    mutating func note(_ factor: String, _ weight: Int, _ effect: Effect?, _ words: String) {
        findings.merge(Finding(factor: factor, weight: weight, effect: effect, words: words))
    }

    /// A change of data or structure: the base of every such statement, and what is particular to it.
    mutating func change(_ words: String, extra weight: Int = 0, _ factor: String = "", effect: Effect = .ask) {
        note("database_modification", 20, .ask, words)
        if weight > 0 { note(factor, weight, effect, words) }
    }

    // MARK: By the first word

    mutating func classify(_ given: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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

    static func isVerb(_ word: [UInt8]) -> Bool {
        ["select", "insert", "update", "delete", "with", "merge", "replace", "create"].contains {
            word.elementsEqual($0.utf8)
        }
    }

    /// `BEGIN` opens a transaction, and in some dialects a block of statements.
    func isBlock(_ rest: ArraySlice<SQLToken>) -> Bool {
        guard let next = rest.first else { return false }
        return ![
            "transaction", "work", "tran", "isolation", "read", "immediate", "deferred", "exclusive", "concurrent",
        ]
        .contains(where: next.isWord)
    }

    // MARK: Sessions

    mutating func transaction(_ word: [UInt8], _ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        if word.elementsEqual("commit".utf8) || word.elementsEqual("end".utf8) || has("prepared", in: rest) {
            note("database_modification", 10, .ask, "it makes what came before it permanent")
        } else if word.elementsEqual("use".utf8) {
            note("side_effect", 5, .ask, "it changes which database the next statements mean")
        } else if inspect(rest) {
            return .unknown
        }
        return .transaction
    }

    mutating func setting(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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

    static let readingPragmas: Set<[UInt8]> = Set(
        """
        table_info table_xinfo table_list index_list index_info index_xinfo foreign_key_list foreign_key_check database_list
        collation_list function_list module_list pragma_list compile_options integrity_check quick_check user_version
        schema_version page_count page_size encoding journal_mode freelist_count application_id foreign_keys synchronous
        cache_size busy_timeout data_version auto_vacuum max_page_count
        """.utf8.split { $0 == 0x20 || $0 == 0x0A }.map(Array.init))

    static let listingPragmas = ["_info", "_xinfo", "_list", "_check"]

    mutating func pragma(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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

    mutating func unknown(_ part: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        note("not_analysable", 25, .ask, "the statement is none that is known here")
        let writing = [
            "delete", "remove", "drop", "update", "insert", "rename", "flush", "truncate", "save", "write", "purge",
        ]
        for token in part {
            guard let word = token.wordBytes else { continue }
            if word.elementsEqual("dropdatabase".utf8) {
                note("whole_database", 80, .deny, "it drops a whole database")
            }
            if writing.contains(where: { word.starts(with: $0.utf8) }) {
                note("database_modification", 30, .ask, "it names something that writes")
            }
        }
        inspectCalls(part)
        return .unknown
    }

    func has(_ word: String, in part: ArraySlice<SQLToken>) -> Bool { part.contains { $0.isWord(word) } }
}
