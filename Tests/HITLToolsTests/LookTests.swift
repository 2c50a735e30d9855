import Glibc
import HITLCore
import HITLTools
import Testing

@Suite struct `A call that somebody else carries out` {
    private func call(_ bench: Workbench, _ tool: String, _ kind: ToolKind, _ arguments: JSONValue) -> ToolCall {
        ToolCall(
            tool: tool, kind: kind, arguments: arguments.object ?? JSONObject(),
            origin: Origin(agent: "scout", session: "s"), directory: bench.workspace, performer: .unobserved)
    }

    @Test func `shows where links lead that its arguments and commands go through`() async throws {
        let bench = try await Workbench()
        symlink("../elsewhere", bench.workspace + "/docs")
        let target = "\(bench.root)/elsewhere/notes"
        for (tool, kind, arguments) in [
            ("Read", ToolKind.read, ["file_path": "docs/notes"]),
            ("Read", .read, ["file_path": .string(bench.workspace + "/docs/notes")]),
            ("Read", .read, ["file_path": "docs/../elsewhere/notes"]),
            ("Bash", .execute, ["command": "cat docs/notes"]),
            ("Bash", .execute, ["command": "ls; echo x > docs/notes"]),
            ("batch", .other, ["calls": [["tool": "Read", "arguments": ["file_path": "docs/notes"]]]]),
        ] as [(String, ToolKind, JSONValue)] {
            let seen = bench.toolbox.lookedAt(call(bench, tool, kind, arguments))
            #expect(seen.facts.paths.map(\.resolved) == [target], "\(arguments)")
            #expect(seen.facts.gateFiles == [] && seen.facts.warnings == [])
        }
        let plain = call(bench, "Read", .read, ["file_path": "a/b"])
        #expect(bench.toolbox.lookedAt(plain) === plain)
    }

    @Test func `touches the gate's files through a link too`() async throws {
        let bench = try await Workbench()
        symlink("../state", bench.workspace + "/docs")
        let seen = bench.toolbox.lookedAt(call(bench, "Read", .read, ["file_path": "docs/ledger.db"]))
        #expect(seen.facts.gateFiles == ["\(bench.state)/ledger.db"])
    }

    @Test func `says where it cannot be found out`() async throws {
        let bench = try await Workbench()
        symlink("circle", bench.workspace + "/circle")
        let circle = bench.toolbox.lookedAt(call(bench, "Read", .read, ["file_path": "circle"]))
        #expect(circle.facts.warnings.count == 1)
        let many = (0..<100).map { JSONValue.string("f\($0)") }
        let seen = bench.toolbox.lookedAt(call(bench, "Read", .read, ["paths": .array(many)]))
        #expect(seen.facts.warnings == ["it names more than 64 files; where the others lead is not known"])
    }
}
