import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

@Suite(.oneAtATime) struct `A child process` {
    @Test func `gives its exit code and both streams apart`() async throws {
        let result = try await ChildProcess.run(shell("echo out; echo err >&2; exit 7"))
        #expect(result.ending == .exited(7))
        #expect(result.output.text == "out\n")
        #expect(result.error.text == "err\n")
        #expect(result.survivors == 0)
    }

    @Test func `tells the signal it died of`() async throws {
        let result = try await ChildProcess.run(shell("kill -SEGV $$"))
        #expect(result.ending == .signalled(SIGSEGV))
    }

    @Test func `has exactly the environment it was given`() async throws {
        var launch = Launch("/usr/bin/env")
        launch.environment = [Array("B=2".utf8), Array("A=1 x".utf8), [0x43, 0x3d, 0xff]]
        let result = try await ChildProcess.run(launch)
        #expect(result.output.bytes == Array("B=2\nA=1 x\nC=".utf8) + [0xff, 0x0a])
    }

    @Test func `gets its arguments byte for byte`() async throws {
        var launch = Launch("/usr/bin/printf", ["%s|", "", "a b", "$HOME", "*", "ü\n"])
        launch.arguments.append([0xfe, 0x80])
        let result = try await ChildProcess.run(launch)
        #expect(result.output.bytes == Array("|a b|$HOME|*|ü\n|".utf8) + [0xfe, 0x80, 0x7c])
    }

    @Test func `runs in the directory that was named or held open`() async throws {
        let scratch = Scratch()
        scratch.makeDirectory("here")
        var launch = Launch("/bin/pwd", directory: scratch / "here")
        #expect(try await ChildProcess.run(launch).output.text == scratch / "here" + "\n")
        let directory = open(scratch / "here", O_RDONLY | O_DIRECTORY)
        defer { close(directory) }
        #expect(rename(scratch / "here", scratch / "moved") == 0)
        launch.directory = .descriptor(directory)
        #expect(try await ChildProcess.run(launch).output.text == scratch / "moved" + "\n")
    }

    @Test func `inherits no descriptor of ours`() async throws {
        // One that closes on exec, and one that does not.
        let open = [Glibc.open("/dev/null", O_RDONLY), Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)]
        defer { for descriptor in open { close(descriptor) } }
        let result = try await ChildProcess.run(Launch(probe, ["descriptors"]))
        #expect(result.output.text == "0 1 2\n")
    }

    @Test func `starts with no signal blocked or ignored`() async throws {
        let result = try await ChildProcess.run(Launch(probe, ["signals"]))
        #expect(result.output.text == "SigBlk: 0000000000000000\nSigIgn: 0000000000000000\n")
    }

    @Test func `has no controlling terminal unless it shares our session`() async throws {
        let result = try await ChildProcess.run(Launch(probe, ["under-terminal"]))
        #expect(
            result.output.text == """
                a terminal own session
                no terminal own session
                a terminal another's session

                """)
    }

    @Test func `reads an empty input where it was given none`() async throws {
        #expect(try await ChildProcess.run(Launch("/bin/cat")).output.text == "")
    }

    @Test func `reads its input to the end, however long`() async throws {
        var launch = Launch("/usr/bin/wc", ["-c"])
        launch.input = .bytes([UInt8](repeating: 0x61, count: 3_000_000))
        #expect(try await ChildProcess.run(launch).output.text == "3000000\n")
    }

    @Test func `may leave its input unread`() async throws {
        var launch = shell("exit 3")
        launch.input = .bytes([UInt8](repeating: 0x61, count: 1_000_000))
        #expect(try await ChildProcess.run(launch).ending == .exited(3))
    }

    @Test func `has its output cut in the middle, with what is missing counted`() async throws {
        var launch = shell("printf 'head'; head -c 1000000 /dev/zero; printf 'tail'")
        launch.output = .captured(head: 4, tail: 4)
        let output = try await ChildProcess.run(launch).output
        #expect(output.head.text == "head")
        #expect(output.tail.text == "tail")
        #expect(output.cut == 1_000_000)
        #expect(output.total == 1_000_008)
    }

    @Test func `is stopped at its time limit`() async throws {
        var launch = shell("trap '' TERM; echo deaf; while :; do sleep 100; done")
        launch.timeLimit = .milliseconds(50)
        launch.grace = .milliseconds(10)
        let result = try await ChildProcess.run(launch)
        #expect(result.ending == .timedOut)
        #expect(result.status == .signalled(SIGKILL))
    }

    @Test func `is asked to end before it is killed`() async throws {
        let line = try Lifeline()
        let child = try await line.start(
            shell("trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 100 & wait; done"))
        #expect(try await line.nextLine() == "ready")
        child.stop(grace: .seconds(3600))
        let result = await child.wait()
        #expect(result.ending == .stopped)
        #expect(result.status == .exited(5))
        #expect(try await line.rest() == ["bye"])
    }

    @Test func `is stopped where the task that runs it is cancelled`() async throws {
        let line = try Lifeline()
        var launch = shell("echo ready; exec sleep 1000")
        launch.output = .descriptor(line.writingEnd)
        let running = Task { [launch] in try await ChildProcess.run(launch) }
        #expect(try await line.nextLine() == "ready")
        running.cancel()
        #expect(try await running.value.ending == .stopped)
        close(line.writingEnd)
    }

    @Test func `talks in lines for as long as it lives`() async throws {
        var launch = shell("while read line; do echo \"got $line\"; done; echo end >&2; printf rest")
        launch.input = .channel
        launch.output = .channel
        launch.error = .channel
        let child = try await ChildProcess.start(launch)
        for word in ["one", "two"] {
            try await child.write(Array("\(word)\n".utf8))
            #expect(try await child.nextLine()?.text == "got \(word)")
        }
        child.channel?.closeWriting()
        await #expect(throws: LineChannel.Failure.cutOff(Array("rest".utf8))) { try await child.nextLine() }
        #expect(try await child.errorChannel?.nextLine()?.text == "end")
        #expect(await child.wait().ending == .exited(0))
    }

    @Test func `cannot be started from nothing, and says why`() async throws {
        let scratch = Scratch()
        scratch.makeFile("plain", "no program")
        await #expect(throws: ProcessError.couldNotStart(.program, SystemError(ENOENT, "execve"))) {
            try await ChildProcess.run(Launch(scratch / "absent"))
        }
        await #expect(throws: ProcessError.couldNotStart(.program, SystemError(EACCES, "execve"))) {
            try await ChildProcess.run(Launch(scratch / "plain"))
        }
        await #expect(throws: ProcessError.couldNotStart(.directory, SystemError(ENOENT, "chdir"))) {
            try await ChildProcess.run(Launch("/bin/true", directory: scratch / "absent"))
        }
        await #expect(throws: ProcessError.relativeProgram(Array("true".utf8))) {
            try await ChildProcess.run(Launch("true"))
        }
        await #expect(throws: ProcessError.holdsNul(.argument)) {
            try await ChildProcess.run(Launch("/bin/true", ["a\0b"]))
        }
    }

    @Test func `is the very file that was pinned, or does not run`() async throws {
        let scratch = Scratch()
        scratch.makeFile("script", "#!/bin/sh\necho \"$0\"\n", mode: 0o755)
        let script = try ResolvedExecutable.resolve("./script", searchPath: "", from: scratch.path)
        var launch = Launch(script.path)
        launch.program = script.program
        #expect(try await ChildProcess.run(launch).output.text == "\(scratch.path)/script\n")
        let true_ = try ResolvedExecutable.resolve("true", searchPath: "/usr/bin:/bin", from: "/")
        launch.program = true_.program
        #expect(try await ChildProcess.run(launch).ending == .exited(0))

        launch.program = script.program
        scratch.makeFile("other", "#!/bin/sh\necho swapped\n", mode: 0o755)
        #expect(rename(scratch / "other", scratch / "script") == 0)
        await #expect(throws: ProcessError.programChanged) { try await ChildProcess.run(launch) }
    }

    @Test func `runs from an open file whose name is gone`() async throws {
        let scratch = Scratch()
        scratch.makeFile("script", "#!/bin/sh\necho \"ran $1\"\n", mode: 0o755)
        let descriptor = open(scratch / "script", O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        #expect(unlink(scratch / "script") == 0)
        var launch = Launch("/script", ["once"])
        launch.program = .descriptor(descriptor)
        #expect(try await ChildProcess.run(launch).output.text == "ran once\n")
    }

    @Test func `has the umask, the limits and the restrictions that were asked for`() async throws {
        var launch = shell("umask; ulimit -n; ulimit -f; grep NoNewPrivs /proc/self/status")
        launch.umask = 0o027
        launch.resourceLimits = [.openFiles(77), .fileSize(1024 * 512)]
        launch.forbidsNewPrivileges = true
        #expect(try await ChildProcess.run(launch).output.text == "0027\n77\n1024\nNoNewPrivs:\t1\n")
    }

    @Test func `runs beside a hundred others`() async throws {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for number in 0..<100 {
                group.addTask { (number, try await ChildProcess.run(shell("echo \(number)")).output.text) }
            }
            for try await (number, text) in group { #expect(text == "\(number)\n") }
        }
    }
}
