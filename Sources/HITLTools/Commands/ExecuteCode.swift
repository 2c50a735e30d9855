import HITLCore
import HITLPlatform

/// Feeds code to an interpreter's standard input.
struct ExecuteCode: Tool {
    private let argv: [String]
    private let code: String
    private let timeLimit: Milliseconds?

    /// The command for each language. All of them read a program from standard input.
    private static let interpreters: KeyValuePairs<String, [String]> = [
        "bash": ["bash"], "sh": ["sh"], "python": ["python3", "-"], "node": ["node", "-"], "ruby": ["ruby", "-"],
        "perl": ["perl", "-"],
    ]
    private static let aliases: KeyValuePairs<String, String> = [
        "shell": "sh", "python3": "python", "py": "python", "javascript": "node", "js": "node",
    ]

    init(_ arguments: Arguments) throws(Obstacle) {
        let asked = try arguments.required("language")
        let language = Self.aliases.first { $0.key.utf8.elementsEqual(asked.utf8) }?.value ?? asked
        guard let interpreter = Self.interpreters.first(where: { $0.key.utf8.elementsEqual(language.utf8) }) else {
            throw .unknownLanguage(asked, known: Self.interpreters.map(\.key))
        }
        argv = interpreter.value
        code = try arguments.required("code")
        timeLimit = arguments.duration("timeout")
    }

    func inspect(in place: Surroundings) async -> Inspection {
        var inspection = Inspection()
        inspection.attempt { _ throws(Obstacle) in _ = try place.limits.commandTime(asked: timeLimit) }
        inspection.attempt { inspection throws(Obstacle) in
            let program = try PinnedProgram.look(
                for: argv[0], searchPath: place.environment.path, from: place.workspace.path, limits: place.limits)
            inspection.command = Facts.Command(argv: argv, executable: program.executable.path)
            inspection.pin(program, calledBy: argv[0])
        }
        inspection.touch(place.gateFiles.named(in: code))
        return inspection
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        guard let directory = errand.call.directory, let command = errand.call.facts.command else { throw .notPrepared }
        let limit = try place.limits.commandTime(asked: timeLimit)
        let program = try PinnedProgram.shown(in: errand.call, place: place)
        var guarded: [String] = []
        let result = try await CommandRun(
            program: program, argv: command.argv, directory: directory, input: Array(code.utf8), timeLimit: limit
        ).result(errand, in: place, guarded: &guarded)
        return Outcome(result, of: argv[0], limit: limit, guarded: guarded)
    }
}
