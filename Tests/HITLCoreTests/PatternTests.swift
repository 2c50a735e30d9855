import HITLTestSupport
import Testing

@testable import HITLCore

private func matches(_ pattern: String, _ text: String) -> Bool? {
    do throws(PatternError) { return try Pattern(pattern).matches(text) } catch { return nil }
}

private func refusal(_ pattern: String) -> String {
    do throws(PatternError) {
        _ = try Pattern(pattern)
        return "accepted"
    } catch { return error.description }
}

@Suite struct `A pattern` {
    @Test(
        arguments: [
            ("", "", true), ("", "a", true), ("a", "bab", true), ("^a", "ba", false), ("a$", "ab", false),
            ("^$", "", true), ("^$", "\n", false), ("a.c", "a\nc", false), ("(?s)a.c", "a\nc", true),
            ("(?m)^b$", "a\nb\nc", true), ("^b$", "a\nb\nc", false), ("a|b|", "zzz", true),
            ("^(a|bc)+$", "abcbca", true),
            ("^(a|bc)+$", "abcb", false), ("^a{2}$", "aa", true), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaaa", true),
            ("^a{2,3}$", "aaaa", false), ("^a{0}$", "", true), ("^(?:ab?)*?c$", "aababc", true), ("x{", "x{", true),
            ("{\"a\"", "{\"a\"", true), ("x{,3}", "x{,3}", true),
            ("^[a-c]+$", "abcd", false), ("^[^a-c]+$", "xyz", true), ("^[]a]+$", "]a", true), ("^[a-]$", "-", true),
            ("^[\\d\\-x]+$", "1-x", true), ("^[[:alpha:]]+$", "aZ", true), ("^[[:^digit:]]$", "5", false),
            ("^\\d{3}-\\d{2}-\\d{4}$", "123-45-6789", true), ("\\b\\d{3}-\\d{2}-\\d{4}\\b", "x 123-45-6789.", true),
            ("\\b\\d{3}-\\d{2}-\\d{4}\\b", "9123-45-6789", false), ("\\brm\\b", "format", false),
            ("\\brm\\b", "; rm -rf", true), ("\\Brm", "format", true), ("\\Brm", "rm", false), ("\\Brm", "xrm", true),
            ("rm\\b", "rm", true),
            ("(?i)DROP\\s+table", "drop\tTABLE", true), ("(?i:a)b", "AB", false), ("(?i)a(?-i)b", "Ab", true),
            ("(?i)a(?-i)b", "AB", false), ("(?i)[a-c]", "B", true), ("(?i)kill", "\u{212A}ill", false),
            ("^.$", "\u{1F600}", true), ("^..$", "\u{1F600}", false), ("^[\u{E0}-\u{FF}]$", "\u{E9}", true),
            ("^\\x{1F600}$", "\u{1F600}", true), ("^\\x41$", "A", true), ("\\Qa.b\\E", "axb", false),
            ("\\Qa.b\\Ec", "a.bc", true), ("\\Q*", "*", true), ("(?P<n>a)(?<m>b)", "ab", true), ("^\\A\\z$", "", true),
            ("a\\z", "a\n", false), ("a$", "a\n", false), ("^[^\\n]$", "\u{10FFFF}", true), ("\\S", "\u{A0}", true),
            ("^[\\x{800}-\\x{10FFFF}]$", "\u{FFFF}", true), ("^[\\x{800}-\\x{10FFFF}]$", "\u{7FF}", false),
            ("^[\\x{7F}-\\x{900}]$", "\u{80}", true), ("^[\\x{7F}-\\x{900}]$", "\u{901}", false),
            ("^(a*)*$", "aaa", true), ("^(a|a)*b$", "aaaa", false), ("(^a|b$)", "xb", true), ("()*", "", true),
            ("^(?:x+x+)+y$", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false), ("\0", "a\0b", true),
        ] as [(String, String, Bool)]) func `matches as its syntax says`(pattern: String, text: String, expected: Bool)
    {
        #expect(matches(pattern, text) == expected, "\(pattern) on \(text.debugDescription)")
    }

    @Test func `compares bytes: what looks or sorts alike is other text`() {
        #expect(matches("^caf\u{E9}$", "cafe\u{301}") == false)
        #expect(matches("^;$", "\u{37E}") == false)
        #expect(matches(";", ";\u{301}") == true)
        #expect(matches("\\n", "a\r\nb") == true)
        #expect(matches("a$", "a\r") == false)
        #expect(matches("(?m)a$", "a\r\nb") == false)
        #expect(matches("[>]", "echo x >\u{338}/out") == true)
        #expect(matches("K", "\u{212A}") == false)
    }

    @Test(
        arguments: [
            ("(a", "the group that begins here has no `)` (at byte 1 of the pattern)"),
            ("ab)", "this `)` closes nothing; write `\\)` for the character (at byte 3 of the pattern)"),
            ("a[b", "the class that begins here has no `]` (at byte 2 of the pattern)"),
            ("[^\\x{0}-\\x{10FFFF}]", "the class that begins here matches nothing (at byte 1 of the pattern)"),
            ("[z-a]", "the range that ends here runs backwards (at byte 4 of the pattern)"),
            (
                "*a",
                "there is nothing to repeat here; write a backslash before the character itself (at byte 1 of the pattern)"
            ),
            (
                "a**",
                "there is nothing to repeat here; write a backslash before the character itself (at byte 3 of the pattern)"
            ),
            ("a++", "`+` is not part of this syntax (at byte 3 of the pattern)"),
            ("(a)\\1", "a reference to a group cannot be matched in linear time (at byte 4 of the pattern)"),
            ("(?P<n>a)(?P=n)", "a reference to a group cannot be matched in linear time (at byte 9 of the pattern)"),
            ("x(?=a)", "looking ahead or behind cannot be matched in linear time (at byte 2 of the pattern)"),
            ("x(?<!a)", "looking ahead or behind cannot be matched in linear time (at byte 2 of the pattern)"),
            ("(?>a)", "`(?>` is not part of this syntax (at byte 1 of the pattern)"),
            ("(?x)a", "unknown flag `x`; `i`, `m` and `s` are known (at byte 3 of the pattern)"),
            ("a{3,2}", "the least count is greater than the greatest (at byte 2 of the pattern)"),
            ("a{1001}", "a count cannot be greater than 1000 (at byte 2 of the pattern)"),
            ("((a{100}){100}){100}", "the pattern needs more than 20000 states (at byte 1 of the pattern)"),
            ("\\p{L}", "unknown escape `\\p` (at byte 1 of the pattern)"),
            ("\\Z", "unknown escape `\\Z` (at byte 1 of the pattern)"),
            ("\\xZZ", "unknown escape `\\x` (at byte 1 of the pattern)"),
            ("\\x{D800}", "unknown escape `\\x{D800}` (at byte 1 of the pattern)"),
            ("a\\", "the pattern ends in a backslash (at byte 2 of the pattern)"),
            ("[[:nope:]]", "`[:nope:]` is not part of this syntax (at byte 2 of the pattern)"),
        ]) func `that it cannot match in linear time, or not at all, is refused with its place`(
            pattern: String, error: String
        )
    {
        #expect(refusal(pattern) == error)
    }

    @Test func `is nested no deeper than a hundred groups`() {
        let deep = String(repeating: "(", count: 100) + String(repeating: ")", count: 100)
        #expect(refusal(deep) == "accepted")
        #expect(refusal("(" + deep + ")") == "nested deeper than 100 groups (at byte 101 of the pattern)")
        #expect(refusal(String(repeating: "(", count: 100_000)).hasPrefix("nested deeper"))
    }

    @Test func `that makes backtracking engines hang is answered in proportion to the text`() throws {
        let text = String(repeating: "a", count: 5000)
        for pattern in ["^(a+)+$", "^(a|aa)+b", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)x", "^(([a-z])+.)+[A-Z]([a-z])+$"] {
            #expect(try Pattern(pattern).matches(text + "!") == false, "\(pattern)")
        }
        #expect(try Pattern("a{1000}b").matches(text) == false)
    }
}

@Suite struct `A set of patterns` {
    @Test func `says which of them occur, and is right whatever it read before`() throws {
        let texts = ["a", "^ab", "b$", "\\bfoo\\b", "x.*y", "[0-9]{3}", "(?m)^z", "^$", "\u{E9}"]
        var set = PatternSet()
        for text in texts { _ = set.insert(try Pattern(text)) }
        var automaton = Automaton(set.program)
        let subjects = ["", "ab", "b", "foo", "foob", "x\u{E9}y", "123a", "q\nz", "a foo b", "ab\nz"]
        for _ in 0..<3 {
            for subject in subjects {
                var hits = PatternHits(count: set.count)
                #expect(automaton.scan(subject, into: &hits))
                let expected = texts.indices.filter { matches(texts[$0], subject) == true }
                #expect(hits.ids.sorted() == expected.map { Int32($0) }, "\(subject)")
            }
        }
    }

    @Test func `answers the same where it may keep almost no states`() throws {
        var random = SplitMix(seed: 5)
        let texts = ["a.{3}b", "(ab|ba)+c", "\\b[ab]{2}\\b", "^a.*b$", "c$"]
        var set = PatternSet()
        for text in texts { _ = set.insert(try Pattern(text)) }
        var roomy = Automaton(set.program)
        var narrow = Automaton(set.program, memory: 600)
        for _ in 0..<500 {
            let subject = String(
                decoding: (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    Array("abc \n".utf8).randomElement(using: &random) ?? 0
                }, as: UTF8.self)
            var first = PatternHits(count: set.count)
            var second = PatternHits(count: set.count)
            #expect(roomy.scan(subject, into: &first) && narrow.scan(subject, into: &second))
            #expect(first.ids.sorted() == second.ids.sorted(), "\(subject)")
        }
    }

    @Test func `gives up, and says so, where the work has no end in sight`() throws {
        var set = PatternSet()
        for number in 0..<40 { _ = set.insert(try Pattern("[ab]{\(100 + number)}c(.*d){9}")) }
        var automaton = Automaton(set.program, memory: 100_000, greatestEffort: 100_000)
        var hits = PatternHits(count: set.count)
        #expect(automaton.scan(String(repeating: "ab", count: 20_000), into: &hits) == false)
        automaton.refill()
        hits.removeAll()
        #expect(automaton.scan("short", into: &hits))
    }
}
