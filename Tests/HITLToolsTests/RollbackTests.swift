import Glibc
import HITLCore
import HITLGate
import HITLTools
import Testing

extension Workbench {
    /// Asks to undo a request, as the command does; the new request's number.
    fileprivate func askToUndo(_ number: Int64) async throws -> Int64 {
        let history = try gate.undoable(.request(number))
        guard let (tool, arguments) = toolbox.compensation(of: history.subject) else { throw RollbackError.nothingKept }
        let call = await toolbox.prepare(tool: tool, arguments: arguments, origin: Origin(agent: "hitl", session: "s1"))
        let requester = Principal(role: .gate, name: "rollback", channel: "desk")
        return try await gate.rollBack(.request(number), with: call, from: requester).number
    }

    fileprivate func decide(_ number: Int64, _ answer: Review.Answer) async throws {
        let ada = Principal(role: .person, name: "ada", channel: "tty")
        _ = try await gate.review(number, Review(answer: answer, reviewer: ada), executor: toolbox)
        if answer == .approve { _ = await gate.queue.outcome(of: .request(number), within: .seconds(5)) }
    }

    fileprivate func mode(_ name: String) -> mode_t {
        var facts = stat()
        return stat("\(workspace)/\(name)", &facts) == 0 ? facts.st_mode & 0o7777 : 0
    }

    fileprivate func undo(_ number: Int64) async throws { try await decide(try await askToUndo(number), .approve) }
}

/// I9: rollback is a call like any other and passes the same gate.
@Suite struct `A rollback` {
    @Test func `changes nothing before it is approved, and nothing when it is rejected`() async throws {
        let bench = try await Workbench()
        bench.write("a", "old")
        try await bench.run("writeFile", ["path": "a", "content": "new"])
        let number = try await bench.askToUndo(1)
        #expect(bench.text("a") == "new")
        try await bench.decide(number, .reject)
        #expect(bench.text("a") == "new")
    }

    @Test func `puts back what was written over, edited, deleted, moved or made`() async throws {
        let bench = try await Workbench()
        bench.write("written", "old")
        bench.write("edited", "one two")
        bench.write("deleted", [0, 255, 10])
        bench.write("moved", "here")
        try await bench.run("writeFile", ["path": "written", "content": "new"])
        try await bench.run("editFile", ["path": "edited", "oldText": "two", "newText": "three"])
        try await bench.run("deleteFile", ["path": "deleted"])
        try await bench.run("moveFile", ["from": "moved", "to": "there"])
        try await bench.run("writeFile", ["path": "made", "content": "x"])
        for number in Int64(1)...5 { try await bench.undo(number) }
        #expect(bench.text("written") == "old")
        #expect(bench.text("edited") == "one two")
        #expect(bench.bytes("deleted") == [0, 255, 10])
        #expect(bench.text("moved") == "here")
        #expect(!bench.exists("there"))
        #expect(!bench.exists("made"))
    }

    @Test func `gives the file its former permissions back, and shows which`() async throws {
        let bench = try await Workbench()
        bench.write("run.sh", "old\n", mode: 0o751)
        bench.write("key", "secret", mode: 0o600)
        bench.write("shared", "old", mode: 0o1666)
        try await bench.run("deleteFile", ["path": "run.sh"])
        try await bench.run("deleteFile", ["path": "key"])
        try await bench.run("writeFile", ["path": "shared", "content": "new"])
        // Somebody took the rights away since.
        #expect(chmod("\(bench.workspace)/shared", 0o400) == 0)
        // No mask of the desk's own takes any of them away.
        let number = try await bench.askToUndo(1)
        let request = try await bench.gate.queue.open(number)
        #expect(
            JSONValue.object(request.call.arguments) == ["content": "old\n", "mode": "0751", "path": "run.sh"])
        #expect(request.call.facts.preview == "--- /dev/null\n+++ run.sh\n@@ -0,0 +1 @@\n+old\npermissions: 0751")
        try await bench.decide(number, .approve)
        try await bench.undo(2)
        let shared = try await bench.askToUndo(3)
        #expect(
            try await bench.gate.queue.open(shared).call.facts.preview?.hasSuffix("\npermissions: 1666, before 0400")
                == true)
        try await bench.decide(shared, .approve)
        #expect(["run.sh", "key", "shared"].map(bench.mode) == [0o751, 0o600, 0o1666])
    }

    // Root's own program with the bit of another user would be more than there was to see.
    @Test func `never gives a file the rights of its owner to whoever runs it`() async throws {
        let bench = try await Workbench()
        bench.write("tool", "x", mode: 0o4755)
        try await bench.run("deleteFile", ["path": "tool"])
        try await bench.undo(1)
        #expect(bench.mode("tool") == 0o755)
    }

    @Test func `is recorded, happens once, and can be undone itself`() async throws {
        let bench = try await Workbench()
        bench.write("a", "old")
        try await bench.run("writeFile", ["path": "a", "content": "new"])
        try await bench.undo(1)
        #expect(throws: RollbackError.alreadyRolledBack(by: .request(2))) { try bench.gate.undoable(.request(1)) }
        try await bench.undo(2)
        #expect(bench.text("a") == "new")
    }

    @Test func `shows what would be lost when the file has changed since`() async throws {
        let bench = try await Workbench()
        bench.write("a", "old\n")
        try await bench.run("writeFile", ["path": "a", "content": "new\n"])
        bench.write("a", "newer\n")
        let request = try await bench.gate.queue.open(try await bench.askToUndo(1))
        #expect(request.call.facts.preview == "--- a\n+++ a\n@@ -1 +1 @@\n-newer\n+old")
        #expect(request.call.compensates == .request(1))
    }

    @Test func `is not offered for what did not happen or cannot be undone`() async throws {
        let bench = try await Workbench()
        try await bench.run("executeCommand", ["argv": ["/bin/true"]])
        try await bench.run("readFile", ["path": "missing"])
        await #expect(throws: RollbackError.nothingKept) { try await bench.askToUndo(1) }
        await #expect(throws: RollbackError.notSucceeded) { try await bench.askToUndo(2) }
        await #expect(throws: RollbackError.unknownCall) { try await bench.askToUndo(99) }
    }

    @Test func `keeps contents of files private`() async throws {
        let bench = try await Workbench()
        bench.write("a", "secret")
        try await bench.run("writeFile", ["path": "a", "content": "new"])
        var facts = stat()
        #expect(stat(bench.state + "/snapshots/1.json", &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        #expect(stat(bench.state + "/snapshots", &facts) == 0 && facts.st_mode & 0o777 == 0o700)
    }
}
