import HITLConfiguration
import HITLConsole

extension Manual {
    static let date = "2026-11-21"

    /// `hitl(1)`.
    var programPage: String {
        var page = Roff(
            "HITL", section: 1, date: Self.date, source: "hitl \(version)", manual: "User Commands", origin: Self.origin
        )
        page.section("NAME")
        page.name("hitl", "put a person between AI agents and the tools they call")
        page.section("SYNOPSIS")
        for program in programs {
            page.markup("\(Roff.typed("hitl \(program.name)")) \(Roff.synopsis(program.synopsis))")
        }
        page.markup("\(Roff.typed("hitl")) \(Roff.synopsis("COMMAND [ARGUMENT …]"))")
        page.markup("\(Roff.typed("hitl")) \(Roff.synopsis("--help")) | \(Roff.synopsis("--version"))")

        page.section("DESCRIPTION")
        page.paragraphs(Self.description)
        programsSection(of: &page)
        deskSection(of: &page)
        loopSection(of: &page)
        toolsSection(of: &page)
        page.section("THE RECORD")
        page.paragraphs(Self.record)
        page.section("ENVIRONMENT")
        for (name, words) in environment { page.item(Roff.typed(name), words) }
        page.section("FILES")
        for (name, words) in Self.paths { page.item(Roff.typed(name), words) }
        page.section("EXIT STATUS")
        page.paragraphs("These numbers are part of the interface and stay.")
        for code in ExitCode.all { page.item(Roff.typed(String(code.rawValue)), code.meaning) }
        page.section("SECURITY")
        page.paragraphs(Self.security)
        page.section("SEE ALSO")
        page.paragraphs(
            """
            `hitl.yaml`(5); `share/doc/hitl/conformance.md` beside the installed program: what each adapter does with \
            the same cases, tried with real agents.
            """)
        return page.text
    }

    private static let description = """
        `hitl` holds the calls of AI agents until a person has decided on them. An agent proposes a call; it waits in \
        a queue that outlives the program; you see all of it and approve or reject; exactly what you saw runs, once; \
        and the ledger can prove it afterwards.

        A running `hitl loop` is a desk: the prompt where you decide, an agent to talk to, and a socket where other \
        programs ask and other terminals decide. One desk owns a ledger; a second one on the same ledger says so and \
        ends.

        Nothing approves by default, by Enter, or by keys that were typed before a request was shown. What cannot be \
        written to the ledger is refused and does not run.

        Options may be given in any order, `--` ends them. Durations are `250ms`, `30s`, `5m`, `2h` or `7d`; a bare \
        number is an error on the command line. With `--json` a command prints one JSON document with the same facts \
        as its text.
        """

    private static let record = """
        Every request, decision, start and outcome is an entry in the ledger, chained to the one before by its hash. \
        `hitl audit export --format jsonl` prints one line of JSON for each request and for each call that a rule \
        decided, with these members: `eventId`, `number`, `timestamp`, `sessionId`; `action` (tool, args, directory, \
        digest); `context` (agent, lineage, provider, model, aiConfidence, statedReason, userId); `policy` (effect, \
        rules, version, risk); `review` (approved, decision, decidedBy, reason, conditions, reviewer, decidedAt, \
        shownAt, hiddenLines, signature, reviewDuration, escalationLevel, actor) and `outcome` (status, success, summary, executionTime, result). \
        Times are RFC 3339 in UTC with milliseconds, durations are whole milliseconds, confidence is 0 to 1, risk \
        scores are 0 to 100; what is not known is null.

        A request is `pending`, then `approved`, `rejected`, `expired`, `withdrawn` or `superseded`; a call that a \
        rule decided is `allowed` or `denied`, and `ungated` where the loop ran without --enable-hitl. What was \
        permitted ends as `succeeded`, `failed` or `unknown`: `unknown` is a call whose process ended between its \
        start and its end. It may have happened, and it is never run again by itself.
        """

    private static let security = """
        The gate holds what goes through it. A program that runs as the same user can type into your terminal, write \
        to the ledger's file and read its keys, whatever `hitl` does; what helps is to run agents as another user. \
        `SECURITY.md` in the sources says what is trusted, what is not, and gives the commands.
        """

    static let paths: KeyValuePairs = [
        "$XDG_CONFIG_HOME/hitl/hitl.yaml":
            "The configuration; `~/.config/hitl/hitl.yaml` where the variable is not set.",
        "WORKSPACE/hitl.yaml": "Can only make things stricter; what would loosen is named at the start and ignored.",
        "$XDG_STATE_HOME/hitl/":
            "The state directory, mode 0700; `~/.local/state/hitl/` where the variable is not set. The demo has its own.",
        "ledger.db, ledger.db-wal, ledger.db-shm": "The ledger, in the state directory. `audit.path` names another.",
        "ledger.db.heads, ledger.db.checkpoints":
            "Heads of the ledger, and what was signed of it, by which a later cut is noticed. Keep copies elsewhere.",
        "ledger.db.key, ledger.db.tree":
            "The key that checkpoints are signed with, and hashes of the tree that can be derived again.",
        "ledger.jsonl, ledger.jsonl.2 …, .torn-N":
            "The ledger where `audit.storage` is `file`; what `hitl audit repair` took off a torn end.",
        "ledger.db.sink-…": "How far each of `audit.sinks` is.",
        "keys/": "Your signing key, the keys that you trust, and the key of encrypted records, mode 0600.",
        "mcp/": "Definitions of tools as `hitl mcp` first saw them.",
        "witness/": "The key of `hitl audit witness`, and the last checkpoint of each log it saw.",
        "ledger.db.lock": "Held by the desk that owns the ledger.",
        "digest.key": "The key of the digests in the ledger, in the state directory.",
        "snapshots/": "What would undo calls that ran: earlier contents of files, mode 0600.",
        "history": "Lines typed at the prompt, mode 0600, without arguments of calls, reasons and conditions.",
        "outbox/": "Where `sendEmail` writes messages. `tools.outbox` names another.",
        "$XDG_RUNTIME_DIR/hitl/desk.sock":
            "The desk's socket, mode 0600; in the state directory where the variable is not set.",
        "~/.editrc": "Settings of the line editor; see editrc(5).",
    ]

    // MARK: Commands

    private func programsSection(of page: inout Roff) {
        page.section("PROGRAMS")
        for program in programs { describe(program, as: "hitl \(program.name)", on: &page) }
    }

    private func deskSection(of page: inout Roff) {
        page.section("COMMANDS OF THE DESK")
        page.paragraphs(
            """
            At the prompt these are typed with a slash, `/hitl approve 1`; in any other terminal or script of the same \
            user without it, `hitl approve 1`. Commands that read work without a desk too, on the ledger's file; those \
            that decide need one.
            """)
        for command in desk { describe(command, as: "hitl \(command.name)", on: &page) }
    }

    private func loopSection(of page: inout Roff) {
        page.section("AT THE PROMPT")
        page.paragraphs(
            """
            A line that does not begin with a slash goes to the agent. While something is pending, a line that looks \
            like a decision (`yes`, `ok`, `approve 1`) is not sent to the agent but answered with what to type. A \
            request that has not been on the screen in full for 0.4 seconds cannot be approved there. A paste never \
            runs by itself.

            TAB completes, Ctrl-R searches the history, Ctrl-C clears the line, Ctrl-Z stops the program until `fg`, \
            Ctrl-D ends the loop and asks first while something is pending.
            """)
        for command in loop { describe(command, as: command.typed, on: &page) }
    }

    private func describe(_ command: CommandDefinition, as typed: String, on page: inout Roff) {
        page.subsection(typed)
        // Those of the programs stand at the top of the page.
        if command.family != .program, !command.synopsis.isEmpty {
            page.markup("\(Roff.typed(typed)) \(Roff.synopsis(command.synopsis))")
        }
        page.paragraphs(Self.sentence(command.summary))
        page.paragraphs(command.discussion)
        for positional in command.positionals { page.item("\\fI\(Roff.literal(positional.name))\\fR", positional.doc) }
        for option in command.options {
            let value = option.value.map { " \\fI\(Roff.literal($0))\\fR" } ?? ""
            page.item(Roff.typed("--" + option.name) + value, option.doc)
        }
        if let rest = command.rest {
            page.item("\(Roff.typed("--")) \\fI\(Roff.literal(rest.name))\\fR \\[u2026]", rest.doc)
        }
        if !command.examples.isEmpty { page.paragraphs(command.examples.count == 1 ? "Example:" : "Examples:") }
        for example in command.examples { page.item(Roff.typed(example.line), example.meaning) }
    }

    private func toolsSection(of page: inout Roff) {
        page.section("TOOLS")
        page.paragraphs(
            """
            What an agent in the loop can call, and `hitl` itself carries out. File tools are confined to the \
            workspace; commands run in a session of their own, with a clean environment and without a terminal. Calls that only \
            read beneath the workspace need nobody (unless `policy.autoApproveThreshold` is `never`); all others ask.
            """)
        for tool in tools {
            page.item("\(Roff.typed(tool.name)) (\(tool.kind))", tool.summary)
            page.nested { page in
                for parameter in tool.parameters {
                    let need = parameter.isRequired ? "" : ", optional"
                    page.item(
                        "\\fI\(Roff.literal(parameter.name))\\fR", "\(parameter.form)\(need). \(parameter.summary)")
                }
            }
        }
    }

    // MARK: Environment

    private var environment: [(name: String, words: String)] {
        var entries: [(String, String)] = [
            ("HITL_CONFIG", "The configuration file, where --config names none."),
            ("HITL_SOCKET", "The desk's socket, where --socket names none."),
        ]
        for key in settings where key.isAvailable {
            for variable in key.variables { entries.append((variable, "Sets `\(key.name)`: \(key.type).")) }
        }
        entries += [
            (
                "NEUROLINK_HITL_\u{2026}",
                "Each of the names that set something is read with `NEUROLINK_` before it too."
            ),
            ("XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_RUNTIME_DIR", "Where files are; see FILES."),
            ("NO_COLOR", "Where it is set and not empty, nothing is coloured."),
            (
                "TERM",
                "Where it is not set, or `dumb`, lines are read without editing, the cursor is not moved, and a new "
                    + "request rings the bell and is shown at the next Enter."
            ),
            (
                "LC_ALL, LC_CTYPE, LANG",
                "Where they do not name UTF-8, everything outside ASCII is shown as `<U+2026>`, and no pictures."
            ),
            ("VISUAL, EDITOR", "What `/hitl edit N` opens arguments with; `vi` where neither is set."),
            ("TMPDIR", "Where scratch directories are made; `/tmp` where it is not set."),
            ("EDITRC", "A file to read instead of `~/.editrc`."),
        ]
        return entries
    }

    /// `list decisions, newest last` as a sentence.
    private static func sentence(_ summary: String) -> String {
        summary.prefix(1).uppercased() + summary.dropFirst() + "."
    }
}
