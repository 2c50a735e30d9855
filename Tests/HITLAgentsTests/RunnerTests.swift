import HITLAgents
import HITLCore
import HITLGate
import HITLLedger
import Testing

@Suite struct `A simulated agent` {
    private func story(_ steps: String) throws -> Scenario {
        try Scenario("name: story\ndescription: a test\nagents:\n  main:\n" + steps)
    }

    @Test func `withdraws what nobody decided when it is cancelled`() async throws {
        let stage = try await Stage(Scenario.demo())
        try await stage.perform(SimulatedRunner(Scenario.demo())) { stage in
            #expect(await stage.gate.queue.pendingCount == 2)
        }
        #expect(await stage.gate.queue.pendingCount == 0)
        let status = try stage.gate.ledger.history(of: .request(1)).status
        let gate = Principal(role: .gate, name: "hitl", channel: "desk")
        #expect(status == .withdrawn(by: gate, reason: "simulated is gone"))
        #expect(stage.workspace.read("data.csv") != nil)
    }

    @Test func `withdraws a request that was edited, too`() async throws {
        let stage = try await Stage()
        let context = stage.context
        let proposal = Proposal(tool: "writeFile", arguments: JSONObject([.init("path", "x")]), lineage: ["main"])
        let answer = Task { await context.propose(proposal, on: context.opening) }
        await stage.activity.settled()
        let number = try await stage.edit(1, "path", "y")
        answer.cancel()
        // Bounded, so that it fails and does not hang where nobody withdraws it.
        for _ in 0..<100_000 where await stage.gate.queue.pendingCount > 0 { await Task.yield() }
        #expect(await stage.gate.queue.pendingCount == 0)
        _ = try? await stage.gate.queue.withdraw(number, by: Stage.alice, reason: "the test is over")
        guard case .refused(let notice) = await answer.value else {
            Issue.record("it was permitted")
            return
        }
        #expect(notice.decider == "hitl")
    }

    @Test func `asks for nothing more once it is cancelled`() async throws {
        let scenario = try story(
            """
                - call: deleteFile
                  arguments: { path: a }
                  onRefused: [{ call: deleteFile, arguments: { path: b } }]
                - call: deleteFile
                  arguments: { path: c }
            """)
        let stage = try await Stage(scenario)
        try await stage.perform(SimulatedRunner(scenario)) { _ in }
        let opened = try Records(stage.gate.ledger.ledger).history(.init())
        #expect(opened.map(\.request?.number) == [1])
        #expect(stage.heard() == "")
    }

    @Test func `numbers calls at once in the order in which they are written`() async throws {
        let calls = (1...40).map { "        - { call: deleteFile, arguments: { path: file-\($0) } }" }
        let scenario = try story("    - together:\n" + calls.joined(separator: "\n") + "\n")
        try await play(scenario) { stage in
            // Not all forty at once: an agent may have fifty requests open, and others of it want some too.
            #expect(await stage.gate.queue.pendingCount == 20)
            for number in 1...20 { try await stage.reject(Int64(number)) }
            #expect(await stage.gate.queue.pendingCount == 20)
            let paths = await stage.pending().split(separator: "\n").map { $0.split(separator: "\"")[1] }
            #expect(paths == (21...40).map { "file-\($0)" })
        }
    }

    @Test func `runs several agents at once, each with its lineage`() async throws {
        let scenario = try Scenario(
            """
            name: three
            description: two agents, one of them with two helpers
            agents:
              left:
                - call: deleteFile
                  arguments: { path: l }
              right:
                - together:
                    - agent: one
                      steps:
                        - agent: deep
                          steps: [{ call: deleteFile, arguments: { path: r1 } }]
                    - agent: two
                      steps: [{ call: deleteFile, arguments: { path: r2 } }]
                - say: both are decided
            """)
        try await play(scenario) { stage in
            #expect(
                await stage.pending() == """
                    1 left deleteFile { path: "l" }
                    2 right/one/deep deleteFile { path: "r1" }
                    3 right/two deleteFile { path: "r2" }
                    """)
            #expect(
                await stage.doing() == """
                    left waits for 1
                    right waits for 2, 3
                    right/one waits for 2
                    right/one/deep waits for 2
                    right/two waits for 3
                    """)
            try await stage.reject(3, "no")
            try await stage.reject(2, "no")
            #expect(stage.heard().hasSuffix("right: both are decided"))
            #expect(await stage.doing() == "left waits for 1\nright is idle")
        }
    }

    @Test func `hears what an operator changed in its call`() async throws {
        let scenario = try story(
            """
                - call: writeFile
                  arguments: { path: letter.txt, content: "Dear all" }
                  onSucceeded: [{ say: "done: ${summary}" }]
            """)
        try await play(scenario) { stage in
            let number = try await stage.edit(1, "content", "Dear customers")
            #expect(number == 2)
            #expect(await stage.doing() == "main waits for 2")
            try await stage.approve(2)
            #expect(
                stage.heard() == """
                    main: `writeFile` was approved as request 2 with other arguments than you proposed: \
                    `content` is "Dear customers" instead of "Dear all". What ran is the edited call.
                    main: done: created `letter.txt` with 14 bytes
                    """)
            #expect(stage.workspace.files == ["letter.txt": "Dear customers"])
        }
    }

    @Test func `says what failed, and what is denied`() async throws {
        let scenario = try story(
            """
                - call: deleteFile
                  arguments: { path: missing }
                - call: sendEmail
                  arguments: { to: a@example.com, subject: x }
            """)
        let policy = Policy(
            rules: [Rule(name: "no-mail", source: "hitl.yaml:3:5", when: .toolNamed(["sendEmail"]), action: .block)],
            timeout: nil, version: "test")
        try await play(scenario, policy: policy) { stage in
            try await stage.approve(1)
            #expect(
                stage.heard() == """
                    main: `deleteFile` failed: not executed: `missing` does not exist.
                    main: `sendEmail` was not executed: the policy does not allow it (rule `no-mail`: the tool is named \
                    in the list); nobody was asked. This is no error, and asking again changes nothing; a call that the \
                    rule does not cover may be allowed.
                    """)
        }
    }

    @Test func `puts what is not there into words and into no call`() async throws {
        let scenario = try story(
            """
                - call: listFiles
                  onSucceeded:
                    - say: "It printed: ${result.stdout}"
                    - call: deleteFile
                      arguments: { path: "${result.stdout}" }
                    - say: And on.
            """)
        try await play(scenario) { stage in
            #expect(
                stage.heard() == """
                    main: It printed: (nothing)
                    main: I cannot propose `deleteFile`: there is no `result.stdout`.
                    main: And on.
                    """)
            #expect(await stage.pending() == "")
        }
    }

    /// Names of files are data: neither a placeholder nor an end of a text in one of them means anything.
    @Test func `takes names of files for names`() async throws {
        let scenario = try story(
            """
                - forEach: "*.tmp"
                  steps:
                    - call: deleteFile
                      arguments: { path: "${file}" }
            """)
        let stage = try await Stage(scenario)
        try stage.workspace.write("", to: #"a", "path": "b ${workspace}.tmp"#)
        try await stage.perform(SimulatedRunner(scenario)) { stage in
            let call = try await stage.gate.queue.open(1).call
            #expect(call.arguments == JSONObject([.init("path", #"a", "path": "b ${workspace}.tmp"#)]))
        }
    }
}

@Suite struct `Activity` {
    @Test func `is not settled before a runner has begun`() async throws {
        let stage = try await Stage()
        let settled = Task { await stage.activity.settled() }
        stage.context.opening.act(as: ["main"])
        #expect(await stage.doing() == "main works")
        stage.context.opening.end()
        await settled.value
        #expect(await stage.doing() == "main is idle")
    }

    @Test func `is not settled while a line waits that no runner has seen`() async throws {
        let stage = try await Stage()
        stage.context.opening.end()
        await stage.activity.settled()
        stage.conversation.send("hello")
        let settled = Task { await stage.activity.settled() }
        var lines = stage.conversation.lines.makeAsyncIterator()
        let line = await lines.next()
        #expect(line?.text == "hello")
        line?.strand.end()
        await settled.value
    }

    @Test func `is not settled between a decision and its consequence`() async throws {
        let stage = try await Stage()
        let strand = stage.context.opening
        strand.act(as: ["main"])
        let context = stage.context
        let answer = Task {
            await context.propose(
                Proposal(tool: "writeFile", arguments: JSONObject([.init("path", "x")]), lineage: ["main"]), on: strand)
        }
        await stage.activity.settled()
        #expect(await stage.doing() == "main waits for 1")
        // The request is closed and its strand still says that it is blocked: that is not rest.
        _ = try await stage.gate.queue.withdraw(1, by: Stage.alice, reason: "changed my mind")
        let settled = Task { await stage.activity.settled() }
        _ = await answer.value
        #expect(await stage.doing() == "main works")
        strand.end()
        await settled.value
    }

    @Test func `follows a request that was edited`() async throws {
        let stage = try await Stage()
        let strand = stage.context.opening
        strand.act(as: ["main"])
        let context = stage.context
        let answer = Task {
            await context.propose(
                Proposal(tool: "writeFile", arguments: JSONObject([.init("path", "x")]), lineage: ["main"]), on: strand)
        }
        await stage.activity.settled()
        _ = try await stage.edit(1, "path", "y")
        _ = try await stage.edit(2, "path", "z")
        #expect(await stage.doing() == "main waits for 3")
        try await stage.gate.queue.withdraw(3, by: Stage.alice, reason: "no").assertClosed()
        guard case .refused(let notice) = await answer.value else {
            Issue.record("it was permitted")
            return
        }
        #expect(
            notice.sentence == """
                `writeFile` was not executed: request 3 (your request 1 with arguments that the operator edited) was \
                withdrawn by alice: no. This is neither a rejection nor an error: ask again only if it is still needed.
                """)
        strand.end()
    }

    @Test func `waits for the last of the strands that were forked`() async throws {
        let stage = try await Stage()
        let parent = stage.context.opening
        let children = parent.fork(into: [["main", "a"], ["main", "b"]])
        children[0].end()
        #expect(await stage.doing() == "main/b works")
        children[1].end()
        // In the same step: nobody may look in between and see nobody at work.
        parent.act(as: ["main"])
        #expect(await stage.doing() == "main works")
        parent.end()
        await stage.activity.settled()
    }

    @Test func `ends a strand that its runner forgot`() async throws {
        let stage = try await Stage()
        stage.context.opening.end()
        do { _ = stage.activity.begin(["careless"]) }
        await stage.activity.settled()
        #expect(await stage.doing() == "careless is idle")
    }

    @Test func `lets go of a waiter that is cancelled`() async throws {
        let stage = try await Stage()
        let waiting = Task { await stage.activity.settled() }
        waiting.cancel()
        await waiting.value
        stage.context.opening.end()
    }
}

extension ApprovalRequest {
    fileprivate func assertClosed() { #expect(status != .pending) }
}
