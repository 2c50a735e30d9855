import HITLCore
package import HITLPlatform

/// How an agent's program is started.
package struct AgentProgram: Sendable, Equatable {
    /// The program and its arguments.
    package let words: [String]
    /// Where a program's name with a slash in it begins, and where PATH is that of: the operator's own.
    package let directory: String
    package let searchPath: String
    /// Each `NAME=value`; without what would let a program below take this desk's settings for its own.
    package let environment: [[UInt8]]
    /// What the kernel holds it and everything below it to; nil where it may do what its user may.
    package let sandbox: Sandbox?

    package init(
        words: [String], directory: String, searchPath: String, environment: [[UInt8]], sandbox: Sandbox? = nil
    ) {
        self.sandbox = sandbox
        self.words = words
        self.directory = directory
        self.searchPath = searchPath
        self.environment = environment.filter { entry in
            !["HITL_", "NEUROLINK_"].contains { entry.starts(with: $0.utf8) }
        }
    }

    package var arguments: [String] { Array(words.dropFirst()) }

    func with(arguments: [String]) -> AgentProgram {
        AgentProgram(
            words: words.prefix(1) + arguments, directory: directory, searchPath: searchPath, environment: environment,
            sandbox: sandbox)
    }

    /// The same program, held to `sandbox`, with its temporary files where it can write.
    package func confined(to sandbox: Sandbox, temporary: String) -> AgentProgram {
        AgentProgram(
            words: words, directory: directory, searchPath: searchPath,
            environment: environment.filter { !$0.starts(with: "TMPDIR=".utf8) } + [Array("TMPDIR=\(temporary)".utf8)],
            sandbox: sandbox)
    }
}

/// A running agent: in its own session, without a terminal, without a descriptor of ours but its three streams, and
/// with nothing of it left once it is ended.
package final class AgentProcess: Sendable {
    package let child: ChildProcess
    package let channel: LineChannel

    /// Why it did not start, as the end of a sentence.
    package struct Problem: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The most of what it says on standard error that is kept.
    private static let tail = 4096
    /// A tool call with a large file in it is one line.
    private static let longestLine = 64 << 20

    package static func start(_ program: AgentProgram, in workspace: String) async throws(Problem) -> AgentProcess {
        guard let name = program.words.first else { throw Problem(description: "it has no command") }
        let executable: ResolvedExecutable
        do throws(ResolvedExecutable.Failure) {
            executable = try ResolvedExecutable.resolve(
                name, searchPath: program.searchPath, from: program.directory)
        } catch {
            throw Problem(description: error.description)
        }
        var launch = Launch(
            program: .path(Array(executable.path.utf8)), arguments: program.words.map { Array($0.utf8) },
            environment: program.environment, directory: .path(Array(workspace.utf8)))
        launch.input = .channel
        launch.output = .channel
        launch.error = .captured(head: 0, tail: tail)
        launch.session = .own
        launch.sandbox = program.sandbox
        launch.leftovers = .killed
        launch.lineLimits.lineLength = longestLine
        do throws(ProcessError) {
            let child = try await ChildProcess.start(launch)
            guard let channel = child.channel else { throw .noArguments }
            return AgentProcess(child, channel)
        } catch {
            throw Problem(description: error.description)
        }
    }

    private init(_ child: ChildProcess, _ channel: LineChannel) {
        self.child = child
        self.channel = channel
    }

    /// Closes its input, which asks it to end; asks again with SIGTERM after `patience`, and kills it after the grace.
    package func end(patience: Duration = .seconds(2), grace: Duration = .seconds(2)) async -> AgentEnd {
        channel.closeWriting()
        let timer = Task { [child] in
            do { try await Task.sleep(for: patience) } catch { return }
            child.stop(grace: grace)
        }
        defer { timer.cancel() }
        return await ended()
    }

    package func ended() async -> AgentEnd {
        let result = await child.wait()
        channel.close()
        return AgentEnd(result)
    }
}

extension RunnerContext {
    /// Starts an agent's program in the workspace. Nil where it does not start, which is told by then.
    package func start(_ program: AgentProgram) async -> AgentProcess? {
        do throws(AgentProcess.Problem) { return try await AgentProcess.start(program, in: workspace) } catch {
            beginning.fails(because: "cannot be started: \(error)")
            return nil
        }
    }
}

/// How an agent ended, and its last words on standard error.
package struct AgentEnd: Sendable, Equatable {
    package let ending: ProcessResult.Ending
    package let lastLines: [String]

    private static let mostLines = 5

    init(_ result: ProcessResult) {
        ending = result.status ?? result.ending
        let lines = result.error.bytes.split(separator: UInt8(ascii: "\n")).suffix(Self.mostLines)
        lastLines = lines.map { String(decoding: $0.prefix(500), as: UTF8.self) }
    }

    /// `, saying: no such model / giving up`; empty where it said nothing.
    package var saying: String { lastLines.isEmpty ? "" : ", saying: " + lastLines.joined(separator: " / ") }

    /// ` Its last words: no such model / giving up`, the same as a sentence behind another.
    package var lastWords: String {
        lastLines.isEmpty ? "" : " Its last words: " + lastLines.joined(separator: " / ")
    }

    /// `ended with exit code 9`
    package var words: String {
        switch ending {
        case .exited(let code): "ended with exit code \(code)"
        case .signalled(let signal): "was ended by signal \(signal)"
        case .timedOut, .stopped: "was ended"
        case .lost: "ended, and nobody saw how"
        }
    }
}
