import HITLCore
import Testing

private let surroundings = PathSurroundings(
    directory: "/code/app", workspace: "/code/app", home: "/home/casey", gateFiles: ["/srv/desk"])

private func of(_ line: String) -> CommandAnalysis { CommandAnalysis.of(line: line, in: surroundings) }

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite struct `An analysed command` {
    @Test func `is shown without its wrappers, and with their names`() {
        let analysis = of("sudo -u root env A=1 timeout 5 bash -c 'rm -r build; ls' && ls | xargs wc -l")
        let segments = analysis.segments.map { segment in
            (segment.via + [segment.arguments.map(text).joined(separator: " ")]).joined(separator: " > ")
        }
        #expect(
            segments == [
                "rm -r build", "ls", "ls", "xargs > wc -l",
            ])
        #expect(analysis.programs.map(text) == ["sudo", "env", "timeout", "bash", "rm", "ls", "ls", "xargs", "wc"])
    }

    @Test func `names what it reads, writes and deletes`() {
        let paths = of("cat a.txt > b.txt; cd src && rm -r old ../x").paths.map { path in
            "\(path.access.rawValue) \(text(path.bytes)) in \(path.directory ?? "?")"
        }
        #expect(
            paths == [
                "write b.txt in /code/app", "read a.txt in /code/app", "read src in /code/app",
                "removeTree old in /code/app/src", "removeTree ../x in /code/app/src",
            ])
    }

    @Test func `names the hosts that it would reach`() {
        #expect(of("curl -s https://user@example.com:8443/x").hosts.map(text) == ["example.com"])
        #expect(of("wget -q http://[::1]/x").hosts.map(text) == ["::1"])
        #expect(of("ls | grep example.com").hosts.isEmpty)
    }

    @Test func `says in its own words what is risky`() {
        let findings = of("sudo rm -rf old/").findings.map {
            "\($0.factor) \($0.effect.map(\.rawValue) ?? "risk"): \($0.words)"
        }
        #expect(
            findings == [
                "privilege ask: sudo runs it as somebody else or outside of the usual limits",
                "file_deletion ask: `old/` would be deleted", "recursion ask: with everything beneath it",
                "system_command ask: rm changes something",
            ])
    }

    @Test func `never gets the agent's bytes raw into its words`() {
        let analysis = of("evil\u{1B}[2K\u{202E}`x` 'a\u{7}b'")
        for words in analysis.findings.map(\.words) + analysis.doubts {
            #expect(words.utf8.allSatisfy { (0x20..<0x7F).contains($0) }, "\(words)")
        }
    }

    @Test func `counts as hard to undo where nothing brings the former state back`() {
        #expect(of("ls").reversibility == .readOnly)
        #expect(of("touch a").reversibility == .reversible)
        #expect(of("rm a").reversibility == .irreversible)
        #expect(of("curl https://example.com").reversibility == .irreversible)
        #expect(of("ls $x").reversibility == .irreversible)
    }

    @Test func `of nothing is refused`() {
        for line in ["", " ", "\n\n", "# only a comment"] { #expect(of(line).effect == .deny) }
        #expect(CommandAnalysis.of(argv: []).effect == .deny)
        #expect(CommandAnalysis.of(argv: [[]]).effect == .deny)
    }

    @Test func `that no shell sees means its bytes and nothing else`() {
        func argv(_ words: String...) -> CommandAnalysis {
            CommandAnalysis.of(argv: words.map { Array($0.utf8) }, in: surroundings)
        }
        #expect(argv("ls", "a; rm -rf b").isHarmless)
        #expect(argv("echo", "$(id)", "*", "> x").isHarmless)
        #expect(argv("rm", "-rf", "/").effect == .deny)
        #expect(argv("sh", "-c", "rm -rf ~").effect == .deny)
        #expect(!argv("ls", "a\u{0}b").isHarmless)
        #expect(argv("touch", "a").effect == .ask)
    }

    @Test func `knows the gate's own places`() {
        #expect(of("echo x > /srv/desk/ledger.db").effect == .deny)
        #expect(of("rm -rf /srv").effect == .deny)
        #expect(of("cd /srv && rm -r desk").effect == .deny)
    }

    /// After `cd x;` the next command runs where the change led, or where it failed to lead.
    @Test func `is judged in every directory in which it may run`() {
        #expect(of("cd src && cat ../a.txt").isHarmless)
        #expect(!of("cd src; cat ../a.txt").isHarmless)
        #expect(of("cd src; cat a.txt").isHarmless)
        #expect(!of("cd src && ls; cat ../a.txt").isHarmless)
        #expect(!of("cd /tmp; ls").isHarmless)
    }

    @Test func `trusts a name only where it means the system's program`() {
        #expect(of("/bin/ls").isHarmless && of("\\ls").isHarmless)
        for line in [
            "./ls", "bin/ls", "/tmp/ls", "/bin/../tmp/ls", "ls() { x; }; ls", "alias ls=x; ls", "hash -p /tmp/x ls; ls",
            "LS", "l\u{455}",
        ] {
            #expect(!of(line).isHarmless, "\(line)")
        }
        // The segment itself, not only what stands before it.
        #expect(of("ls; ls").segments.last?.isHarmless == true)
        for line in ["ls() { x; }; ls", "alias ls=x; ls", "hash -p /tmp/x ls; ls"] {
            #expect(of(line).segments.last?.isHarmless == false, "\(line)")
        }
    }
}

@Suite struct `The tables of harmless options` {
    /// What a misprint in a table could let through.
    @Test func `have none of the options that write or run`() {
        for line in [
            "sort -o x a", "sort --output=x a", "sort --compress-program=x a", "rg --pre x a", "rg --hostname-bin=x a",
            "rg -z a",
            "grep -P x a", "tree -o x", "date -s x", "date -f x", "hostname x", "file -C -m x", "uniq a b", "xxd -r a",
            "tail -f a",
            "find . -delete", "find . -exec x ;", "find . -fprint x", "jq --rawfile a b .", "base64 -o x a",
            "iconv -o x a",
            "shuf -o x a", "diff --to-file=x a", "wc --files0-from=x", "du --files0-from=x", "fd -x a", "fd -X a",
            "ps aux", "sed -i p a",
            "sed -f x a", "awk -f x a", "id --files0", "env", "printf -v a b", "less a", "more a", "man a", "tee a",
            "cargo --version",
            "yarn --version", "hg --version", "go version", "pytest --version", "mvn --version", "gradle --version",
        ] {
            #expect(!of(line).isHarmless, "\(line)")
        }
    }

    @Test func `do not know abbreviated long options`() {
        #expect(of("sort --reverse a").isHarmless)
        for line in ["sort --rev a", "sort --out=x a", "sort --o x a", "ls --al", "grep --recur x"] {
            #expect(!of(line).isHarmless, "\(line)")
        }
    }

    @Test func `respect the end of options`() {
        #expect(of("rg -- --pre src").isHarmless && of("cat -- -x").isHarmless && of("ls -- --unknown").isHarmless)
        #expect(of("rg -e --pre src").isHarmless)
        #expect(!of("rg --pre -- src").isHarmless)
    }
}
