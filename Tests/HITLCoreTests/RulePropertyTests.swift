import Glibc
import HITLCore
import HITLTestSupport
import Testing

/// Rules, calls and contexts of every kind, from a few values that meet often.
private struct Cast {
    private static let tools = [
        "deleteFile", "delete_file", "wire_transfer", "bash", "readFile", "caf\u{E9}", "cafe\u{301}", "Bash", "",
    ]
    private static let texts = [
        "rm -rf /", "hello", "/site/a", "/site/../etc", "/site-evil", "a\r\nb", "", "\u{212A}ill", "scout",
        "123-45-6789",
    ]
    private static let names = ["amount", "path", "user.role", "list.1", "absent"]

    let patterns: [(Pattern, (String) -> Bool)]
    let paths: [(Pattern, (String) -> Bool)]
    let commands: [(Pattern, ([String]) -> Bool)]
    let zones = [SmallZone.berlin, SmallZone.flat].map(\.rules)
    var random: SplitMix

    init(seed: UInt64) throws {
        random = SplitMix(seed: seed)
        patterns = [
            (try Pattern(glob: "*"), { _ in true }),
            (try Pattern(glob: "scout"), { $0.utf8.elementsEqual("scout".utf8) }),
            (try Pattern(glob: "*file"), { $0.hasSuffix("file") }),
            (try Pattern(glob: "*e*"), { $0.unicodeScalars.contains("e") }),
            (try Pattern(glob: "/site/*"), { Array($0.utf8).starts(with: Array("/site/".utf8)) }),
            (try Pattern("rm"), { $0.contains("rm") }), (try Pattern("\\n"), { $0.utf8.contains(10) }),
            (try Pattern("^$"), { $0.isEmpty }), (try Pattern("K"), { $0.utf8.contains(0x4B) }),
            (
                try Pattern("[0-9]{3}"),
                { text in
                    let isDigit = text.utf8.map { (0x30...0x39).contains($0) }
                    return isDigit.indices.dropLast(2).contains { isDigit[$0] && isDigit[$0 + 1] && isDigit[$0 + 2] }
                }
            ),
        ]
        paths = [
            (
                try Pattern(pathGlob: "/site/**"),
                { path in
                    let parts = path.split(separator: "/")
                    return parts.count > 1 && parts[0] == "site"
                }
            ),
            (try Pattern(pathGlob: "/etc/passwd"), { $0 == "/etc/passwd" }),
            (try Pattern(pathGlob: "**/x"), { $0.split(separator: "/").last == "x" }),
        ]
        commands = [
            (try Pattern(wordGlob: "git push **"), { $0.count >= 2 && $0[0] == "git" && $0[1] == "push" }),
            (try Pattern(wordGlob: "rm *"), { $0.count == 2 && $0[0] == "rm" }),
            (try Pattern(wordGlob: "**"), { _ in true }),
        ]
    }

    var model: ReferenceModel {
        ReferenceModel(
            meanings: Dictionary(uniqueKeysWithValues: patterns + paths),
            words: Dictionary(uniqueKeysWithValues: commands))
    }

    mutating func one<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    mutating func some<Element>(_ elements: [Element]) -> [Element] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in one(elements) }
    }

    private mutating func chance(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }

    private mutating func number() -> ExactDecimal {
        one(
            [0, 1, 10, 10000, -1].map { ExactDecimal($0) }
                + ["10000.00000000000000001", "1e4", "0.5"].compactMap(ExactDecimal.init))
    }

    private mutating func value() -> JSONValue {
        switch Int.random(in: 0...6, using: &random) {
        case 0: .null
        case 1: .bool(chance(2))
        case 2, 3: JSONNumber(number().description).map { .number($0) } ?? .null
        case 4: .array([.string(one(Self.texts)), .integer(5), .object(JSONObject([.init("role", "root")]))])
        case 5: .object(JSONObject([.init("role", .string(one(Self.texts))), .init("rm", .null)]))
        default: .string(one(Self.texts))
        }
    }

    mutating func call() -> ToolCall {
        var members: [JSONObject.Member] = []
        for name in ["amount", "path", "user", "list"] where !chance(3) { members.append(.init(name, value())) }
        let confidence = one([nil, "0.5", "0.85", "0.9", "2", "-1", "1e999999999999"])
        return ToolCall(
            tool: one(Self.tools), kind: one(ToolKind.allCases), arguments: JSONObject(members),
            origin: Origin(agent: one(["scout", "main", "sco\u{FC}t"]), session: one(Self.texts)),
            directory: one([nil, "/site/a", "/site-evil", "/etc/passwd"]),
            claims: Claims(confidence: confidence.flatMap(JSONNumber.init)),
            performer: one([Performer.desk, .requester]),
            facts: Facts(warnings: chance(4) ? ["unclear"] : [], gateFiles: chance(20) ? ["/l"] : []))
    }

    mutating func context() -> EvaluationContext {
        let weights = one([0, 10, 30, 60, 100])
        let used: ExactDecimal? = one([nil, 0, 2, 9999])
        var context = EvaluationContext(
            risk: Risk(factors: [.init(name: "x", weight: weights)]),
            time: chance(4) ? nil : WallTime(milliseconds: Int64.random(in: 0...4_000_000_000_000, using: &random)),
            paths: chance(5)
                ? .unknown(because: "no reason")
                : .known(some(["/site/a", "/site", "/site-evil/x", "/etc/passwd", "/x"])),
            commands: chance(5)
                ? .unknown(because: "no reason")
                : .known(
                    some([
                        ["git", "push"], ["git", "push", "--force"], ["/bin/rm", "x"], ["rm", "x"], ["git push"], [],
                        ["rm", "a\0b"], ["gitpush"], ["RM", "x"],
                    ])),
            usage: { _ in used })
        context.confinementObstacle = one([nil, "nobody here confines commands"])
        context.readsWithin = one([nil] + Confinement.allCases)
        context.harmlessWithin = one([nil] + Confinement.allCases)
        if chance(4) { context.pathSurplus = "no table says" }
        if chance(4) { context.surplus = ["a variable is set"] }
        if chance(4) { context.wrappings = some([["rm", "x"], ["sudo", "git", "push"], ["/bin/rm", "x"]]) }
        return context
    }

    private mutating func comparison() -> Comparison {
        switch Int.random(in: 0...9, using: &random) {
        case 0: .equal(value())
        case 1: .notEqual(value())
        case 2: .oneOf([value(), value()])
        case 3: .less(number())
        case 4: .lessOrEqual(number())
        case 5: .greater(number())
        case 6: .greaterOrEqual(number())
        case 7: .exists(chance(2))
        default: .matches(one(patterns).0)
        }
    }

    private mutating func clause() -> Condition.Clause {
        switch Int.random(in: 0...19, using: &random) {
        case 0, 1:
            .tool(
                some([
                    .named(one(Self.tools)), .like(one(patterns).0), .word("delete"), .word("transfer"), .named("bash"),
                ]))
        case 2: .kind(some(ToolKind.allCases))
        case 3, 4, 5: .argument(ArgumentPath(one(Self.names))!, some([comparison(), comparison()]))
        case 6, 7: .content(some(patterns.map(\.0)))
        case 8: .riskAtLeast(one(Risk.Level.allCases))
        case 9: .riskAtMost(one(Risk.Level.allCases))
        case 10: .confidenceBelow(ExactDecimal("0.85")!)
        case 11: .agent(some(patterns.map(\.0)))
        case 12: chance(2) ? .session(some(patterns.map(\.0))) : .directory(some(paths.map(\.0)))
        case 13: .path(some(paths.map(\.0)))
        case 14: .command(some(commands.map(\.0)))
        case 15: .time(some([window()]))
        case 16:
            .usage(
                UsageLimit(
                    chance(2) ? .calls : .sum(of: ArgumentPath("amount")!), most: number(), within: .minutes(5),
                    scope: one(UsageLimit.Scope.allCases)))
        case 17: .readsWithin(one(Confinement.allCases))
        case 18: .harmlessWithin(one(Confinement.allCases))
        default: chance(2) ? .provenReadOnly : .gateFiles
        }
    }

    private mutating func window() -> TimeWindow {
        TimeWindow(
            days: Set(some(TimeWindow.Day.allCases) + [.sunday]), start: Int.random(in: 0..<1440, using: &random),
            end: Int.random(in: 1...1440, using: &random),
            zone: chance(2) ? .named(one(zones)) : .offset(minutes: one([0, 60, -720])))
    }

    mutating func rules() -> [Rule] {
        (0..<Int.random(in: 0...7, using: &random)).map { number in
            Rule(
                name: "rule\(number)", source: "hitl.yaml:\(number):1",
                when: Condition((0..<Int.random(in: 0...3, using: &random)).map { _ in clause() }),
                action: one(Rule.Action.allCases), severity: one([nil] + Severity.allCases),
                timeout: one([nil, .minutes(1), .minutes(60)]),
                obligations: chance(6) ? [one(Confinement.allCases).obligation] : [], enabled: !chance(10))
        }
    }
}

extension ReferenceModel.Answer {
    init(_ verdict: Verdict) {
        let had = verdict.rules.filter { $0.name != "default" && $0.name != "sandbox" }
        self.init(
            effect: verdict.effect, matched: Set(had.filter { !$0.isUndecided }.map(\.name)),
            undecided: Set(verdict.undecided.map(\.name)), severity: verdict.severity, timeout: verdict.timeout,
            charges: Set(verdict.charges.map { "\($0.key.rule) \($0.amount)" }),
            confinement: verdict.obligations.confinement)
    }
}

@Suite struct `Random policies` {
    /// Calls; `HITL_CASES=1000000` is the long form.
    private let count = getenv("HITL_CASES").flatMap { Int(String(cString: $0)) } ?? 20_000

    @Test func `answer random calls as a plain reading of their rules does, in whatever order they are written`() throws
    {
        var cast = try Cast(seed: 2024)
        let model = cast.model
        for round in 0..<(count / 10) {
            let rules = cast.rules()
            let policy = Policy(rules: rules, timeout: .minutes(5), version: "1")
            let shuffled = Policy(rules: rules.shuffled(using: &cast.random), timeout: .minutes(5), version: "1")
            for _ in 0..<10 {
                let call = cast.call()
                let context = cast.context()
                let verdict = policy.evaluate(call, in: context)
                let expected = model.answer(rules, .minutes(5), call, context)
                if ReferenceModel.Answer(verdict) != expected {
                    Issue.record("round \(round): \(verdict)\nand not \(expected)\nfor \(call)\n\(rules)")
                    return
                }
                // The whole verdict: lists, facts and all.
                if shuffled.evaluate(call, in: context) != verdict {
                    Issue.record("round \(round): another order, another verdict")
                    return
                }
            }
        }
    }

    @Test func `are explained as they are applied`() throws {
        var cast = try Cast(seed: 2025)
        for _ in 0..<(count / 20) {
            let rules = cast.rules()
            let policy = Policy(rules: rules, timeout: nil, version: "1")
            let call = cast.call()
            let context = cast.context()
            let verdict = policy.evaluate(call, in: context)
            let explained = policy.explain(call, in: context)
            #expect(explained.count == rules.count + 1)
            let told = explained.compactMap { explanation -> String? in
                switch explanation.outcome {
                case .matched(let fact): "\(explanation.rule.name): \(fact)"
                case .undecided(let reason): "\(explanation.rule.name): cannot be decided: \(reason)"
                case .notMatched, .disabled: nil
                }
            }
            let had = verdict.rules.filter { $0.name != "default" && $0.name != "sandbox" }.map {
                "\($0.name): \($0.fact)"
            }
            if told != had { Issue.record("\(told)\nand not\n\(had)") }
        }
    }
}
