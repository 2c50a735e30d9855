import CPlatform
import Glibc

/// A command with everything it starts, under a supervisor of its own.
///
/// Between us and the command stands a small process that becomes the parent of every descendant that detaches itself,
/// so nothing below outlives `stop`, the time limit, or our own end, even by SIGKILL: the supervisor then finds its
/// channel closed. Only `Leftovers.kept` lets something stay, after a command that ended by itself.
///
/// Lives on until the command ends, also without an owner. Waiting takes no thread.
package final class ChildProcess: Sendable {
    /// The command itself, while it runs the root of everything it does.
    package let process: ProcessIdentity
    /// Our child, the parent of `process`.
    package let supervisor: ProcessIdentity
    /// Lines from standard output, bytes to standard input, as far as these are channels.
    package let channel: LineChannel?
    /// Lines from standard error.
    package let errorChannel: LineChannel?

    package var pid: Int32 { process.pid }

    private let supervision: Supervision
    private let streams: ChildStreams

    private init(_ supervision: Supervision, process: ProcessIdentity, streams: ChildStreams) {
        self.supervision = supervision
        self.streams = streams
        self.process = process
        supervisor = supervision.supervisor
        channel = streams.channel
        errorChannel = streams.errorChannel
    }

    /// Runs the command to its end. Cancelling the task stops it, and the result says so.
    package static func run(
        _ launch: Launch, on reactor: Reactor = .shared
    ) async throws(ProcessError) -> ProcessResult {
        let child = try await start(launch, on: reactor)
        return await withTaskCancellationHandler {
            await child.wait()
        } onCancel: {
            child.stop(grace: launch.grace)
        }
    }

    /// Starts the command and returns once its program runs.
    package static func start(
        _ launch: Launch, on reactor: Reactor = .shared
    ) async throws(ProcessError) -> ChildProcess {
        if Task.isCancelled { throw .cancelled }
        let streams = try ChildStreams(launch, on: reactor)
        let supervision = try Supervision(launch, streams, on: reactor)
        let process = try await supervision.started()
        return ChildProcess(supervision, process: process, streams: streams)
    }

    /// The end and what was captured. Any number of tasks may wait, also after the end.
    package func wait() async -> ProcessResult { await supervision.ended() }

    /// What has been captured so far; nothing of a stream that is not.
    package var captured: (output: CapturedOutput, error: CapturedOutput) {
        (streams.output?.captured ?? .nothing, streams.error?.captured ?? .nothing)
    }

    /// Asks everything below to end (SIGTERM), and kills what still runs after `grace`. Returns at once; `wait` tells
    /// when it is done.
    package func stop(grace: Duration = .seconds(2)) { supervision.stop(.stopped, grace: grace) }

    /// The next line of standard output; nil at its end. Only where the output is a channel.
    package func nextLine() async throws(LineChannel.Failure) -> [UInt8]? {
        guard let channel else { preconditionFailure("standard output is no channel") }
        return try await channel.nextLine()
    }

    /// To standard input. Only where the input is a channel.
    package func write(_ bytes: [UInt8]) async throws(LineChannel.Failure) {
        guard let channel else { preconditionFailure("standard input is no channel") }
        try await channel.write(bytes)
    }
}
