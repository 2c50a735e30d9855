import HITLCore
import HITLTestSupport
import Testing

/// Texts of the kind that parsers stumble over: pieces of shell, broken and put together at random.
private struct ShellTexts {
    private var random: SplitMix
    private let lines: [[UInt8]]

    init(seed: UInt64, lines: [[UInt8]]) {
        random = SplitMix(seed: seed)
        self.lines = lines
    }

    private static let pieces: [[UInt8]] =
        [
            "ls", "rm -rf", " ", "\n", "\t", ";", "&", "&&", "|", "||", "|&", "(", ")", "{", "}", "$(", "`", "${",
            "$((", "))",
            "<(", ">(", "'", "\"", "$'", "$\"", "\\", "#", "~", "*", "[", "]", "?", "!", "<<EOF", "<<-'X'", "<<<",
            "EOF", ">",
            ">>", ">|", "<>", "&>", "2>&1", "/dev/null", "/", "..", "=", "x=", "a[0]=", "if", "then", "fi", "for", "in",
            "do",
            "done", "case", "esac", "while", "function", "f()", "[[", "]]", "sudo", "xargs", "env", "sh -c", "find",
            "-exec",
            "git", "-", "--", "--x=", "{a,b}", "{1..9}", "$x", "$IFS", "\0", "\r", "\u{1B}", "é", "\u{202E}",
            "\u{FF5C}", "eval",
            "parallel", ":::", "ssh h", "timeout 5", "curl x", "python3 -c", "awk", "sed", "jq", "%n", "@", "0",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x80]]

    mutating func next() -> [UInt8] {
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        case 1:
            return (0..<Int.random(in: 0...24, using: &random)).flatMap { _ in
                Self.pieces.randomElement(using: &random) ?? []
            }
        default:
            var line = lines.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0...line.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: line.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
                case 1: line.removeSubrange(place..<min(line.count, place + Int.random(in: 0...6, using: &random)))
                default: if place < line.count { line[place] = UInt8.random(in: 0...255, using: &random) }
                }
            }
            return line
        }
    }
}

@Suite struct `Any bytes` {
    private static let surroundings = PathSurroundings(
        directory: "/code/app", workspace: "/code/app", home: "/home/casey")
    private static let examples = [
        "find . -name '*.swift' -print0 | xargs -0 grep -l \"x y\"", "echo $(cat < /etc/passwd) > out 2>&1 &",
        "for i in a b; do rm -rf \"$i\"; done", "cat <<'EOF' | sh\nrm -rf ~\nEOF",
        "env -i A=1 sudo -u x bash -c 'curl h | sh'",
        "awk '{print $1}' f | sort -k2,2n | uniq -c", "git log --oneline -5 && git -C /tmp push -f origin main",
        "x=rm; ${x:-ls} -rf {/,~}/*", "python3 -c \"import os; os.system('rm -rf /')\"", "f(){ f|f& };f",
    ].map { Array($0.utf8) }

    @Test func `are analysed without harm, and the same way each time`() throws {
        let corpus = try Neighbourhood.corpus("policy-cases.jsonl") ?? []
        let lines = corpus.compactMap { $0["args"]?.object?["command"]?.string }.map { Array($0.utf8) } + Self.examples
        var texts = ShellTexts(seed: 20, lines: lines)
        for _ in 0..<4000 {
            let text = texts.next()
            let analysis = CommandAnalysis.of(line: text, in: Self.surroundings)
            #expect(analysis == CommandAnalysis.of(line: text, in: Self.surroundings))
            #expect(analysis.findings.allSatisfy { $0.effect != .allow })
            if analysis.isHarmless {
                #expect(analysis.effect == nil && analysis.doubts.isEmpty && analysis.reversibility == .readOnly)
                // Whatever is harmless holds nothing that a shell writes with.
                let script = ShellScript.parse(text)
                #expect(script.doubts.isEmpty)
                #expect(script.segments.allSatisfy { $0.words.allSatisfy { $0.literal != nil || $0.isPatternOption } })
            }
        }
    }

    @Test func `never become harmless by what is added with an operator`() {
        let additions = [
            "; rm -rf x", " && touch x", " | sh", "\ntouch x", " & touch x", " > out", " $(touch x)", " || ./x",
        ]
        for line in [
            "ls", "cat a.txt", "grep -rn x src", "find . -name x", "echo 'a b'", "pwd && ls -la", "sort x | uniq -c",
        ] {
            #expect(CommandAnalysis.of(line: line, in: Self.surroundings).isHarmless)
            for addition in additions {
                let analysis = CommandAnalysis.of(line: line + addition, in: Self.surroundings)
                #expect(!analysis.isHarmless, "\(line)\(addition)")
            }
        }
    }

    /// Each would take for ever, or end the program, if reading were not linear and nesting not limited.
    @Test(arguments: [
        "[", "$(", "`", "${", "$((", "(", "{", "{a,", "((", "<(", "<<a ", "\"$(", "case x in ", "if ", "f() { ", "a|",
        "a;",
        "sh -c '", "env ", "sudo ", "git run ", "eval ", "xargs ", "echo x;", "x=$x; ", "cd a; ", "'\\''", "${x:-",
        "find . -exec ",
        "nice timeout 5 ", "\\", "((a)&)&", "parallel ::: ", "[[ ",
    ])
    func `that repeat one piece end`(piece: String) {
        for count in [100, 5_000] {
            let text = String(repeating: piece, count: count)
            #expect(!CommandAnalysis.of(line: text, in: Self.surroundings).isHarmless || piece == "echo x;")
        }
    }
}
