package import HITLCore
package import HITLGate
package import HITLTerminal

/// What a new policy would have changed: a line for each call, and the sum.
package enum ReplayView {
    /// `7. 2026-11-21T10:20:23.000Z deleteFile { path: "x" }: rejected by ada (human@tty) → would be allowed by …`
    package static func append(_ replay: Replay, to text: inout StyledText) {
        text.line("\(DisplayText(untrusted: replay.history.subject.description)). ")
        if let at = replay.history.openedAt { text.append("\(DisplayText(untrusted: at.timestamp)) ", .dim) }
        text.append(DisplayText(untrusted: replay.call.tool), .strong)
        text.append(" \(BriefArguments(replay.call.arguments).text): \(before(replay))")
        text.append(.becomes)
        text.append(after(replay.after), replay.overridesRejection ? .bad : .plain)
    }

    private static func before(_ replay: Replay) -> DisplayText {
        if let status = replay.history.status { return "asked, \(DecisionText.status(status))" }
        switch replay.before {
        case .deny: return "denied by " + rules(replay.history.verdict, with: .deny)
        case .ask: return "asked"
        case .allow: return "allowed by " + rules(replay.history.verdict, with: .allow)
        }
    }

    private static func after(_ verdict: Verdict) -> DisplayText {
        let rules = rules(verdict, with: verdict.effect)
        return switch verdict.effect {
        case .deny: "would be denied by " + rules
        case .ask: "a person would be asked by " + rules
        case .allow: "would be allowed by " + rules
        }
    }

    /// The rules that made it so; of an ask by nobody, the default.
    private static func rules(_ verdict: Verdict?, with effect: Effect) -> DisplayText {
        let all = verdict?.rules ?? []
        let deciding = all.filter { rule in
            // The analysis denies, whatever action its reference has.
            rule.isUndecided ? effect == .ask : rule.action.effect == effect || rule.isOfAnalysis && effect == .deny
        }
        return (deciding.isEmpty ? all : deciding).map {
            "\(DisplayText(untrusted: $0.name)) (\(DisplayText(untrusted: $0.source)))"
        }.joined(separator: ", ")
    }

    package static func summary(_ summary: ReplaySummary) -> StyledText {
        var text = StyledText(
            "\(decisions(summary.decisions)): \(summary.changed) would have come out differently.", .strong)
        for (effect, words) in [(Effect.ask, "asked"), (.allow, "allowed by rules"), (.deny, "denied by rules")]
            as [(Effect, DisplayText)]
        {
            let all = summary.count(effect)
            guard all > 0 else { continue }
            text.line(
                """
                \(all) \(words): \(summary.count(effect, becoming: .allow)) would be allowed, \
                \(summary.count(effect, becoming: .deny)) denied, \(summary.count(effect, becoming: .ask)) asked
                """, indent: 3)
        }
        guard summary.rejectedAndAllowed > 0 else { return text }
        text.newLine()
        text.append(.warning, .bad)
        text.append(
            "ATTENTION: it would allow \(summary.rejectedAndAllowed) of the calls that people rejected.", .bad)
        return text
    }

    private static func decisions(_ count: Int) -> DisplayText {
        count == 1 ? "1 decision" : "\(count) decisions"
    }

    // MARK: For programs

    package static func json(_ replay: Replay) -> JSONValue {
        .members([
            "after": .string(replay.after.effect.rawValue),
            "args": .object(replay.call.arguments),
            "before": .string(replay.before.rawValue),
            "decision": .string(replay.history.decision),
            "id": replay.history.id.map { .string($0.description) },
            "number": replay.history.request.map { .integer($0.number) },
            "requestedAt": replay.history.openedAt.map { .string($0.timestamp) },
            "tool": .string(replay.call.tool),
            "verdict": replay.after.json,
        ])
    }

    package static func json(_ summary: ReplaySummary) -> JSONValue {
        func becoming(_ before: Effect) -> JSONValue {
            .object(
                JSONObject(
                    [Effect.allow, .ask, .deny].map {
                        .init($0.rawValue, .integer(summary.count(before, becoming: $0)))
                    }))
        }
        return .members([
            "allowed": becoming(.allow), "asked": becoming(.ask), "changed": .integer(summary.changed),
            "decisions": .integer(summary.decisions), "denied": becoming(.deny),
            "rejectedAndAllowed": .integer(summary.rejectedAndAllowed),
        ])
    }
}

extension RuleReference {
    fileprivate var isOfAnalysis: Bool {
        name.utf8.elementsEqual("analysis".utf8) && source.utf8.elementsEqual("built-in".utf8)
    }
}
