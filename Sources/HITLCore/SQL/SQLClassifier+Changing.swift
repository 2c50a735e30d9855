/// Statements that change rows, structure and rights.
extension SQLClassifier {
    mutating func insert(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        change("it adds rows")
        if has("overwrite", in: rest) { note("overwrites_rows", 30, .ask, "it replaces what a table holds") }
        if has("directory", in: rest.prefix(4)) { note("file_access", 60, .deny, "it writes files of the server") }
        inspectCalls(rest)
        return .insert
    }

    mutating func update(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        change("it changes rows")
        bounds(rest, "changes")
        inspectCalls(rest)
        return .update
    }

    mutating func delete(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
        change("it deletes rows", extra: 15, "row_deletion")
        bounds(rest, "deletes")
        inspectCalls(rest)
        return .delete
    }

    /// Whether a condition at the statement's own level leaves rows out.
    mutating func bounds(_ part: ArraySlice<SQLToken>, _ verb: String) {
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
    mutating func inspectCalls(_ part: ArraySlice<SQLToken>) {
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

    mutating func create(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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

    mutating func alter(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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

    mutating func drop(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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
}
