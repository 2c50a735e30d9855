import Testing

@testable import HITLTerminal

@Suite struct `The columns of a character` {
    @Test(arguments: [
        ("a", 1), ("é", 1), ("e\u{301}", 1), ("日", 2), ("ﾊ", 1), ("Ａ", 2), ("👍", 2), ("👍🏽", 2), ("👩\u{200D}💻", 2),
        ("❤\u{FE0F}", 2), ("❤", 1), ("🇯🇵", 2), ("1\u{FE0F}\u{20E3}", 2), ("각", 2), ("\u{1100}\u{1161}", 2), ("…", 1),
        ("\u{1FAE9}", 2), ("ก็", 1), ("नि", 2), ("a🏽", 3),
    ])
    func `are those a terminal uses`(text: String, columns: Int) {
        #expect(Columns.of(text) == columns)
    }

    @Test func `come from ranges in order, of assigned or reserved wide characters`() {
        for (range, next) in zip(WideRanges.all, WideRanges.all.dropFirst()) {
            #expect(range.upperBound + 1 < next.lowerBound)
        }
        for range in WideRanges.all {
            #expect(WideRanges.contains(Unicode.Scalar(range.lowerBound)!))
            #expect(WideRanges.contains(Unicode.Scalar(range.upperBound)!))
            #expect(!WideRanges.contains(Unicode.Scalar(range.lowerBound - 1)!) || range.lowerBound - 1 == 0)
        }
        // Every emoji that is drawn as a picture is wide, except the halves of flags.
        for value in 0x80..<UInt32(0x20000) {
            guard let scalar = Unicode.Scalar(value), scalar.properties.isEmojiPresentation,
                !(0x1F1E6...0x1F1FF).contains(value)
            else { continue }
            #expect(WideRanges.contains(scalar), "U+\(String(value, radix: 16))")
        }
    }
}

@Suite struct `Wrapped text` {
    @Test(arguments: [1, 7, 20, 80]) func `has the same rows where each is a line of its own`(columns: Int) {
        var text = StyledText("Args: ", .strong)
        text.append(DisplayText(untrusted: "a b\u{202E}c 日本 e\u{301} <U+0041> long-word-without-end-of-it"), .warning)
        text.append(Glyph("✅ ", words: "OK "))
        text.line("indented, with a hanging indent", .dim, indent: 3, hangingIndent: 9)
        text.line("")
        for encoding in [Presentation.Encoding.utf8, .ascii] {
            let screen = Presentation(
                kind: .terminal, colour: .ansi, glyphs: .emoji, encoding: encoding, columns: columns, rows: 24)
            let rows = text.inRows(for: screen)
            #expect(rows.lines.count == text.rows(for: screen).count)
            #expect(rows.rows(for: screen) == text.rows(for: screen))
        }
        #expect(text.inRows(for: Presentation(kind: .stream)).lines.count == text.lines.count)
    }

    @Test func `that has escapes already keeps them, and gets those that are missing`() {
        let text = StyledText(escapedLines: "a<U+0009>b <U+003C>U+\n\u{1B}<U+000A>c")
        #expect(
            text.rows(for: Presentation(kind: .stream)) == ["a<U+0009>b <U+003C>U+", "<U+001B><U+000A>c"])
    }

    @Test func `leaves a line whole that people copy`() {
        var text = StyledText("Key:")
        text.wholeLine("hitl/ledger/f28ac153+AW+M/fYEjzalTl", indent: 3)
        text.line("and a line as others are", indent: 3)
        #expect(
            text.rows(for: Presentation(kind: .terminal, colour: .none, encoding: .utf8, columns: 20, rows: 24)) == [
                "Key:", "   hitl/ledger/f28ac153+AW+M/fYEjzalTl", "   and a line as ", "     others are",
            ])
    }

    @Test func `breaks after spaces, else anywhere, and never inside an escape`() {
        let text = DisplayText(untrusted: "rm -rf /a/very/long/path \u{202E}x")
        #expect(text.wrapped(columns: 10).map(\.text) == ["rm -rf ", "/a/very/lo", "ng/path ", "<U+202E>x"])
    }

    @Test(arguments: 1...40)
    func `fits, and is the whole text again`(columns: Int) {
        let texts = [
            "日本語 and 👍🏽 e\u{301} <U+", "     many   spaces   ", "", "x", String(repeating: "wide 日", count: 20),
            "a\u{202E}\u{200B}b",
        ]
        for text in texts.map({ DisplayText(untrusted: $0) }) {
            let rows = text.wrapped(columns: columns)
            #expect(rows.map(\.text).joined() == text.text)
            if columns >= 8 { #expect(rows.allSatisfy { $0.columns <= columns }) }
        }
    }
}

@Suite struct `Styled text` {
    private var sample: StyledText {
        var text = StyledText("Approved ", .good)
        text.append(Glyph("✅ ", words: "OK "))
        text.append(DisplayText(untrusted: "de\u{202E}lete"), .strong)
        text.line("a second line that is long enough to be continued", indent: 3)
        text.append(DisplayText.block(untrusted: "one\n\ntwo"), indent: 4, .dim)
        return text
    }

    @Test func `without a terminal is plain and unbroken`() {
        #expect(
            sample.rendered(for: Presentation(kind: .stream, glyphs: .emoji)) == """
                Approved ✅ de<U+202E>lete
                   a second line that is long enough to be continued
                    one

                    two

                """)
    }

    @Test(arguments: [Presentation.Encoding.utf8, .ascii], [Presentation.Glyphs.emoji, .words])
    func `is the same on a row without an end and on one that is long enough`(
        encoding: Presentation.Encoding, glyphs: Presentation.Glyphs
    ) {
        var text = sample
        text.line("日本語 and 👍🏽 e\u{301} ", indent: 2)
        text.append(DisplayText(untrusted: "<U+ and \u{7} and <b>"))
        text.newLine(indent: 5)
        let endless = Presentation(kind: .stream, glyphs: glyphs, encoding: encoding)
        let long = Presentation(kind: .dumbTerminal, glyphs: glyphs, encoding: encoding, columns: 10_000)
        #expect(text.rows(for: endless) == text.rows(for: long))
    }

    @Test func `on a terminal wraps under its indent and ends every colour on its row`() {
        let presentation = Presentation(kind: .terminal, colour: .ansi, glyphs: .words, columns: 30, rows: 10)
        #expect(
            sample.rows(for: presentation) == [
                "\u{1B}[32mApproved \u{1B}[0mOK \u{1B}[1mde\u{1B}[0m\u{1B}[7m<U+202E>\u{1B}[0m\u{1B}[1mlete\u{1B}[0m",
                "   a second line that is long ",
                "     enough to be continued",
                "    \u{1B}[2mone\u{1B}[0m", "", "    \u{1B}[2mtwo\u{1B}[0m",
            ])
    }

    @Test func `for a screen without UTF-8 is ASCII, and says what it leaves out`() {
        let text = StyledText(DisplayText(untrusted: "é日"))
        #expect(text.rendered(for: Presentation(kind: .stream, encoding: .ascii)) == "<U+00E9><U+65E5>\n")
    }

    @Test func `never begins a continued row at the margin`() {
        let forged = DisplayText(untrusted: String(repeating: "x", count: 18) + "hitl > /hitl approve 1")
        let rows = StyledText(forged).rows(for: Presentation(kind: .terminal, columns: 20, rows: 10))
        #expect(rows.dropFirst().allSatisfy { $0.hasPrefix("  ") })
    }
}

@Suite struct `A presentation` {
    @Test(
        arguments: [
            (
                ["LANG": "C.UTF-8", "TERM": "xterm"], true, false,
                Presentation(kind: .terminal, colour: .ansi, glyphs: .emoji, columns: 90, rows: 30)
            ),
            (
                ["LANG": "de_DE.utf8", "TERM": "xterm"], true, true,
                Presentation(kind: .terminal, colour: .ansi, glyphs: .words, columns: 90, rows: 30)
            ),
            (
                ["LANG": "C.UTF-8", "TERM": "xterm", "NO_COLOR": "1"], true, false,
                Presentation(kind: .terminal, glyphs: .emoji, columns: 90, rows: 30)
            ),
            (
                ["LANG": "C.UTF-8", "TERM": "xterm", "NO_COLOR": ""], true, false,
                Presentation(kind: .terminal, colour: .ansi, glyphs: .emoji, columns: 90, rows: 30)
            ),
            (
                ["LANG": "C.UTF-8", "TERM": "dumb"], true, false,
                Presentation(kind: .dumbTerminal, glyphs: .emoji, columns: 90, rows: 30)
            ),
            (
                ["LANG": "C.UTF-8"], true, false,
                Presentation(kind: .dumbTerminal, glyphs: .emoji, columns: 90, rows: 30)
            ),
            (["LANG": "C.UTF-8", "TERM": "xterm"], false, false, Presentation(kind: .stream, glyphs: .emoji)),
            (
                ["LC_ALL": "C", "LANG": "C.UTF-8", "TERM": "xterm"], false, false,
                Presentation(kind: .stream, encoding: .ascii)
            ),
            (
                ["LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"], false, false,
                Presentation(kind: .stream, glyphs: .emoji)
            ),
            ([:], false, false, Presentation(kind: .stream, encoding: .ascii)),
        ] as [([String: String], Bool, Bool, Presentation)])
    func `follows the environment`(environment: [String: String], isTerminal: Bool, plain: Bool, expected: Presentation)
    {
        #expect(
            Presentation(environment: environment, isTerminal: isTerminal, columns: 90, rows: 30, plain: plain)
                == expected)
    }
}
