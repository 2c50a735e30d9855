import HITLCore
import HITLPlatform

/// Runs a program from its argv as it is stored, or one line by `sh`.
struct ExecuteCommand: Tool {
    private let argv: [String]
    private let line: String?
    private let directory: String
    private let timeLimit: Milliseconds?
    private let input: String?

    init(_ arguments: Arguments) throws(Obstacle) {
        switch try arguments.either("argv", "command") {
        case "argv":
            argv = arguments.texts("argv") ?? []
            line = nil
        default:
            let line = arguments.text("command") ?? ""
            argv = ["/bin/sh", "-c", line]
            self.line = line
        }
        guard let name = argv.first, !name.isEmpty, line.map({ !$0.isEmpty }) ?? true else { throw .emptyCommand }
        for word in argv where word.utf8.contains(0) { throw .holdsNul(line == nil ? "argv" : "command") }
        directory = arguments.text("directory") ?? "."
        timeLimit = arguments.duration("timeout")
        input = arguments.text("stdin")
    }

    func inspect(in place: Surroundings) async -> Inspection {
        var inspection = Inspection()
        inspection.attempt { inspection throws(Obstacle) in
            let (path, _) = try place.enter(directory, to: .reading, noting: &inspection)
            guard FileState.isDirectory(path.absolute) else { throw .directory(directory) }
            inspection.directory = path.absolute
        }
        inspection.attempt { _ throws(Obstacle) in _ = try limit(in: place) }
        let start = inspection.directory ?? place.workspace.path
        inspection.attempt { inspection throws(Obstacle) in
            let program = try PinnedProgram.look(
                for: argv[0], searchPath: place.environment.path, from: start, limits: place.limits)
            inspection.command = Facts.Command(argv: argv, executable: program.executable.path)
            inspection.pin(program, calledBy: argv[0])
        }
        if let line {
            inspect(line, from: start, in: place, &inspection)
        } else {
            inspection.pinFiles(named: argv, from: start, in: place)
            for word in argv { inspection.touch(place.gateFiles.named(in: word)) }
        }
        return inspection
    }

    private func inspect(_ line: String, from directory: String, in place: Surroundings, _ inspection: inout Inspection)
    {
        let shell = ShellLine(line) { place.environment.value(of: $0, directory: directory) }
        inspection.warnings += shell.troubles.map { "the line could not be analysed: \($0.rawValue)" }
        if shell.words.contains(where: { $0.isCommand && ["cd", "pushd"].contains($0.text) }) {
            inspection.warnings.append(
                "the line changes its directory; files that it names after that are not looked at")
        }
        for word in shell.words where word.isCommand {
            // Of what is no program (a function, a builtin) there is nothing to pin.
            guard
                let program = try? PinnedProgram.look(
                    for: word.text, searchPath: place.environment.path, from: directory, limits: place.limits)
            else { continue }
            guard inspection.pins.count < place.limits.pinnedFiles else { break }
            inspection.pin(program, calledBy: word.text)
        }
        inspection.pinFiles(named: shell.words.map(\.text), from: directory, in: place)
        inspection.touch(place.gateFiles.named(in: line))
    }

    func run(_ errand: Errand, in place: Surroundings) async throws(Obstacle) -> Outcome {
        guard let directory = errand.call.directory, let command = errand.call.facts.command else { throw .notPrepared }
        let limit = try limit(in: place)
        let program = try PinnedProgram.shown(in: errand.call, place: place)
        var guarded: [String] = []
        let result = try await CommandRun(
            program: program, argv: command.argv, directory: directory, input: input.map { Array($0.utf8) },
            timeLimit: limit
        ).result(errand, in: place, guarded: &guarded)
        return Outcome(result, of: line ?? argv[0], limit: limit, guarded: guarded)
    }

    private func limit(in place: Surroundings) throws(Obstacle) -> Milliseconds {
        try place.limits.commandTime(asked: timeLimit)
    }
}

extension ToolLimits {
    func commandTime(asked: Milliseconds?) throws(Obstacle) -> Milliseconds {
        guard let asked else { return commandTime }
        guard asked > Milliseconds(0), asked <= longestCommandTime else {
            throw .timeLimit(asked, most: longestCommandTime)
        }
        return asked
    }
}
