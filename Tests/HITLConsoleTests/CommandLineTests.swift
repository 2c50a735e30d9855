import HITLConsole
import HITLCore
import HITLTerminal
import Testing

private let now = WallTime(milliseconds: 1_767_225_600_000)

@Suite struct `A typed line` {
    @Test(arguments: [
        ("/hitl approve 1", ["/hitl", "approve", "1"]),
        ("  /hitl\tapprove   1  ", ["/hitl", "approve", "1"]),
        ("a \"b c\" 'd \"e'", ["a", "b c", "d \"e"]),
        ("--reason \"say \\\"no\\\"\"", ["--reason", "say \"no\""]),
        ("a\\ b", ["a b"]),
        ("\"C:\\dir\"", ["C:\\dir"]),
        ("''", [""]),
        ("grüße 日本", ["grüße", "日本"]),
        ("", []),
    ]) func `is split as a shell would, without expansions`(line: String, words: [String]) throws {
        #expect(try Words.split(line) == words)
    }

    @Test(arguments: ["/hitl reject 1 --reason \"no", "it's", "a\\"])
    func `with an open quote is not guessed at`(line: String) {
        #expect(throws: UsageError.unterminatedQuote) { try Words.split(line) }
    }

    @Test func `that is really several lines runs none of them`() {
        #expect(throws: UsageError.severalLines) { try CommandTable.line("/hitl approve 1\n/hitl approve 2", now: now) }
    }

    @Test(arguments: ["plain", "two words", "it's", "", "$HOME", "a;b", "ünï", "--x=y"])
    func `reads back every word that was quoted for it`(word: String) throws {
        #expect(try Words.split(Words.quoted(word)) == [word])
    }
}

@Suite struct `Numbers of requests` {
    private func names(_ words: String...) throws(UsageError) -> [RequestName] {
        try Arguments(words, for: ApproveCommand.definition).requests()
    }

    @Test func `are single, listed and ranges, each once and in order`() throws {
        #expect(try names("3", "1-2,7", "2") == [.number(3), .number(1), .number(2), .number(7)])
    }

    @Test func `may be ids`() throws {
        #expect(try names("evt_00000000000000ff") == [.id(RequestID(bits: 255))])
    }

    @Test(arguments: ["0", "-1", "01", "1-", "-", "3-1", "x", "1 ", "evt_ff", "1-99999999", "all", "*"])
    func `that are none are refused`(word: String) {
        #expect(throws: UsageError.self) { try names(word) }
    }
}

@Suite struct `A command that is not understood` {
    private func message(_ line: String) -> String {
        do throws(UsageError) {
            _ = try CommandTable.line(line, now: now)
            return "understood"
        } catch {
            return error.message.text
        }
    }

    @Test(arguments: [
        ("/hitl aprove 1", "There is no command `/hitl aprove`. Did you mean `/hitl approve`?"),
        ("/approve 1", "There is no command `/approve`. Did you mean `/hitl approve`?"),
        ("/hitl quit", "There is no command `/hitl quit`. Did you mean `/quit`?"),
        ("/hitl xyzzy", "There is no command `/hitl xyzzy`. `/help` lists them."),
        ("/hitl approve", "`/hitl approve` needs `N`. See `/help /hitl approve`."),
        (
            "/hitl approve one",
            "`one` is no value for `/hitl approve`: expected request numbers such as 3, 3-5 or 3,7 (at most 10000 in a range)."
        ),
        ("/hitl approve 1 --resaon x", "`/hitl approve` has no option `--resaon`. Did you mean `--reason`?"),
        ("/hitl approve 1 --reason", "`--reason` needs a value: `R`."),
        ("/hitl approve 1 --reason a --reason b", "`--reason` was given twice."),
        ("/hitl approve 1 -r x", "`/hitl approve` has no option `-r`. See `/help /hitl approve`."),
        (
            "/agent resume",
            "`/agent resume` needs `a session of /agent sessions`. See `/help /agent resume`."
        ),
        (
            "/hitl approve 1,,2",
            "`1,,2` is no value for `/hitl approve`: expected request numbers such as 3, 3-5 or 3,7 (at most 10000 in a range)."
        ),
        (
            "/hitl history --request x",
            "`x` is no value for `--request`: expected the number of a request, such as 3."
        ),
        ("/hitl extend 1 0s", "`0s` is no value for `/hitl extend`: expected more than no time."),
        ("/hitl approve 1 --for 0s", "`0s` is no value for `--for`: expected more than no time."),
        (
            "/hitl approve 1 --scope tool",
            "`--scope` needs --for, --uses or --session beside it. See `/help /hitl approve`."
        ),
        ("/exit", "There is no command `/exit`. Did you mean `/quit`?"),
        ("/hitl status --socket x", "`/hitl status` has no option `--socket`. See `/help /hitl status`."),
        ("/hitl status now", "`/hitl status` does not expect `now`."),
        ("/hitl status --json=yes", "`--json` takes no value."),
        (
            "/hitl extend 1 60",
            "`60` is no value for `/hitl extend`: expected a duration such as 250ms, 30s, 5m, 2h or 7d."
        ),
        (
            "/hitl history --decision maybe",
            "`maybe` is no value for `--decision`: expected approved, rejected, expired, withdrawn, superseded, allowed, denied, ungated."
        ),
        (
            "/hitl history --since yesterday",
            "`yesterday` is no value for `--since`: expected a date (2026-01-31), a time (2026-01-31T14:30:00Z) or a duration ago (2h)."
        ),
        ("/hitl approve 1 2 --set a=b", "`--set` and `several requests` contradict each other."),
        ("/hitl reject 1 --reason \"no", "A quote or backslash at the end is not closed."),
        ("/hitl appr\u{202E}ove 1", "There is no command `/hitl appr<U+202E>ove`. `/help` lists them."),
    ]) func `is answered with what to type instead`(line: String, answer: String) {
        #expect(message(line) == answer)
    }
}

@Suite struct `A line for the agent while something is pending` {
    @Test(arguments: [
        "y", "Y", "yes", "YES", "ye", "Y E S", "yes please", "ok", "sure", "no", "n", "approve", "approve 1",
        "approve all", "reject 2", "1", "1 2", "yyyyyyyyyyyyyyyy", "у", "modify 1", "trust 1", "yes!", "all", "ok, go",
    ]) func `that looks like a decision is held back`(line: String) {
        #expect(DecisionLookalike.matches(line))
    }

    @Test(arguments: [
        "delete the temporary files", "please write a summary", "what is in orders/2026-10.csv?", "yesterday's report",
        "note the order number 1032", "okra is a vegetable", "go to the next file", "can you allow for rounding?",
    ]) func `that is a sentence goes to the agent`(line: String) {
        #expect(!DecisionLookalike.matches(line))
    }
}

@Suite struct `The history of typed lines` {
    @Test(arguments: [
        ("/hitl approve 1 2", "/hitl approve 1 2"),
        ("/hitl reject 2 --reason \"token FAKE-123 leaked\"", "/hitl reject 2"),
        ("/hitl edit 3 --set path=/etc/passwd", "/hitl edit 3"),
        ("/hitl approve 1 --condition \"after 10\" --json", "/hitl approve 1 --json"),
        ("/hitl history --tool deleteFile --last 5", "/hitl history --last 5 --tool deleteFile"),
        ("/quit", "/quit"),
        (" \t/hitl reject 2 --reason \"token FAKE-123 leaked\"", "/hitl reject 2"),
        ("delete the temporary files", "delete the temporary files"),
    ]) func `keeps what helps and no argument of a call`(line: String, kept: String) {
        #expect(HistoryFilter.kept(line) == kept)
    }

    @Test(arguments: [
        "/hitl reject 1 --reason \"open", "/hitl aprove --reason secret", "/hitl approve 1 --resaon secret",
    ])
    func `keeps nothing of a line that it cannot read`(line: String) {
        #expect(HistoryFilter.kept(line) == nil)
    }
}

@Suite struct `TAB` {
    private let completer = Completer(tools: ["deleteFile", "writeFile"])

    private func offers(_ line: String, pending: [Int64] = []) -> [String] {
        completer.update(pending: pending)
        return completer.complete(line, line.unicodeScalars.count).map(\.insertion)
    }

    @Test func `completes commands, options, numbers, tools and words`() {
        #expect(offers("/") == ["/hitl ", "/agent ", "/session ", "/wait ", "/help ", "/clear ", "/quit "])
        #expect(offers("/hitl ap") == ["approve "])
        #expect(offers("/hitl approve ", pending: [12, 3]) == ["3 ", "12 "])
        #expect(offers("/hitl approve 3 ", pending: [12, 3]) == ["12 "])
        #expect(offers("/hitl approve 3 --re") == ["--reason "])
        #expect(offers("/hitl history --tool w") == ["writeFile "])
        #expect(offers("/hitl history --decision re") == ["rejected "])
        #expect(offers("/hitl config hitl.time") == ["hitl.timeout "])
        #expect(offers("/help appr") == ["approve "])
    }

    @Test func `offers nothing where an agent's text is typed`() {
        #expect(offers("delete ") == [])
        #expect(offers("") == [])
    }
}

@Suite struct `A command in a shell` {
    @Test(
        arguments: [
            (["status", "--socket", "/s"], ["status"], "/s"),
            (["approve", "--socket=/s", "1", "--reason", "--socket"], ["approve", "1", "--reason", "--socket"], "/s"),
            (["approve", "1", "--reason=--socket", "--socket", "/s"], ["approve", "1", "--reason=--socket"], "/s"),
            (["config", "--", "--socket", "x"], ["config", "--", "--socket", "x"], nil),
            (["status"], ["status"], nil),
            (["frob", "--socket", "/s"], ["frob", "--socket", "/s"], nil),
        ] as [([String], [String], String?)])
    func `names its desk, which hears the rest`(typed: [String], words: [String], socket: String?) throws {
        let taken = try CommandTable.forDesk(typed)
        #expect(taken.words == words)
        #expect(taken.socket == socket)
    }

    @Test(arguments: [["status", "--socket"], ["status", "--socket", ""], ["status", "--socket=a", "--socket=b"]])
    func `names one desk, by a path`(typed: [String]) {
        #expect(throws: UsageError.self) { try CommandTable.forDesk(typed) }
    }

    @Test func `has no option that the loop has not, but for the desk`() {
        for definition in CommandTable.desk.map({ $0.definition }) {
            #expect(definition.inShell.options.map(\.name) == definition.options.map(\.name) + ["socket"])
        }
        for definition in CommandTable.loop.map({ $0.definition }) {
            #expect(definition.inShell.options.count == definition.options.count)
        }
    }
}

@Suite struct `The right to change something` {
    @Test func `is needed by every command that is not known to read only`() {
        let reading = CommandTable.desk.map { $0.definition.name }.filter { !CommandTable.changesSomething([$0, "1"]) }
        #expect(reading == ["status", "show", "history", "config", "stats", "why"])
        #expect(CommandTable.changesSomething(["config", "hitl.timeout", "1h"]))
        #expect(CommandTable.changesSomething(["somethingNew"]))
        #expect(CommandTable.changesSomething([]))
    }
}
