import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// Detaches a sleeper as thoroughly as a daemon does: forked twice, in its own session, its parent gone.
private let daemon = "setsid -f sh -c 'trap \"\" TERM HUP INT; echo daemon; exec sleep 1000'"

@Suite(.oneAtATime) struct `What a command starts` {
    @Test func `is dead after stop, however it detached itself`() async throws {
        let line = try Lifeline()
        let child = try await line.start(shell("\(daemon); (\(daemon)) & trap '' TERM; while :; do sleep 1000; done"))
        #expect(try await line.nextLine() == "daemon")
        #expect(try await line.nextLine() == "daemon")
        child.stop(grace: .milliseconds(20))
        #expect(await child.wait().ending == .stopped)
        #expect(try await line.rest() == [])
    }

    @Test func `hears SIGTERM too, before it is killed`() async throws {
        let line = try Lifeline()
        // Short sleeps: a shell's child that is asked between fork and exec has the shell's handler still and forgets it.
        let polite = "trap \"echo farewell; exit\" TERM; echo up; while :; do sleep 0.1; done"
        let child = try await line.start(shell("setsid -f sh -c '\(polite)'; exec sleep 1000"))
        #expect(try await line.nextLine() == "up")
        child.stop(grace: .seconds(3600))
        #expect(await child.wait().ending == .stopped)
        #expect(try await line.rest() == ["farewell"])
    }

    @Test func `does not outlive a command that ended by itself`() async throws {
        let line = try Lifeline()
        let child = try await line.start(shell("\(daemon); exit 4"))
        #expect(await child.wait().ending == .exited(4))
        _ = try await line.rest()
    }

    @Test func `stays where it was meant to`() async throws {
        let line = try Lifeline()
        var launch = shell("setsid -f sh -c 'echo $$; exec sleep 1000'; sleep 0")
        launch.leftovers = .kept
        let child = try await line.start(launch)
        let pid = try #require(try await line.nextLine().flatMap { Int32($0) })
        #expect(await child.wait().ending == .exited(0))
        #expect(kill(pid, 0) == 0)
        #expect(kill(pid, SIGKILL) == 0)
        #expect(try await line.rest() == [])
    }

    @Test func `is dead after we were killed`() async throws {
        let line = try Lifeline()
        var launch = Launch(probe, ["supervise", "\(daemon); echo shell $PPID; exec sleep 1000"])
        // The supervisor of this test must not do the work of the one that is tested.
        launch.leftovers = .kept
        let child = try await line.start(launch)
        var lines = [try await line.nextLine() ?? "", try await line.nextLine() ?? ""]
        lines.sort()
        #expect(lines[0] == "daemon" && lines[1].hasPrefix("shell "))
        #expect(kill(child.pid, SIGKILL) == 0)
        #expect(await child.wait().ending == .signalled(SIGKILL))
        #expect(try await line.rest() == [])
    }

    @Test func `is dead after its supervisor was killed from below`() async throws {
        let line = try Lifeline()
        let script = "\(daemon); (\(daemon)) & sleep 0; kill -STOP $PPID; kill -KILL $PPID; exec sleep 1000"
        let child = try await line.start(Launch(probe, ["supervise-as-subreaper", script]))
        var lines: [String] = []
        while let text = try await line.nextLine(), text != "ended lost" { lines.append(text) }
        // The probe holds the line itself and stays: nothing but it may be left.
        let own = try ProcessTree.identity(of: child.pid)
        while try #require(try await children(of: own.pid)) != [] { await Task.yield() }
        child.stop(grace: .zero)
        #expect(await child.wait().ending == .stopped)
        #expect(Set(lines).isSubset(of: ["daemon"]))
    }

    @Test func `cannot be saved by stopping its supervisor`() async throws {
        let line = try Lifeline()
        let child = try await line.start(shell("kill -STOP $PPID; echo stopped; exec sleep 1000"))
        #expect(try await line.nextLine() == "stopped")
        child.stop(grace: .zero)
        let result = await child.wait()
        #expect(result.ending == .stopped)
        // The supervisor went on and did its work; it was not the last resort, which sees no end.
        #expect(result.status == .signalled(SIGKILL))
        #expect(try await line.rest() == [])
    }

    @Test func `cannot outrun the kill by forking`() async throws {
        let line = try Lifeline()
        // Each forks one and ends, so that every process is an orphan whose pid is new.
        var launch = shell("f() { f & }; (f); (f); setsid -f sh -c 'f() { f & }; f'; echo running; exec sleep 1000")
        launch.error = .discarded
        let child = try await line.start(launch)
        #expect(try await line.nextLine() == "running")
        child.stop(grace: .zero)
        let result = await child.wait()
        #expect(result.ending == .stopped)
        #expect(result.survivors == 0)
        #expect(try await line.rest() == [])
    }

    @Test func `dies itself with its supervisor, though nobody is there to sweep`() async throws {
        let line = try Lifeline()
        var launch = Launch(probe, ["supervise", "kill -KILL $PPID; exec sleep 1000"])
        launch.leftovers = .kept
        let child = try await line.start(launch)
        #expect(try await line.rest() == ["ended lost"])
        #expect(await child.wait().ending == .exited(0))
    }

    @Test func `finds no descriptor of ours in its supervisor`() async throws {
        // Ours see the channel for orders and the one for ended children, and nothing at all where they are not root.
        let result = try await ChildProcess.run(shell("cat /proc/$PPID/comm; ls /proc/$PPID/fd | wc -l"))
        #expect(result.output.text == (ThisProcess.uid == 0 ? "supervisor\n2\n" : "supervisor\n0\n"))
    }

    @Test func `cannot look into its supervisor as the same user`() async throws {
        // Root sees everything; as somebody else, where that somebody can get at the probe.
        let other = ["--reuid=65534", "--regid=65534", "--clear-groups"]
        let look = [probe, "supervise", "ls /proc/$$/fd | wc -l; ls /proc/$PPID/fd | wc -l"]
        if ThisProcess.uid == 0 {
            let reaches = try await ChildProcess.run(
                Launch("/usr/bin/setpriv", other + ["/usr/bin/test", "-x", probe]))
            guard reaches.ending == .exited(0) else { return }
        }
        let launch =
            ThisProcess.uid == 0 ? Launch("/usr/bin/setpriv", other + look) : Launch(probe, Array(look.dropFirst()))
        #expect(try await ChildProcess.run(launch).output.text == "3\n0\nended exited(0)\n")
    }

    private func children(of pid: Int32) async throws -> [String]? {
        let result = try await ChildProcess.run(shell("cat /proc/\(pid)/task/*/children"))
        return result.output.text.split(separator: " ").map(String.init)
    }
}
