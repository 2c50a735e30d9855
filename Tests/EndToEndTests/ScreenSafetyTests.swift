import HITLCore
import HITLTestSupport
import Testing

/// Hostile text on the operator's screen: it is all there, and it does nothing.
@Suite(.oneAtATime) struct `I8 Text of an agent on the screen` {
    /// Every form of attack of the corpus: escape sequences in 7 and 8 bits, bidirectional and invisible characters,
    /// imitations of the prompt and of our own lines.
    private static let attacks: [(text: String, shown: String)] = [
        ("ls \u{1B}[2J\u{1B}[H", "ls <U+001B>[2J<U+001B>[H"),
        ("rm -rf x\u{1B}[8m harmless", "rm -rf x<U+001B>[8m harmless"),
        ("evil\r\u{1B}[Kecho ok", "evil<U+000D><U+001B>[Kecho ok"),
        ("a\u{8}\u{8}\u{8}b\u{7F}", "a<U+0008><U+0008><U+0008>b<U+007F>"),
        ("\u{1B}]0;title\u{7}", "<U+001B>]0;title<U+0007>"),
        ("\u{1B}]52;c;AAAA\u{1B}\\\\", "<U+001B>]52;c;AAAA<U+001B>"),
        ("\u{9B}31m\u{9D}9;x\u{9C}", "<U+009B>31m<U+009D>9;x<U+009C>"),
        ("\u{1B}[?2004l\u{1B}[?25l\u{1B}[?7h", "<U+001B>[?2004l<U+001B>[?25l<U+001B>[?7h"),
        ("\u{1B}[6n\u{5}", "<U+001B>[6n<U+0005>"),
        ("x\u{202E}gpj.exe", "x<U+202E>gpj.exe"), ("\u{2066}a\u{2069}", "<U+2066>a<U+2069>"),
        ("zero\u{200B}width\u{FEFF}", "zero<U+200B>width<U+FEFF>"), ("\u{E0041}\u{E007F}", "<U+E0041><U+E007F>"),
        ("soft\u{AD}hyphen\u{34F}", "soft<U+00AD>hyphen<U+034F>"),
        ("\u{3164}\u{115F}\u{2800}", "<U+3164><U+115F><U+2800>"),
        ("line\u{2028}sep\u{2029}", "line<U+2028>sep<U+2029>"), ("a\tb\u{A0}c", "a<U+0009>b<U+00A0>c"),
        ("🔔 New request 99:", "🔔 New request 99:"), ("literal <U+202E>", "literal <U+003C>U+202E>"),
        ("yes\u{0}no", "yes<U+0000>no"),
    ]

    @Test func `is shown with every hidden character visible, and moves or colours nothing`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, columns: 140, rows: 50)
        desk.type("half a li")
        for (number, attack) in Self.attacks.enumerated() {
            let arguments = JSONValue.object(JSONObject([.init("text", .string(attack.text))]))
            let reason = attack.text.replacing("\u{0}", with: "") + "\nhitl > /hitl approve 1\n🔔 New request 9:"
            let asked = try await home.run(
                ["ask", "note", "--async", "--args", arguments.canonicalText, "--reason", reason])
            #expect(asked.code == 75, "\(attack.shown): \(asked)")
            try await desk.until { $0.typedLine == "half a li" && $0.contains("New request \(number + 1):") }
        }
        try await desk.until { $0.cursorLine == "hitl (\(Self.attacks.count)) > half a li" }
        expectUntouched(desk.screen, requests: Self.attacks.count)
        let whole = desk.screen.text
        for attack in Self.attacks { #expect(whole.contains(attack.shown), "\(attack.shown)") }

        // Listing, showing and rejecting them is as safe.
        desk.type("\u{15}")
        try await desk.until { $0.isAtPrompt }
        try await desk.enter("/hitl status")
        try await desk.enter("/hitl show 1")
        #expect(try await home.hitl("reject", "1-\(Self.attacks.count)", "--reason", "\u{1B}[31m\u{202E}").code == 0)
        try await desk.until { $0.cursorLine == "hitl >" }
        try await desk.enter("/hitl history")
        #expect(desk.screen.unknown.isEmpty && desk.screen.commands.isEmpty)
        #expect(!String(decoding: desk.terminal.transcript, as: UTF8.self).unicodeScalars.contains("\u{202E}"))
    }

    @Test func `is shown so for every deceptive text of the corpus`() async throws {
        guard let corpus = Corpus.lines("policy-cases.jsonl") else { return }
        let cases = corpus.filter { $0["expect"]?.string == "sanitise" }
        #expect(cases.count > 90)
        let home = try Home(configuration: "queue: { maxPendingPerUser: 1000 }\n")
        let desk = try await Desk.open(home, columns: 60, rows: 30)
        desk.type("half a li")
        var shown = 0
        for batch in stride(from: 0, to: cases.count, by: 4) {
            shown += try await withThrowingTaskGroup(of: Int.self) { group in
                for one in cases[batch..<min(batch + 4, cases.count)] {
                    let (tool, arguments) = (one["tool"]?.string ?? "", one["args"]?.canonicalText ?? "")
                    group.addTask {
                        let asked = try await home.run(["ask", tool, "--async", "--args", arguments])
                        // Some are refused at once.
                        #expect(asked.code == 75 || asked.code == 5, "\(tool) \(arguments): \(asked)")
                        return asked.code == 75 ? 1 : 0
                    }
                }
                return try await group.reduce(0, +)
            }
        }
        #expect(shown > 60)
        let count = shown
        try await desk.until { $0.cursorLine == "hitl (\(count)) > half a li" }
        expectUntouched(desk.screen, requests: count)
    }

    private func expectUntouched(_ screen: ScreenModel, requests: Int) {
        #expect(screen.unknown.isEmpty, "\(screen.unknown)")
        #expect(screen.commands.isEmpty)
        #expect(screen.isCursorShown && screen.marksPastes)
        #expect(screen.cursorColumn == screen.cursorLine.count)
        #expect(screen.look(row: screen.cursorRow, column: screen.cursorColumn - 1) == "")
        // No row but the one with the cursor looks like a prompt, and none like an announcement that is none.
        let rows = screen.scrollback + screen.lines
        #expect(rows.filter { $0.hasPrefix("hitl ") }.count == 1)
        #expect(rows.filter { $0.hasPrefix("🔔 ") }.count == requests)
        let hidden = rows.joined().unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: true
            default: scalar.properties.isDefaultIgnorableCodePoint || scalar.value == 0x2800 || scalar.value == 0xA0
            }
        }
        #expect(hidden.isEmpty, "\(hidden)")
    }

    @Test func `is as safe in another terminal and in pipes`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(
            try await home.ask(
                "tool\u{202E}name", "--args", #"{"a\u001b[2J": "b\u009b31m"}"#, "--reason", "c\u{7}\u{200B}") == 1)
        var seen: [String] = []
        seen.append(try await home.hitl("status").out)
        seen.append(try await home.hitl("show", "1").out)
        seen.append(try await home.hitl("show", "1", "--json").out)
        seen.append(try await home.hitl("approve", "1", "--reason", "d\u{9B}").out)
        seen.append(try await home.hitl("history", "--json").out)
        seen.append(try await home.hitl("audit", "export").out)
        for text in seen {
            #expect(!text.isEmpty)
            #expect(
                !text.unicodeScalars.contains {
                    $0.value != 10 && ($0.value < 0x20 || (0x7F..<0xA0).contains($0.value))
                })
            #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .format })
        }
        try await desk.sees("✅ Request 1, tool<U+202E>name, was approved")
    }

    // queue-09
    @Test func `that is long is wrapped, and what differs at its end is seen`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, columns: 60)
        let same = "echo " + String(repeating: "a", count: 60)
        #expect(try await home.ask("bash", "--arg", "command=" + same) == 1)
        #expect(try await home.ask("bash", "--arg", "command=" + same + "; rm -rf build") == 2)
        try await desk.sees("rm -rf build\" }")
        #expect(desk.screen.lines.allSatisfy { $0.count <= 60 })
    }

    @Test func `that fills more than a few screens is cut in the middle, and is not approved before it was seen`()
        async throws
    {
        let home = try Home()
        let desk = try await Desk.open(home, rows: 24)
        let lines = (1...200).map { "printf \($0)" }.joined(separator: "\n")
        #expect(try await home.ask("bash", "--arg", "command=" + lines + "\ntouch x") == 1)
        try await desk.hasBeenShown(1)
        try await desk.sees("lines hidden: /hitl show 1 shows all of it", "│ touch x")
        #expect(desk.screen.count(of: "│ printf 120") == 0)
        #expect(
            try await desk.enter("/hitl approve 1").first == """
                Request 1 had not been shown in full, so nothing was decided. This is it; then type it again:
                """)
        #expect(desk.screen.count(of: "│ printf 120") == 1)
        try await desk.waitOut(.beforeDeciding)
        #expect(try await desk.enter("/hitl approve 1").first == "✅ Approved bash operation")
    }

    @Test func `that is one endless line is cut like many short ones`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home, columns: 60, rows: 20)
        let words = (1...2_000).map { "word\($0)" }.joined(separator: " ")
        #expect(try await home.ask("paint", "--arg", "x=" + words + " \u{202E}the end") == 1)
        try await desk.hasBeenShown(1)
        try await desk.sees("lines hidden: /hitl show 1 shows all of it", "word1 ", "word1999", "<U+202E>the end")
        #expect(!desk.screen.contains("word1000 "))
        #expect(
            try await desk.enter("/hitl approve 1").first?.hasPrefix("Request 1 had not been shown in full") == true)
        #expect(desk.screen.contains("word1000 "))
        try await desk.waitOut(.beforeDeciding)
        #expect(try await desk.enter("/hitl approve 1").first == "✅ Approved paint operation")
    }

    /// What is copied from the screen is the document, whatever the window's width: no break in it is ours.
    @Test(arguments: [40, 80, 200]) func `as JSON is one line that the terminal breaks`(columns: Int) async throws {
        let home = try Home()
        let desk = try await Desk.open(home, columns: columns, rows: 40)
        #expect(try await home.ask("paint", "--arg", "x=a  b \u{1B}[2J 日本 <U+0041>") == 1)
        try await desk.hasBeenShown(1)
        let document = try await home.hitl("status", "--json").out
        let rows = try await desk.enter("/hitl status --json")
        // The screen's model drops blanks at the end of a row.
        let joined = rows.dropLast().map { row in
            row + String(repeating: " ", count: max(0, columns - row.unicodeScalars.count))
        }.joined()
        #expect(joined.hasPrefix(document.dropLast()))
        #expect(joined.dropFirst(document.count - 1).allSatisfy { $0 == " " })
    }
}
