import HITLCore
import HITLPlatform
import HITLTestSupport
import Testing

/// The scenarios of the attack corpus at the desk itself: keys on a terminal, requests from other processes.
///
/// Those of keys are played from the corpus; the others have a hand-written story, here or in another file of this
/// target, with their id beside it.
@Suite(.oneAtATime) struct `The scenarios of the corpus` {
    // MARK: From the corpus

    /// All with three requests on the screen for longer than a decision needs, so that nothing but the keys decides
    /// what becomes of them.
    @Test func `of keys that are no decision decide nothing`() async throws {
        guard let scenarios = Corpus.lines("scenarios.jsonl") else { return }
        let home = try Home()
        let desk = try await Desk.open(home)
        for number in 1...3 { #expect(try await home.ask("bash", "--arg", "command=touch x") == number) }
        try await desk.hasBeenShown(3)
        for id in Self.ofKeys {
            let scenario = try #require(scenarios.first { $0["id"]?.string == id }, "there is no \(id)")
            let hints = desk.screen.count(of: "That looks like a decision")
            for step in scenario["steps"]?.array?.compactMap(\.object) ?? [] where step["event"] == "keys" {
                desk.type(Self.keys(step["data"]?.string ?? ""))
            }
            // What comes this late is no part of it, and is seen once all of it has been taken.
            try await desk.waitOut(.betweenBursts)
            desk.type("##")
            try await desk.until { $0.cursorLine.hasSuffix("##") }
            let isAnswered = desk.screen.count(of: "That looks like a decision") > hints
            #expect(isAnswered == Self.answered.contains(id), "\(id)\n\(desk.screen.picture)")
            if id == "typeahead-10" { #expect(desk.screen.typedLine == "##") }
            desk.type("\u{3}")
            try await desk.until { $0.cursorLine == "hitl (3) >" }
            // After a paste Enter is dead for a while, which is not what the next one is about.
            if Self.pasting.contains(id) { try await desk.waitOut(.afterPaste) }
            #expect(try await home.pending() == [1, 2, 3], "\(id)\n\(desk.screen.picture)")
        }
    }

    private static let ofKeys = [
        "typeahead-04", "typeahead-05", "typeahead-06", "typeahead-07", "typeahead-09", "typeahead-10", "answer-01",
        "answer-02", "answer-06", "answer-07", "answer-09", "answer-10", "answer-11", "answer-13", "answer-14",
        "ids-07",
    ]

    private static let pasting: Set<String> = ["typeahead-04", "typeahead-06", "typeahead-07"]

    /// Whole lines that look like a decision are told what a decision is.
    private static let answered: Set<String> = [
        "typeahead-05", "answer-06", "answer-07", "answer-09", "answer-10", "answer-11", "answer-13", "answer-14",
        "ids-07",
    ]

    /// In the scenarios `approve A` means the command with A's number.
    private static func keys(_ data: String) -> String {
        data.replacing("\n", with: "\r").replacing(/(approve|reject) A/) { "/hitl \($0.output.1) 1" }
    }

    // MARK: Keys before their time

    // typeahead-01, typeahead-02
    @Test func `typed before a request was shown goes where it was meant to`() async throws {
        let home = try Home()
        try home.write(
            """
            name: listener
            description: Says what it hears.
            agents: { main: [ { say: "I listen." } ] }
            otherwise: [ { say: "I heard: ${line}" } ]
            """, to: "listener.yaml")
        let desk = try await Desk.open(home, ["--enable-hitl", "--scenario", home.path("listener.yaml")])
        desk.type("please also y")
        #expect(try await home.ask("bash", "--arg", "command=touch x") == 1)
        desk.type("es")
        try await desk.until { $0.cursorLine == "hitl (1) > please also yes" }
        desk.type("\r")
        try await desk.sees("main│ I heard: please also yes")
        #expect(try await home.pending() == [1])
        // A decision typed for a number that nobody has yet is not kept for whoever gets it.
        #expect(try await desk.enter("/hitl approve 2").first == "There is no request 2. Pending:")
        #expect(try await home.ask("bash", "--arg", "command=touch x") == 2)
        try await desk.until { $0.cursorLine == "hitl (2) >" }
        #expect(try await home.pending() == [1, 2])
    }

    // typeahead-03
    @Test func `typed within 400 milliseconds of the request is refused, and said so`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        // On a busy machine these keys may come late; then they were no test of the rule.
        for number in 1...10 {
            #expect(try await home.ask("bash", "--arg", "command=touch x") == number)
            desk.type("/hitl approve \(number)\r")
            try await desk.until { screen in
                screen.isAtPrompt
                    && (screen.contains("Approved bash operation") || screen.contains("nothing was decided"))
            }
            guard !desk.screen.contains("nothing was decided") else { break }
            try await desk.enter("/clear")
        }
        try await desk.sees("had only just been shown, so nothing was decided. Look at it and type it again.")
        #expect(try await home.pending() != [])
    }

    // MARK: Numbers

    // ids-01, ids-02, ids-04
    @Test func `of numbers that moved, went or were taken end as they should`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        // 1 goes away by itself; 2 still means the second.
        let short = try await home.start(["ask", "bash", "--arg", "command=touch x", "--timeout", "700ms"])
        try await desk.sees("New request 1:")
        #expect(try await home.ask("bash", "--arg", "command=touch y") == 2)
        try await desk.enter("/hitl status")
        #expect(Said(await short.wait()).code == 4)
        #expect(try await desk.enter("/hitl approve 2").first == "✅ Approved bash operation")
        #expect(try await home.hitl("wait", "1").code == 4)
        // 3 was withdrawn; what comes next has another number.
        #expect(try await home.ask("bash", "--arg", "command=touch x") == 3)
        #expect(try await home.hitl("withdraw", "3").code == 0)
        #expect(try await home.ask("bash", "--arg", "command=rm -rf build") == 4)
        #expect(try await desk.enter("/hitl approve 3").first?.hasPrefix("Request 3 was already withdrawn: ") == true)
        // Somebody else was faster.
        #expect(try await home.hitl("reject", "4").code == 0)
        #expect(
            try await desk.enter("/hitl approve 4").first?.hasPrefix(
                "Request 4 was already rejected by \(operatorName) (human@socket), ") == true)
        #expect(try await home.pending() == [])
        // What was taken back at this terminal is told once.
        #expect(try await home.ask("bash", "--arg", "command=touch z") == 5)
        #expect(try await desk.enter("/hitl withdraw 5") == ["Withdrew request 5, bash. It did not run.", ""])
        try await desk.until { $0.cursorLine == "hitl >" }
        #expect(!desk.screen.contains("Request 5, bash, was withdrawn"))
    }

    // ids-03, ids-05, ids-06, ids-08, queue-08
    @Test func `of names that are none are errors, and decide nothing`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await desk.enter("/hitl approve 9") == ["There is no request 9. Nothing is pending.", ""])
        #expect(try await home.ask("InternalSearch", "--arg", "query=x") == 1)
        #expect(try await home.ask("bash", "--arg", "command=touch x") == 2)
        try await desk.hasBeenShown(2)
        let id = try #require(try await home.hitl("status", "--json").out.firstMatch(of: /evt_[0-9a-f]{16}/)).output
        for (line, answer) in [
            ("/hitl approve Q7F2", "`Q7F2` is no value for `/hitl approve`: expected request numbers"),
            (
                "/hitl approve \(id.dropLast(8))",
                "`\(id.dropLast(8))` is no value for `/hitl approve`: expected request"
            ),
            ("/hitl approve evt_0000000000000000", "There is no request evt_0000000000000000. Pending:"),
            ("/hitl approve", "`/hitl approve` needs `N`. See `/help /hitl approve`."),
            ("/hitl trust 1", "There is no command `/hitl trust`."),
            ("/hitl approve --all --tool read_file", "`/hitl approve` has no option `--all`."),
        ] {
            let rows = try await desk.enter(line)
            #expect(rows.first?.hasPrefix(answer) == true, "\(line): \(rows)")
        }
        #expect(try await home.pending() == [1, 2])
        // To try is written down.
        let attempts = "SELECT count(*) FROM entry WHERE kind = 'attempted'"
        #expect(try await home.run(program: "/usr/bin/sqlite3", ["-readonly", home.ledger, attempts]).out == "2\n")
    }

    // MARK: Other ways in

    // net-07, net-09
    @Test func `of decisions that come in the wrong way are errors, and decide nothing`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        try home.makeDirectory("w/approvals")
        try home.write(#"{"approved":true}"#, to: "w/approvals/s1.decision.c1.json")
        #expect(try await home.ask("bash", "--arg", "command=touch x") == 1)
        let said = try await home.run(
            program: "/usr/bin/python3",
            [
                "-c",
                #"""
                import os, socket
                for line in ("approve 1", '{"type":"decision","id":"1","approved":true}',
                             '{"jsonrpc":"2.0","id":1,"method":"approve","params":{"request":1,"approved":true}}',
                             '{"jsonrpc":"2.0","id":1,"method":"ask","params":{"id":"a","tool":"t","args":{},"approved":true}}'):
                    desk = socket.socket(socket.AF_UNIX)
                    desk.connect(os.environ["XDG_RUNTIME_DIR"] + "/hitl/desk.sock")
                    desk.sendall((line + "\n").encode())
                    print('"error"' in desk.makefile("r").readline())
                """#,
            ])
        #expect(said == Said(code: 0, out: "True\nTrue\nTrue\nTrue\n"))
        #expect(try await home.pending() == [1])
        try await desk.until { $0.cursorLine == "hitl (1) >" }
    }

    // audit-07, display-06, display-07
    @Test func `of what a request says of itself and cannot say are shown as they are`() async throws {
        let home = try Home()
        let desk = try await Desk.open(home)
        #expect(try await home.ask("bash", "--args", #"{"command": "ls", "reviewer": "ceo@example.com"}"#) == 1)
        #expect(try await home.hitl("approve", "1").code == 0)
        #expect(try await home.hitl("history").out.contains("1. bash: approved by \(operatorName) (human@socket), "))
        // Encoded bytes are text like any other, and shown to the last character.
        #expect(try await home.ask("write_file", "--args", #"{"content_base64": "AAECAw==", "path": "x.bin"}"#) == 2)
        try await desk.sees(#"Args: { content_base64: "AAECAw==", path: "x.bin" }"#)
        #expect(try await home.ask("bash", "--arg", "command=git log 'unterminated") == 3)
        #expect(try await home.pending() == [2, 3])
    }

    // policy-12
    @Test func `of a mode that does not exist keep the loop from starting`() async throws {
        let home = try Home()
        let said = try await home.run(["loop", "--agent", "none"], environment: ["HITL_MODE": "auto"])
        #expect(said.code == 2)
        #expect(said.err.contains("HITL_MODE"))
    }

    // MARK: All of them

    /// Where each scenario is played.
    private enum Level: Equatable {
        /// At the desk, in this file of this target.
        case desk(String)
        /// Beneath it, where time and the world can be moved by hand.
        case beneath(String)
        /// What it is about is not part of the program yet.
        case later(String)
    }

    private static let levels: [String: Level] = {
        var levels: [String: Level] = [:]
        func put(_ ids: [String], _ level: Level) { for id in ids { levels[id] = level } }
        put(ofKeys, .desk("ScenarioTests"))
        put(["typeahead-01", "typeahead-02", "typeahead-03"], .desk("ScenarioTests"))
        put(["ids-01", "ids-02", "ids-03", "ids-04", "ids-05", "ids-06", "ids-08"], .desk("ScenarioTests"))
        put(
            ["queue-08", "net-07", "net-09", "audit-07", "display-06", "display-07", "policy-12"],
            .desk("ScenarioTests"))
        put(["display-02", "display-03", "display-04", "net-08"], .desk("TypingTests"))
        put(["answer-05"], .desk("CommandLineTests"))
        put(["queue-03"], .desk("OtherTerminalTests"))
        put(["queue-04", "bind-01"], .desk("AskTests"))
        put(["queue-09"], .desk("ScreenSafetyTests"))
        put(["timeout-01", "timeout-02", "bind-09"], .desk("AgentTests"))
        put(["timeout-05", "policy-06", "policy-07"], .desk("ConfigurationTests"))
        put(["audit-02", "audit-03"], .desk("AuditTests"))
        put(["ids-10", "ids-11", "queue-01", "timeout-03", "timeout-04"], .beneath("HITLGateTests/ScenarioTests"))
        put(
            ["bind-07", "bind-08", "bind-10", "bind-11", "bind-12", "audit-04", "audit-06"],
            .beneath("HITLGateTests/ScenarioTests"))
        put(
            ["grant-01", "grant-02", "grant-04", "grant-05", "grant-07", "grant-08", "grant-09"],
            .later("standing grants"))
        put(["net-02", "net-03", "net-04"], .later("deciding over HTTP"))
        put(["audit-01"], .later("redaction"))
        put(["policy-01", "policy-02", "policy-10"], .later("the rule engine"))
        put(["policy-11"], .later("the MCP gateway"))
        return levels
    }()

    @Test func `are all accounted for`() throws {
        guard let scenarios = Corpus.lines("scenarios.jsonl") else { return }
        let ids = scenarios.compactMap { $0["id"]?.string }
        #expect(ids.filter { Self.levels[$0] == nil } == [])
        #expect(Self.levels.keys.filter { !ids.contains($0) } == [])
        let tests = #filePath.split(separator: "/").dropLast(2).reduce(into: "") { $0 += "/" + $1 }
        var later = 0
        for (id, level) in Self.levels.sorted(by: { $0.key < $1.key }) {
            switch level {
            case .desk(let file):
                let text = try #require(Home.contents(of: "\(tests)/EndToEndTests/\(file).swift"))
                #expect(text.contains(id), "\(id) is not in \(file)")
            case .beneath(let file):
                let text = try #require(Home.contents(of: "\(tests)/\(file).swift"))
                #expect(text.contains(id), "\(id) is not in \(file)")
            case .later: later += 1
            }
        }
        print("\(ids.count) scenarios: \(ids.count - later) played, \(later) of what is not part of the program yet")
    }
}

extension Home {
    /// The numbers of what is pending.
    func pending() async throws -> [Int] {
        try await hitl("status", "--json").out.matches(of: /"number":([0-9]+)/).compactMap { Int($0.output.1) }.sorted()
    }
}
