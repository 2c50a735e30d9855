import HITLCore
import HITLTestSupport
import Testing

private func call(
    _ tool: String, _ arguments: JSONValue = [:], kind: ToolKind = .other, agent: String = "scout",
    facts: Facts = Facts()
) -> ToolCall {
    ToolCall(
        tool: tool, kind: kind, arguments: arguments.object ?? JSONObject(), origin: Origin(agent: agent, session: "s"),
        performer: .requester, facts: facts)
}

private func effect(
    _ clauses: [Condition.Clause], _ action: Rule.Action, _ call: ToolCall, paths: [String] = [],
    commands: [[String]] = []
) -> Effect {
    let rules = [Rule(name: "r", source: "hitl.yaml:1:1", when: Condition(clauses), action: action)]
    return Policy(rules: rules, timeout: nil, version: "1").evaluate(
        call,
        in: EvaluationContext(risk: Risk(factors: []), paths: .known(paths), commands: .known(commands))
    ).effect
}

private func path(_ text: String) throws -> ArgumentPath { try #require(ArgumentPath(text)) }

@Suite struct `A rule is not deceived by` {
    @Test func `text that is canonically the same`() throws {
        let saved: [Condition.Clause] = [.argument(try path("command"), [.equal("echo hi\u{37E} touch x")])]
        #expect(effect(saved, .allow, call("bash", ["command": "echo hi; touch x"])) == .ask)
        #expect(effect(saved, .allow, call("bash", ["command": "echo hi\u{37E} touch x"])) == .allow)
        let listed: [Condition.Clause] = [.argument(try path("command"), [.oneOf(["a\u{1FEF}b"])])]
        #expect(effect(listed, .allow, call("bash", ["command": "a`b"])) == .ask)
        #expect(effect([.tool([.named("caf\u{E9}")])], .allow, call("cafe\u{301}")) == .ask)
        #expect(effect([.tool([.like(try Pattern(glob: "caf\u{E9}*"))])], .allow, call("cafe\u{301}")) == .ask)
        #expect(effect([.agent([try Pattern(glob: "K")])], .allow, call("x", agent: "\u{212A}")) == .ask)
        // One tool after the other: what was remembered of the first is not the second's.
        let rules = [Rule(name: "r", source: "x", when: .toolNamed(["caf\u{E9}"]), action: .allow)]
        let policy = Policy(rules: rules, timeout: nil, version: "1")
        #expect(policy.evaluate(call("caf\u{E9}"), risk: Risk(factors: [])).effect == .allow)
        #expect(policy.evaluate(call("cafe\u{301}"), risk: Risk(factors: [])).effect == .ask)
    }

    @Test func `line ends and operators that a combining mark hides`() throws {
        let newline: [Condition.Clause] = [.content([try Pattern("\\n")])]
        #expect(effect(newline, .block, call("bash", ["command": "ls\r\nrm -rf /"])) == .deny)
        let operators: [Condition.Clause] = [.argument(try path("command"), [.matches(try Pattern("[;|&><`]"))])]
        for command in ["ls;\u{301}/../evil.sh", "echo x >\u{338}/../out", "a |\u{20E3} b", "a &\u{301}"] {
            #expect(effect(operators, .block, call("bash", ["command": .string(command)])) == .deny, "\(command)")
        }
        // `$` is the end of the text and not of a line before it.
        let whole: [Condition.Clause] = [.argument(try path("command"), [.matches(try Pattern("^ls( -l)?$"))])]
        #expect(effect(whole, .allow, call("bash", ["command": "ls -l"])) == .allow)
        for command in ["ls\nrm -rf /", "ls -l\n", "ls\r\nrm"] {
            #expect(effect(whole, .allow, call("bash", ["command": .string(command)])) == .ask, "\(command)")
        }
    }

    @Test func `a field that is not there`() throws {
        let anything = try Pattern(glob: "*")
        let clauses: [Condition.Clause] = [
            .path([try Pattern(pathGlob: "/**")]), .command([try Pattern(wordGlob: "**")]),
            .directory([try Pattern(pathGlob: "/**")]), .argument(try path("path"), [.matches(anything)]),
            .argument(try path("path"), [.notEqual("x")]), .argument(try path("a.b.c"), [.exists(true)]),
            .argument(try path("path"), []), .content([anything]), .tool([]), .kind([]), .agent([]), .content([]),
        ]
        for clause in clauses { #expect(effect([clause], .allow, call("bash")) == .ask, "\(clause)") }
        #expect(effect([.argument(try path("path"), [.exists(false)])], .allow, call("bash")) == .allow)
        #expect(effect([.argument(try path("path"), [.exists(false)])], .allow, call("bash", ["path": nil])) == .ask)
        #expect(
            effect([.argument(try path("path"), [.exists(false), .notEqual("x")])], .allow, call("bash")) == .ask)
    }

    @Test func `a part of a word, a prefix without its separator, or another case`() throws {
        #expect(effect(Condition.toolWord(["rm"]).clauses, .block, call("confirmOrder")) == .ask)
        let beneath: [Condition.Clause] = [.path([try Pattern(pathGlob: "/tmp/workspace/**")])]
        for path in ["/tmp/workspace-evil/x", "/tmp/workspacex", "/tmp/WORKSPACE/x", "/tmp/workspace", "/tmp"] {
            #expect(effect(beneath, .allow, call("x"), paths: [path]) == .ask, "\(path)")
        }
        let log: [Condition.Clause] = [.command([try Pattern(wordGlob: "git log **")])]
        for argv in [
            ["git", "logout"], ["git log", "x"], ["git-log"], ["GIT", "LOG"], ["/tmp/evil/git", "log"],
            ["git", "", "log"],
            ["git", "log\0--output=x"], ["git", "\u{200B}log"],
        ] {
            #expect(effect(log, .allow, call("x"), commands: [argv]) == .ask, "\(argv)")
        }
        #expect(effect(log, .allow, call("x"), commands: [["git", "log", "--oneline"]]) == .allow)
        // To block, the program is what it is called, wherever it lies.
        let remove: [Condition.Clause] = [.command([try Pattern(wordGlob: "rm **")])]
        #expect(effect(remove, .block, call("x"), commands: [["echo"], ["/bin/rm", "-rf", "/"]]) == .deny)
        #expect(effect(remove, .block, call("x"), commands: [["rmdir", "x"]]) == .ask)
    }

    @Test func `a path that climbs out of the folder it begins with`() throws {
        let inside: [Condition.Clause] = [.argument(try path("path"), [.matches(try Pattern(glob: "/tmp/*"))])]
        #expect(effect(inside, .allow, call("read", ["path": "/tmp/a"])) == .allow)
        for climbing in ["/tmp/../etc/passwd", "/tmp/./../etc", "/tmp/a/.."] {
            #expect(effect(inside, .allow, call("read", ["path": .string(climbing)])) == .ask, "\(climbing)")
        }
    }

    @Test func `a value of another type`() throws {
        let large: [Condition.Clause] = [.argument(try path("amount"), [.greater(10000)])]
        let rules = [
            Rule(name: "large", source: "x", when: Condition(large), action: .block),
            Rule(name: "any", source: "x", when: .anyCall, action: .allow),
        ]
        let policy = Policy(rules: rules, timeout: nil, version: "1")
        for amount in ["75000", ["x"], ["v": 75000], true, nil, ["75000"]] as [JSONValue] {
            let verdict = policy.evaluate(call("pay", ["amount": amount]), risk: Risk(factors: []))
            #expect(verdict.effect == .ask && verdict.undecided.map(\.name) == ["large"], "\(amount)")
        }
        let huge: JSONValue = .object(JSONObject([.init("amount", .number(try #require(JSONNumber("1e9999999999"))))]))
        #expect(policy.evaluate(call("pay", huge), risk: Risk(factors: [])).effect == .ask)
    }

    @Test func `what nobody could find out`() throws {
        let allow = Rule(name: "any", source: "x", when: .anyCall, action: .allow)
        let guards: [Condition.Clause] = [
            .path([try Pattern(pathGlob: "/etc/**")]), .command([try Pattern(wordGlob: "rm **")]),
        ]
        for clause in guards {
            let policy = Policy(
                rules: [allow, Rule(name: "guard", source: "x", when: Condition([clause]), action: .log)],
                timeout: nil, version: "1")
            let blind = call("bash", kind: .execute, facts: Facts(warnings: ["`x` could not be looked at"]))
            #expect(policy.evaluate(blind, risk: Risk(factors: [])).effect == .ask)
            #expect(policy.evaluate(call("bash"), risk: Risk(factors: [])).effect == .allow)
        }
    }
}

@Suite struct `A rule with several unclear or false clauses` {
    /// Whatever the order: one clause that does not hold settles it, and without one an unclear clause makes it ask.
    @Test func `is decided the same in every order`() throws {
        let no: Condition.Clause = .tool([.named("other")])
        let unclear: Condition.Clause = .time([TimeWindow(zone: .offset(minutes: 0))])
        let yes: Condition.Clause = .kind([.other])
        for clauses in [[no, unclear, yes], [unclear, no, yes], [yes, unclear, no]] {
            let verdict = Policy(
                rules: [
                    Rule(name: "r", source: "x", when: Condition(clauses), action: .block),
                    Rule(name: "any", source: "x", when: .anyCall, action: .allow),
                ], timeout: nil, version: "1"
            ).evaluate(call("tool"), risk: Risk(factors: []))
            #expect(verdict.effect == .allow && verdict.undecided.isEmpty)
        }
        for clauses in [[unclear, yes], [yes, unclear]] { #expect(effect(clauses, .allow, call("tool")) == .ask) }
    }
}
