import HITLTestSupport
import Testing

@testable import HITLTerminal

@Suite struct `Text of anybody` {
    @Test func `is shown as it is where nothing hides in it`() {
        for text in [
            "", "rm -rf /tmp/x && echo \"é\" > y", "日本語", "مرحبا", "e\u{301}", "👍🏽", "🇯🇵", "a < b", "<U>", "<0x1", "각",
            "\u{1100}\u{1161}",
        ] {
            #expect(DisplayText(untrusted: text).text == text)
            #expect(DisplayText(untrusted: text).notes.hidden == 0)
        }
    }

    @Test(arguments: [
        ("a\u{202E}b", "a<U+202E>b", 1),
        ("a\nb\tc", "a<U+000A>b<U+0009>c", 0),
        ("a\rb", "a<U+000D>b", 1),
        ("\u{1B}[8m", "<U+001B>[8m", 1),
        ("\u{7F}\u{9B}", "<U+007F><U+009B>", 2),
        ("a\u{A0}b\u{3000}c", "a<U+00A0>b<U+3000>c", 2),
        ("👩\u{200D}💻", "👩<U+200D>💻", 1),
        ("❤\u{FE0F}", "❤<U+FE0F>", 1),
        ("\u{E0041}\u{10FFFD}\u{378}", "<U+E0041><U+10FFFD><U+0378>", 3),
        ("\u{3164}\u{FFA0}\u{115F}\u{2800}\u{34F}", "<U+3164><U+FFA0><U+115F><U+2800><U+034F>", 5),
        ("\u{2028}\u{2029}", "<U+2028><U+2029>", 2),
        ("\u{301}a", "<U+0301>a", 1),
        (";\u{301}/x", ";<U+0301>/x", 1),
        (" \u{338}", " <U+0338>", 1),
        ("\u{202E}\u{301}", "<U+202E><U+0301>", 2),
        ("e\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}", "e\u{301}\u{302}\u{303}\u{304}<U+0305><U+0306>", 2),
        ("a\u{1161}", "a<U+1161>", 1),
        ("<U+202E>", "<U+003C>U+202E>", 0),
        ("<0xFF> <0x1", "<U+003C>0xFF> <0x1", 0),
        ("<\u{301}U+", "<<U+0301>U+", 1),
    ])
    func `shows what cannot be seen`(text: String, shown: String, hidden: Int) {
        let display = DisplayText(untrusted: text)
        #expect(display.text.unicodeScalars.elementsEqual(shown.unicodeScalars), "\(display.text)")
        #expect(display.notes.hidden == hidden)
    }

    @Test func `that is not UTF-8 shows each byte that is not`() {
        #expect(DisplayText(untrusted: [0x61, 0xFF, 0xC3, 0x28, 0xE2, 0x82]).text == "a<0xFF><0xC3>(<0xE2><0x82>")
        #expect(
            DisplayText(untrusted: [0xED, 0xA0, 0x80, 0xC0, 0xAF, 0xF5]).text == "<0xED><0xA0><0x80><0xC0><0xAF><0xF5>")
        #expect(DisplayText(untrusted: [0xC2, 0x9B]).text == "<U+009B>")
    }

    @Test(arguments: 0..<50)
    func `can be had back, whatever it was, and never shows what must not be`(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let pieces: [[UInt8]] = [
            Array("<U+".utf8), Array("<".utf8), Array("U+202E>".utf8), Array("<0x".utf8), Array("FF>".utf8),
            Array(">".utf8),
            Array("plain text".utf8), [0xFF], [0xE2, 0x80], [0xCC, 0x81], [0xE2, 0x80, 0xAE], [0x1B], [0x0A], [0x00],
            Array("日e\u{301}👍🏽\u{200D}".utf8), Array("12345678".utf8), [0xF0, 0x9F], [0x9B],
        ]
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in
                pieces.randomElement(using: &random)!
            }
            let shown = DisplayText(untrusted: bytes).text
            #expect(Escape.undo(shown) == bytes, "\(shown)")
            #expect(shown.unicodeScalars.allSatisfy { !isForbidden($0) }, "\(shown)")
        }
    }

    @Test func `of several lines is a block of lines`() {
        let block = DisplayText.block(untrusted: "one\n\ttwo\r\n\u{202E}\n")
        #expect(block.lines.map(\.text) == ["one", "<U+0009>two<U+000D>", "<U+202E>", ""])
        #expect(block.notes.hidden == 2)
    }

    @Test func `is equal only byte for byte`() {
        #expect("é" == "e\u{301}")
        #expect(DisplayText(untrusted: "é") != DisplayText(untrusted: "e\u{301}"))
    }

    @Test(arguments: [
        ("paypal", 0), ("pаypal", 1), ("Привет мир", 0), ("Привет world", 0), ("gοοgle.com аpple.com", 2),
        ("東京Tower", 0),
        ("ＤＲＯＰ TABLE", 4), ("𝐫𝐦 -rf", 2), ("echo hi\u{37E} touch x", 1), ("\u{1FEF}id\u{1FEF}", 2), ("\u{212A}ill", 1),
        ("https:\u{2044}\u{2215}x", 2), ("naïve café", 0), ("Ελλάδα", 0), ("Straße", 0),
    ])
    func `is told to imitate where it does`(text: String, lookalikes: Int) {
        #expect(DisplayText(untrusted: text).notes.lookalikes == lookalikes)
    }
}

@Suite struct `Words of our own` {
    @Test func `take display text and numbers`() {
        let agent = DisplayText(untrusted: "x\u{202E}")
        let line: DisplayText = "✅ \(agent) is \(42) of \(UInt8(7))"
        #expect(line.text == "✅ x<U+202E> is 42 of 7")
        #expect(line.notes.hidden == 1)
        #expect([agent, "b"].joined(separator: ", ").text == "x<U+202E>, b")
    }

    @Test func `show their own slips`() {
        #expect(DisplayText(trusted: "a\nb").text == "a<U+000A>b")
    }
}

/// What no text from an agent may put on a screen. Written apart from the rule it checks.
func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return true
    default: break
    }
    return scalar.properties.isDefaultIgnorableCodePoint
        || (scalar.properties.isWhitespace && scalar != " ") || scalar.value == 0x2800
}
