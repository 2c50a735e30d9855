import HITLTestSupport
import Testing

/// `hitl.yaml`, the environment and the command line, as the built program takes them.
@Suite(.oneAtATime) struct `The configuration` {
    @Test func `with mistakes keeps the loop from starting, and each is shown where it is`() async throws {
        let home = try Home(
            configuration: """
                hitl:
                  enabled: yes please
                  timout: 5m
                  requireReason: [never]
                queue: { maxPendingPerUser: 0 }

                """)
        let said = try await home.hitl("loop", "--agent", "none")
        #expect(said.code == 2)
        #expect(said.out == "")
        #expect(
            masked(said.err, in: home) == """
                hitl: ~/.config/hitl/hitl.yaml:2:12: expected `true` or `false`, found the text `yes please`
                  enabled: yes please
                           ^
                ~/.config/hitl/hitl.yaml:3:3: unknown key `timout` — did you mean `timeout`?
                  timout: 5m
                  ^
                ~/.config/hitl/hitl.yaml:4:19: expected `approve` or `reject`, found the text `never`
                  requireReason: [never]
                                  ^
                ~/.config/hitl/hitl.yaml:5:29: expected a whole number from 1 to 100000, found `0`
                queue: { maxPendingPerUser: 0 }
                                            ^

                """)
        // Reading commands cannot know where the ledger is either.
        #expect(try await home.hitl("status").code == 2)
    }

    @Test func `of the demo names the scratch ledger and outbox that it really uses`() async throws {
        let home = try Home()
        let said = try await home.script(
            ["/hitl config audit.path", "/hitl config tools.outbox"], "--enable-hitl",
            environment: ["HITL_AUDIT_PATH": home.ledger])
        let text = masked(said.out, in: home)
        #expect(text.contains("audit.path = HOME/t/DEMO/state/ledger.db   (scratch)\n"))
        #expect(text.contains("tools.outbox = HOME/t/DEMO/workspace/outbox   (scratch)\n"))
    }

    // timeout-05
    @Test func `may not approve by letting time pass what changes something`() async throws {
        let home = try Home(configuration: "hitl: { autoApproveOnTimeout: true }\n")
        let said = try await home.hitl("loop", "--enable-hitl", "--agent", "none")
        #expect(said.code == 2)
        #expect(said.err.contains("autoApproveOnTimeout"))
    }

    @Test func `comes from the file, the environment over it, and the command line over both`() async throws {
        let home = try Home(configuration: "hitl:\n  timeout: 7m\n  enabled: false\n")
        let environment = ["HITL_TIMEOUT": "90000", "NEUROLINK_HITL_MODE": "synchronous"]
        let desk = try await Desk.open(home, ["--enable-hitl", "--agent", "none"], environment: environment)
        let rows = try await desk.enter("/hitl config hitl.timeout") + desk.enter("/hitl config hitl.enabled")
        #expect(
            masked(rows, in: home) == """
                hitl.timeout = 90s   (HITL_TIMEOUT)

                hitl.enabled = true   (--enable-hitl)

                """)
        // The desk's, whatever this terminal's own are.
        #expect(try await home.hitl("config", "hitl.enabled").out == "hitl.enabled = true   (--enable-hitl)\n")
        #expect(try await desk.quit() == .exited(0))
        let alone = try await home.hitl("config", "hitl.timeout").out
        #expect(alone == "hitl.timeout = 7m   (~/.config/hitl/hitl.yaml:2:3)\n")
        let bad = try await home.hitl("status", environment: ["HITL_TIMEOUT": "soon"])
        #expect(bad.code == 2)
        #expect(bad.err.contains("HITL_TIMEOUT"))
    }

    @Test func `can ask for reasons`() async throws {
        let home = try Home(configuration: "hitl: { requireReason: [approve, reject] }\n")
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint") == 1)
        try await desk.hasBeenShown(1)
        #expect(
            try await desk.enter("/hitl reject 1") == ["Rejecting needs a reason here: add `--reason \"why\"`.", ""])
        #expect(
            try await desk.enter("/hitl approve 1") == ["Approving needs a reason here: add `--reason \"why\"`.", ""])
        #expect(try await home.hitl("wait", "1", "--timeout", "10ms").code == 75)
        #expect(try await desk.enter("/hitl approve 1 --reason seen").first == "✅ Approved paint operation")
    }

    @Test func `can forbid changing arguments`() async throws {
        let home = try Home(configuration: "hitl: { allowArgumentModification: false }\n")
        let desk = try await Desk.open(home)
        #expect(try await home.ask("paint", "--arg", "wall=east") == 1)
        try await desk.hasBeenShown(1)
        let answer = try await desk.enter("/hitl edit 1 --set wall=west")
        #expect(
            answer == [
                "Arguments may not be changed here (`allowArgumentModification` is off). Reject it and say what you",
                "  would accept.", "",
            ])
        #expect(try await home.hitl("status").out.contains(#"Args: { wall: "east" }"#))
    }

    // policy-07
    @Test func `of a workspace can only make things stricter`() async throws {
        let home = try Home(configuration: "hitl: { timeout: 5m, allowArgumentModification: false }\n")
        try home.write("hitl: { timeout: 1m, allowArgumentModification: true }\n", to: "w/hitl.yaml")
        let desk = try await Desk.open(
            home, ["--enable-hitl", "--agent", "none", "--workspace", home.workspace], columns: 140)
        #expect(try await desk.enter("/hitl config hitl.timeout").first?.hasPrefix("hitl.timeout = 1m   (") == true)
        let modification = try await desk.enter("/hitl config hitl.allowArgumentModification")
        #expect(modification.first?.hasPrefix("hitl.allowArgumentModification = false   (~/.config/") == true)
    }

    // policy-06
    @Test func `is the user's own, or is not used`() async throws {
        let home = try Home(configuration: "hitl: { timeout: 5m }\n")
        try home.write("hitl: { timeout: 5m }\n", to: "loose.yaml", mode: 0o666)
        let said = try await home.run(
            program: "/bin/sh",
            [
                "-c",
                "chmod 666 \(home.path("loose.yaml")); \(Home.hitl) loop --agent none --config \(home.path("loose.yaml")) </dev/null",
            ])
        #expect(said.code == 2)
        #expect(
            masked(said.err, in: home) == """
                hitl: HOME/loose.yaml: the file can be written by other users, so it cannot say what is allowed; \
                run: chmod go-w HOME/loose.yaml

                """)
    }
}
