import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLTerminal

/// `hitl loop`: the operator's desk.
enum Loop {
    static let program = Program(
        definition: CommandDefinition(
            "loop", .program, summary: "the interactive loop: the operator's desk, and an agent to talk to",
            discussion: """
                With --enable-hitl every call of the agent that is not known to be read-only waits for your decision. \
                Without it the agent's calls are only recorded; hitl ask waits for a person either way.

                Without --agent, and none in the configuration, the agent is simulated and follows the built-in demo in a \
                scratch workspace and a scratch ledger of its own.

                Standard input that is no terminal is a script, one command a line. Errors do not stop it; the exit code is \
                1 if a command failed.
                """,
            options: [
                .init("enable-hitl", doc: "hold the agent's calls for approval"),
                .init(
                    "agent", "NAME", .word(["none", "simulated"] + AgentTable.all.map(\.name)),
                    doc: "none (the desk alone), simulated, "
                        + AgentTable.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", ")),
                .init("scenario", "FILE", .file, doc: "what the simulated agent does; demo is built in"),
                .init("workspace", "DIR", .directory, doc: "the directory that the agent's tools are confined to"),
                .init("config", "FILE", .file, doc: "the configuration to use instead of the usual one"),
                .socket,
                .init("debug", doc: "say on standard error what the gate does with each call"),
                .init("plain", doc: "no pictures; the words stay"),
            ],
            rest: .init("COMMAND", .text, .any, doc: "the agent's program and its arguments"),
            examples: [
                .init("hitl loop --enable-hitl", "the demo: see what it is like"),
                .init("hitl loop --enable-hitl --agent none", "a desk for hitl ask and other programs"),
                .init("hitl loop --enable-hitl --scenario examples/scenarios/wire-transfers.yaml", "another scenario"),
                .init("hitl loop --enable-hitl --agent acp -- my-agent --acp", "an agent of the Agent Client Protocol"),
            ]),
        run: run)

    private static func run(_ arguments: Arguments) throws(UsageError) -> ExitCode {
        let plan: LoopPlan
        switch LoopPlan.make(from: arguments) {
        case .failure(let failure): return failure.report()
        case .success(let made): plan = made
        }
        // Before the first thread: threads inherit the mask, and the signals then wait for `Shutdown`.
        let signals = SignalSet.ending
        signals.block()
        return blocking {
            switch await DeskSession.open(plan) {
            case .failure(let failure): return failure.report()
            case .success(let session):
                signals.onArrival { session.take($0) }
                return await session.run()
            }
        }
    }
}

/// Some signals, for a mask.
struct SignalSet: Sendable {
    private let numbers: [Int32]

    /// Those that end the loop in an orderly way.
    static let ending = SignalSet(numbers: [SIGTERM, SIGHUP, SIGINT])
    /// Ctrl-Z. The threads of the pool, and so those that they start, block it as they do most others.
    static let stopping = SignalSet(numbers: [SIGTSTP])

    func block() {
        var set = mask
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Runs `body` with these signals let through on its thread, and on those that it starts.
    func unblocked<Value, Failure>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        var (set, before) = (mask, sigset_t())
        pthread_sigmask(SIG_UNBLOCK, &set, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return try body()
    }

    /// Calls `handler` at each of these signals, on a thread that does nothing else.
    func onArrival(_ handler: @escaping @Sendable (_ signal: Int32) -> Void) {
        let set = mask
        WaitingThread.start {
            var set = set
            while true {
                var number: Int32 = 0
                guard sigwait(&set, &number) == 0 else { continue }
                handler(number)
            }
        }
    }

    private var mask: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        return set
    }
}

/// A thread of its own for a call that blocks in the kernel; the pool's threads must not.
enum WaitingThread {
    static func start(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
        if result == 0 { pthread_detach(thread) } else { box.release() }
    }

    private final class Box {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }
}
