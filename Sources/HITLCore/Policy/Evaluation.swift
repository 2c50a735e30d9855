/// One call before the rules of an index. What it works with is lent to each step, so that it is never copied.
struct Evaluation: ~Copyable {
    let arrangement: Policy.Arrangement
    let call: ToolCall
    let context: EvaluationContext

    var index: RuleIndex { arrangement.index }

    /// The rules that match or cannot be decided, in the order in which they are listed.
    func findMatches(in room: inout EvaluationRoom) {
        room.begin()
        let hits = room.toolHits(call.tool, index)
        if let hits {
            for hit in hits { decide(hit.rule, tool: .yes, test: hit.test, &room) }
        } else {
            for rule in index.byTool { decide(rule, tool: .unclear, test: 0, &room) }
        }
        if !index.byContent.isEmpty {
            if scanContent(&room) {
                for pattern in room.content.ids where Int(pattern) < index.byContent.count {
                    for rule in index.byContent[Int(pattern)] { decide(rule, tool: .yes, test: 0, &room) }
                }
            } else {
                for rules in index.byContent { for rule in rules { decide(rule, tool: .yes, test: 0, &room) } }
            }
        }
        for rule in index.always { decide(rule, tool: .yes, test: 0, &room) }
        room.sortMatches()
    }

    private func decide(_ number: Int32, tool: Truth, test: Int32, _ room: inout EvaluationRoom) {
        let truth = tool.and(holds(number, &room))
        guard truth != .no else { return }
        room.matches.append(EvaluationRoom.Match(rule: number, test: test, isClear: truth == .yes))
    }

    /// Whether all clauses but those about the tool hold.
    func holds(_ number: Int32, _ room: inout EvaluationRoom) -> Truth {
        var truth = Truth.yes
        for place in index.entries[Int(number)].clauses.range {
            switch holds(index.clauses[place].clause, of: Int(number), &room) {
            case .no: return .no
            case .unclear: truth = .unclear
            case .yes: break
            }
        }
        return truth
    }

    // MARK: Clauses

    func holds(_ clause: RuleIndex.Clause, of rule: Int, _ room: inout EvaluationRoom) -> Truth {
        switch clause {
        case .tool(let tests, let globs):
            if index.toolTests[tests.range].contains(where: { $0.isMet(by: call.tool) }) { return .yes }
            return globs.isEmpty ? .no : value(call.tool, .tool, matches: globs, &room)
        case .kind(let kinds): return Truth(kinds.contains(call.kind))
        case .argument(let slot, let tests): return argument(slot, tests, &room)
        case .content(let patterns):
            guard scanContent(&room) else { return .unclear }
            return Truth(patterns.range.contains { room.content.contains(index.numbers[$0]) })
        case .riskAtLeast(let level): return Truth(context.risk.level >= level)
        case .riskAtMost(let level): return Truth(context.risk.level <= level && call.facts.warnings.isEmpty)
        case .confidenceBelow(let number): return Truth(confidence(below: index.thresholds[Int(number)]) != nil)
        case .agent(let patterns): return value(call.origin.agent, .agent, matches: patterns, &room)
        case .session(let patterns): return value(call.origin.session, .session, matches: patterns, &room)
        case .directory(let patterns):
            guard let directory = call.directory else { return .no }
            return value(directory, .directory, matches: patterns, &room)
        case .path(let patterns):
            return paths(match: patterns, permissive: index.entries[rule].isPermissive, &room)
        case .command(let patterns):
            return commands(match: patterns, permissive: index.entries[rule].isPermissive, &room)
        case .time(let windows):
            guard let time = context.time else { return windows.isEmpty ? .no : .unclear }
            return Truth(index.windows[windows.range].contains { $0.contains(time) })
        case .usage(let number): return usage(index.usages[Int(number)], of: index.rules[rule])
        case .provenReadOnly: return Truth(context.risk.level == .none && call.performer == .desk)
        case .readsWithin(let wanted): return Truth(context.readsWithin.map { $0 <= wanted } ?? false)
        case .harmlessWithin(let wanted): return Truth(context.harmlessWithin.map { $0 <= wanted } ?? false)
        case .gateFiles: return Truth(!call.facts.gateFiles.isEmpty)
        case .undecidable: return .unclear
        }
    }

    private func argument(_ slot: Int32, _ tests: RuleIndex.Run, _ room: inout EvaluationRoom) -> Truth {
        guard let value = index.slots[Int(slot)].value(in: call.arguments) else {
            // Absent: nothing holds of it but that it is absent.
            return Truth(
                !tests.isEmpty
                    && tests.range.allSatisfy {
                        if case .exists(false) = index.tests[$0].comparison { true } else { false }
                    })
        }
        var truth = Truth.yes
        for place in tests.range {
            let pattern = index.tests[place].pattern
            let one = index.tests[place].comparison.holds(for: value) { _, text in
                guard let hits = room.hits(.argument(slot), text: text) else { return nil }
                return room.subjects[hits].hits.contains(pattern)
            }
            if one == .no { return .no }
            truth = truth.and(one)
        }
        return truth
    }

    private func value(
        _ text: String, _ subject: EvaluationRoom.Subject, matches patterns: RuleIndex.Run, _ room: inout EvaluationRoom
    ) -> Truth {
        guard let hits = room.hits(subject, text: text) else { return .unclear }
        return Truth(patterns.range.contains { room.subjects[hits].hits.contains(index.numbers[$0]) })
    }

    private func paths(match patterns: RuleIndex.Run, permissive: Bool, _ room: inout EvaluationRoom) -> Truth {
        guard case .known(let paths) = context.paths else { return .unclear }
        guard !paths.isEmpty else { return .no }
        var truth: Truth = !permissive ? .no : context.pathSurplus == nil ? .yes : .unclear
        for (place, path) in paths.enumerated() {
            let one = value(path, .path(place), matches: patterns, &room)
            truth = permissive ? truth.and(one) : truth.or(one)
        }
        return truth
    }

    private func commands(match patterns: RuleIndex.Run, permissive: Bool, _ room: inout EvaluationRoom) -> Truth {
        guard case .known(let words) = context.commands else { return .unclear }
        // What stops may be about a wrapper too; to allow one is to allow what it runs.
        let commands = permissive || context.wrappings.isEmpty ? words : words + context.wrappings
        guard !commands.isEmpty else { return .no }
        // `X=1 git fetch > file` is more than its words, and whoever allowed the words did not see the rest.
        var truth: Truth = !permissive ? .no : context.surplus.isEmpty ? .yes : .unclear
        for (place, argv) in commands.enumerated() {
            var one = Truth.unclear
            if let text = CommandText(argv).spelled {
                one = value(text, .command(place), matches: patterns, &room)
                if !permissive, let text = CommandText(argv).named {
                    one = one.or(value(text, .program(place), matches: patterns, &room))
                }
            }
            truth = permissive ? truth.and(one) : truth.or(one)
        }
        return truth
    }

    func confidence(below threshold: ExactDecimal) -> String? {
        guard let number = call.claims.confidence else {
            return "no confidence was given, and \(threshold) is required"
        }
        guard let confidence = ExactDecimal(number), confidence >= 0, confidence <= 1 else {
            return "the confidence is no number from 0 to 1"
        }
        return confidence < threshold ? "confidence is below \(threshold)" : nil
    }

    private func usage(_ limit: UsageLimit, of rule: Rule) -> Truth {
        switch amount(limit) {
        case .absent: return .no
        case .unclear: return .unclear
        case .amount(let amount):
            guard let used = context.usage(key(limit, rule)), let total = used.adding(amount) else { return .unclear }
            return Truth(total > limit.most)
        }
    }

    enum Amount {
        case unclear, absent
        case amount(ExactDecimal)
    }

    func amount(_ limit: UsageLimit) -> Amount {
        switch limit.measure {
        case .calls: return .amount(1)
        case .sum(let path):
            guard let value = path.value(in: call.arguments) else { return .absent }
            guard case .number(let number) = value, let amount = ExactDecimal(number), !amount.isBelowZero else {
                return .unclear
            }
            return .amount(amount)
        }
    }

    private func key(_ limit: UsageLimit, _ rule: Rule) -> UsageKey {
        let subject: String? =
            switch limit.scope {
            case .everyone: nil
            case .agent: call.origin.agent
            case .session: call.origin.session
            }
        return UsageKey(rule: rule.name, limit: limit, subject: subject)
    }

    /// What the call adds to the counters of rules that are about it, whether or not it goes over a limit.
    func charges(_ room: inout EvaluationRoom) -> [Charge] {
        var charges: [Charge] = []
        let tools = room.toolHits(call.tool, index).map { $0.map(\.rule) } ?? index.byTool
        for number in index.counting {
            let entry = index.entries[Int(number)]
            if entry.namesTools, !tools.contains(number) { continue }
            for place in entry.clauses.range {
                guard case .usage(let usage) = index.clauses[place].clause else { continue }
                var isAbout = true
                for other in entry.clauses.range {
                    if case .usage = index.clauses[other].clause { continue }
                    if holds(index.clauses[other].clause, of: Int(number), &room) == .no { isAbout = false }
                }
                let limit = index.usages[Int(usage)]
                if isAbout, case .amount(let amount) = amount(limit) {
                    charges.append(Charge(key: key(limit, index.rules[Int(number)]), amount: amount))
                }
            }
        }
        return charges
    }

    // MARK: Content

    /// - Returns: false where that took too long.
    private func scanContent(_ room: inout EvaluationRoom) -> Bool {
        switch room.contentState {
        case .scanned: return true
        case .abandoned: return false
        case .unread:
            let isWhole = room.scan(call.arguments)
            room.contentState = isWhole ? .scanned : .abandoned
            return isWhole
        }
    }
}

/// A command's words as one text that no word can imitate: NUL before each.
struct CommandText {
    /// nil where a word holds the separator.
    let spelled: String?
    /// With the first word's last component only; nil where that is the word.
    let named: String?

    init(_ argv: [String]) {
        guard let first = argv.first, !argv.contains(where: { $0.utf8.contains(0) }) else {
            spelled = nil
            named = nil
            return
        }
        let rest = argv.dropFirst().map { "\0" + $0 }.joined()
        spelled = "\0" + first + rest
        let component = first.utf8.split(separator: UInt8(ascii: "/")).last
        named = first.utf8.contains(UInt8(ascii: "/")) ? component.map { "\0" + String(Substring($0)) + rest } : nil
    }
}
