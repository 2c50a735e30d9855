import Glibc
import HITLCore
import HITLGate
import HITLTestSupport
import HITLTools
import Testing

@Suite(.oneAtATime) struct `A command` {
    @Test func `runs from its argv, word by word, with no shell between`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("executeCommand", ["argv": ["printf", "%s|", "a b", "$HOME", "*", "; true"]])
        #expect(call.kind == .execute)
        #expect(call.facts.command?.executable == "/usr/bin/printf")
        #expect(call.facts.pins.map(\.path) == ["/usr/bin/printf"])
        let outcome = try await bench.run(call)
        #expect(outcome?.status == .succeeded)
        #expect(outcome?.summary == "`printf` ended with exit code 0")
        #expect(outcome?.result == ["exitCode": 0, "stdout": "a b|$HOME|*|; true|", "stderr": ""])
    }

    @Test func `runs as one line of shell`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("executeCommand", ["command": "echo out; echo err >&2; exit 3"])
        #expect(
            call.facts.command
                == .init(argv: ["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], executable: "/bin/sh"))
        let outcome = try await bench.run(call)
        #expect(outcome?.status == .failed)
        #expect(outcome?.summary == "`echo out; echo err >&2; exit 3` ended with exit code 3")
        #expect(outcome?.result == ["exitCode": 3, "stdout": "out\n", "stderr": "err\n"])
    }

    @Test func `has the clean environment and the request's number`() async throws {
        setenv("LD_LEAK", "leaked", 1)
        let bench = try await Workbench()
        let outcome = try await bench.run("executeCommand", ["argv": ["env"]])
        #expect(
            outcome?["stdout"]
                == .string(
                    """
                    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
                    HOME=\(bench.root)/home
                    USER=ada
                    LOGNAME=ada
                    SHELL=/bin/sh
                    LANG=C.UTF-8
                    LC_ALL=C.UTF-8
                    TERM=dumb
                    TMPDIR=/tmp
                    PWD=\(bench.workspace)
                    HITL_REQUEST=1

                    """))
    }

    @Test func `reads what it is given and else nothing`() async throws {
        let bench = try await Workbench()
        let given = try await bench.run("executeCommand", ["argv": ["cat"], "stdin": "héllo"])
        #expect(given?["stdout"] == "héllo")
        #expect(try await bench.run("executeCommand", ["argv": ["cat"]])?["stdout"] == "")
    }

    @Test func `has no terminal, a session of its own and no descriptor of ours`() async throws {
        let bench = try await Workbench()
        let outcome = try await bench.run(
            "executeCommand",
            [
                "command":
                    "(: </dev/tty) 2>/dev/null && echo tty; ps -o sid= -p $$ | tr -d ' '; echo $$; ls -m /proc/self/fd"
            ])
        let lines = (outcome?["stdout"]?.string ?? "").split(separator: "\n")
        #expect(lines.count == 3 && lines.first == lines.dropFirst().first)
        #expect(lines.last == "0, 1, 2, 3")
    }

    @Test func `runs in the directory that was shown`() async throws {
        let bench = try await Workbench()
        bench.directory("d")
        let outcome = try await bench.run("executeCommand", ["argv": ["pwd"], "directory": "d"])
        #expect(outcome?["stdout"] == .string(bench.workspace + "/d\n"))
        bench.write("file", "")
        let missing = try await bench.run("executeCommand", ["argv": ["pwd"], "directory": "file"])
        #expect(missing?.summary == "not executed: `file` is not a directory")
    }

    @Test func `that is not there is shown as such and does not run`() async throws {
        let bench = try await Workbench(path: "/usr/bin")
        let call = await bench.prepare("executeCommand", ["argv": ["no-such-program"]])
        #expect(call.facts.warnings == ["it cannot run: there is no command `no-such-program` in /usr/bin"])
        #expect(call.facts.command == nil)
        let outcome = try await bench.run(call)
        #expect(outcome?.summary == "not executed: there is no command `no-such-program` in /usr/bin")
    }

    @Test func `keeps the beginning and the end of a flood, and says what is missing`() async throws {
        var limits = ToolLimits()
        limits.outputBytes = 20
        let bench = try await Workbench(limits: limits)
        let outcome = try await bench.run(
            "executeCommand",
            ["command": "printf 0123456789; head -c 50000000 /dev/zero | tr '\\0' x; printf ABCDEFGHIJ"])
        #expect(
            outcome?.result == [
                "exitCode": 0, "stdout": "0123456789\n[50000000 bytes cut]\nABCDEFGHIJ", "stdoutCutBytes": 50_000_000,
                "stderr": "",
            ])
        #expect(outcome?.summary?.hasSuffix("ended with exit code 0; 50000000 bytes of its output were cut") == true)
    }

    @Test func `cuts no character in two`() async throws {
        var limits = ToolLimits()
        limits.outputBytes = 6
        let bench = try await Workbench(limits: limits)
        let outcome = try await bench.run("executeCommand", ["argv": ["printf", "aéé------éél"]])
        #expect(outcome?["stdout"] == "aé\n[10 bytes cut]\nél")
    }

    @Test func `gives output that is no text without loss`() async throws {
        let bench = try await Workbench()
        let outcome = try await bench.run("executeCommand", ["argv": ["printf", "\\377\\000a"]])
        #expect(outcome?.result == ["exitCode": 0, "stdoutBase64": "/wBh", "stderr": ""])
    }

    @Test func `ends at its time limit with everything that it started, however detached`() async throws {
        let bench = try await Workbench()
        let outcome = try await bench.run(
            "executeCommand",
            [
                "command": """
                setsid sh -c 'trap "" TERM; echo $$ >pid.new; mv pid.new pid; sleep 1000; sleep 1000' &
                while [ ! -e pid ]; do sleep 0.01; done
                sleep 1000
                """, "timeout": "2s",
            ])
        #expect(outcome?.status == .failed)
        #expect(outcome?.summary?.hasSuffix("was ended because its time limit of 2s was over") == true)
        #expect(outcome?["timedOut"] == true)
        let pid = try #require(Int32(bench.text("pid")?.split(separator: "\n").first ?? ""))
        #expect(kill(pid, 0) == -1 && errno == ESRCH)
    }

    @Test func `leaves nothing behind where it ended by itself`() async throws {
        let bench = try await Workbench()
        let outcome = try await bench.run("executeCommand", ["command": "setsid sleep 1000 & echo $!"])
        #expect(outcome?.status == .succeeded)
        let pid = try #require(Int32((outcome?["stdout"]?.string ?? "").split(separator: "\n").first ?? ""))
        #expect(kill(pid, 0) == -1 && errno == ESRCH)
    }

    @Test func `ends when somebody stops it`() async throws {
        let bench = try await Workbench(.allowAll)
        bench.write("go.sh", "echo started >started.new; mv started.new started; exec sleep 1000")
        let changes = await bench.gate.queue.changes()
        let stopper = Task {
            while !bench.exists("started") { await Task.yield() }
            await bench.gate.queue.stopAll()
        }
        let outcome = try await bench.run("executeCommand", ["argv": ["sh", "go.sh"]])
        await stopper.value
        #expect(outcome?.summary == "`sh` was stopped")
        #expect(outcome?["stopped"] == true)
        withExtendedLifetime(changes) {}
    }

    private static let limits: [JSONValue] = ["0s", "31m", 30, "soon"]

    @Test(arguments: limits)
    func `has no time limit that is none`(_ limit: JSONValue) async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("executeCommand", ["argv": ["true"], "timeout": limit])
        #expect(call.facts.warnings.count == 1)
        #expect(try await bench.run(call)?.status == .failed)
    }

    private static let unclear: [(String, [String])] = [
        ("echo 'open", ["a quote is not closed"]),
        ("echo \"$(id)\" `id`", ["it holds a command substitution"]),
        ("rm $x ${y:-z}", ["it holds an expansion whose value is not known"]),
        ("rm *.txt", ["it holds a file name pattern"]),
        ("cat <<E\nx\nE", ["it holds a here-document"]),
        ("diff <(a) b", ["it holds a command substitution"]),
        ("echo '$(id)' \\$x \"a b\" $HOME/x # $(no)", []),
    ]

    @Test(arguments: unclear)
    func `of shell says what could not be analysed`(_ line: String, _ troubles: [String]) async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("executeCommand", ["command": .string(line)])
        #expect(call.facts.warnings == troubles.map { "the line could not be analysed: \($0)" })
    }

    @Test func `of shell shows and pins the programs and files that it names`() async throws {
        let bench = try await Workbench()
        bench.write("a.sh", "")
        bench.write("b", "")
        let call = await bench.prepare(
            "executeCommand", ["command": "FOO=1 sort 'b' >out && sh a.sh; if cat<b; then echo x; fi"])
        #expect(
            call.facts.pins.map(\.path) == [
                "/bin/sh", "/usr/bin/sort", "/usr/bin/sh", "/usr/bin/cat", "/usr/bin/echo",
                bench.workspace + "/b", bench.workspace + "/a.sh",
            ])
    }

    @Test func `is pinned to no more content than its limit, and says so`() async throws {
        var limits = ToolLimits()
        limits.pinnedBytes = 1_000_000
        limits.pinnedFiles = 4
        let bench = try await Workbench(limits: limits)
        bench.write("large", [UInt8](repeating: 0, count: 1_000_001))
        for name in ["a", "b", "c", "d", "e"] { bench.write(name, name) }
        let large = await bench.prepare("executeCommand", ["argv": ["wc", "a", "large"]])
        #expect(
            large.facts.warnings == [
                "`\(bench.workspace)/large` is too large for its content to be compared before it is used"
            ])
        let many = await bench.prepare("executeCommand", ["argv": ["wc", "a", "b", "c", "d", "e", "../state/key"]])
        #expect(many.facts.pins.count == 4)
        #expect(many.facts.gateFiles == [bench.state + "/key"])
        #expect(many.facts.warnings == ["it names more files than the 4 whose changes are noticed"])
    }

    @Test func `warns where it changes its directory or holds something of the gate below`() async throws {
        let bench = try await Workbench()
        let line = await bench.prepare("executeCommand", ["command": "cd d && sh x.sh"])
        #expect(
            line.facts.warnings == ["the line changes its directory; files that it names after that are not looked at"])
        let tree = await bench.prepare("executeCommand", ["argv": ["rm", "-rf", .string(bench.root)]])
        #expect(tree.facts.warnings == ["files of the gate lie beneath `\(bench.root)`"])
    }

    @Test func `is code for an interpreter that is resolved and shown`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("executeCode", ["language": "bash", "code": "echo \"$((6 * 7))\"; exit 5"])
        #expect(call.facts.command == .init(argv: ["bash"], executable: "/usr/bin/bash"))
        let outcome = try await bench.run(call)
        #expect(outcome?.result == ["exitCode": 5, "stdout": "42\n", "stderr": ""])
        let unknown = await bench.prepare("executeCode", ["language": "cobol", "code": ""])
        #expect(
            unknown.facts.warnings == [
                "it cannot run: hitl knows no interpreter for `cobol`; it knows bash, sh, python, node, ruby, perl"
            ])
    }

    @Test func `does not take a NUL for the end of a word`() async throws {
        let bench = try await Workbench()
        let call = await bench.prepare("executeCommand", ["argv": ["echo", "a\u{0}b"]])
        #expect(call.facts.warnings == ["it cannot run: the argument `argv` has a NUL character in it"])
        #expect(try await bench.run(call)?.status == .failed)
    }
}
