import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLPlatform
import HITLTerminal

/// `hitl policy check`, `explain`, `test`: work on the policy without running anything.
enum PolicyProgram {
    static let program = Program(
        definition: CommandDefinition(
            "policy", .program, summary: "check the policy, ask it about calls, or test it",
            discussion: """
                check reads the configuration and names all that is wrong with it, each with file, line and column.

                explain says what the policy in force makes of calls, as if the gate were on, and why. A call is an \
                object with tool and arguments, and may have id, kind, agent, session, directory, reason and \
                confidence. --calls takes one a line. What states no call is denied, as it would be at the desk.

                test judges one call a line and compares: each has a member expect, which is allow, ask or deny, \
                or require_approval (asked or denied), block (denied) or sanitise (not allowed, and nothing hidden \
                in the text that an operator would see). The answer is TAP, or JSON with --json; the exit code is 1 \
                where a case fails.
                """,
            positionals: [
                .init("WHAT", .word(["check", "explain", "test"]), doc: "check, explain or test"),
                .init("FILE", .file, .optional, doc: "of test: the cases; - is standard input"),
            ],
            options: [
                .init("call", "JSON", .text, doc: "of explain: one call"),
                .init("calls", "FILE", .file, doc: "of explain: a call a line; - is standard input"),
                .init("config", "FILE", .file, doc: "the configuration to work on"),
                .init("json", doc: "print one JSON document a call or case"),
            ],
            examples: [
                .init("hitl policy check", "is the configuration in order?"),
                .init(
                    #"hitl policy explain --call '{"tool":"bash","arguments":{"command":"rm -rf ."}}'"#,
                    "what would happen?"),
                .init("hitl policy test cases.jsonl", "does the policy do what was meant?"),
            ]),
        run: run)

    private enum Work: String { case check, explain, test }

    private static func run(_ arguments: Arguments) throws(UsageError) -> ExitCode {
        let words = arguments.positionals
        guard let work = Work(rawValue: words[0]) else {
            throw .badValue(words[0], of: "hitl policy", expected: "check, explain or test")
        }
        if work != .test, words.count > 1 { throw .superfluous(argument: words[1], command: "policy \(work.rawValue)") }
        let lines = try source(work, arguments)

        let place: Place
        switch Place.find(file: arguments.text("config"), workspace: Process.directory) {
        case .failure(let failure): return failure.report()
        case .success(let found): place = found
        }
        guard let lines else { return checked(place, json: arguments.has("json")) }
        let bytes: [UInt8]
        switch lines {
        case .bytes(let given): bytes = given
        case .file(let path):
            do { bytes = try TextSource.read(path) } catch {
                return Failure(.usage, "`\(path)` cannot be read: \(SystemError.reason(error.number))").report()
            }
        }
        let judge = Judge(place)
        return work == .test
            ? PolicyCases(bytes).run(judge, json: arguments.has("json"))
            : Explanation(bytes).print(judge, json: arguments.has("json"))
    }

    private enum Lines { case bytes([UInt8]), file(String) }

    /// nil where the work needs none.
    private static func source(_ work: Work, _ arguments: Arguments) throws(UsageError) -> Lines? {
        let call = arguments.text("call")
        let calls = arguments.text("calls")
        switch work {
        case .check:
            return nil
        case .explain:
            switch (call, calls) {
            case (let call?, nil): return .bytes(Array(call.utf8))
            case (nil, let calls?): return .file(calls)
            case (nil, nil): throw .missing(argument: "--call or --calls", command: "policy explain")
            case (_?, _?): throw .contradiction("--call", "--calls")
            }
        case .test:
            guard arguments.positionals.count > 1 else { throw .missing(argument: "FILE", command: "policy test") }
            return .file(arguments.positionals[1])
        }
    }

    /// What is wrong is said, all of it, while the configuration is loaded.
    private static func checked(_ place: Place, json: Bool) -> ExitCode {
        let policy = Judge(place).policy
        if json {
            Output.standard(
                JSONValue.members([
                    "errors": .array([]), "rules": .integer(policy.rules.count), "version": .string(policy.version),
                ]).printable + "\n")
        } else {
            Output.standard("The policy is in order: \(policy.rules.count) rules, \(policy.version)\n")
        }
        return .done
    }
}
