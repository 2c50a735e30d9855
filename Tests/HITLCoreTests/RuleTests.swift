import HITLCore
import HITLTestSupport
import Testing

private func number(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }

private func path(_ text: String) throws -> ArgumentPath { try #require(ArgumentPath(text)) }

private func rule(
    _ name: String, _ clauses: [Condition.Clause], _ action: Rule.Action, line: Int = 1, severity: Severity? = nil,
    message: String? = nil, timeout: Milliseconds? = nil, enabled: Bool = true
) -> Rule {
    Rule(
        name: name, source: "hitl.yaml:\(line):5", when: Condition(clauses), action: action, severity: severity,
        message: message, timeout: timeout, enabled: enabled)
}

private func call(_ tool: String, _ arguments: JSONValue = [:], kind: ToolKind = .other, directory: String? = nil)
    -> ToolCall
{
    ToolCall(
        tool: tool, kind: kind, arguments: arguments.object ?? JSONObject(),
        origin: Origin(agent: "scout", session: "s1"), directory: directory, performer: .requester)
}

/// What each rule says of a call, one line a rule, after the effect.
private func lines(
    _ rules: [Rule], _ call: ToolCall, risk: Int = 0, time: WallTime? = nil, paths: [String] = [],
    commands: [[String]] = [], used: ExactDecimal? = nil
) -> [String] {
    let context = EvaluationContext(
        risk: Risk(factors: [.init(name: "given", weight: risk)]), time: time, paths: .known(paths),
        commands: .known(commands), usage: { _ in used })
    let verdict = Policy(rules: rules, timeout: nil, version: "1").evaluate(call, in: context)
    return ["\(verdict.effect)"] + verdict.rules.map { "\($0.name): \($0.fact)" }
}

private let uncovered = ["ask", "default: no rule covers the call"]

@Suite struct `A rule about` {
    @Test func `a tool matches its name, a pattern of it or a word of it`() throws {
        let rules = [
            rule("transfers", [.tool([.like(try Pattern(glob: "*transfer*"))])], .block),
            rule("deletes", [.tool([.named("rm"), .word("delete")])], .requireApproval),
        ]
        #expect(
            lines(rules, call("wire_transfer_delete")) == [
                "deny", "transfers: the tool's name matches `*transfer*`",
                "deletes: `delete` is a word of the tool's name",
            ])
        #expect(lines(rules, call("rm")) == ["ask", "deletes: the tool is named in the list"])
        #expect(lines(rules, call("undeleted")) == uncovered)
    }

    @Test func `an argument compares numbers exactly, at any depth`() throws {
        let rules = [
            rule("big", [.argument(try path("amount"), [.greater(try number("10000"))])], .block),
            rule("role", [.argument(try path("/user/roles/1"), [.equal("admin")])], .requireApproval),
            rule("range", [.argument(try path("n"), [.greaterOrEqual(1), .less(3)])], .warn),
        ]
        #expect(lines(rules, call("pay", ["amount": 10000])) == uncovered)
        let over: JSONValue = .object(
            JSONObject([.init("amount", .number(try #require(JSONNumber("10000.000000000000000001"))))]))
        #expect(lines(rules, call("pay", over)) == ["deny", "big: `amount` is greater than 10000"])
        #expect(
            lines(rules, call("pay", ["user": ["roles": ["x", "admin"]], "n": 2])) == [
                "ask", "role: `/user/roles/1` is the value", "range: `n` is at least 1 and `n` is less than 3",
            ])
        #expect(lines(rules, call("pay", ["n": 3, "user": ["roles": ["admin"]]])) == uncovered)
    }

    @Test func `content looks at names, texts and numbers at any depth`() throws {
        let rules = [rule("ssn", [.content([try Pattern("\\b\\d{3}-\\d{2}-\\d{4}\\b")])], .requireApproval)]
        let fact = "ssn: text in the arguments matches `\\b\\d{3}-\\d{2}-\\d{4}\\b`"
        #expect(lines(rules, call("x", ["a": ["b": ["c", "id 123-45-6789."]]])) == ["ask", fact])
        #expect(lines(rules, call("x", ["123-45-6789": nil])) == ["ask", fact])
        #expect(lines(rules, call("x", ["a": "9123-45-6789", "b": "123-45", "c": "-6789"])) == uncovered)
        let digits = [rule("card", [.content([try Pattern("4\\d{15}")])], .block)]
        #expect(lines(digits, call("x", ["n": 4_111_111_111_111_111]))[0] == "deny")
    }

    @Test func `risk, kind, agent, session and directory asks for all that it names`() throws {
        let rules = [
            rule(
                "all",
                [
                    .kind([.edit, .delete]), .riskAtLeast(.high), .agent([try Pattern(glob: "sc*")]),
                    .session([try Pattern(glob: "s?")]), .directory([try Pattern(pathGlob: "/site/**")]),
                ], .block)
        ]
        let fact =
            "all: the kind is `edit` or `delete`; the risk is at least high; the agent's name matches `sc*`; "
            + "the session matches `s?`; the directory that it runs in matches `/site/**`"
        #expect(lines(rules, call("x", kind: .edit, directory: "/site/a"), risk: 60) == ["deny", fact])
        #expect(lines(rules, call("x", kind: .edit, directory: "/site/a"), risk: 20) == uncovered)
        #expect(lines(rules, call("x", kind: .read, directory: "/site/a"), risk: 60) == uncovered)
        #expect(lines(rules, call("x", kind: .edit), risk: 60) == uncovered)
        #expect(lines(rules, call("x", kind: .edit, directory: "/site"), risk: 60) == uncovered)
    }

    @Test func `time knows days, hours, midnight and zones`() throws {
        let night = TimeWindow(days: [.friday], start: 22 * 60, end: 6 * 60, zone: .offset(minutes: 0))
        let office = TimeWindow(days: [.monday], start: 9 * 60, end: 17 * 60, zone: .named(SmallZone.berlin.rules))
        func effect(_ window: TimeWindow, _ time: String) throws -> [String] {
            let at = try #require(WallTime(timestamp: time))
            return lines([rule("t", [.time([window])], .allow)], call("x"), time: at)
        }
        let inside = ["allow", "t: it is within the rule's hours"]
        #expect(try effect(night, "2026-11-20T21:59:59Z") == uncovered)
        #expect(try effect(night, "2026-11-20T22:00:00Z") == inside)
        #expect(try effect(night, "2026-11-21T05:59:59Z") == inside)
        #expect(try effect(night, "2026-11-21T06:00:00Z") == uncovered)
        #expect(try effect(night, "2026-11-21T22:00:00Z") == uncovered)
        #expect(try effect(night, "1969-12-26T23:00:00Z") == inside)
        #expect(try effect(office, "2026-11-23T08:00:00Z") == inside)
        #expect(try effect(office, "2026-11-23T07:59:00Z") == uncovered)
        // The same hour on the wall is an hour earlier in summer.
        #expect(try effect(office, "2026-07-20T07:00:00Z") == inside)
        #expect(try effect(office, "2026-07-20T06:59:00Z") == uncovered)
        #expect(
            lines([rule("t", [.time([night])], .allow)], call("x"))
                == ["ask", "t: cannot be decided: the time is not known"])
    }

    @Test func `paths and commands takes one for any, and needs each to allow`() throws {
        let beneath: [Condition.Clause] = [.path([try Pattern(pathGlob: "/site/**")])]
        let push: [Condition.Clause] = [.command([try Pattern(wordGlob: "git push **")])]
        for (action, one, both) in [(Rule.Action.allow, "ask", "allow"), (.block, "deny", "deny")] {
            #expect(lines([rule("p", beneath, action)], call("x"), paths: ["/site/a", "/etc/x"])[0] == one)
            #expect(lines([rule("p", beneath, action)], call("x"), paths: ["/site/a", "/site/b"])[0] == both)
            #expect(lines([rule("p", beneath, action)], call("x"), paths: []) == uncovered)
            let commands = [["git", "push", "-f"], ["rm", "x"]]
            #expect(lines([rule("c", push, action)], call("x"), commands: commands)[0] == one)
            #expect(lines([rule("c", push, action)], call("x"), commands: [["git", "push"]])[0] == both)
            #expect(lines([rule("c", push, action)], call("x"), commands: []) == uncovered)
        }
    }

    @Test func `a rate or a budget matches the call that would go over it`() throws {
        let calls = rule("rate", [.usage(UsageLimit(.calls, most: 3, within: .minutes(60), scope: .agent))], .block)
        #expect(lines([calls], call("x"), used: 2) == uncovered)
        #expect(
            lines([calls], call("x"), used: 3) == ["deny", "rate: it would be more than 3 calls of this agent in 1h"])
        #expect(lines([calls], call("x")) == ["ask", "rate: cannot be decided: what was used before is not known"])
        let limit = UsageLimit(.sum(of: try path("amount")), most: 1000, within: .minutes(1440))
        let budget = rule("budget", [.tool([.named("pay")]), .usage(limit)], .requireApproval)
        #expect(lines([budget], call("pay", ["amount": 100]), used: 900) == uncovered)
        #expect(
            lines([budget], call("pay", ["amount": 101]), used: 900)
                == ["ask", "budget: the tool is named in the list; `amount` would add up to more than 1000 in 1d"])
        #expect(
            lines([budget], call("pay", ["amount": -500]), used: 900)[1]
                == "budget: cannot be decided: `amount` is no amount")
        #expect(
            lines([budget], call("pay", ["amount": "101"]), used: 900)[1]
                == "budget: cannot be decided: `amount` is no amount")
        #expect(lines([budget], call("pay"), used: 900) == uncovered)
        #expect(lines([budget], call("refund", ["amount": 101]), used: 900) == uncovered)
    }

    @Test func `a limit says what the call adds to which counter, and only for calls that it is about`() throws {
        let limit = UsageLimit(.sum(of: try path("amount")), most: 1000, within: .minutes(5), scope: .session)
        let policy = Policy(
            rules: [rule("budget", [.tool([.named("pay")]), .usage(limit)], .block)], timeout: nil, version: "1")
        let context = EvaluationContext(risk: Risk(factors: []), paths: .known([]), commands: .known([]))
        let verdict = policy.evaluate(call("pay", ["amount": 7]), in: context)
        #expect(
            verdict.charges == [Charge(key: UsageKey(rule: "budget", limit: limit, subject: "s1"), amount: 7)])
        #expect(policy.evaluate(call("other", ["amount": 7]), in: context).charges == [])
        #expect(try Verdict(json: verdict.json) == verdict)
    }
}

@Suite struct `Together, rules` {
    @Test func `give the strictest effect, the greatest severity, the shortest time and every message`() throws {
        let rules = [
            rule("watch", [], .warn, line: 9, message: "Careful."), rule("note", [], .log, line: 10),
            rule("mask", [], .redact, line: 2), rule("fine", [], .allow, line: 1, timeout: .minutes(9)),
            rule(
                "look", [], .requireApproval, line: 30, severity: .high, message: "Ask finance.", timeout: .minutes(60)),
            rule("off", [], .block, line: 4, enabled: false),
        ]
        let verdict = Policy(rules: rules, timeout: .minutes(5), version: "1").evaluate(
            call("x"), risk: Risk(factors: []))
        #expect(verdict.effect == .ask)
        #expect(verdict.rules.map(\.name) == ["look", "mask", "watch", "note", "fine"])
        #expect(verdict.severity == .high && verdict.timeout == .minutes(9))
        #expect(verdict.messages == ["Ask finance.", "Careful."])
        #expect(verdict.demands(.redact) && verdict.demands(.warn) && verdict.demands(.log))
        #expect(try Verdict(json: verdict.json) == verdict)
    }

    @Test func `that only warn, log or mask leave the call uncovered`() {
        let rules = [rule("w", [], .warn), rule("l", [], .log), rule("r", [], .redact)]
        #expect(
            lines(rules, call("x")) == [
                "ask", "default: no rule covers the call", "r: every call", "w: every call", "l: every call",
            ])
        #expect(lines(rules + [rule("a", [], .allow)], call("x"))[0] == "allow")
    }

    @Test func `are explained one by one, matched or not`() throws {
        let rules = [
            rule(
                "big", [.tool([.like(try Pattern(glob: "pay*"))]), .argument(try path("amount"), [.greater(10)])],
                .block, line: 1),
            rule("text", [.argument(try path("amount"), [.greater(10)])], .requireApproval, line: 2),
            rule("other", [.tool([.named("rm"), .word("delete")])], .block, line: 3),
            rule("off", [], .block, line: 4, enabled: false),
        ]
        let policy = Policy(rules: rules, timeout: nil, version: "1")
        let context = EvaluationContext(risk: Risk(factors: []), paths: .known([]), commands: .known([]))
        #expect(
            policy.explain(call("pay", ["amount": 5]), in: context).map { "\($0.rule.name) \($0.outcome)" } == [
                #"self-protection notMatched(because: "does not hold: it would touch files of the gate itself")"#,
                #"big notMatched(because: "does not hold: `amount` is greater than 10")"#,
                #"other notMatched(because: "does not hold: the tool is named in the list or `delete` is a word of the tool\'s name")"#,
                "off disabled", #"text notMatched(because: "does not hold: `amount` is greater than 10")"#,
            ])
        #expect(
            policy.explain(call("pay", ["amount": "12"]), in: context).map { "\($0.rule.name) \($0.outcome)" }.filter {
                $0.contains("undecided")
            } == [
                #"big undecided(because: "`amount` is not a number")"#,
                #"text undecided(because: "`amount` is not a number")"#,
            ])
    }
}
