import Glibc
import HITLTestSupport
import Testing

/// The shells themselves are asked, with a desk that runs: nothing here reads the scripts.
@Suite struct `TAB in a shell` {
    /// A desk with the two requests that the demo begins with.
    private final class RunningDesk: Sendable {
        let home = TemporaryHome()
        let terminal: PseudoTerminal

        init() async throws {
            terminal = try PseudoTerminal.spawn(
                [PseudoTerminal.built("hitl"), "loop", "--enable-hitl"], environment: home.environment)
            try await terminal.until { $0.cursorLine.hasPrefix("hitl (2) >") }
        }

        /// What a shell's environment must say for it to find program and desk.
        var variables: String {
            let places = home.environment.map { "\($0)='\($1)'" }.sorted().joined(separator: " ")
            let directory = PseudoTerminal.built("hitl").dropLast("/hitl".count)
            return "\(places) PATH='\(directory)':/usr/bin:/bin LC_ALL=C.UTF-8"
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

    @Test(.enabled(if: Project.has("bash"), "bash is not installed"), arguments: cases.indices)
    func `offers in bash what can be typed`(index: Int) async throws {
        let (typed, offered) = Self.cases[index]
        let desk = try await RunningDesk()
        let words = typed.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
        let script = """
            source completions/hitl.bash; compopt() { :; }
            COMP_WORDS=(\(words.joined(separator: " "))); COMP_CWORD=\(words.count - 1); _hitl
            printf "%s\\n" "${COMPREPLY[@]}"
            """
        let output = try desk.home.run(script, in: "bash --norc", with: desk.variables)
        #expect(output.split(separator: "\n").map(String.init).sorted() == offered, "\(typed)")
    }

    @Test(.enabled(if: Project.has("bash"), "bash is not installed"))
    func `offers in bash the value after an equals sign`() async throws {
        let desk = try await RunningDesk()
        let output = try desk.home.run(
            """
            source completions/hitl.bash
            COMP_WORDS=(hitl history --tool = del); COMP_CWORD=4; _hitl; echo "${COMPREPLY[@]}"
            """,
            in: "bash --norc", with: desk.variables)
        #expect(output == "deleteFile\n")
    }

    @Test(.enabled(if: Project.has("fish"), "fish is not installed"), arguments: cases.indices)
    func `offers in fish what can be typed`(index: Int) async throws {
        let (typed, offered) = Self.cases[index]
        let desk = try await RunningDesk()
        let output = try desk.home.run(
            "source completions/hitl.fish; complete -C '\(typed)'", in: "fish --no-config", with: desk.variables)
        let words = output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        #expect(words.sorted() == offered, "\(typed)")
    }

    @Test(.enabled(if: Project.has("fish"), "fish is not installed"))
    func `says in fish which tool a number is about`() async throws {
        let desk = try await RunningDesk()
        let output = try desk.home.run(
            "source completions/hitl.fish; complete -C 'hitl approve '", in: "fish --no-config", with: desk.variables)
        #expect(output == "1\tdeleteFile\n2\tsendEmail\n")
    }

    @Test(.enabled(if: Project.has("zsh"), "zsh is not installed"), arguments: cases.indices)
    func `offers in zsh what can be typed`(index: Int) async throws {
        let (typed, offered) = Self.cases[index]
        let desk = try await RunningDesk()
        // zsh completes only on a terminal. The listing is asked for even where one word is left.
        let zsh = try PseudoTerminal.spawn(
            ["/usr/bin/zsh", "-f"],
            environment: desk.home.environment.merging([
                "PATH": "\(PseudoTerminal.built("hitl").dropLast("/hitl".count)):/usr/bin:/bin", "PS1": "> ",
            ]) { $1 }, columns: 100, directory: Project.root)
        try await zsh.until { $0.cursorLine.hasPrefix(">") }
        zsh.send("fpath=($PWD/completions $fpath); autoload -Uz compinit; compinit -D -u; clear; echo ready\r")
        try await zsh.until { $0.lines.contains("ready") && $0.cursorLine == ">" }
        zsh.send(typed)
        try await zsh.until { $0.cursorLine == "> \(typed)".trimmingEnd }
        zsh.send("\t\t")
        if offered.count == 1 {
            let stem = typed.split(separator: " ", omittingEmptySubsequences: false).dropLast().joined(separator: " ")
            try await zsh.until { $0.cursorLine.hasPrefix("> \(stem) \(offered[0])") }
        } else {
            try await zsh.until { screen in
                offered.allSatisfy { word in screen.lines.contains { $0.hasPrefix("\(word)  -- ") } }
            }
        }
    }
}

extension TemporaryHome {
    /// Runs a script by a shell, with these variables and no others.
    func run(_ script: String, in shell: String, with variables: String) throws -> String {
        try write(script, to: "script")
        return try Project.shell("env -i \(variables) \(shell) '\(path)/script'")
    }
}

extension String {
    fileprivate var trimmingEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
