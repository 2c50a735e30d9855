import HITLTestSupport
import Testing

/// A loop that is started for a program which turns out to be no agent has nothing to go on with.
@Suite(.oneAtATime) struct `A program that is no agent` {
    private static let advice = [
        "acp": "give a command that speaks the Agent Client Protocol, as many do with an option such as `--acp`",
        "exec": "give a command that speaks the desk's protocol (docs/formats/desk-protocol.md, section 5)",
    ]

    private static func play(_ kind: String, _ words: [String], in home: Home) async throws -> Said {
        try await home.script(
            ["say hello", "/quit"],
            ["--enable-hitl", "--agent", kind, "--workspace", home.workspace, "--"] + words)
    }

    private static func refusal(_ kind: String, _ reason: String) -> String {
        "hitl: The agent `\(kind)` did not begin, because \(reason): \(advice[kind] ?? "").\n"
    }

    @Test(arguments: ["acp", "exec"]) func `because it is not there, opens no desk`(_ kind: String) async throws {
        let home = try Home()
        try home.write("no program", to: "w/text")
        for (word, reason) in [
            (home.path("w/gone"), "there is no command `\(home.path("w/gone"))`"),
            ("nonesuch", "there is no command `nonesuch`"),
            (home.path("w/text"), "`\(home.path("w/text"))` is no program that may be run"),
            (home.workspace, "`\(home.workspace)` is no program that may be run"),
        ] {
            let said = try await Self.play(kind, [word], in: home)
            #expect(
                said == Said(code: 1, err: Self.refusal(kind, "`\(word)` cannot be started: \(reason)")), "\(said)")
        }
    }

    @Test(arguments: ["acp", "exec"])
    func `because it ends at once, or is none in truth, ends the loop`(_ kind: String) async throws {
        let home = try Home()
        try home.write("\u{7F}ELF no program", to: "w/broken", mode: 0o700)
        for (words, reason) in [
            (["true"], "`true` ended with exit code 0"),
            (["sh", "-c", "echo no such model >&2; exit 3"], "`sh` ended with exit code 3, saying: no such model"),
            (["sh", "-c", "kill -9 $$"], "`sh` was ended by signal 9"),
            (["echo", "usage: something"], "`echo` ended with exit code 0"),
            (
                [home.path("w/broken")],
                "`\(home.path("w/broken"))` cannot be started: it cannot be executed: Exec format error"
            ),
        ] {
            let said = try await Self.play(kind, words, in: home)
            #expect(said.code == 1 && said.err == Self.refusal(kind, reason), "\(words): \(said)")
            // What was typed for it is not taken for something else.
            #expect(!said.out.contains("> say hello"), "\(said.out)")
        }
    }

    @Test func `because it babbles, ends the loop`() async throws {
        for (kind, words, reason) in [
            ("acp", ["yes"], "`yes` sent 1000 lines that are no messages and was ended"),
            ("exec", ["yes"], "`yes` has written 100 lines that are no requests and is ended"),
            ("exec", ["cat"], "`cat` has written 100 lines that are no requests and is ended"),
            (
                "acp", ["cat"],
                "`cat` did not let a session begin: There is no method `initialize` here. (-32601)"
            ),
        ] {
            let said = try await Self.play(kind, words, in: try Home())
            #expect(said.code == 1 && said.err == Self.refusal(kind, reason), "\(words): \(said)")
        }
    }

    @Test func `ends the loop of a person, too, and leaves the terminal as it was`() async throws {
        let home = try Home()
        let terminal = try PseudoTerminal.spawn(
            [Home.hitl, "loop", "--enable-hitl", "--agent", "acp", "--", "true"], environment: home.environment,
            directory: home.workspace)
        #expect(try await terminal.waitForExit() == .exited(1))
        try await terminal.until { $0.contains("The agent `acp` did not begin, because `true` ended with exit code 0") }
    }

    @Test func `that is added to others is told of, and the loop goes on`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play(
            "/agent add acp -- /nonexistent", "/agent add acp -- true", "/agent use acp", "say still here")
        #expect(said.out.contains("did not begin, because `/nonexistent` cannot be started"), "\(said)")
        #expect(said.out.contains("The agent `acp-2` did not begin, because `true` ended with exit code 0"), "\(said)")
        #expect(said.out.contains("acp│ still here"), "\(said)")
    }
}
