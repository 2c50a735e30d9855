import HITLCore
import HITLGate
import HITLPlatform

/// Runs a program to its end for a call: in a session of its own, without a terminal, with the clean environment, and
/// with nothing of it left behind.
struct CommandRun {
    let program: PinnedProgram
    let argv: [String]
    let directory: String
    let input: [UInt8]?
    let timeLimit: Milliseconds
    /// How much of standard output is kept; as the toolbox has it where nothing is said.
    var output: (head: Int, tail: Int)?

    /// - Parameter guarded: gets what a confined command made and may not make, and is gone again.
    func result(
        _ errand: Errand, in place: Surroundings, guarded: inout [String]
    ) async throws(Obstacle) -> ProcessResult {
        let room = try errand.call.facts.command?.confinement.map { confinement throws(Obstacle) in
            try ConfinedRoom(confinement, in: place)
        }
        defer { room?.clear() }
        var launch = Launch(
            program: program.program, arguments: argv.map { Array($0.utf8) },
            environment: place.environment
                .variables(
                    directory: directory, request: errand.subject.description, temporary: room?.temporary
                ).map { Array($0.utf8) },
            directory: .path(Array(directory.utf8)))
        launch.sandbox = room?.sandbox
        launch.input = input.map(Launch.Input.bytes) ?? .nothing
        let half = place.limits.outputBytes / 2
        launch.error = .captured(head: half, tail: place.limits.outputBytes - half)
        launch.output = output.map { .captured(head: $0.head, tail: $0.tail) } ?? launch.error
        launch.session = .own
        launch.leftovers = .killed
        launch.timeLimit = .milliseconds(timeLimit.count)
        let grace = Duration.milliseconds(place.limits.grace.count)
        launch.grace = grace
        do throws(ProcessError) {
            let child = try await ChildProcess.start(launch)
            errand.stop.onRequest { child.stop(grace: grace) }
            errand.output?.follow(child)
            let result = await withTaskCancellationHandler {
                await child.wait()
            } onCancel: {
                child.stop(grace: grace)
            }
            if let (removed, left) = room?.clearGuarded() {
                if !removed.isEmpty { guarded.append("took away what it made as \(removed.joined(separator: ", "))") }
                if !left.isEmpty { guarded.append("could not take away \(left.joined(separator: ", "))") }
            }
            return result
        } catch {
            throw .process(error)
        }
    }
}

extension Outcome {
    /// Of a command: `exitCode` or `signal`, `stdout`, `stderr` and what was cut of them, `timedOut`, `stopped`.
    init(_ result: ProcessResult, of name: String, limit: Milliseconds, guarded: [String] = []) {
        var members: [JSONObject.Member] = []
        let status: Status
        let summary: String
        switch result.ending {
        case .exited(0):
            members.append(.init("exitCode", 0))
            (status, summary) = (.succeeded, "`\(name)` ended with exit code 0")
        case .exited(let code):
            members.append(.init("exitCode", .integer(Int(code))))
            (status, summary) = (.failed, "`\(name)` ended with exit code \(code)")
        case .signalled(let signal):
            members.append(.init("signal", .integer(Int(signal))))
            (status, summary) = (.failed, "`\(name)` was ended by signal \(signal)")
        case .timedOut:
            members.append(.init("timedOut", true))
            (status, summary) = (.failed, "`\(name)` was ended because its time limit of \(limit.text) was over")
        case .stopped:
            members.append(.init("stopped", true))
            (status, summary) = (.failed, "`\(name)` was stopped")
        case .lost:
            // Its supervisor died, so nobody saw whether it had done its work.
            (status, summary) = (.unknown, "nobody saw how `\(name)` ended")
        }
        members += CapturedText.members("stdout", result.output) + CapturedText.members("stderr", result.error)
        var said = summary
        if result.survivors > 0 {
            members.append(.init("survivors", .integer(result.survivors)))
            said += "; \(plural(result.survivors, "process", "processes")) of it could not be ended"
        }
        for words in guarded { said += "; hitl " + words }
        let cut = result.output.cut + result.error.cut
        if cut > 0 { said += "; \(cut) bytes of its output were cut" }
        self.init(status: status, summary: said, result: .object(JSONObject(members)))
    }
}
