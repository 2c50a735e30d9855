import Glibc
import HITLCore
import HITLGate
import HITLPlatform
import HITLTestSupport
import Testing

@testable import HITLTools

private let isOffered: Bool = {
    guard let obstacle = Sandbox.obstacle else { return true }
    print("not run: commands cannot be confined on this machine: \(obstacle)")
    return false
}()

@Suite(.oneAtATime, .enabled(if: isOffered)) struct `A command that a verdict confines` {
    private let script =
        "echo $HOME $TMPDIR; cat ../elsewhere/secret; echo x > ../elsewhere/x; echo y > y; echo t > $TMPDIR/t"

    @Test func `is shown so, runs so, and leaves nothing behind`() async throws {
        let bench = try await Workbench(.allowAll, obligations: [.confinedToWorkspace])
        bench.write("../elsewhere/secret", "secret")
        let call = await bench.prepare("executeCommand", ["command": .string(script)])
        #expect(call.facts.command?.confinement == nil)
        let confined = call.confined(by: bench.gate.judge(call))
        #expect(confined.facts.command?.confinement == .workspace && confined.digested != call.digested)
        #expect(try ToolCall(json: confined.json) == confined)
        let outcome = try await bench.run(call)
        let said = outcome?["stdout"]?.string ?? ""
        let words = said.split(whereSeparator: { $0 == " " || $0 == "\n" })
        #expect(words.count == 2 && words.first == words.last && said.hasPrefix("/tmp/hitl-run-"), "\(said)")
        #expect(access(String(words.first ?? "/"), F_OK) != 0, "the temporary directory stayed")
        #expect(access(bench.root + "/elsewhere/x", F_OK) != 0)
        #expect(access(bench.workspace + "/y", F_OK) == 0)
    }

    @Test func `writes nothing but its own temporary files where it only reads`() async throws {
        let bench = try await Workbench(.allowAll, obligations: [.confinedToReading, .confinedToWorkspace])
        bench.write("notes", "n")
        let outcome = try await bench.run(
            "executeCommand",
            [
                "command":
                    "cat notes; rm notes; echo x >> notes; mkdir d; chmod 777 notes; echo t > $TMPDIR/t && cat $TMPDIR/t"
            ])
        #expect(outcome?["stdout"] == "nt\n")
        #expect(access(bench.workspace + "/notes", F_OK) == 0 && access(bench.workspace + "/d", F_OK) != 0)
        let plain = try await bench.run("executeCommand", ["command": "git init -q . ; git status; sort notes"])
        #expect(plain?["stdout"] == "n\n" || plain?["stdout"] == "n")
    }

    @Test func `cannot change what somebody else will run later`() async throws {
        let bench = try await Workbench(.allowAll, obligations: [.confinedToWorkspaceWithNetwork])
        mkdir(bench.workspace + "/.git", 0o700)
        mkdir(bench.workspace + "/.git/hooks", 0o700)
        let outcome = try await bench.run(
            "executeCommand", ["command": "echo x > .git/hooks/pre-commit; mv .git g; ls -a"])
        #expect(outcome?["stdout"] == ".\n..\n.git\n")
    }

    @Test func `does not run where the gate's own files are in its reach`() async throws {
        let bench = try await Workbench(.allowAll, obligations: [.confinedToWorkspace], state: "ws/state")
        let outcome = try await bench.run("executeCommand", ["argv": ["touch", "y"]])
        #expect(outcome?.status == .failed)
        #expect(outcome?.summary?.contains("cannot be confined") == true)
        #expect(access(bench.workspace + "/y", F_OK) != 0)
    }

    @Test func `runs as it is where nothing confines it, and file tools are not commands`() async throws {
        let bench = try await Workbench(.allowAll)
        let call = await bench.prepare("executeCommand", ["argv": ["true"]])
        #expect(call.confined(by: bench.gate.judge(call)) == call)
        let other = try await Workbench(.allowAll, obligations: [.confinedToWorkspace])
        let file = await other.prepare("writeFile", ["path": "a", "content": "x"])
        #expect(file.confined(by: other.gate.judge(file)) == file)
    }
}
