import Glibc
import HITLPlatform
import HITLTestSupport
import Testing

/// `hitl hook` as agents run it, against a desk: the exit code and the bytes that the agent gets.
@Suite(.oneAtATime) struct `A hook` {
    private static let rules = """
        policy:
          rules:
            - name: reads
              when: { kind: read }
              action: allow
            - name: never
              when: { tool: Forbidden }
              action: block

        """

    @Test(arguments: HookCase.all) func `lets the call run that was approved`(_ hook: HookCase) async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let asking = try await home.startHook(hook)
        try await home.waitFor { try await $0.pending() == [1] }
        let shown = try await home.hitl("show", "1").out
        #expect(shown.contains("Agent: \(hook.agent)"), "\(shown)")
        #expect(shown.contains("Directory: \(home.workspace)\n"), "\(shown)")
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(said(await asking.wait(), request: 1) == Said(code: 0, out: hook.permitted))
        #expect(try await home.auditRecords().map(\.decision) == ["approved"])
        withExtendedLifetime(desk) {}
    }

    @Test(arguments: HookCase.all) func `refuses what was rejected, with the reason`(_ hook: HookCase) async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let asking = try await home.startHook(hook)
        try await home.waitFor { try await $0.pending() == [1] }
        #expect(try await home.hitl("reject", "1", "--reason", "use make clean \u{202E}").code == 0)
        #expect(
            said(await asking.wait(), request: 1)
                == hook.refusal(
                    "`\(hook.tool)` was not executed: OPERATOR rejected request N, with the reason "
                        + #"\"use make clean <U+202E>\"."#
                        + " This is a decision and no error: do not ask for the same again; a call that meets the reason may be accepted."
                ))
        withExtendedLifetime(desk) {}
    }

    @Test(arguments: HookCase.all) func `gives edited arguments back, or refuses and tells them`(
        _ hook: HookCase
    ) async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let asking = try await home.startHook(hook)
        try await home.waitFor { try await $0.pending() == [1] }
        #expect(try await home.hitl("edit", "1", "--set", "command=make clean").code == 0)
        #expect(try await home.hitl("approve", "2").code == 0)
        let edit =
            "`\(hook.tool)` was approved as request N with other arguments than you proposed: `command` is "
            + #"\"make clean\" instead of \"rm -rf build\"."#
        let expected =
            hook.edited.map { Said(code: 0, out: $0.replacing("EDIT", with: edit)) }
            ?? hook.refusal(
                "`Bash` was not executed, because its arguments were edited and this agent cannot be given new ones. \(edit) "
                    + #"Call it again with exactly these arguments: {\"command\":\"make clean\",\"why\":\"tidy\"}"#)
        #expect(said(await asking.wait(), request: 2) == expected)
        withExtendedLifetime(desk) {}
    }

    @Test(arguments: HookCase.all) func `refuses what nobody decided in time`(_ hook: HookCase) async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let answer = try await home.runHook(hook, nil, ["--timeout", "3s"])
        #expect(
            masked(answer, request: 1)
                == hook.refusal(
                    "`\(hook.tool)` was not executed: nobody decided request N in time. This is neither a rejection nor an error: ask again only if it is still needed."
                ))
        #expect(try await home.auditRecords().map(\.decision) == ["expired"])
        withExtendedLifetime(desk) {}
    }

    @Test(arguments: HookCase.all) func `takes its request back when the agent is gone`(_ hook: HookCase) async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let asking = try await home.startHook(hook)
        try await home.waitFor { try await $0.pending() == [1] }
        // As an agent ends a hook that its user cancelled: the process that waits is killed, and not what is below it.
        kill(asking.pid, SIGKILL)
        _ = await asking.wait()
        try await home.waitFor { try await $0.pending() == [] }
        #expect(try await home.hitl("approve", "1").code == 1)
        #expect(try await home.auditRecords().map(\.decision) == ["withdrawn"])
        withExtendedLifetime(desk) {}
    }

    @Test(arguments: HookCase.all) func `refuses when the desk is killed, and without one`(
        _ hook: HookCase
    ) async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let asking = try await home.startHook(hook)
        try await home.waitFor { try await $0.pending() == [1] }
        _ = await desk.end(by: SIGKILL)
        #expect(
            Said(await asking.wait())
                == hook.doubt("the desk is gone, so nobody can decide. Ask again when a desk is running."))
        #expect(
            try await home.runHook(hook)
                == hook.doubt("no desk is running. Its operator has to start one: hitl loop --enable-hitl --agent none")
        )
        // An approval that comes after the death of the one who asked lets nothing run.
        let next = try await BareDesk.open(home)
        #expect(try await home.hitl("show", "1").out.contains("nobody waits for it"))
        let approved = try await home.hitl("approve", "1")
        #expect(
            approved.out.contains("Nobody waited for it any more; its requester may never hear of it"), "\(approved)")
        #expect(try await home.auditRecords().map(\.outcome) == [nil])
        withExtendedLifetime(next) {}
    }

    @Test(arguments: HookCase.all, [SIGTERM, SIGINT, SIGHUP, SIGSEGV, SIGILL, SIGABRT, SIGQUIT, SIGALRM])
    func `refuses when a signal ends it`(_ hook: HookCase, signal: Int32) async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let asking = try await home.start(
            ["hook", hook.agent, "--socket", home.socket], input: hook.input(cwd: home.workspace))
        try await home.waitFor { try await $0.pending() == [1] }
        kill(asking.pid, signal)
        let isHeard = [SIGTERM, SIGINT, SIGHUP].contains(signal)
        #expect(
            Said(await asking.wait())
                == hook.doubt(
                    isHeard
                        ? "hitl was told to end before anybody decided." : "hitl itself came to an abnormal end."))
        withExtendedLifetime(desk) {}
    }

    @Test func `refuses every event that can be read in two ways`() async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let hook = HookCase.all[0]
        let deep = String(repeating: #"{"a":"#, count: 80) + "1" + String(repeating: "}", count: 80)
        for (input, reason) in [
            ("", "the event is not JSON that every parser reads alike (the text ends too early at byte 0)."),
            (
                hook.input(#"{"command":"a","command":"b"}"#),
                "the event is not JSON that every parser reads alike (a name occurs twice in one object at byte "
            ),
            (
                hook.input(#"{"command":"a\#u{01}b"}"#),
                "the event is not JSON that every parser reads alike ("
            ),
            (
                hook.input(deep),
                "the event is not JSON that every parser reads alike (nested deeper than 65 levels at byte "
            ),
            (hook.input(#"{"command":"\ud800"}"#), "the event is not JSON that every parser reads alike ("),
            (String(hook.input().dropLast(20)), "the event is not JSON that every parser reads alike ("),
            (
                hook.input() + "{}",
                "the event is not JSON that every parser reads alike (something follows the value at byte "
            ),
            ("[]", "the event is not a JSON object."),
            (hook.input("[]"), "the event's `tool_input` is not an object."),
            (hook.input(cwd: "relative"), "the event's `cwd` is not an absolute path."),
            (
                hook.input().replacing("PreToolUse", with: "Stop"),
                "the event `Stop` is not one that this hook answers (PreToolUse, PermissionRequest)."
            ),
            (hook.input().replacing("tool_name", with: "tool"), "the event has no `tool_name`."),
            (hook.input().replacing("hook_event_name", with: "event"), "the event has no `hook_event_name`."),
        ] {
            let answer = try await home.runHook(hook, input)
            #expect(answer.code == 2 && answer.out.isEmpty, "\(answer)")
            #expect(answer.err.hasPrefix("hitl: Nothing was executed: \(reason)"), "\(answer)")
        }
        // A model's arguments cannot make its call look like a question that has another way to say no.
        let disguised = hook.input(#"{"hook_event_name":"PermissionRequest","a":1,"a":2}"#)
        #expect(try await home.runHook(hook, disguised).code == 2)
        #expect(try await home.pending() == [])
        withExtendedLifetime(desk) {}
    }

    @Test(arguments: HookCase.all) func `refuses arguments that are too long`(_ hook: HookCase) async throws {
        let tooLong = hook.input(#"{"content":"\#(String(repeating: "x", count: 16 << 20))"}"#)
        #expect(try await Home().runHook(hook, tooLong) == hook.doubt("the event is longer than 15 MiB."))
    }

    /// Everything is allowed here, so that nothing but the flaw can be what is refused.
    @Test(arguments: HookCase.all) func `refuses an event that is torn, wherever that is`(_ hook: HookCase) async throws
    {
        let home = try Home(
            configuration: """
                hitl: { enabled: true }
                policy: { rules: [{ name: all, when: { tool: "*" }, action: allow }] }
                """)
        let desk = try await BareDesk.open(home)
        let whole = Array(hook.input(#"{"command":"true é"}"#).utf8)
        let named = #""hook_event_name":"\#(hook.event)""#
        for length in stride(from: 0, to: whole.count, by: 3) {
            let torn = String(decoding: whole[..<length], as: UTF8.self)
            let said = try await home.run(["hook", hook.agent, "--socket", home.socket], input: torn)
            let isDenial = hook.doubtIsDenial && torn.contains(named)
            #expect(
                isDenial ? said.code == 0 && said.out.hasPrefix(hook.refused.before) : said.code == 2 && said.out == "",
                "\(length): \(said)")
        }
        #expect(try await home.runHook(hook, String(decoding: whole, as: UTF8.self)).code == 0)
        withExtendedLifetime(desk) {}
    }

    @Test func `shows arguments that are long`() async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let hook = HookCase.all[0]
        let long = hook.input(#"{"content":"\#(String(repeating: "x", count: 10 << 20))"}"#)
        let asking = try await home.startHook(hook, long)
        try await home.waitFor { try await $0.pending() == [1] }
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(said(await asking.wait(), request: 1) == Said(code: 0, out: hook.permitted))
        withExtendedLifetime(desk) {}
    }

    @Test func `goes by the rules, with the kinds of the agent's own tools`() async throws {
        let home = try Home(configuration: Self.rules)
        let desk = try await BareDesk.open(home)
        let hook = HookCase.all[0]
        let reading = hook.input(#"{"file_path":"/etc/hostname"}"#).replacing("\"Bash\"", with: "\"Read\"")
        #expect(
            try await home.runHook(hook, reading).out
                == #"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","permissionDecisionReason":"hitl: allowed by a rule (reads)"}}"#
                + "\n")
        let forbidden = hook.input().replacing("\"Bash\"", with: "\"Forbidden\"")
        let denied = try await home.runHook(hook, forbidden)
        #expect(denied.code == 0 && denied.out.contains(#""permissionDecision":"deny""#), "\(denied)")
        #expect(denied.out.contains("rule `never`"), "\(denied)")
        // A server's tool may be called what it likes.
        let disguised = hook.input().replacing("\"Bash\"", with: "\"mcp__files__Read\"")
        #expect(try await home.runHook(hook, disguised, ["--timeout", "1s"]).out.contains("nobody decided"))
        // What happened is only told.
        let after = hook.input().replacing("PreToolUse", with: "PostToolUse")
        #expect(try await home.runHook(hook, after) == Said(code: 0))
        withExtendedLifetime(desk) {}
    }

    @Test func `is not led to another desk by its environment`() async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let hook = HookCase.all[0]
        // Without --socket it is the password database's home, which is not this one.
        let said = try await home.run(
            ["hook", "claude", "--timeout", "2s"], input: hook.input(),
            environment: ["HITL_SOCKET": home.socket, "HITL_ENABLED": "false"])
        #expect(said.code == 2, "\(said)")
        #expect(try await home.pending() == [])
        withExtendedLifetime(desk) {}
    }

    @Test func `cannot be decided by the agent, nor by what the agent starts`() async throws {
        let home = try Home()
        let desk = try await BareDesk.open(home)
        let hook = HookCase.all[0]
        // The agent: it runs the hook, and approves from beside it.
        try home.write(hook.input(cwd: home.workspace), to: "w/event")
        let agent = """
            import subprocess, time
            hook = subprocess.Popen(["sh", "-c", "'\(Home.hitl)' hook claude --socket '\(home.socket)' --timeout 9s || exit 2"],
                                    stdin=open("event"), stdout=subprocess.PIPE)
            while "1." not in subprocess.run(["\(Home.hitl)", "status"], capture_output=True, text=True).stdout: pass
            code = subprocess.run(["sh", "-c", "'\(Home.hitl)' approve 1"]).returncode
            out = hook.communicate()[0].decode()
            print(code, "deny" in out, "allow" in out)
            """
        let said = try await home.run(program: "/usr/bin/python3", ["-c", agent])
        #expect(said.out == "1 True False\n", "\(said)")
        #expect(
            said.err == "hitl: Request 1 was asked for by this process or one above it; somebody else decides.\n",
            "\(said)")
        withExtendedLifetime(desk) {}
    }

    // MARK: What differs from run to run

    private func said(_ result: ProcessResult, request: Int) -> Said { masked(Said(result), request: request) }

    private func masked(_ said: Said, request: Int) -> Said {
        let user = (try? Account.current().name) ?? ""
        func masked(_ text: String) -> String {
            text.replacing("request \(request) ", with: "request N ").replacing(
                "request \(request),", with: "request N,"
            )
            .replacing("by \(user)\"", with: "by OPERATOR\"").replacing(
                ": \(user) rejected", with: ": OPERATOR rejected")
        }
        return Said(code: said.code, out: masked(said.out), err: masked(said.err))
    }
}
