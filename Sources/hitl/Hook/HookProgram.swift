import Glibc
import HITLAgents
import HITLConsole
import HITLCore

/// `hitl hook` on the command line.
enum HookProgram {
    static let program = Program(
        definition: CommandDefinition(
            "hook", .program, summary: "hold an agent's calls for approval, as a hook that the agent runs",
            discussion: """
                hitl hook claude, codex or gemini reads one event of that agent from standard input, asks the desk whether \
                the call may run, and answers in that agent's own form: allowed, refused with the reason for the model, or \
                with the arguments that the operator edited. hitl hook install AGENT prints the agent's settings file with \
                the hook in it; with --write it is put there, the former file is kept beside it, and what changed is \
                printed. hitl hook uninstall AGENT takes it out again.

                Allowing never widens what the agent's own rules deny. Codex and Gemini CLI may still ask their own user.

                Whatever is in doubt is refused: no desk, a desk that dies, an event that cannot be read or is not known, \
                arguments that two parsers might read differently, time that runs out, a signal. Then the exit code is 2 \
                with the reason on standard error; where the agent asks for a permission (PermissionRequest) it is a \
                denial in its form, because an exit code decides nothing there.

                Agents go on after a hook that failed in any other way. So install adds "|| exit 2" to the command, which \
                makes a refusal of a missing program, of a crash and of SIGKILL; for Claude Code "onFailure": "block", \
                which covers its own time running out; and a time for the hook of a day, ten seconds longer than the hook \
                itself takes. Codex passes over a hook that is new or was changed until you trust it with /hooks. A hook \
                that the agent was told not to run (disableAllHooks, --bare) holds nothing: run the agent behind \
                hitl loop --agent where that matters.

                The desk is the one of --socket, else that of the home directory in the password database: what the \
                environment says is the agent's to choose, and is not looked at. With --desk-key, which install writes, only \
                answers count that the desk proves by its key (desk.key in the state directory, made once): a program that \
                puts its own socket in the desk's place answers nothing. What came of a call is the agent's to \
                know; the record says that it was not observed.
                """,
            positionals: [
                .init(
                    "WHAT", .word(["claude", "codex", "gemini", "install", "uninstall"]),
                    doc: "the agent whose event comes, or what to do with the hook"),
                .init("AGENT", .word(["claude", "codex", "gemini"]), .optional, doc: "whose settings, for install"),
            ],
            options: [
                .init("socket", "PATH", .file, doc: "where the desk listens"),
                .init(
                    "desk-key", "FILE", .file,
                    doc: "believe only the desk that has this key; install names the own desk's"),
                .init(
                    "timeout", "D", .duration, doc: "refuse after this time; install gives the agent ten seconds more"),
                .init("user", doc: "the settings of all your projects (install without --project)"),
                .init("project", doc: "the settings of the project in this directory"),
                .init("file", "FILE", .file, doc: "this settings file instead"),
                .init("write", doc: "change the file instead of printing it"),
            ],
            examples: [
                .init("hitl hook install claude --write", "every call of Claude Code comes to your desk"),
                .init("hitl hook install gemini --project", "print what .gemini/settings.json would be"),
                .init("hitl hook uninstall claude --write", "take it out again"),
            ]),
        status: run)

    /// The words that an agent runs us with, read without the table of all commands: it happens at every call.
    static func fast(_ words: [String]) -> HookRun? {
        guard let first = words.first, let agent = HookAgent(rawValue: first) else { return nil }
        var socket: String?
        var key: String?
        var patience: Milliseconds?
        var rest = words.dropFirst()
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch option {
            case "--socket" where socket == nil && !value.isEmpty: socket = value
            case "--desk-key" where key == nil && !value.isEmpty: key = value
            case "--timeout" where patience == nil:
                guard let duration = Milliseconds(text: value), duration.count > 0 else { return nil }
                patience = duration
            default: return nil
            }
        }
        return HookRun(
            agent: agent, socket: socket, deskKey: key, patience: patience ?? HookRun.patience(of: agent))
    }

    private static func run(_ arguments: Arguments) throws(UsageError) -> Int32 {
        let what = arguments.positionals[0]
        if let agent = HookAgent(rawValue: what) {
            guard arguments.positionals.count == 1 else {
                throw .superfluous(argument: arguments.positionals[1], command: "hitl hook")
            }
            for option in ["user", "project", "file", "write"] where arguments.has(option) {
                throw .unknownOption("--" + option, command: "hitl hook \(what)", nearest: nil)
            }
            let patience = try arguments.duration("timeout")
            guard patience.map({ $0.count > 0 }) ?? true else {
                throw .badValue(arguments.text("timeout") ?? "", of: "--timeout", expected: "more than nothing")
            }
            return HookRun(
                agent: agent, socket: arguments.text("socket"), deskKey: arguments.text("desk-key"),
                patience: patience ?? HookRun.patience(of: agent)
            ).run()
        }
        guard what == "install" || what == "uninstall" else {
            throw .badValue(what, of: "WHAT", expected: "claude, codex, gemini, install or uninstall")
        }
        guard arguments.positionals.count == 2 else { throw .missing(argument: "AGENT", command: "hitl hook \(what)") }
        guard let agent = HookAgent(rawValue: arguments.positionals[1]) else {
            throw .badValue(arguments.positionals[1], of: "AGENT", expected: "claude, codex or gemini")
        }
        for (one, other) in [("user", "project"), ("user", "file"), ("project", "file")]
        where arguments.has(one) && arguments.has(other) {
            throw .contradiction("--" + one, "--" + other)
        }
        return try HookInstallation(agent: agent, isRemoval: what == "uninstall", arguments: arguments).run().rawValue
    }
}
