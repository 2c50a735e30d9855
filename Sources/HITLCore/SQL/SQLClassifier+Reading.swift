/// Queries, and what could write within them.
extension SQLClassifier {
    mutating func read(_ part: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        // `SHOW CREATE TABLE t` names what it shows.
        if let show = part.first, show.isWord("show"), part.count > 2, part[part.startIndex + 1].isWord("create") {
            return inspect(part.dropFirst(2)) ? .unknown : .read
        }
        let writes = inspect(part)
        if writes { return .unknown }
        return locks ? .lockingRead : .read
    }

    /// Looks at every word and call of a statement; what could write within a query is noted.
    ///
    /// - Returns: whether a word of writing stands where a name cannot explain it.
    @discardableResult
    mutating func inspect(_ part: ArraySlice<SQLToken>) -> Bool {
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
            default:
                // psql sends and writes by commands at the end of a statement too: `\g | sh`, `\gexec`.
                if part[place].isSign("\\") {
                    note("not_analysable", 25, .ask, "a command of the client stands in the statement")
                }
                continue
            }
            if Self.passwordTables.contains(name) {
                note("credentials", 40, .ask, "it reads the server's table of passwords")
            }
            if name.elementsEqual("user".utf8), place >= part.startIndex + 2, follows(".", place, part),
                part[place - 2].isWord("mysql")
            {
                note("credentials", 40, .ask, "it reads the server's table of passwords")
            }
            inspectColumn(name)
            if isCall(place, part) { inspectCall(name, at: place, part) }
        }
        return writes
    }

    private static let passwordTables: Set<[UInt8]> = Set(
        "pg_shadow pg_authid pg_user_mapping pg_user_mappings sql_logins syslogins sysxlogins dba_users"
            .utf8.split(separator: 0x20).map(Array.init))

    /// Whoever shows the rows shows what is in these.
    private mutating func inspectColumn(_ name: [UInt8]) {
        if Self.secretColumns.contains(name) {
            note("credentials", 30, .ask, "it names a column of passwords or keys")
        } else if Self.personalColumns.contains(name) {
            note("user_data", 30, .ask, "it names a column of numbers that identify people")
        }
    }

    private static let secretColumns: Set<[UInt8]> = Set(
        """
        password passwd pwd password_hash passwordhash hashed_password encrypted_password password_digest passphrase \
        api_key apikey secret_key secretkey client_secret access_token refresh_token auth_token private_key totp_secret \
        mfa_secret
        """.utf8.split(separator: 0x20).map(Array.init))
    private static let personalColumns: Set<[UInt8]> = Set(
        """
        ssn social_security_number social_security card_number credit_card credit_card_number cc_number cvv cvc iban \
        passport_number tax_id
        """.utf8.split(separator: 0x20).map(Array.init))

    func follows(_ sign: String, _ place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
        place > part.startIndex && part[place - 1].isSign(sign)
    }

    func isAlias(_ place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
        place > part.startIndex && part[place - 1].isWord("as")
    }

    func isCall(_ place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
        place + 1 < part.endIndex && part[place + 1].isSign("(")
    }

    mutating func inspectWord(_ word: [UInt8], at place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
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

    mutating func into(_ next: SQLToken?) {
        if next?.isWord("outfile") ?? false || next?.isWord("dumpfile") ?? false {
            note("file_access", 70, .deny, "it writes a file of the server")
        } else if next == .parameter {
            note("side_effect", 10, .ask, "it sets a variable")
        } else {
            change("it makes a table of what it reads")
        }
    }

    mutating func inspectCall(_ name: [UInt8], at place: Int, _ part: ArraySlice<SQLToken>) {
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
    func isNameOfColumns(_ place: Int, _ part: ArraySlice<SQLToken>) -> Bool {
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
    mutating func common(_ part: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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
        var parts = 0
        for place in part.indices where follows("(", place, part) {
            guard part[place].isWord("delete") || part[place].isWord("update") else { continue }
            parts += 1
            // Nobody writes more of them, and each is walked to its end.
            guard parts <= 32 else {
                note("bulk_change", 35, .ask, "it has more parts that write than are looked at")
                break
            }
            bounds(within(part, from: place), part[place].isWord("delete") ? "deletes" : "changes")
        }
        return read(part)
    }

    /// Up to the bracket that closes around `from`.
    func within(_ part: ArraySlice<SQLToken>, from: Int) -> ArraySlice<SQLToken> {
        var depth = 0
        for place in from..<part.endIndex {
            if part[place].isSign("(") { depth += 1 }
            if part[place].isSign(")") { depth -= 1 }
            if depth < 0 { return part[from..<place] }
        }
        return part[from...]
    }

    mutating func explain(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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
}
