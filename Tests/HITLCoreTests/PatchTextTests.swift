import HITLCore
import Testing

@Suite struct `A patch` {
    private static let home = PathSurroundings(directory: "/code/app", workspace: "/code/app", home: "/home/ada")

    private func effect(_ text: String, tool: String = "apply_patch", name: String = "input") -> (Effect?, [String]) {
        let call = ToolCall(
            tool: tool, kind: ToolCatalog.kind(of: tool), arguments: JSONObject([.init(name, .string(text))]),
            origin: Origin(agent: "a", session: "s"), performer: .requester)
        let analysis = ArgumentAnalysis.of(call, in: Self.home)
        return (analysis.findings.compactMap(\.effect).min(), analysis.paths.map(\.given))
    }

    @Test(arguments: [
        "*** Begin Patch\n*** Add File: .git/hooks/pre-commit\n+x\n*** End Patch",
        "*** Begin Patch\r\n*** Update File: ~/.bashrc\r\n@@\r\n-a\r\n+b\r\n*** End Patch",
        "*** Begin Patch\n*** Update File: src/a\n*** Move to: .git/hooks/pre-commit\n@@\n-a\n+b\n*** End Patch",
        "*** Begin Patch\n*** Delete File: ../../home/ada/.ssh/authorized_keys\n*** End Patch",
        "--- a/src/a\n+++ b/.git/hooks/x\n@@ -1 +1 @@\n-a\n+b\n",
        "--- /dev/null\n+++ .claude/settings.json\t2025-01-01\n@@ -0,0 +1 @@\n+b\n",
        "diff --git a/x b/.claude/settings.json\nrename from x\nrename to .claude/settings.json\n",
        "Index: .mcp.json\n@@ -1 +1 @@\n-a\n+b\n",
    ])
    func `that changes what is run later is refused`(text: String) {
        #expect(effect(text).0 == .deny)
        #expect(effect(text, name: "patch").0 == .deny)
        #expect(effect(text, tool: "apply_diff", name: "diff").0 == .deny)
    }

    @Test func `names its files for rules about paths`() {
        let text =
            "*** Begin Patch\n*** Update File: src/a.ts\n*** Move to: src/b.ts\n@@\n-a\n++++ b/.git/hooks/x\n*** End Patch"
        #expect(effect(text).1 == ["src/a.ts", "src/b.ts"])
        #expect(
            effect("--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1 +1 @@\n-a\n+b\n").1 == [
                "a/src/a.ts", "src/a.ts", "b/src/a.ts",
            ])
    }

    @Test func `without a file is doubted`() {
        let (effect, paths) = effect("just some text")
        #expect(effect == .ask && paths.isEmpty)
    }

    @Test func `in what a file is to hold says nothing about that file`() {
        let call = ToolCall(
            tool: "write_file", kind: .edit,
            arguments: JSONObject([
                .init("path", "docs/patches.md"), .init("content", "+++ b/.git/hooks/x\n"),
            ]), origin: Origin(agent: "a", session: "s"), performer: .requester)
        #expect(ArgumentAnalysis.of(call, in: Self.home).findings.allSatisfy { $0.effect != .deny })
    }
}

@Suite struct `A tool that reads` {
    private func isHarmless(_ tool: String, _ arguments: String) throws -> Bool {
        let arguments = try #require(try JSONValue(parsing: arguments).object)
        let call = ToolCall(
            tool: tool, kind: ToolCatalog.kind(of: tool), arguments: arguments,
            origin: Origin(agent: "a", session: "s"), performer: .requester)
        return CallAnalysis.of(
            call, in: PathSurroundings(directory: "/code/app", workspace: "/code/app", home: "/home/ada")
        ).isHarmless
    }

    @Test(arguments: [
        ("Glob", #"{"pattern":"**/*.ts"}"#), ("Glob", #"{"pattern":"src/**/*.json","path":"."}"#),
        ("Grep", #"{"pattern":"/etc/.*|~/x","glob":"*.ts","output_mode":"content"}"#),
        ("Grep", #"{"pattern":"a","glob":"!.env"}"#), ("Grep", #"{"pattern":"a","glob":"*.{js,ts}"}"#),
        ("bash", #"{"cmd":"ls","yield_time_ms":1000,"max_output_tokens":2000}"#),
        ("bash", #"{"commands":["ls","cat a.txt"]}"#),
    ])
    func `looks for files of the workspace without asking`(_ tool: String, _ arguments: String) throws {
        #expect(try isHarmless(tool, arguments))
    }

    @Test(arguments: [
        ("Glob", #"{"pattern":"/etc/**"}"#), ("Glob", #"{"pattern":"../../**"}"#), ("Glob", #"{"pattern":"~/.ssh/*"}"#),
        ("Glob", #"{"pattern":"src/../../*"}"#), ("Grep", #"{"pattern":"a","glob":".env*"}"#),
        ("Grep", #"{"pattern":"a","glob":"**/*.pem"}"#), ("grep_search", #"{"query":"a","include_pattern":"*.env"}"#),
        ("Grep", #"{"pattern":"a","glob":"{.env,b}"}"#), ("Grep", #"{"pattern":"a","glob":"*.{ts,pem}"}"#),
        ("read_file", #"{"path":"a","output":"/tmp/x"}"#), ("read_file", #"{"path":"a","write":"x"}"#),
        ("read_file", #"{"path":"a","saveTo":"b"}"#), ("bash", #"{"commands":["ls","touch x"]}"#),
        ("bash", #"{"commands":"touch x"}"#),
    ])
    func `asks for more than that`(_ tool: String, _ arguments: String) throws {
        #expect(try !isHarmless(tool, arguments))
    }

    @Test(arguments: [
        "SELECT password FROM users", "SELECT u.ssn FROM customers u", "SELECT * FROM mysql.user", "SELECT 1 \\g | sh",
        "SELECT 1 \\gexec",
    ])
    func `of a database asks for secrets and for the client's own commands`(query: String) throws {
        let arguments = JSONObject([.init("database", "dev"), .init("query", .string(query))])
        let call = ToolCall(
            tool: "sql", kind: .other, arguments: arguments, origin: Origin(agent: "a", session: "s"),
            performer: .requester)
        let analysis = CallAnalysis.of(call, in: PathSurroundings(directory: "/code/app"))
        #expect(!analysis.isHarmless && analysis.findings.contains { $0.effect == .ask })
    }
}
