import HITLCore
import Testing

/// A script in one line: separators, words in brackets (`?` for one that is not literal), redirections, doubts.
private func shown(_ text: String) -> String {
    let script = ShellScript.parse(Array(text.utf8))
    func word(_ word: ShellWord) -> String {
        word.literal.map { "[\(String(decoding: $0, as: UTF8.self))]" } ?? "[?\(word.opacity.words)]"
    }
    var parts: [String] = []
    for segment in script.segments {
        if segment.before != .start { parts.append(segment.before.rawValue) }
        for assignment in segment.assignments {
            parts.append("\(String(decoding: assignment.name, as: UTF8.self))=\(word(assignment.value))")
        }
        parts += segment.words.map(word)
        for redirection in segment.redirections {
            let descriptor = redirection.descriptor.map { String(decoding: $0, as: UTF8.self) } ?? ""
            parts.append("\(descriptor)\(redirection.op.rawValue)\(word(redirection.target))")
        }
        if segment.inBackground { parts.append("in background") }
        if let input = segment.input { parts.append("from \(input)") }
    }
    return (parts + script.doubts.map { "(\($0.words))" }).joined(separator: " ")
}

@Suite struct `A shell's text` {
    @Test(arguments: [
        ("", ""), ("  \t ", ""), ("# only a comment", ""),
        ("ls -la src", "[ls] [-la] [src]"),
        ("ls # a; b", "[ls]"), ("ls a#b", "[ls] [a#b]"),
        ("a; b & c && d || e", "[a] ; [b] in background & [c] && [d] || [e]"),
        ("a | b |& c", "[a] | [b] from 0..<1 |& [c] from 1..<2"),
        ("a\nb\n\nc", "[a] newline [b] newline [c]"), ("a &&\nb", "[a] && [b]"), ("a \\\n-l", "[a] [-l]"),
        ("'a b'\"c d\"e\\ f", "[a bc de f]"), ("'' \"\"", "[] []"), ("r''m -r\\\nf", "[rm] [-rf]"),
        ("echo \"a \\\" \\$ \\x\"", "[echo] [a \" $ \\x]"), ("echo 'a\\'", "[echo] [a\\]"),
        ("A=1 B='x y' c d=e", "A=[1] B=[x y] [c] [d=e]"), ("1A=2", "[1A=2]"),
        ("a >b 2>&1 </c >>d", "[a] >[b] 2>&[1] <[/c] >>[d]"), ("a 2>/dev/null", "[a] 2>[/dev/null]"),
        ("a 2 >b", "[a] [2] >[b]"),
        ("a &>b", "[a] &>[b]"), ("a >|b <>c", "[a] >|[b] <>[c]"), ("a <<< 'b c'", "[a] <<<[b c]"),
        ("cat <<E\nx y\nE\nls", "[cat] <<[x y\n] newline [ls]"), ("cat <<-'E'\n\tx $y\n\tE", "[cat] <<-[\tx $y\n]"),
        ("find . -exec x {} +", "[find] [.] [-exec] [x] [{}] [+]"), ("git show HEAD@{1}", "[git] [show] [HEAD@{1}]"),
        ("[ -f a ]", "[[] [-f] [a] []]"), ("(a; b) | c", "[a] ; [b] | [c] from 0..<2"), ("{ a; } 2>b", "[a] ; 2>[b]"),
        ("! a", "[a]"), ("a|(b)", "[a] ; [b] from 0..<1"),
    ])
    func `is taken apart as a shell would`(text: String, expected: String) {
        #expect(shown(text) == expected)
    }

    @Test(arguments: [
        ("echo $x ${y} \"$z\"", "[echo] [?a variable] [?a variable] [?a variable]"),
        ("echo $(ls) `ls` <(ls)", "[echo] [?a substituted command] [?a substituted command] [?a substituted command]"),
        (
            "echo a* b? [c] {d,e} {1..3} ~ ~x/y",
            "[echo] [?a pattern of file names] [?a pattern of file names] "
                + "[?a pattern of file names] [?a brace expansion] [?a brace expansion] [?a home directory] [?a home directory]"
        ),
        ("echo '$x' \\* \"~\" a~", "[echo] [$x] [*] [~] [a~]"),
        ("echo $((1+1))", "[echo] [?arithmetic] (arithmetic at byte 5)"),
        ("echo $'\\x72m\\n'", "[echo] [rm\n] (characters given by their codes at byte 5)"),
    ])
    func `says which words only a shell could know`(text: String, expected: String) {
        #expect(shown(text) == expected)
    }

    @Test(arguments: [
        ("a 'b", "[a] [b] (a quotation mark without its partner at byte 2)"),
        ("a \"b", "[a] [b] (a quotation mark without its partner at byte 2)"),
        ("a (b)", "[a] ; [b] (an operator where none can be at byte 2)"),
        ("| a", "| [a] from 0..<0 (an operator where none can be at byte 1)"),
        ("a |", "[a] (an operator where none can be at byte 3)"),
        ("a )", "[a] (a parenthesis or brace without its partner at byte 2)"),
        ("( a", "[a] (a parenthesis or brace without its partner at byte 3)"),
        ("if a; then b; fi", "[a] ; [b] (a condition or a loop at byte 0) (a condition or a loop at byte 6)"),
        ("f() { a; }", "[a] (a function is defined at byte 0)"),
        ("cat <<E\n$x\nE", "[cat] <<[?a variable] (a here-document that the shell expands at byte 8)"),
        ("cat <<E\nx", "[cat] <<[x] (a here-document without its end at byte 8)"),
        ("ls\r\nid", "[ls\r] newline [id] (a carriage return at byte 2)"),
        ("ls \u{1B}[8m", "[ls] [\u{1B}[8m] (a control character at byte 3)"),
        ("ls \u{202E}x", "[ls] [\u{202E}x] (a character that is not seen or changes what is seen at byte 3)"),
        ("ls\u{A0}-la", "[ls\u{A0}-la] (a character that is not seen or changes what is seen at byte 2)"),
        (
            "ls \u{FF5C} sh",
            "[ls] [\u{FF5C}] [sh] (a character that looks like another and is none at byte 3)"
        ),
        (
            "ls \u{37E} sh",
            "[ls] [\u{37E}] [sh] (a character that looks like another and is none at byte 3)"
        ),
    ])
    func `is doubted where it is not understood`(text: String, expected: String) {
        #expect(shown(text) == expected)
    }

    /// Swift sees one character where a shell sees an operator and a mark.
    @Test func `is read by bytes, whatever Unicode joins to an operator`() {
        let line = "ls;\u{301}/../evil"
        let script = ShellScript.parse(Array(line.utf8))
        #expect(script.segments.count == 2 && script.segments[1].before == .semicolon)
        #expect(script.doubts.map(\.kind) == [.hiddenCharacter])
        #expect(!CommandAnalysis.of(line: "echo x >\u{338}/../out").isHarmless)
        // The Kelvin sign: bytes differ from those of the letter, and nobody sees it.
        #expect(!CommandAnalysis.of(line: "grep \u{212A} a.txt").isHarmless)
        #expect(!CommandAnalysis.of(line: "ls -\u{212A}").isHarmless)
        #expect(ShellScript.parse([0x6C, 0x73, 0x20, 0xFF]).doubts.map(\.kind) == [.invalidText])
    }
}

@Suite struct `Letters of other scripts` {
    @Test(arguments: [
        "rg 日本語 docs/", "rg שלום docs/", "cat docs/naïve\u{301}.md", "grep -n Straße x", "echo '🎉 fertig'",
    ])
    func `are no reason to ask`(command: String) {
        #expect(CommandAnalysis.of(line: command).isHarmless)
    }
}
