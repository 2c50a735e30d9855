/// How a command ended and what it left.
package struct ProcessResult: Sendable {
    package enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)
        /// The time limit was over. Everything below it is dead.
        case timedOut
        /// Somebody asked for it. Everything below it is dead.
        case stopped
        /// Its supervisor was killed, so nobody saw the end. The command dies with its supervisor.
        case lost
    }

    package let ending: Ending
    /// How the command itself went: `exited` or `signalled`, also where it was stopped; nil where nobody saw it.
    package let status: Ending?
    package let output: CapturedOutput
    package let error: CapturedOutput
    package let duration: Duration
    /// Of the command and what it waited for.
    package let processorTime: Duration
    package let peakMemoryBytes: UInt64
    /// Descendants that could not be killed: programs that took another user's rights, or processes stuck in the
    /// kernel.
    package let survivors: Int
}

/// Why a command did not run. Nothing of it has happened.
package enum ProcessError: Error, Sendable, Hashable {
    /// At which step, and why.
    case couldNotStart(Step, SystemError)
    /// An argument, variable or path with a NUL, which the kernel would take for its end.
    case holdsNul(Part)
    case noArguments
    case relativeProgram([UInt8])
    /// The file is not the one that was pinned.
    case programChanged
    /// Stopped before it ran.
    case cancelled

    package enum Step: Sendable, Hashable {
        case pipes, fork, session, limits, streams, directory, privileges, sandbox, program
    }

    package enum Part: Sendable, Hashable { case program, argument, environment, directory }
}

extension ProcessError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .couldNotStart(.directory, let error):
            "its directory cannot be entered: \(SystemError.reason(error.number))"
        case .couldNotStart(.program, let error): "it cannot be executed: \(SystemError.reason(error.number))"
        case .couldNotStart(.limits, let error): "its limits cannot be set: \(SystemError.reason(error.number))"
        case .couldNotStart(.sandbox, let error): "its sandbox cannot be set up: \(SystemError.reason(error.number))"
        case .couldNotStart(_, let error): "no process could be made for it: \(error)"
        case .holdsNul(let part): "its \(part) holds a NUL character"
        case .noArguments: "it has no name to run under"
        case .relativeProgram: "its path is not absolute"
        case .programChanged: "the program is not the one that was shown"
        case .cancelled: "it was stopped before it ran"
        }
    }
}
