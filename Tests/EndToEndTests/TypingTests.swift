import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// The built program's prompt: what keys do, and what may come in between.
@Suite(.oneAtATime) struct `The prompt` {
    @Test func `keeps the line whole while fifty requests arrive`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, columns: 60, rows: 20)
        let asking = try await home.start(
            program: "/bin/sh",
            ["-c", #"for n in $(seq 50); do "$1" ask --async paint --arg "wall=$n" & done; wait"#, "sh", Home.hitl])
        // Typed letter by letter, each seen before the next, until the last one has come.
        let text = "tell me what the walls look like, 日本 e\u{301} 👍, and then some more of it"
        var typed = ""
        for character in text {
            desk.type(String(character))
            typed.append(character)
            let line = typed
            try await desk.until { $0.typedLine == line }
        }
        try await desk.until { $0.typedLine == text && $0.contains("hitl (50) > tell me") }
        #expect(Said(await asking.wait()).code == 0)
        // The prompt counts what is pending; the last announcement may come after it has counted it.
        try await desk.until { screen in (1...50).allSatisfy { screen.contains("New request \($0):") } }
        let screen = desk.screen
        for number in 1...50 {
            #expect(screen.count(of: "New request \(number):") == 1)
            #expect(screen.count(of: "Args: { wall: \"\(number)\" }") == 1)
        }
        #expect(screen.unknown.isEmpty)
        desk.type("\r")
        try await desk.sees("There is no agent here to talk to.")
        #expect(try await home.hitl("status", "--json").out.split(separator: #""number":"#).count == 51)
    }

    // display-03
    @Test func `counts what is pending while a line is typed`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        desk.type("/hitl sta")
        try await desk.until { $0.cursorLine == "hitl > /hitl sta" }
        #expect(try await home.ask("paint") == 1)
        try await desk.until { $0.cursorLine == "hitl (1) > /hitl sta" }
        #expect(try await home.ask("paint") == 2)
        try await desk.until { $0.cursorLine == "hitl (2) > /hitl sta" }
        #expect(try await home.hitl("reject", "1-2").code == 0)
        try await desk.until { $0.cursorLine == "hitl > /hitl sta" }
        desk.type("tus\r")
        try await desk.sees("No pending HITL approvals.")
    }

    @Test func `gets what is pasted in one piece, and sends none of it by itself`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        try await desk.hasBeenShown(1)
        // Several lines, with the end of the paste smuggled into it.
        desk.type("\u{1B}[200~/hitl approve 1\n/hitl approve 1\u{1B}[201~\n/hitl approve 1\n\u{1B}[201~")
        try await desk.until { $0.contains("/hitl approve 1") }
        desk.type("\u{3}")
        try await desk.until { $0.isAtPrompt }
        // The same without the marks, as from a terminal that does not know them.
        desk.type("/hitl approve 1\n/hitl approve 1\n")
        try await desk.until { screen in
            screen.cursorLine == "/hitl approve 1"
                && screen.line(screen.cursorRow + 1) == "Pasted text sends nothing by itself. Press Enter once more."
        }
        desk.type("\u{3}")
        try await desk.until { $0.isAtPrompt }
        #expect(try await home.hitl("status").out.contains("1. Tool: paint"))
        // One pasted line is sent by an Enter of its own, later.
        desk.type("\u{1B}[200~/hitl status\u{1B}[201~")
        try await desk.until { $0.cursorLine.hasSuffix("/hitl status") }
        try await desk.waitOut(.afterPaste)
        desk.type("\r")
        try await desk.sees("📋 Pending HITL Approvals (1):")
    }

    // display-02
    @Test func `stays whole when the window changes, and answers fit the new width`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, columns: 80, rows: 30)
        let path = String(repeating: "long/", count: 20) + "name"
        #expect(try await home.ask("paint", "--arg", "path=" + path) == 1)
        try await desk.until { $0.cursorLine == "hitl (1) >" }
        desk.type("/hitl show 1")
        try await desk.until { $0.cursorLine == "hitl (1) > /hitl show 1" }
        desk.terminal.resize(columns: 30, rows: 40)
        try await desk.until { $0.columns == 30 && $0.typedLine == "/hitl show 1" }
        desk.type("\r")
        try await desk.until { $0.isAtPrompt && $0.contains("Digest:") }
        let rows = desk.screen.lines
        #expect(rows.allSatisfy { $0.count <= 30 })
        #expect(rows.map { $0.drop { $0 == " " } }.joined().contains(path))
        #expect(desk.screen.unknown.isEmpty)
    }

    @Test func `is left by Control-C empty, and by Control-D only when that is meant`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        desk.type("/hitl approve 1")
        try await desk.until { $0.cursorLine == "hitl > /hitl approve 1" }
        desk.type("\u{3}")
        try await desk.until { $0.contains("hitl > /hitl approve 1^C") && $0.cursorLine == "hitl >" }
        #expect(try await home.ask("paint") == 1)
        try await desk.until { $0.cursorLine == "hitl (1) >" }
        desk.type("\u{4}")
        try await desk.until {
            $0.contains("1 request is pending. Ctrl-D again ends the loop; that does not approve it.")
        }
        // Another one since: that was not what was meant.
        #expect(try await home.ask("paint") == 2)
        try await desk.until { $0.cursorLine == "hitl (2) >" }
        desk.type("\u{4}")
        try await desk.until {
            $0.contains("2 requests are pending. Ctrl-D again ends the loop; that approves none of them.")
        }
        desk.type("\u{4}")
        #expect(try await desk.terminal.waitForExit() == .exited(0))
        try await desk.sees("Requests 1 and 2 stay pending for the next desk.")
        #expect(try await home.hitl("wait", "1").code == 6)
    }

    @Test func `is left for the shell by Control-Z, and comes back`() async throws {
        let home = try Home()
        let shell = Desk(
            try PseudoTerminal.spawn(
                ["/bin/bash", "--norc", "--noprofile", "--noediting", "-i"],
                environment: home.environment.merging(["PS1": "$ ", "HISTFILE": ""]) { $1 }, columns: 80, rows: 24))
        try await shell.until { $0.cursorLine == "$" }
        shell.type("\(Home.hitl) loop --agent none\r")
        try await shell.until { $0.cursorLine == "hitl >" }
        shell.type("/hitl sta")
        try await shell.until { $0.cursorLine == "hitl > /hitl sta" }
        shell.type("\u{1A}")
        try await shell.until { $0.contains("Stopped") && $0.cursorLine == "$" && !$0.marksPastes }
        shell.type("echo $((6 * 7))\r")
        try await shell.until { $0.lines.contains("42") && $0.cursorLine == "$" }
        shell.type("fg\r")
        try await shell.until { $0.cursorLine == "hitl > /hitl sta" && $0.marksPastes }
        shell.type("tus\r")
        try await shell.until { $0.contains("No pending HITL approvals.") && $0.cursorLine == "hitl >" }
        shell.type("/quit\r")
        try await shell.until { $0.cursorLine == "$" }
        #expect(shell.screen.unknown.isEmpty)
    }

    @Test func `completes by TAB what is typed, with a list where there is a choice`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        #expect(try await home.ask("sweep") == 2)
        try await desk.until { $0.cursorLine == "hitl (2) >" }
        desk.type("/hi\tap\t")
        try await desk.until { $0.typedLine == "/hitl approve " }
        desk.type("\t")
        try await desk.until { screen in
            screen.typedLine == "/hitl approve "
                && [1, 2].map { screen.line(screen.cursorRow + $0) } == ["  1  paint", "  2  sweep"]
        }
        desk.type("2 --re\t")
        try await desk.until { $0.typedLine == "/hitl approve 2 --reason " }
        desk.type("\u{15}/hitl history --tool wr\t--decision rej\t")
        try await desk.until { $0.typedLine == "/hitl history --tool writeFile --decision rejected " }
    }

    // net-08
    @Test func `remembers lines across sessions, without arguments and reasons`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        try await desk.hasBeenShown(1)
        try await desk.enter("/hitl history --last 3")
        try await desk.enter("/hitl reject 1 --reason \"token FAKE-123 leaked\"")
        try await desk.enter("/hitl edit 1 --set path=/secret")
        #expect(try await desk.quit() == .exited(0))
        #expect(home.mode(of: "h/.local/state/hitl/history") == 0o600)
        let history = try #require(home.read("h/.local/state/hitl/history"))
        #expect(!history.contains("FAKE-123") && !history.contains("secret"))

        let next = try await Desk.open(home)
        next.type("\u{12}last")
        try await next.until { $0.contains("bck:last") || $0.contains("/hitl history --last 3") }
        next.type("\r")
        try await next.sees("📜 HITL History (1):")
        next.type("\u{1B}[A\u{1B}[A\u{1B}[A")
        try await next.until { $0.typedLine == "/hitl edit 1" }
        next.type("\u{1B}[A")
        try await next.until { $0.typedLine == "/hitl reject 1" }
    }

    @Test func `is cleared by clear`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        try await desk.enter("/help")
        #expect(desk.screen.cursorRow > 10)
        desk.type("/clear")
        try await desk.until { $0.cursorLine == "hitl > /clear" }
        desk.type("\r")
        try await desk.until {
            $0.cursorRow == 0 && $0.cursorLine == "hitl >" && $0.lines.dropFirst().allSatisfy(\.isEmpty)
        }
    }

    @Test func `is vi's where the operator's settings say so`() async throws {
        let home = try Home()
        try home.write("bind -v\n", to: "h/.editrc")
        let desk = try await Desk.open(home)
        desk.type("/hitl stztus")
        try await desk.until { $0.typedLine == "/hitl stztus" }
        // Escape, four to the left, replace the letter under the cursor.
        desk.type("\u{1B}")
        try await desk.until { $0.cursorColumn == 7 + 11 }
        desk.type("hhhra")
        try await desk.until { $0.typedLine == "/hitl status" }
        desk.type("\r")
        try await desk.sees("No pending HITL approvals.")
    }

    @Test func `is waited at no longer than the operator wants`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        desk.type("/wait")
        try await desk.until { $0.cursorLine == "hitl > /wait" }
        desk.type("\r")
        try await desk.until { $0.cursorLine.isEmpty }
        desk.type("\u{3}")
        try await desk.until { $0.isAtPrompt }
        desk.type("/wait")
        try await desk.until { $0.cursorLine == "hitl > /wait" }
        desk.type("\r")
        try await desk.until { $0.cursorLine.isEmpty }
        desk.terminal.signal(SIGTERM)
        #expect(try await desk.terminal.waitForExit() == .exited(0))
    }
}

/// Terminals that can do less, and outputs that are none.
@Suite(.oneAtATime) struct `A poorer terminal` {
    // display-04
    @Test func `that cannot move its cursor gets no escape sequence at all`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, environment: ["TERM": "dumb", "NO_COLOR": "1"])
        desk.type("/hitl sta")
        try await desk.until { $0.cursorLine == "hitl > /hitl sta" }
        #expect(try await home.ask("note", "--arg", "text=ls \u{1B}[31mx") == 1)
        // Nobody can tell here what has been typed, so it waits for the line's end.
        desk.type("tus\r")
        try await desk.sees(
            "1. Tool: note", #"Args: { text: "ls <U+001B>[31mx" }"#, "⚠ 1 hidden character, shown as <U+…>.")
        try await desk.until { $0.cursorLine == "hitl (1) >" }
        #expect(!desk.terminal.transcript.contains(0x1B))
        // Ctrl-C is a signal here, and takes the line, not the loop.
        desk.type("half\u{3}")
        try await desk.until { $0.cursorLine == "hitl (1) >" && $0.count(of: "hitl (1) >") == 2 }
        desk.type("\u{4}")
        try await desk.sees("1 request is pending. Ctrl-D again ends the loop; that does not approve it.")
        desk.type("\u{4}")
        #expect(try await desk.terminal.waitForExit() == .exited(0))
        #expect(!desk.terminal.transcript.contains(0x1B))
    }

    @Test func `without colours keeps everything else`() async throws {
        let home = try Home()
        let plain = try await Desk.open(home, environment: ["NO_COLOR": "1"])
        #expect(try await home.ask("paint") == 1)
        try await plain.until { $0.cursorLine == "hitl (1) >" }
        #expect(!String(decoding: plain.terminal.transcript, as: UTF8.self).contains(/\u{1B}\[[0-9;]*m/))
        #expect(try await plain.quit() == .exited(0))
        let coloured = try await Desk.open(home, firstPrompt: "hitl (1) >")
        #expect(String(decoding: coloured.terminal.transcript, as: UTF8.self).contains(/\u{1B}\[[0-9;]*m/))
    }

    @Test(arguments: [["LC_ALL": "C"], ["LC_ALL": "", "LANG": "POSIX"]])
    func `that shows ASCII only gets ASCII only`(locale: [String: String]) async throws {
        let home = try Home()
        let desk = try await Desk.open(home, environment: locale)
        #expect(try await home.ask("paint", "--arg", "wall=Süd", "--reason", "because") == 1)
        try await desk.until { $0.cursorLine == "hitl (1) >" }
        try await desk.enter("/help approve")
        #expect(desk.terminal.transcript.allSatisfy { $0 < 0x80 })
        #expect(
            masked(desk.screen.text, in: home).contains(
                """
                New request 1:
                1. Tool: paint
                   Args: { wall: "S<U+00FC>d" }
                """))
        try await desk.sees("     | because", "/hitl approve N ... [--reason R]")
    }

    @Test func `is for scripts a stream, and with --plain one without pictures`() async throws {
        let home = try Home()
        let said = try await home.script(["/hitl status", "/hitl frob", "/quit"], "--enable-hitl", "--plain")
        #expect(said.code == 1)
        #expect(!said.out.contains("\u{1B}"))
        #expect(!said.out.unicodeScalars.contains { $0.properties.isEmojiPresentation })
        #expect(said.out.contains("hitl > /hitl status\nPending HITL Approvals (2):\n"))
        #expect(said.out.contains("hitl > /hitl frob\nThere is no command `/hitl frob`. `/help` lists them.\n"))
    }
}

extension ScreenModel {
    /// What stands behind the prompt, over all rows that the line takes.
    var typedLine: String? {
        let prompt = /hitl (\([0-9]+\) )?>( |$)/
        guard let first = (0...cursorRow).last(where: { line($0).prefixMatch(of: prompt) != nil }),
            let start = line(first).prefixMatch(of: prompt)
        else { return nil }
        // Rows are full except the last one, so a blank at a row's end belongs to the line.
        var text = String(line(first)[start.range.upperBound...])
        for row in first..<cursorRow {
            text += blanks(behind: row, to: columns) + line(row + 1)
        }
        return text + blanks(behind: cursorRow, to: cursorColumn)
    }

    private func blanks(behind row: Int, to column: Int) -> String {
        let used = line(row).unicodeScalars.reduce(0) { columns, scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .format: columns
            default: columns + (scalar.value >= 0x2E80 ? 2 : 1)
            }
        }
        return String(repeating: " ", count: max(0, column - used))
    }
}
