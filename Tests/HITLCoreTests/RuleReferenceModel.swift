import HITLCore

/// What a policy must answer, worked out rule by rule and clause by clause with nothing of the engine: no index, no
/// automaton, no order. Patterns come from a list in which each stands beside a plain function that means the same.
struct ReferenceModel {
    struct Answer: Equatable {
        var effect = Effect.ask
        var matched: Set<String> = []
        var undecided: Set<String> = []
        var severity = Severity.low
        var timeout: Milliseconds?
        var charges: Set<String> = []
        var confinement: Confinement?
    }

    let meanings: [Pattern: (String) -> Bool]
    let words: [Pattern: ([String]) -> Bool]

    func answer(_ rules: [Rule], _ timeout: Milliseconds?, _ call: ToolCall, _ context: EvaluationContext) -> Answer {
        var answer = Answer(severity: Severity(context.risk.level))
        var effects: [Effect] = []
        var timeouts: [Milliseconds] = []
        for rule in rules where rule.enabled {
            let truths = rule.when.clauses.map { holds($0, rule, call, context) }
            charge(rule, truths, call, &answer)
            if truths.contains(false) { continue }
            if let severity = rule.severity { answer.severity = max(answer.severity, severity) }
            if let timeout = rule.timeout { timeouts.append(timeout) }
            for wanted in Confinement.allCases where rule.obligations.contains(wanted.obligation) {
                answer.confinement = min(answer.confinement ?? wanted, wanted)
            }
            if truths.contains(nil) {
                answer.undecided.insert(rule.name)
                effects.append(.ask)
            } else {
                answer.matched.insert(rule.name)
                if let effect = rule.action.effect { effects.append(effect) }
            }
        }
        if !call.facts.gateFiles.isEmpty {
            effects.append(.deny)
            answer.matched.insert("self-protection")
        }
        answer.effect = effects.contains(.deny) ? .deny : effects.contains(.ask) || effects.isEmpty ? .ask : .allow
        if answer.confinement != nil, context.confinementObstacle != nil {
            answer.confinement = nil
            if answer.effect == .allow { answer.effect = .ask }
        }
        answer.timeout = timeouts.min() ?? timeout
        return answer
    }

    private func charge(_ rule: Rule, _ truths: [Bool?], _ call: ToolCall, _ answer: inout Answer) {
        for case .usage(let limit) in rule.when.clauses {
            let others = zip(rule.when.clauses, truths).filter { clause, _ in
                if case .usage = clause { false } else { true }
            }
            if others.contains(where: { $0.1 == false }) { continue }
            switch limit.measure {
            case .calls: answer.charges.insert("\(rule.name) 1")
            case .sum:
                if case .number(let number)? = call.arguments["amount"], let amount = ExactDecimal(number), amount >= 0
                {
                    answer.charges.insert("\(rule.name) \(amount)")
                }
            }
        }
    }

    /// nil where it cannot be said.
    private func holds(_ clause: Condition.Clause, _ rule: Rule, _ call: ToolCall, _ context: EvaluationContext)
        -> Bool?
    {
        let spares = rule.action == .allow
        switch clause {
        case .tool(let tests):
            return tests.contains { test in
                switch test {
                case .named(let name): Array(name.utf8) == Array(call.tool.utf8)
                case .like(let pattern): means(pattern, call.tool)
                case .word(let word): ToolName.words(of: call.tool).contains { $0.utf8.elementsEqual(word.utf8) }
                }
            }
        case .kind(let kinds): return kinds.contains(call.kind)
        case .argument(let path, let comparisons): return argument(path, comparisons, call)
        case .content(let patterns):
            return texts(.object(call.arguments)).contains { text in patterns.contains { means($0, text) } }
        case .riskAtLeast(let level): return context.risk.level >= level
        case .riskAtMost(let level): return context.risk.level <= level && call.facts.warnings.isEmpty
        case .confidenceBelow(let threshold):
            guard let given = call.claims.confidence.flatMap(ExactDecimal.init), given >= 0, given <= 1 else {
                return true
            }
            return given < threshold
        case .agent(let patterns): return patterns.contains { means($0, call.origin.agent) }
        case .session(let patterns): return patterns.contains { means($0, call.origin.session) }
        case .directory(let patterns):
            return call.directory.map { directory in patterns.contains { means($0, directory) } } ?? false
        case .path(let patterns):
            guard case .known(let paths) = context.paths else { return nil }
            let answers = paths.map { path in patterns.contains { means($0, path) } }
            guard spares else { return answers.contains(true) }
            if answers.isEmpty || answers.contains(false) { return false }
            return context.pathSurplus == nil ? true : nil
        case .command(let patterns):
            guard case .known(let commands) = context.commands else { return nil }
            let answers = (spares ? commands : commands + context.wrappings).map { argv -> Bool? in
                if argv.isEmpty || argv.contains(where: { $0.utf8.contains(0) }) { return nil }
                if patterns.contains(where: { words[$0]?(argv) ?? false }) { return true }
                guard !spares, let program = argv[0].split(separator: "/").last else { return false }
                return patterns.contains { words[$0]?([String(program)] + argv.dropFirst()) ?? false }
            }
            if answers.isEmpty { return false }
            // To allow, the words must be all that there is.
            if spares, !context.surplus.isEmpty { return answers.contains(false) ? false : nil }
            let decisive = !spares
            if answers.contains(decisive) { return decisive }
            return answers.contains(nil) ? nil : !decisive
        case .time(let windows):
            guard let time = context.time else { return windows.isEmpty ? false : nil }
            return windows.contains { inside($0, time) }
        case .usage(let limit): return over(limit, rule, call, context)
        case .provenReadOnly: return context.risk.level == .none && call.performer == .desk
        case .readsWithin(let wanted):
            let reads: [Confinement: [Confinement]] = [
                .readOnly: [.readOnly], .workspace: [.readOnly, .workspace],
                .workspaceWithNetwork: [.readOnly, .workspace, .workspaceWithNetwork],
            ]
            return context.readsWithin.map { reads[wanted]?.contains($0) ?? false } ?? false
        case .harmlessWithin(let wanted):
            return context.harmlessWithin == wanted
                || context.harmlessWithin == .readOnly || context.harmlessWithin == .workspace && wanted != .readOnly
        case .gateFiles: return !call.facts.gateFiles.isEmpty
        }
    }

    private func means(_ pattern: Pattern, _ text: String) -> Bool { meanings[pattern]?(text) ?? false }

    private func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .null, .bool: []
        case .number(let number): [number.lexeme]
        case .string(let text): [text]
        case .array(let elements): elements.flatMap(texts)
        case .object(let object): object.members.flatMap { [$0.name] + texts($0.value) }
        }
    }

    private func argument(_ path: ArgumentPath, _ comparisons: [Comparison], _ call: ToolCall) -> Bool? {
        var value: JSONValue? = .object(call.arguments)
        for step in path.description.split(separator: ".") {
            value =
                switch value {
                case .object(let object)?: object[String(step)]
                case .array(let elements)?: Int(step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
                default: nil
                }
        }
        guard let value else {
            return !comparisons.isEmpty && comparisons.allSatisfy { $0 == .exists(false) }
        }
        let answers = comparisons.map { holds($0, value) }
        return answers.contains(false) ? false : answers.contains(nil) ? nil : true
    }

    private func holds(_ comparison: Comparison, _ value: JSONValue) -> Bool? {
        let number: ExactDecimal? = if case .number(let number) = value { ExactDecimal(number) } else { nil }
        func same(_ other: JSONValue) -> Bool {
            if let number, case .number(let other) = other { return number == ExactDecimal(other) }
            return value == other
        }
        switch comparison {
        case .equal(let other): return same(other)
        case .notEqual(let other): return !same(other)
        case .oneOf(let others): return others.contains(where: same)
        case .less(let bound): return number.map { $0 < bound }
        case .lessOrEqual(let bound): return number.map { $0 <= bound }
        case .greater(let bound): return number.map { $0 > bound }
        case .greaterOrEqual(let bound): return number.map { $0 >= bound }
        case .matches(let pattern):
            guard let text = value.string else { return nil }
            let isAboutFolders = pattern.syntax != .expression && pattern.text.contains("/")
            if isAboutFolders, text.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) { return nil }
            return means(pattern, text)
        case .exists(let wanted): return wanted
        }
    }

    private func inside(_ window: TimeWindow, _ time: WallTime) -> Bool {
        let offset: Int
        switch window.zone {
        case .offset(let minutes): offset = minutes
        case .named(let zone):
            offset = zone.name == "Europe/Berlin" ? SmallZone.secondsEastInBerlin(at: time) / 60 : 330
        }
        // Every minute of the last two days at which a window could have begun is tried.
        let minute = Int(time.milliseconds / 60_000) + offset
        for day in [minute / 1440, minute / 1440 - 1] {
            guard let name = TimeWindow.Day(rawValue: (day + 3) % 7), window.days.contains(name) else { continue }
            let start = day * 1440 + window.start
            let length = window.end > window.start ? window.end - window.start : window.end + 1440 - window.start
            if minute >= start, minute < start + length { return true }
        }
        return false
    }

    private func over(_ limit: UsageLimit, _ rule: Rule, _ call: ToolCall, _ context: EvaluationContext) -> Bool? {
        var amount: ExactDecimal = 1
        if case .sum = limit.measure {
            guard let value = call.arguments["amount"] else { return false }
            guard case .number(let number) = value, let given = ExactDecimal(number), given >= 0 else { return nil }
            amount = given
        }
        let subject: String? =
            limit.scope == .everyone ? nil : limit.scope == .agent ? call.origin.agent : call.origin.session
        guard let used = context.usage(UsageKey(rule: rule.name, limit: limit, subject: subject)) else { return nil }
        return used.adding(amount).map { $0 > limit.most }
    }
}
