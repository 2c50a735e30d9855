import Glibc
import HITLPlatform

/// A desk without anybody at its keyboard: a script that has not ended. For tests that start and kill many.
final class BareDesk: Sendable {
    private let child: ChildProcess
    private let output: Task<Void, Never>

    /// Returns once it listens.
    static func open(_ home: Home) async throws -> BareDesk {
        let child = try await start(home)
        // The greeting comes after the socket.
        guard try await child.nextLine() != nil else {
            throw Home.Failure(what: "no desk: \(Said(await child.wait()))", errno: 0)
        }
        return BareDesk(child)
    }

    /// Returns at once; nobody knows how far it is.
    static func begin(_ home: Home) async throws -> BareDesk { BareDesk(try await start(home)) }

    private static func start(_ home: Home) async throws -> ChildProcess {
        var launch = Launch(
            Home.hitl, ["loop", "--enable-hitl", "--agent", "none"], environment: home.environment,
            directory: home.workspace)
        launch.input = .channel
        launch.output = .channel
        launch.leftovers = .kept
        return try await ChildProcess.start(launch)
    }

    private init(_ child: ChildProcess) {
        self.child = child
        // What nobody reads would hold the desk up.
        output = Task {
            do {
                while try await child.nextLine() != nil {}
            } catch {
                return
            }
        }
    }

    deinit { child.stop(grace: .zero) }

    var pid: Int32 { child.pid }

    /// The next line of its script.
    func enter(_ line: String) async throws { try await child.write(Array((line + "\n").utf8)) }

    /// How it ended of the signal.
    func end(by signal: Int32) async -> ProcessResult.Ending {
        kill(child.pid, signal)
        let ending = await child.wait().ending
        await output.value
        return ending
    }
}
