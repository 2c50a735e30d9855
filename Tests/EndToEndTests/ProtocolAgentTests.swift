import Glibc
import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// Agents of the Agent Client Protocol before the built program. What counts is what is in the world afterwards and
/// what the agent was told.
@Suite(.oneAtATime) struct `An agent that asks about what it does itself` {
    @Test func `does what was approved, and hears which option that is`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("make a", "/hitl approve 1")
        #expect(agent.made("a"))
        #expect(agent.answer(to: "a") == "yes")
        #expect(said.code == 0)
        #expect(
            said.out.contains(
                #"1. Tool: acp/edit"#), "\(said.out)")
        #expect(said.out.contains("     │ new file a\n     │ + made\n"), "\(said.out)")
    }

    @Test func `does not do what was rejected, and hears the reason when its turn ends`() async throws {
        let agent = ProtocolAgent(try Home())
        _ = try await agent.play("make a", #"/hitl reject 1 --reason "a is taken""#)
        #expect(!agent.made("a"))
        #expect(agent.answer(to: "a") == "no")
        #expect(
            agent.told.last?.contains(
                #"{"prompt": ["About your tool call \"Make a\": `acp/edit` was not executed: "#) ?? false,
            "\(agent.told)")
        #expect(agent.told.last?.contains(#"with the reason \"a is taken\""#) ?? false, "\(agent.told)")
    }

    @Test func `is shown with all that it said before, where it asks by a bare id`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("bare a", "/hitl approve 1")
        #expect(agent.made("a"))
        #expect(
            said.out.contains(
                """
                   Args: {
                     path: "a",
                     toolCall: {
                       title: "Make a",
                       kind: "edit",
                       content: [
                         {
                           type: "diff",
                           path: "a",
                           oldText: null,
                           newText: 1 line, 5 bytes:
                             │ made
                         },
                       ],
                       answer: "Yes",
                     },
                   }

                """), "\(said.out)")
    }

    @Test func `may ask several things at once, decided in any order`() async throws {
        let agent = ProtocolAgent(try Home())
        _ = try await agent.play("many a b c", "/wait 200ms", "/hitl approve 2", "/hitl reject 1", "/hitl approve 3")
        #expect([agent.made("a"), agent.made("b"), agent.made("c")].count(where: { $0 }) == 2)
        #expect(["a", "b", "c"].compactMap(agent.answer).sorted() == ["no", "yes", "yes"])
    }

    @Test func `is told no and that nobody decided, when the time is over`() async throws {
        let agent = ProtocolAgent(try Home(configuration: "hitl: { timeout: 300 }\n"))
        let said = try await agent.play("make a", "/wait 20s", "say after")
        #expect(!agent.made("a"))
        #expect(agent.answer(to: "a") == "no")
        #expect(agent.told.contains { $0.contains("nobody decided request 1 in time") }, "\(agent.told)")
        #expect(said.out.contains("Request 1, acp/edit, expired: nobody decided in time. It did not run."))
    }

    @Test func `is told no when its call was edited, and then what was changed`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("make a", "/hitl edit 1 --set path=b", "/hitl approve 2", "/hitl show 2")
        #expect(!agent.made("a") && !agent.made("b"))
        #expect(agent.answer(to: "a") == "no")
        // The operator knows it before the approval, and the record says that nothing ran.
        let warning =
            "acp does this itself and cannot be given other arguments: approved, it does not run, and acp is told what you changed, so that it can ask again"
        let words = said.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let (edited, approved) = (words.firstRange(of: warning), words.firstRange(of: "Approved acp/edit operation"))
        #expect(edited != nil && approved != nil && edited!.lowerBound < approved!.lowerBound, "\(said.out)")
        #expect(said.out.contains("did not run: acp cannot be given other arguments"), "\(said.out)")
        #expect(try await agent.home.auditRecords().map(\.outcome) == [nil, "failed"])
        // The model hears it twice: beside the answer, and when its turn ends.
        let answered = agent.told.first { $0.hasPrefix(#"{"asked": "a""#) } ?? ""
        let change =
            #"`acp/edit` was approved as request 2 with other arguments than you proposed: `path` is \"b\" instead of \"a\"."#
        #expect(answered.contains(change), "\(answered)")
        #expect(
            agent.told.last?.contains(
                #"{"prompt": ["About your tool call \"Make a\": it was not executed as you asked for it. "# + change)
                ?? false, "\(agent.told)")
        #expect(!agent.told.contains { $0.contains("What ran is the edited call") })
    }

    @Test func `hears that its question was withdrawn, which is no rejection`() async throws {
        let agent = ProtocolAgent(try Home())
        _ = try await agent.play("make a", #"/hitl withdraw 1 --reason "not now""#)
        #expect(!agent.made("a"))
        #expect(agent.answer(to: "a") == "cancelled")
    }

    @Test func `can take its question back`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("take-back a", "/wait 20s", "/hitl approve 1")
        #expect(!agent.made("a"))
        #expect(agent.answer(to: "a") == "-32800")
        #expect(said.out.contains("Request 1, acp/edit, was withdrawn: acp took it back."), "\(said.out)")
        #expect(said.code == 1)
    }

    @Test func `hears that its question could not be read, and goes on`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("double a;say after")
        #expect(!agent.made("a"))
        #expect(agent.answer(to: "a") == "-32700", "\(agent.told) \(said.out)")
        #expect(said.out.contains("acp│ after"), "\(said.out)")
    }

    @Test func `is never given a standing permission, nor one that looks like it`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play(
            "options always;make a;options same-ids;make b;options sly;make c;options no-reject;make d",
            "/hitl reject 1")
        #expect(["a", "b", "c", "d"].map(agent.answer) == ["cancelled", "no", "no", "cancelled"])
        #expect(!["a", "b", "c", "d"].contains(where: agent.made))
        #expect(said.out.contains(#"asked about "Make a" and offered no way to allow it once, so it was told no"#))
    }

    @Test func `takes its questions with it when it dies`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("crash 7", "/wait 20s", "/hitl approve 1")
        #expect(!agent.made("after-crash"))
        #expect(
            said.out.contains(
                "acp ended with exit code 7; its request is withdrawn. Its last words: it went wrong"), "\(said.out)")
        #expect(said.out.contains("Request 1, acp/edit, was withdrawn: acp is gone."), "\(said.out)")
    }

    @Test func `does nothing when the desk is killed while it waits`() async throws {
        let agent = ProtocolAgent(try Home())
        let desk = try await Desk.open(agent.home, agent.arguments())
        try await desk.enter("make a")
        try await desk.sees("New request 1:")
        kill(desk.terminal.process, SIGKILL)
        _ = try await desk.terminal.waitForExit()
        // Returns when the agent is gone, too.
        let pid = try #require(agent.home.read("w/pid"))
        _ = try await agent.home.run(program: "/usr/bin/tail", ["--pid=\(pid)", "-f", "/dev/null"])
        #expect(!agent.made("a"))
        #expect(agent.answer(to: "a") == nil)
    }

    @Test func `cannot decide on its own question, nor reach the terminal or a descriptor of the desk`() async throws {
        let agent = ProtocolAgent(try Home(), "--hitl", Home.hitl)
        _ = try await agent.play("terminal;many a decide", "/wait 200ms", "/hitl reject 1")
        #expect(agent.told.contains { $0.hasPrefix(#"{"decided": "#) && $0 != #"{"decided": 0}"# }, "\(agent.told)")
        #expect(agent.told.contains(#"{"terminal": false, "descriptors": []}"#), "\(agent.told)")
        #expect(agent.answer(to: "a") == "no")
    }
}

@Suite(.oneAtATime) struct `An agent whose files and commands are the desk's` {
    @Test func `writes what was approved, and reads it back, whole or in part`() async throws {
        let home = try Home()
        try home.write("one\ntwo\nthree\n", to: "w/lines")
        let agent = ProtocolAgent(home)
        _ = try await agent.play("read lines;read lines 2 1;read lines 3;read lines 9;write f text", "/hitl approve 1")
        #expect(home.read("w/f") == "text")
        #expect(
            Array(agent.told.dropFirst()) == [
                #"{"read": {"content": "one\ntwo\nthree\n"}}"#, #"{"read": {"content": "two\n"}}"#,
                #"{"read": {"content": "three\n"}}"#, #"{"read": {"content": ""}}"#, #"{"write": {}}"#,
            ])
    }

    @Test func `hears why a write was refused, and nothing is written`() async throws {
        let agent = ProtocolAgent(try Home())
        _ = try await agent.play("write f text", #"/hitl reject 1 --reason "too soon""#)
        #expect(!agent.made("f"))
        #expect(agent.told.last?.contains(#"with the reason \"too soon\""#) ?? false, "\(agent.told)")
    }

    @Test func `hears that a write was edited`() async throws {
        let agent = ProtocolAgent(try Home())
        _ = try await agent.play("write f text", "/hitl edit 1 --set content=other", "/hitl approve 2")
        #expect(agent.home.read("w/f") == "other")
        #expect(agent.told.contains { $0.contains("with other arguments than you proposed") }, "\(agent.told)")
    }

    @Test func `does not leave the workspace, whatever is approved`() async throws {
        let agent = ProtocolAgent(try Home())
        try agent.home.write("secret\n", to: "secret")
        _ = try await agent.play("read ../secret;write ../out text", "/hitl approve 1", "/hitl approve 2")
        #expect(!agent.home.exists("out"))
        #expect(!agent.told.contains { $0.contains("secret\\n") }, "\(agent.told)")
    }

    @Test func `has commands run, with their variables, cut to what it wants, and killed`() async throws {
        let agent = ProtocolAgent(try Home())
        _ = try await agent.play(
            "run touch ran && echo out", "/hitl approve 1", "env NAME value echo $NAME", "/hitl approve 2",
            "tail touch tailed && echo 123456789", "/hitl approve 3", "start touch started && echo ready && sleep 60",
            "/hitl approve 4",
            "run touch not", #"/hitl reject 5 --reason "enough""#)
        #expect(agent.made("ran"))
        #expect(!agent.made("not"))
        let told = agent.told.filter { !$0.hasPrefix(#"{"prompt""#) }
        #expect(
            Array(told.prefix(6)) == [
                #"{"terminal": {"exitCode": 0, "signal": null}, "output": "out\n", "truncated": false}"#,
                #"{"terminal": {"exitCode": 0, "signal": null}, "output": "value\n", "truncated": false}"#,
                #"{"terminal": {"exitCode": 0, "signal": null}, "output": "6789\n", "truncated": true}"#,
                #"{"running": {"output": "ready\n", "truncated": false}}"#,
                #"{"killed": {"exitCode": null, "signal": "9"}}"#, #"{"released": -32002}"#,
            ])
        #expect(told.last?.contains(#"with the reason \"enough\""#) ?? false, "\(told)")
    }

    @Test func `does nothing by half a line, nor by two requests of one id`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("twice f", "/wait 300ms", "/hitl approve 1-2", "torn")
        #expect(!agent.made("f") && !agent.made("f-too") && !agent.made("torn"), "\(said.out)")
    }
}

@Suite(.oneAtATime) struct `An agent with modes` {
    @Test(arguments: [["--modes", "yolo,plan,ask"], ["--modes", "yolo,plan,ask", "--config"]])
    func `is moved out of one in which it does not ask`(_ modes: [String]) async throws {
        let home = try Home()
        let agent = ProtocolAgent(home, program: ["/usr/bin/python3", ProtocolAgent.path, "--mode", "yolo"] + modes)
        let said = try await agent.play("/agent mode")
        let method = modes.contains("--config") ? "session/set_config_option" : "session/set_mode"
        #expect(agent.told == [#"{"\#(method)": "ask"}"#])
        #expect(said.out.contains("acp was moved from mode yolo, in which it does things without asking, to ask."))
        #expect(said.out.contains("* ask: ask\n"))
    }

    @Test func `is moved back when it leaves the one it was in`() async throws {
        let agent = ProtocolAgent(try Home(), "--mode", "ask", "--modes", "yolo,ask")
        let said = try await agent.play("mode yolo", "say after")
        #expect(agent.told.contains(#"{"session/set_mode": "ask"}"#), "\(agent.told)")
        #expect(said.out.contains("acp changed its mode to yolo, in which it does things without asking."))
    }

    @Test func `that will not leave it is announced`() async throws {
        let agent = ProtocolAgent(try Home(), "--mode", "yolo", "--modes", "yolo,ask", "--stubborn")
        let said = try await agent.play("say hello")
        #expect(said.out.contains("stays in mode yolo, in which it does things without asking: it refused ask"))
    }

    @Test func `stays in the one that the operator chose`() async throws {
        let agent = ProtocolAgent(try Home(), "--mode", "ask", "--modes", "yolo,ask")
        let said = try await agent.play("/agent mode yolo", "mode yolo", "say after")
        #expect(agent.told.filter { $0.contains("set_mode") } == [#"{"session/set_mode": "yolo"}"#])
        #expect(said.out.contains("In this mode it does things without asking: they do not pass the gate."))
    }
}

@Suite(.oneAtATime) struct `A conversation with an agent` {
    @Test func `is begun by the configuration, too`() async throws {
        let home = try Home(
            configuration: """
                hitl: { enabled: true }
                agent: { name: acp, command: [/usr/bin/python3, \(ProtocolAgent.path)] }
                """)
        let said = try await home.script(["say hello", "/quit"], "--workspace", home.workspace)
        #expect(said.out.contains("acp│ hello"), "\(said)")
    }

    @Test func `needs a program, and only where an agent is one`() async throws {
        let home = try Home()
        let without = try await home.script(["/quit"], "--agent", "acp")
        #expect(without.code == 2)
        #expect(
            without.err.contains(
                "The agent `acp` needs the program to start: hitl loop --agent acp -- COMMAND, /agent add acp -- COMMAND at the prompt, or agent.command in hitl.yaml."
            ), "\(without)")
        let superfluous = try await home.script(["/quit"], "--agent", "simulated", "--", "true")
        #expect(superfluous.code == 2)
        #expect(superfluous.err.contains("The agent `simulated` starts no program"), "\(superfluous)")
    }

    @Test func `tells no to what is more than may wait`() async throws {
        let agent = ProtocolAgent(try Home(configuration: "queue: { maxPendingPerUser: 2 }\n"))
        let said = try await agent.play("many a b c d", "/wait 300ms", "/hitl reject 1-2")
        #expect(["a", "b", "c", "d"].compactMap(agent.answer) == ["no", "no", "no", "no"], "\(agent.told)")
        #expect(
            said.out.contains("acp asks for more than 2 things at once; what is over that is refused."), "\(said.out)")
    }

    @Test func `shows what it says, thinks and plans`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("say hello\u{1B}[31m;think hmm;plan")
        #expect(
            said.out.contains(
                """
                acp│ hello<U+001B>[31m
                acp│ (thinks) hmm
                acp│ (plan)
                  │ [x] first
                  │ [ ] then
                """), "\(said.out)")
    }

    @Test func `passes over what is no message, and says so once`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("garbage 20;make a", "/hitl approve 1")
        #expect(agent.made("a"))
        #expect(said.out.split(separator: "such lines are passed over").count == 2, "\(said.out)")
    }

    @Test func `ends where nothing else comes`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("garbage 5000;make a", "say after")
        #expect(!agent.made("a"))
        #expect(said.out.contains("acp sent 1000 lines that are no messages and was ended."), "\(said.out)")
    }

    @Test func `bears a line of ten megabytes`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play("big 10000000;make a", "/hitl approve 1")
        #expect(agent.made("a"))
        #expect(said.out.contains("more bytes are not shown"))
    }

    @Test func `begins with a sign-in where the agent wants one`() async throws {
        let agent = ProtocolAgent(try Home(), "--auth")
        let said = try await agent.play("say hello")
        #expect(said.out.contains("acp wants a sign-in and is asked for its own: The front door."), "\(said.out)")
        #expect(said.out.contains("acp│ hello"))
    }

    @Test func `does not begin where nobody can sign in, and says where one does`() async throws {
        let agent = ProtocolAgent(try Home(), "--auth", "--closed")
        let said = try await agent.play("say hello")
        #expect(said.code == 1)
        #expect(
            said.out.contains("acp did not let anybody sign in; do that with its own program, then start it again."),
            "\(said)")
        #expect(said.err.contains("it is shut"), "\(said)")
    }

    @Test func `does not begin in another version of the protocol`() async throws {
        let agent = ProtocolAgent(try Home(), "--version", "2")
        let said = try await agent.play("say hello")
        #expect(said.code == 1)
        #expect(said.err.contains("it speaks version 2 of the protocol, and this is version 1"), "\(said)")
        #expect(agent.told == [])
    }

    @Test func `answers what nobody knows with that`() async throws {
        let agent = ProtocolAgent(try Home())
        _ = try await agent.play("unknown fs/format_disk")
        #expect(agent.told.last == #"{"unknown": -32601}"#)
    }

    @Test func `tells of former sessions where it can, page by page, and takes one up`() async throws {
        let agent = ProtocolAgent(try Home(), "--list", "--resume")
        let said = try await agent.play(
            "/agent sessions", "/agent resume older", "say back", "/agent resume 1", "say first")
        #expect(
            said.out.contains(
                """
                Sessions of acp:
                * 1. s1
                   old: Tidy<U+001B>[2J up
                   older
                """), "\(said.out)")
        #expect(agent.told.contains(#"{"resumed": "older"}"#), "\(agent.told)")
        #expect(said.out.contains("Took up session 2 of acp; it gets what you type from now on."), "\(said.out)")
        #expect(said.out.contains("acp › session 2│ back") && said.out.contains("acp│ first"), "\(said.out)")
    }

    @Test func `that cannot do what is wanted says so in a sentence`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play(
            "/agent sessions", "/agent resume old", "/agent mode", "/agent mode ask", "/agent model", "/agent cancel")
        for sentence in [
            "acp does not tell of former sessions.",
            "acp cannot take up a former session; its own of this loop go by their numbers.",
            "acp offers no choice of mode.", "There is no mode ask.", "acp offers no choice of model.",
            "acp is at nothing.",
        ] { #expect(said.out.contains(sentence), "\(sentence) \(said.out)") }
        #expect(said.code == 1)
        let lost = try await ProtocolAgent(try Home(), "--load").play("/agent resume lost")
        #expect(lost.out.contains("acp refused: no such session (-32002)"), "\(lost.out)")
    }

    @Test func `has its model chosen`() async throws {
        let agent = ProtocolAgent(try Home(), "--models", "small,large")
        let said = try await agent.play("/agent model", "/agent model large", "/agent model huge")
        #expect(agent.told == [#"{"session/set_model": "large"}"#])
        #expect(said.out.contains("* small: small") && said.out.contains("acp is in model large."), "\(said.out)")
        #expect(said.out.contains("There is no model huge."), "\(said.out)")
    }

    @Test func `is cancelled alone where there are several`() async throws {
        let agent = ProtocolAgent(try Home())
        let said = try await agent.play(
            "make a", "/agent add acp", "make b", "/agent cancel", "/agent use acp", "/hitl approve 1")
        #expect(agent.made("a") && !agent.made("b"))
        #expect(said.out.contains("Cancelled what acp-2 was at.\nRequest 2 is withdrawn."), "\(said.out)")
    }

    @Test func `has several agents and sessions, each with its own name`() async throws {
        let agent = ProtocolAgent(try Home(), "--load")
        let said = try await agent.play(
            "make a", "/agent add acp", "make b", "/agent new", "make c", "/agent", "/hitl approve 3", "/agent use acp",
            "/hitl approve 1", "/hitl reject 2", "/agent resume old", "say back")
        #expect(agent.made("a") && !agent.made("b") && agent.made("c"))
        #expect(said.out.contains("Agent: acp-2 (acp-2 › session 2)"), "\(said.out)")
        #expect(said.out.contains("acp › session 2│ from before"), "\(said.out)")
    }

    @Test func `can be cancelled, and ended where the agent does not hear`() async throws {
        let agent = ProtocolAgent(try Home())
        let desk = try await Desk.open(agent.home, agent.arguments())
        try await desk.enter("make a")
        try await desk.sees("New request 1:")
        #expect(try await desk.enter("/agent cancel").contains("Request 1 is withdrawn."))
        try await desk.until { _ in agent.answer(to: "a") == "cancelled" }
        #expect(!agent.made("a"))
        try await desk.enter("hang")
        try await desk.until { _ in agent.told.contains { $0.contains("hang") } }
        try await desk.enter("/agent cancel")
        try await desk.sees("did not end its turn within 5 seconds of being asked to, and is ended.")
        #expect(try await desk.quit() == .exited(0))
    }
}

@Suite(.oneAtATime) struct `A program that asks in the desk's own protocol` {
    private func agent(_ home: Home) -> ProtocolAgent { ProtocolAgent(home, program: [ProtocolAgent.example]) }

    @Test func `does what was approved and says what came of it`() async throws {
        let home = try Home()
        try home.write("x", to: "w/a")
        try home.write("x", to: "w/b")
        let said = try await agent(home).play(
            "delete a b", "/hitl approve 1", #"/hitl reject 2 --reason "b stays""#, kind: "exec")
        #expect(!home.exists("w/a"))
        #expect(home.exists("w/b"))
        #expect(said.out.contains("exec│ a is gone.\n"), "\(said.out)")
        #expect(said.out.contains("exec│ I did not do that. rejected: b stays\n"), "\(said.out)")
        #expect(said.out.contains("Agent: exec (exec)"))
    }

    @Test func `does what a person made of it`() async throws {
        let home = try Home()
        for name in ["a", "b"] { try home.write("x", to: "w/" + name) }
        let said = try await agent(home).play(
            "delete a", "/hitl edit 1 --set path=b", "/hitl approve 2", "/hitl status", kind: "exec")
        #expect(home.exists("w/a") && !home.exists("w/b"), "\(said.out)")
        // It is idle again, and the script has not had to wait for its silence.
        #expect(said.out.contains("No pending HITL approvals."), "\(said.out)")
        #expect(!said.out.contains("has said nothing"), "\(said.out)")
    }

    @Test func `lets a script go on while it waits for what it asked for without waiting`() async throws {
        let home = try Home()
        try home.write(
            #"""
            import json, sys
            def send(number, method, params):
                print(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}), flush=True)
            send(1, "ask", {"id": "a", "tool": "bash", "args": {"command": "true"}, "mode": "async"})
            for line in sys.stdin:
                open("told", "a").write(line)
                if '"pending"' in line: send(2, "wait", {"request": 1})
                if '"rejected"' in line: send(3, "done", {"number": 0})
            """#, to: "w/agent.py")
        let said = try await home.script(
            ["/hitl reject 1", "/hitl status", "/quit"],
            ["--enable-hitl", "--agent", "exec", "--workspace", home.workspace, "--", "/usr/bin/python3", "agent.py"])
        #expect(said.out.contains("Rejected bash operation"), "\(said.out)")
        #expect(said.out.contains("No pending HITL approvals."), "\(said.out)")
        #expect(!said.out.contains("has said nothing"), "\(said.out)")
    }

    @Test func `cannot decide`() async throws {
        let home = try Home()
        try home.write(
            #"""
            import json, sys
            def send(number, method, params):
                print(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}), flush=True)
            send(1, "ask", {"id": "a", "tool": "bash", "args": {"command": "true"}, "agent": "operator", "lineage": ["helper"]})
            for line in sys.stdin:
                open("told", "a").write(line)
                if '"opened"' in line: send(2, "approve", {"request": 1})
            """#, to: "w/agent.py")
        let agent = ProtocolAgent(home, program: ["/usr/bin/python3", "agent.py"])
        let said = try await home.script(
            ["/wait 500ms", "/hitl reject 1", "/wait 500ms", "/quit"],
            ["--enable-hitl", "--agent", "exec", "--workspace", home.workspace, "--", "/usr/bin/python3", "agent.py"])
        #expect(agent.told.contains { $0.contains(#""kind":"mayNotDecide""#) }, "\(agent.told) \(said.out)")
        #expect(agent.told.contains { $0.contains(#""decision":"rejected""#) }, "\(agent.told) \(said.out)")
        #expect(said.out.contains("Agent: exec (exec › helper)"), "\(said.out)")
    }

    @Test func `takes its requests with it`() async throws {
        let home = try Home()
        try home.write(
            #"""
            import json, sys
            print(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ask", "params": {"id": "a", "tool": "bash", "args": {"command": "true"}}}), flush=True)
            for line in sys.stdin:
                if '"opened"' in line: sys.exit(3)
            """#, to: "w/agent.py")
        let said = try await home.script(
            ["/wait 20s", "/quit"],
            ["--enable-hitl", "--agent", "exec", "--workspace", home.workspace, "--", "/usr/bin/python3", "agent.py"])
        #expect(said.out.contains("exec ended with exit code 3"), "\(said.out)")
        #expect(said.out.contains("Request 1, bash, was withdrawn: exec is gone."), "\(said.out)")
    }
}
