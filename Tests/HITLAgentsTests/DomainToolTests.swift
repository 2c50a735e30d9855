import HITLAgents
import HITLCore
import HITLGate
import Testing

@Suite struct `A scenario's own tool` {
    private static let story = """
        name: payments
        description: a test
        workspace:
          bin/post.sh: |
            printf '%s,%s\\n' "$1" "$2" >> transactions.csv
            tail -n 1 transactions.csv
        tools:
          executeTransaction:
            runs: executeCommand
            arguments: { argv: [sh, bin/post.sh, "${payee}", "${amount}"] }
          generateContract:
            runs: writeFile
            arguments: { path: "drafts/${name}.md", content: "Between us\\nand ${party}\\n" }
        agents:
          treasury:
            - call: executeTransaction
              arguments: { payee: "Acme; rm -rf .", amount: 9999.90 }
              onSucceeded: [{ say: "posted ${result.stdout}" }]
            - call: generateContract
              arguments: { name: one, party: Acme }
        """

    @Test func `shows its own arguments and the real call, and runs exactly that`() async throws {
        try await play(Scenario(Self.story)) { stage in
            let request = try await stage.gate.queue.open(1)
            #expect(request.call.tool == "executeTransaction")
            #expect(request.call.kind == .execute)
            #expect(
                await stage.pending() == #"1 treasury executeTransaction { payee: "Acme; rm -rf .", amount: 9999.90 }"#)
            #expect(request.call.facts.command?.argv == ["sh", "bin/post.sh", "Acme; rm -rf .", "9999.90"])
            #expect(
                request.call.facts.preview == """
                    executeTransaction stands for executeCommand:
                      argv: ["sh","bin/post.sh","Acme; rm -rf .","9999.90"]
                    """)
            #expect(stage.workspace.read("transactions.csv") == nil)

            try await stage.approve(1)
            #expect(stage.heard() == "treasury: posted Acme; rm -rf .,9999.90")
            #expect(stage.workspace.read("transactions.csv") == "Acme; rm -rf .,9999.90\n")

            #expect(
                try await stage.gate.queue.open(2).call.facts.preview == """
                    generateContract stands for writeFile:
                      path: "drafts/one.md"
                      content:
                        | Between us
                        | and Acme
                        |
                    --- /dev/null
                    +++ drafts/one.md
                    @@ -0,0 +1,2 @@
                    +Between us
                    +and Acme
                    """)
            try await stage.approve(2)
            #expect(stage.workspace.read("drafts/one.md") == "Between us\nand Acme\n")
        }
    }

    @Test func `is looked at again after an edit`() async throws {
        try await play(Scenario(Self.story)) { stage in
            let number = try await stage.edit(1, "amount", "10.00")
            let call = try await stage.gate.queue.open(number).call
            #expect(call.facts.command?.argv == ["sh", "bin/post.sh", "Acme; rm -rf .", "10.00"])
            try await stage.approve(number)
            #expect(stage.workspace.read("transactions.csv") == "Acme; rm -rf .,10.00\n")
        }
    }

    @Test func `does not run with an argument missing or without effect`() async throws {
        try await play(Scenario(Self.story)) { stage in
            let number = try await stage.edit(1, "memo", "ignored by the real call")
            #expect(
                try await stage.gate.queue.open(number).call.facts.warnings == [
                    "it cannot run: the argument `memo` has no effect in what the tool stands for"
                ])
            try await stage.approve(number)
            #expect(
                stage.heard().hasSuffix(
                    "treasury: `executeTransaction` failed: not executed: the argument `memo` has no effect in what the tool stands for."
                ))
            #expect(stage.workspace.read("transactions.csv") == nil)
        }
    }

    /// Somebody else's definition under the same name: an approved call must not become it.
    @Test func `does not run when it stands for something else than was shown`() async throws {
        let scenario = try Scenario(Self.story)
        let tools = try Scenario(Self.story.replacing("bin/post.sh, ", with: "bin/evil.sh, ")).tools
        try await play(scenario) { stage in
            let other = ScenarioWorkbench(stage.workbench, tools: tools)
            let call = try await stage.gate.queue.open(1).call
            #expect(await stage.workbench.changes(since: call) == [])
            #expect(
                await other.changes(since: call) == ["`executeTransaction` no longer stands for what was shown"])
        }
    }

    @Test func `cannot be made to look like another call`() async throws {
        // The party's name imitates the end of the content and a second argument.
        let forged = Self.story.replacing("party: Acme", with: #"party: "x\n  path: \"harmless\"\ny""#)
        try await play(Scenario(forged)) { stage in
            try await stage.approve(1)
            #expect(
                try await stage.gate.queue.open(2).call.facts.preview?.hasPrefix(
                    """
                    generateContract stands for writeFile:
                      path: "drafts/one.md"
                      content:
                        | Between us
                        | and x
                        |   path: "harmless"
                        | y
                        |
                    """) == true)
        }
    }
}
