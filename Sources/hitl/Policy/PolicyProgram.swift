import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLPlatform
import HITLTerminal

/// `hitl policy check`, `explain`, `test`, `replay`: work on the policy without running anything.
enum PolicyProgram {
    static let program = Program(
        definition: CommandDefinition(
            "policy", .program, summary: "check the policy, ask it about calls, test it, or try a new one",
            discussion: """
                check reads the configuration and names all that is wrong with it, each with file, line and column.

                explain says what the policy in force makes of calls, as if the gate were on, and why: every rule, \
                matched or not, with the fact that decided. A call is an object with tool and arguments, and may have \
                id, kind, agent, session, directory, reason and confidence. --calls takes one a line. What states no \
                call is denied, as it would be at the desk.

                test judges one call a line and compares: each has a member expect, which is allow, ask or deny, \
                or require_approval (asked or denied), block (denied) or sanitise (not allowed, and nothing hidden \
                in the text that an operator would see). The answer is TAP, or JSON with --json; the exit code is 1 \
                where a case fails.

                replay reads the decisions of the ledger and says, one line each, which of them the policy in \
                --policy would have changed, judged with the facts and the time of then; then it counts. The exit code \
                is 1 where it would allow what a person rejected.

                suggest prints rules for what people approved at least five times in the same form and never \
                rejected, with what they would have changed. They are in force when somebody puts them into a file.

                import claude FILE (a settings.json) and import codex FILE (a .rules file) print the rules of those \
                programs as a policy, with examples, and with comments on what has no counterpart and so asks.
                """,
            positionals: [
                .init("WHAT", .word(Work.allCases.map(\.rawValue)), doc: Work.list),
                .init(
                    "FILE", .file, .any,
                    doc: "of test: the cases; - is standard input. Of import: claude or codex, and a file"),
            ],
            options: [
                .init("call", "JSON", .text, doc: "of explain: one call"),
                .init("calls", "FILE", .file, doc: "of explain: a call a line; - is standard input"),
                .init("policy", "FILE", .file, doc: "of replay: the configuration to try"),
                .init("since", "WHEN", .moment, doc: "of replay and suggest: since a date, a time or a duration ago"),
                .init("last", "N", .count, doc: "of replay and suggest: the newest N decisions"),
                .init(
                    "config", "FILE", .file,
                    doc: "the configuration to work on; of replay, the one that names the ledger"),
                .init("json", doc: "print JSON: of explain and test a document a line, of the others one document"),
            ],
            examples: [
                .init("hitl policy check", "is the configuration in order?"),
                .init(
                    #"hitl policy explain --call '{"tool":"bash","arguments":{"command":"rm -rf ."}}'"#,
                    "what would happen?"),
                .init("hitl policy test cases.jsonl", "does the policy do what was meant?"),
                .init("hitl policy replay --since 30d --policy new.yaml", "what would it have changed this month?"),
                .init("hitl policy import claude .claude/settings.json > imported.yaml", "begin with what is there"),
            ]),
        run: run)

    enum Work: String, CaseIterable {
        case check, explain, test, replay, suggest, `import`

        static var list: String {
            let words = allCases.map(\.rawValue)
            return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        }

        /// What belongs to it beside --config and --json.
        var options: Set<String> {
            switch self {
            case .check, .test, .import: []
            case .explain: ["call", "calls"]
            case .replay: ["policy", "since", "last"]
            case .suggest: ["since", "last"]
            }
        }

        /// How many words may follow.
        var words: Int {
            switch self {
            case .check, .explain, .replay, .suggest: 0
            case .test: 1
            case .import: 2
            }
        }
    }

    private static func run(_ arguments: Arguments) throws(UsageError) -> ExitCode {
        let words = arguments.positionals
        guard let work = Work(rawValue: words[0]) else {
            throw .badValue(words[0], of: "hitl policy", expected: Work.list)
        }
        if words.count - 1 > work.words {
            throw .superfluous(argument: words[work.words + 1], command: "hitl policy \(work.rawValue)")
        }
        for other in Work.allCases {
            for option in other.options.sorted() where arguments.has(option) && !work.options.contains(option) {
                throw .superfluous(argument: "--" + option, command: "hitl policy \(work.rawValue)")
            }
        }
        let json = arguments.has("json")
        switch work {
        case .check:
            return judged(by: arguments) { checked($0, json: json) }
        case .explain:
            let lines: Lines
            switch (arguments.text("call"), arguments.text("calls")) {
            case (let call?, nil): lines = .bytes(Array(call.utf8))
            case (nil, let calls?): lines = .file(calls)
            case (nil, nil): throw .missing(argument: "--call or --calls", command: "hitl policy explain")
            case (_?, _?): throw .contradiction("--call", "--calls")
            }
            return judged(by: arguments) { judge in
                lines.read { ExplainProgram($0).print(judge, json: json) }
            }
        case .test:
            guard words.count > 1 else { throw .missing(argument: "FILE", command: "hitl policy test") }
            return judged(by: arguments) { judge in
                Lines.file(words[1]).read { PolicyCases($0).run(judge, json: json) }
            }
        case .replay:
            guard let file = arguments.text("policy") else {
                throw .missing(argument: "--policy FILE", command: "hitl policy replay")
            }
            return ReplayProgram(
                policyFile: file, configurationFile: arguments.text("config"),
                since: try arguments.moment("since", now: Clocks.system.wall()), last: try arguments.count("last"),
                json: json
            ).run()
        case .suggest:
            return SuggestProgram(
                configurationFile: arguments.text("config"),
                since: try arguments.moment("since", now: Clocks.system.wall()), last: try arguments.count("last"),
                json: json
            ).run()
        case .import:
            guard words.count == 3 else {
                throw .missing(argument: "claude FILE or codex FILE", command: "hitl policy import")
            }
            guard let origin = ImportProgram.Origin(rawValue: words[1]) else {
                throw .badValue(words[1], of: "hitl policy import", expected: "claude or codex")
            }
            return ImportProgram(origin: origin, path: words[2], json: json).run()
        }
    }

    private static func judged(by arguments: Arguments, _ body: (Judge) -> ExitCode) -> ExitCode {
        switch Place.find(file: arguments.text("config"), workspace: Process.directory) {
        case .failure(let failure): failure.report()
        case .success(let place): body(Judge(place))
        }
    }

    private enum Lines {
        case bytes([UInt8]), file(String)

        func read(_ body: ([UInt8]) -> ExitCode) -> ExitCode {
            switch self {
            case .bytes(let bytes): return body(bytes)
            case .file(let path):
                let bytes: [UInt8]
                do { bytes = try TextSource.read(path) } catch {
                    return Failure(.usage, "`\(path)` cannot be read: \(SystemError.reason(error.number))").report()
                }
                return body(bytes)
            }
        }
    }

    /// What is wrong is said, all of it, while the configuration is loaded.
    private static func checked(_ judge: Judge, json: Bool) -> ExitCode {
        let policy = judge.policy
        if json {
            Output.standard(
                JSONValue.members([
                    "errors": .array([]), "warnings": .array(judge.warnings.map(JSONValue.string)),
                    "rules": .integer(policy.rules.count), "version": .string(policy.version),
                ]).printable + "\n")
        } else {
            for warning in judge.warnings {
                Output.complaint(StyledText(DisplayText.block(untrusted: warning), indent: 0))
            }
            Output.standard("The policy is in order: \(policy.rules.count) rules, \(policy.version)\n")
        }
        return .done
    }
}
