import HITLPlatform
import HITLTestSupport
import Testing

/// What runs without a question because the kernel holds it: git's reading commands, and builds where the operator
/// says so.
@Suite(
    .oneAtATime,
    .enabled(if: Sandbox.obstacle == nil, "commands cannot be confined on this machine, so nothing runs unasked"))
struct `A confined command` {
    private static func scenario(_ command: String) -> String {
        """
        name: one command
        description: One command.
        agents:
          main:
            - call: executeCommand
              arguments: { command: '\(command)' }
              onSucceeded: [{ say: "${summary}\\n${result.stdout}${result.stderr}" }]
              onFailed: [{ say: "${summary}\\n${result.stdout}${result.stderr}" }]
        """
    }

    /// What the loop said of one command, as a script that only asks for the status.
    private func loop(_ home: Home, _ command: String) async throws -> String {
        try home.write(Self.scenario(command), to: "scenario.yaml")
        let said = try await home.run(
            [
                "loop", "--enable-hitl", "--plain", "--agent", "simulated", "--scenario", home.path("scenario.yaml"),
                "--workspace", home.workspace,
            ], input: "/hitl status\n")
        return said.out
    }

    private func repository(_ home: Home) async throws {
        for arguments in [
            ["init", "-q", "-b", "main", "."], ["config", "user.email", "ada@example.com"],
            ["config", "user.name", "ada"],
        ] {
            let said = try await home.run(program: "/usr/bin/git", arguments)
            try #require(said.code == 0, "\(said.err)")
        }
        try home.write("hello\n", to: "w/notes.txt")
    }

    @Test func `of git reads without a question, and what the repository names writes nowhere`() async throws {
        let home = try Home()
        try await repository(home)
        let plain = try await loop(home, "git status --short")
        #expect(plain.contains("?? notes.txt"), "\(plain)")
        #expect(plain.contains("No pending HITL approvals."))

        // The repository's own settings make even `git status` run a program.
        try home.write("[core]\n\tfsmonitor = touch \(home.path("w/inside")) \(home.path("t/outside"))\n", to: "w/evil")
        let set = try await home.run(
            program: "/usr/bin/git", ["config", "include.path", "../evil"])
        try #require(set.code == 0)
        _ = try await loop(home, "git status --short")
        #expect(!home.exists("w/inside") && !home.exists("t/outside"))
    }

    @Test(arguments: ["ls -l", "cat notes.txt | head -2", "grep -rn hello ."])
    func `is not needed for what only reads, which nobody is asked about`(command: String) async throws {
        let home = try Home()
        try home.write("hello\n", to: "w/notes.txt")
        let said = try await loop(home, command)
        #expect(said.contains("No pending HITL approvals.") && said.contains("ended with exit code 0"), "\(said)")
    }

    @Test func `of git that writes asks as ever`() async throws {
        let home = try Home()
        try await repository(home)
        let said = try await loop(home, "git commit -am x")
        #expect(said.contains("Pending HITL Approvals (1):"), "\(said)")
    }

    @Test func `that builds asks unless the operator lets it run in the sandbox, where it reaches nothing else`()
        async throws
    {
        let makefile =
            "test:\n\t@echo built > result; echo x > \"$$SECRET_PLACE/escape\" || echo held; cat ~/.ssh/id || echo hidden\n"
        let asking = try Home()
        try asking.write(makefile, to: "w/Makefile")
        let asked = try await loop(asking, "make test")
        #expect(asked.contains("Pending HITL Approvals (1):") && !asking.exists("w/result"), "\(asked)")

        let home = try Home(configuration: "policy: { autoApproveSandboxed: workspace }\n")
        try home.makeDirectory("h/.ssh")
        try home.write("secret\n", to: "h/.ssh/id")
        try home.write(makefile.replacing("$$SECRET_PLACE", with: home.path("t")), to: "w/Makefile")
        let said = try await loop(home, "make test")
        #expect(said.contains("No pending HITL approvals."), "\(said)")
        #expect(home.read("w/result") == "built\n" && !home.exists("t/escape"))
        #expect(said.contains("held") && said.contains("hidden") && !said.contains("secret"), "\(said)")
        let history = try await home.run(["history", "--json"])
        #expect(history.out.contains("autoApproveSandboxed"), "\(history.out)")
    }

    @Test func `by a rule of the operator is shown as confined where it asks, and its digest says so`() async throws {
        let home = try Home(
            configuration: """
                policy:
                  rules:
                    - { name: held, action: require_approval, sandbox: workspace, when: { command: "touch **" } }

                """)
        try home.write(Self.scenario("touch here /tmp/there-\(home.root.utf8.count)"), to: "scenario.yaml")
        let desk = try await Desk.open(
            home,
            ["--enable-hitl", "--scenario", home.path("scenario.yaml"), "--workspace", home.workspace],
            firstPrompt: "hitl (1) >")
        let shown = try await desk.enter("/hitl show 1").joined(separator: "\n")
        #expect(shown.contains("Confined: writes only beneath the workspace; no home, no network"), "\(shown)")
        try await desk.hasBeenShown(1)
        _ = try await desk.enter("/hitl approve 1")
        try await desk.sees("main│ ")
        #expect(home.exists("w/here"))
        #expect(Home.contents(of: "/tmp/there-\(home.root.utf8.count)") == nil)
    }

    @Test func `is an agent, too, with all that it starts, where the operator wants that`() async throws {
        let home = try Home(
            configuration: "agent: { sandbox: workspace, writable: [~/own, ~/missing] }\n")
        try home.makeDirectory("h/own")
        try home.write("secret\n", to: "h/secret")
        try home.write(
            """
            echo inside > inside; echo own > \(home.path("h/own/file")); echo t > "$TMPDIR/t" && echo t > temporary
            (echo out > \(home.path("h/outside"))); cat \(home.path("h/secret")) > leaked
            cat \(home.path("h/.local/state/hitl/digest.key")) > key; echo x > \(home.ledger)
            kill -0 $PPID && echo signal > signal
            printf '{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":"finished"}}\\n'
            cat > /dev/null

            """, to: "w/agent.sh")
        let desk = try await Desk.open(
            home, ["--enable-hitl", "--agent", "exec", "--workspace", home.workspace, "--", "/bin/sh", "agent.sh"])
        try await desk.sees("Confined: it writes only beneath the workspace; no home, no network", "finished")
        #expect(home.read("w/inside") == "inside\n" && home.read("h/own/file") == "own\n")
        #expect(home.exists("w/temporary") && !home.exists("h/outside"))
        #expect(home.read("w/leaked") == "" && home.read("w/key") == "" && !home.exists("w/signal"))
        let verified = try await home.run(["audit", "verify"])
        #expect(verified.code == 0, "\(verified.out)")
    }

    @Test func `is not started where its reach would hold the gate's own files`() async throws {
        let home = try Home(configuration: "agent: { sandbox: workspace, writable: [~/.local] }\n")
        try home.makeDirectory("h/.local")
        let said = try await home.run(
            ["loop", "--enable-hitl", "--agent", "exec", "--workspace", home.workspace, "--", "/bin/sh", "agent.sh"])
        #expect(said.code == 1 && said.err.contains("Agents cannot be confined as `agent.sandbox` wants it"), "\(said)")
    }

    @Test(arguments: ["cat link", "cat inner/secret", "grep -r s inner", "sed -n 1p link"])
    func `asks where a link of the workspace leads out of it, though the words only read`(command: String) async throws
    {
        let home = try Home()
        try home.makeDirectory("outside")
        try home.write("hush\n", to: "outside/secret")
        for (name, target) in [("w/link", "outside/secret"), ("w/inner", "outside")] {
            let linked = try await home.run(
                program: "/bin/ln", ["-s", home.path(target), home.path(name)])
            try #require(linked.code == 0)
        }
        let said = try await loop(home, command)
        #expect(said.contains("Pending HITL Approvals (1):") && !said.contains("hush"), "\(said)")
    }

    @Test func `leaves nothing behind that runs later outside of it`() async throws {
        let home = try Home(configuration: "policy: { autoApproveSandboxed: workspace }\n")
        try home.write(
            "t:\n\t@mkdir -p .git/hooks .claude; echo id > .git/hooks/pre-commit; ln -s /etc .envrc; echo x > kept\n",
            to: "w/Makefile")
        let said = try await loop(home, "make t")
        #expect(home.exists("w/kept") && !home.exists("w/.git") && !home.exists("w/.claude"), "\(said)")
        #expect(!Home.names(in: home.workspace).contains(".envrc"))
        #expect(said.contains("hitl took away what it made as .git, .claude, .envrc"), "\(said)")
    }
}
