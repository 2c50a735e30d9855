import Glibc
import HITLTestSupport
import Testing

/// The shells themselves are asked, with a desk that runs: nothing here reads the scripts.
@Suite(.oneAtATime) struct `TAB in a shell` {
    /// A desk with the two requests that the demo begins with.
    private final class RunningDesk: Sendable {
        let home = TemporaryHome()
        let terminal: PseudoTerminal

        init() async throws {
            terminal = try PseudoTerminal.spawn(
                [PseudoTerminal.built("hitl"), "loop", "--enable-hitl"], environment: home.environment, rows: 60)
            try await terminal.until { $0.contains("2. Tool: sendEmail") && $0.cursorLine.hasPrefix("hitl") }
        }

        static var path: String { PseudoTerminal.built("hitl").dropLast("/hitl".count) + ":/usr/bin:/bin" }

        /// Runs a script by a shell whose environment leads to program and desk and to nothing else.
        func ask(_ shell: String, _ script: String) throws -> String {
            try home.write(script, to: "script")
            let places = home.environment.map { "\($0)='\($1)'" }.sorted().joined(separator: " ")
            return try Project.shell(
                "env -i \(places) PATH='\(Self.path)' LC_ALL=C.UTF-8 \(shell) '\(home.path)/script'")
        }
    }

    private static let cases: [(typed: String, offered: [String])] = [
        ("hitl appr", ["approve"]),
        ("hitl approve --re", ["--reason"]),
        ("hitl approve ", ["1", "2"]),
        ("hitl approve 1 --reason because ", ["1", "2"]),
        ("hitl show ", ["1", "2"]),
        ("hitl history --tool write", ["writeFile"]),
        ("hitl history --decision re", ["rejected"]),
        ("hitl history --req", ["--request"]),
        ("hitl config hitl.time", ["hitl.timeout"]),
        ("hitl audit ver", ["verify"]),
        ("hitl loop --agent sim", ["simulated"]),
        ("hitl ask --wait", ["--wait-for-desk"]),
        ("hitl ask deploy -- completions/_hi", ["completions/_hitl"]),
    ]

    @Test(.enabled(if: Project.has("bash"), "bash is not installed"))
    func `offers in bash what can be typed`() async throws {
        let desk = try await RunningDesk()
        for (typed, offered) in Self.cases {
            let words = typed.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
            let output = try desk.ask(
                "bash --norc",
                """
                source completions/hitl.bash; compopt() { :; }
                COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1); _hitl
                printf "%s\\n" "${COMPREPLY[@]}"
                """)
            #expect(output.split(separator: "\n").map(String.init).sorted() == offered, "\(typed)")
        }
    }

    @Test(.enabled(if: Project.has("bash"), "bash is not installed"))
    func `offers in bash the value after an equals sign`() async throws {
        let output = try await RunningDesk().ask(
            "bash --norc",
            """
            source completions/hitl.bash
            COMP_WORDS=(hitl history --tool = del); COMP_CWORD=4; _hitl; echo "${COMPREPLY[@]}"
            """)
        #expect(output == "deleteFile\n")
    }

    @Test(.enabled(if: Project.has("fish"), "fish is not installed"))
    func `offers in fish what can be typed`() async throws {
        let desk = try await RunningDesk()
        for (typed, offered) in Self.cases {
            let output = try desk.ask(
                "fish --no-config", "source completions/hitl.fish; complete -C '\(typed)'")
            let words = output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
            #expect(words.sorted() == offered, "\(typed)")
        }
    }

    @Test(.enabled(if: Project.has("fish"), "fish is not installed"))
    func `says in fish which tool a number is about`() async throws {
        let output = try await RunningDesk().ask(
            "fish --no-config", "source completions/hitl.fish; complete -C 'hitl approve '")
        #expect(output == "1\tdeleteFile\n2\tsendEmail\n")
    }

    /// zsh completes only on a terminal.
    @Test(.enabled(if: Project.has("zsh"), "zsh is not installed"))
    func `offers in zsh what can be typed`() async throws {
        let desk = try await RunningDesk()
        let zsh = try PseudoTerminal.spawn(
            ["/usr/bin/zsh", "-f"],
            environment: desk.home.environment.merging(["PATH": RunningDesk.path, "PS1": "> "]) { $1 },
            columns: 100, directory: Project.root)
        try await zsh.until { $0.cursorLine == ">" }
        zsh.send("fpath=($PWD/completions $fpath); autoload -Uz compinit; compinit -D -u; clear; echo ready\r")
        try await zsh.until { $0.lines.contains("ready") && $0.cursorLine == ">" }
        for (typed, offered) in Self.cases {
            zsh.send(typed)
            try await zsh.until { $0.cursorLine == "> \(typed)".trimmingEnd }
            zsh.send("\t\t")
            if offered.count == 1 {
                let stem = typed.split(separator: " ", omittingEmptySubsequences: false).dropLast().joined(
                    separator: " ")
                try await zsh.until { $0.cursorLine.hasPrefix("> \(stem) \(offered[0])") }
            } else {
                try await zsh.until { screen in
                    offered.allSatisfy { word in screen.lines.contains { $0.hasPrefix("\(word)  -- ") } }
                }
            }
            // Ctrl-U takes the line away, Ctrl-L the listing.
            zsh.send("\u{15}")
            try await zsh.until { $0.cursorLine == ">" }
            zsh.send("\u{0C}")
            try await zsh.until { $0.lines.allSatisfy { $0.isEmpty || $0 == ">" } }
        }
    }
}

extension String {
    fileprivate var trimmingEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
