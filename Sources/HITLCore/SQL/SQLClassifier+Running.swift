/// Statements that run something else, or reach out of the database.
extension SQLClassifier {
    mutating func procedure(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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

    static func mentionsShell(_ text: [UInt8]) -> Bool {
        let folded = text.prefix(1 << 16).map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
        return ["xp_cmdshell", "to program", "from program", "load_extension", "lo_export"].contains { needle in
            let wanted = Array(needle.utf8)
            guard folded.count >= wanted.count else { return false }
            return (0...(folded.count - wanted.count)).contains {
                folded[$0] == wanted[0] && folded[$0...].starts(with: wanted)
            }
        }
    }

    mutating func transfer(_ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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

    mutating func attach(_ word: [UInt8], _ rest: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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
            for finding in analysis.findings(for: .write) where finding.effect == .deny { note(finding) }
            return .attach
        }
        note("file_access", 40, .ask, "it opens, or makes, a database file")
        return .attach
    }

    mutating func metaCommand(_ part: ArraySlice<SQLToken>) -> SQLStatement.Kind {
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
}
