import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// What a shell gets from the built program.
@Suite(.oneAtATime) struct `The command line` {
    /// One search of the standard library in a string brings all of them: a megabyte, and conformances that every start
    /// looks through. `HITLCore/Text` has what does without.
    @Test func `is made without the standard library's regular expressions`() throws {
        let descriptor = open(Home.hitl, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        let program = try #require(mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0))
        defer { munmap(program, size) }
        func holds(_ text: String) -> Bool {
            var place = program
            let end = program + size - text.utf8.count
            while place < end, let found = memchr(place, Int32(text.utf8.first ?? 0), end - place) {
                if memcmp(found, text, text.utf8.count) == 0 { return true }
                place = found + 1
            }
            return false
        }
        // As they stand in the names of symbols.
        #expect(holds("8HITLCore"))
        #expect(!holds("17_StringProcessing"))
    }

    /// Every code of the manual that needs no story, in one ledger's life.
    @Test func `ends with the documented codes`() async throws {
        let home = try Home()
        func code(_ words: String...) async throws -> Int32 { try await home.run(words).code }
        let usage: [[String]] = [
            ["frob"], ["--frob"], ["loop", "--frob"], ["loop", "extra"], ["loop", "--agent"],
            ["loop", "--agent", "nobody"],
            ["loop", "--workspace", home.path("nowhere")], ["loop", "--scenario", home.path("nowhere.yaml")],
            ["loop", "--config", home.path("nowhere.yaml")], ["ask"], ["ask", ""],
            ["ask", "a", "--timeout", "60"],
            ["ask", "a", "--arg", "novalue"], ["ask", "a", "--arg", "x=1", "--arg", "x=2"],
            ["ask", "a", "--args", "{"],
            ["ask", "a", "--args", "[]"], ["ask", "a", "--args", #"{"x": 1, "x": 2}"#],
            ["ask", "a", "--confidence", "2"],
            ["ask", "a", "--async", "--", "ls"], ["ask", "a", "--"], ["wait"], ["wait", "x"], ["approve"],
            ["approve", "one"], ["approve", "2-1"], ["approve", "1", "--reason"], ["approve", "1", "--set", "x"],
            ["approve", "1-2", "--set", "x=1"], ["reject", "0"], ["show"], ["show", "1", "2"], ["extend", "1", "60"],
            ["history", "--last", "-1"], ["history", "--since", "yesterday"], ["history", "--decision", "maybe"],
            ["history", "--grep", ""],
            ["config", "hitl.timeot"], ["audit"], ["audit", "frob"], ["audit", "verify", "--against", "x"],
            ["rollback"], ["help", "frob"],
        ]
        for words in usage {
            let said = try await home.run(words)
            #expect(said.code == 2, "\(words): \(said)")
            #expect(said.out == "" && !said.err.isEmpty, "\(words): \(said)")
        }
        #expect(try await code("wait", "1") == 6)
        #expect(try await code("approve", "1") == 6)
        #expect(try await code("audit", "verify") == 7)
        let desk = try await Desk.open(home)
        for words in [
            ["status"], ["history"], ["stats"], ["config"], ["doctor"], ["audit", "verify"], ["--version"], [],
        ] {
            #expect(try await home.run(words).code == 0, "\(words)")
        }
        #expect(try await home.ask("paint") == 1)
        #expect(try await code("wait", "1", "--timeout", "1ms") == 75)
        #expect(try await code("approve", "1") == 0)
        #expect(try await code("wait", "1") == 0)
        #expect(try await code("approve", "1") == 1)
        #expect(try await code("show", "2") == 1)
        #expect(try await home.ask("paint") == 2)
        #expect(try await code("reject", "2") == 0)
        #expect(try await code("wait", "2") == 3)
        #expect(try await home.ask("paint") == 3)
        #expect(try await code("withdraw", "3") == 0)
        #expect(try await code("wait", "3") == 4)
        #expect(try await code("ask", "paint", "--timeout", "1ms") == 4)
        #expect(try await code("ask", "paint", "--timeout", "1ms", "--", "true") == 125)
        #expect(try await desk.quit() == .exited(0))
    }

    @Test func `ends with 5 where a call is refused without asking anybody`() async throws {
        let home = try Home(configuration: "queue: { maxPendingPerUser: 1 }\n")
        let desk = try await Desk.open(home)
        let protected = try await home.hitl("ask", "writeFile", "--arg", "path=" + home.ledger)
        // As every other agent is told: which rule, what it is about, and what may be accepted.
        #expect(protected.code == 5 && protected.out == "")
        let refusal =
            #/hitl: `writeFile` was not executed: the policy does not allow it \(rule `self-protection`: .+; rule `analysis`: .+\); nobody was asked. This is no error, and asking again changes nothing; a call that the rule does not cover may be allowed.\n/#
        #expect(protected.err.wholeMatch(of: refusal) != nil, "\(protected.err)")
        #expect(try await home.hitl("ask", "writeFile", "--arg", "path=" + home.ledger, "--", "true").code == 125)
        #expect(try await home.ask("paint") == 1)
        let tooMany = try await home.hitl("ask", "paint", "--async")
        #expect(tooMany == Said(code: 5, err: "hitl: This agent has 1 requests pending, which is its limit.\n"))
        try await desk.until { $0.cursorLine == "hitl (1) >" }
    }

    @Test func `explains every command, each in the same form`() async throws {
        let home = try Home()
        let overview = try await home.run([]).out
        #expect(try await home.hitl("--help") == Said(code: 0, out: overview))
        #expect(try await home.hitl("-h") == Said(code: 0, out: overview))
        let names = overview.split(separator: "\n").compactMap {
            $0.firstMatch(of: #/^  hitl ([a-z]+) /#).map { String($0.output.1) }
        }
        #expect(
            names == [
                "loop", "ask", "wait", "hook", "mcp", "policy", "audit", "keys", "doctor", "status", "show", "approve",
                "reject", "edit",
                "history", "config", "stats", "why", "extend", "withdraw", "stop", "rollback", "grants", "erase",
                "purge",
            ])
        for name in names {
            let page = try await home.hitl(name, "--help")
            #expect(page.code == 0 && page.err == "")
            #expect(page.out.hasPrefix("hitl \(name)"), "\(page.out)")
            #expect(!page.out.contains("/hitl "), "\(page.out)")
            #expect(try await home.hitl("help", name) == page)
            #expect(try await home.hitl(name, "-h") == page)
        }
        #expect(
            try await home.hitl("wait", "--help").out == """
                hitl wait ID [--timeout D] [--socket PATH] [--json]
                  block until a request that was asked with --async is decided

                  The exit code says how: 0 approved, 3 rejected, 4 expired or withdrawn, 75 not decided yet.

                  ID             the request's number or id
                  --timeout D    wait no longer than this
                  --socket PATH  where the desk listens
                  --json         print one JSON document about the decision

                  hitl wait 7 --timeout 10m   at most ten minutes for request 7

                """)
    }

    @Test func `says its version`() async throws {
        let home = try Home()
        let said = try await home.hitl("--version")
        #expect(said.code == 0)
        #expect(said.out.wholeMatch(of: /hitl [0-9]+\.[0-9]+\.[0-9]+\n/) != nil)
        // Neither of them leaves a trace.
        #expect(Home.names(in: home.path("h")) == [])
    }

    @Test func `says what is wrong in the words of the shell`() async throws {
        let home = try Home()
        for (words, answer) in [
            (["aprove", "1"], "There is no command `aprove`. Did you mean `hitl approve`?"),
            (["frob"], "There is no command `frob`. `hitl --help` lists them."),
            (["loop", "--enable"], "`hitl loop` has no option `--enable`. See `hitl loop --help`."),
            (["approve", "1", "--resaon", "x"], "`hitl approve` has no option `--resaon`. Did you mean `--reason`?"),
            (["approve"], "`hitl approve` needs `N`. See `hitl approve --help`."),
            (
                ["ask", "x", "--timeout", "60"],
                "`60` is no value for `--timeout`: expected a duration such as 250ms, 30s, 5m, 2h or 7d."
            ),
            (["appr\u{202E}ove"], "There is no command `appr<U+202E>ove`. `hitl --help` lists them."),
        ] {
            #expect(try await home.run(words) == Said(code: 2, err: "hitl: \(answer)\n"))
        }
    }

    @Test func `tells what is found and what is missing`() async throws {
        let home = try Home()
        let said = try await home.hitl("doctor")
        #expect(said.code == 0)
        let text = masked(said.out, in: home)
        #expect(text.contains("ok       Ledger: none yet; the first desk makes `HOME/h/.local/state/hitl/ledger.db`\n"))
        #expect(text.contains("warning  Desk: none is running\n         mend: hitl loop --enable-hitl --agent none\n"))
        #expect(text.contains("ok       Signing: no key yet; the first desk makes one\n"))
    }

    @Test func `says of the ledger, keys and permissions what was looked at, and what is wrong`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(try await desk.quit() == .exited(0))
        let said = try await home.hitl("doctor")
        #expect(said.code == 0)
        #expect(
            masked(said.out, in: home).contains(
                "ok       Ledger: `HOME/h/.local/state/hitl/ledger.db`, 4 entries. The last 4 hold together, and it is as long as when it was last signed; `hitl audit verify` checks all\n"
            ), "\(said.out)")
        #expect(said.out.contains("ok       Signing: with SHA256:"), "\(said.out)")
        #expect(said.out.contains("files and directories are yours alone\n"), "\(said.out)")

        chmod(home.path("h/.local/state/hitl/keys"), 0o755)
        chmod(home.path("h/.local/state/hitl/keys/signing"), 0o644)
        let open = try await home.hitl("doctor")
        #expect(open.code == 1)
        #expect(open.out.contains("warning  Permissions: others can read `"), "\(open.out)")
        #expect(open.out.contains("missing  Signing: "), "\(open.out)")
        chmod(home.path("h/.local/state/hitl/keys/signing"), 0o600)

        // A changed entry at the end, and the same far from it: what is not looked at is not claimed.
        let damage = "UPDATE entry SET record = CAST(replace(record, 'paint', 'sword') AS BLOB) WHERE sequence = 2"
        #expect(try await home.run(program: "/usr/bin/sqlite3", [home.ledger, damage]).code == 0)
        let damaged = try await home.hitl("doctor")
        #expect(damaged.code == 1 && damaged.out.contains("missing  Ledger: "), "\(damaged.out)")
        #expect(damaged.out.contains("entry 2 was changed"), "\(damaged.out)")
    }
}

/// Standard input that is no terminal.
@Suite(.oneAtATime) struct `A script` {
    @Test func `goes on after errors and says at its end that there were some`() async throws {
        let home = try Home()
        let said = try await home.script(
            ["/hitl approve 7", "", "hello", "/frob", "/hitl status"], "--agent", "none", "--enable-hitl")
        #expect(said.code == 1)
        #expect(
            masked(said.out, in: home) == """
                The desk is open. In another terminal: hitl ask TOOL -- COMMAND
                Workspace: HOME/w

                hitl > /hitl approve 7
                There is no request 7. Nothing is pending.

                hitl >
                hitl > hello
                There is no agent here to talk to. `/help` lists the commands.

                hitl > /frob
                There is no command `/frob`. `/help` lists them.

                hitl > /hitl status
                No pending HITL approvals.


                """)
    }

    @Test func `waits for what happens, withdraws only what its own agents asked, and decides as a script`()
        async throws
    {
        let home = try Home()
        let desk = try await home.start(
            ["loop", "--enable-hitl", "--agent", "none"], input: "/wait 20s\n/hitl approve 1\n/wait 20s\n")
        var asking = try await home.hitl("ask", "paint", "--async", "--json")
        while asking.code == 6 { asking = try await home.hitl("ask", "paint", "--async", "--json") }
        var status = try await home.hitl("wait", "1", "--timeout", "10s")
        while status.code == 75 { status = try await home.hitl("wait", "1", "--timeout", "10s") }
        #expect(status.code == 0)
        #expect(try await home.ask("sweep") == 2)
        let said = Said(await desk.wait())
        #expect(said.code == 0)
        #expect(said.out.contains("hitl > /hitl approve 1\n✅ Approved paint operation\n"))
        #expect(said.out.hasSuffix("\nRequest 2 stays pending for the next desk.\n"))
        #expect(try await home.hitl("history").out.contains("1. paint: approved by \(operatorName) (script@stdin)"))
        #expect(try await home.hitl("history", "--grep", "paint").out.contains("1. paint: approved"))
        #expect(try await home.hitl("history", "--grep", "albatross").out == "No decision in the history matches.\n")
        #expect(try await home.hitl("status").out.contains("2. Tool: sweep"))
    }

    // answer-05
    @Test func `that ends approves nothing`() async throws {
        let home = try Home()
        let said = try await home.script([], "--enable-hitl")
        #expect(said.code == 0)
        #expect(said.out.contains("Requests 1 and 2 were withdrawn: the loop ended."))
    }
}
