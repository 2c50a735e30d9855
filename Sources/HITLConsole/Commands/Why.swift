package import HITLCore
import HITLGate
import HITLTerminal

package struct WhyCommand: Command {
    package static let definition = CommandDefinition(
        "why", .desk, summary: "say which rule and which facts made a call what it became",
        discussion: """
            These are the rules of then, with the facts of then. --all adds every rule of the policy in force now, matched \
            or not, and what decided each.
            """,
        positionals: [.init("N", .request, doc: "number or id")],
        options: [
            .init("all", doc: "the rules in force now, those that do not match too"),
            .json,
        ],
        examples: [.init("/hitl why 3", "why request 3 asked")])

    private let name: RequestName
    private let all: Bool
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        name = try arguments.request()
        all = arguments.has("all")
        json = arguments.has("json")
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        let found: RequestHistory?
        do { found = try desk.history(of: name) } catch { return desk.ledgerFailure(error) }
        guard let history = found, let verdict = history.verdict, let call = history.call else {
            return await desk.unknownRequest(name)
        }
        var now: ExplanationView?
        if all {
            guard let gate = desk.gate else {
                return CommandResult(
                    StyledText(
                        "No desk is running, so no policy is in force. `hitl policy explain` knows the rules.", .warning
                    ),
                    exit: .noDesk)
            }
            now = ExplanationView(gate.explain(call, at: history.openedAt ?? desk.clocks.wall()))
        }
        if json {
            guard case .object(var form) = verdict.json, let now else {
                return CommandResult(StyledText(), json: verdict.json)
            }
            form["explanation"] = now.json
            return CommandResult(StyledText(), json: .object(form))
        }

        var text = StyledText("\(DisplayText(untrusted: call.tool)): \(Self.effect(verdict.effect))")
        for rule in verdict.rules {
            text.line(
                "\(DisplayText(untrusted: rule.name)) (\(DisplayText(untrusted: rule.source))): \(DisplayText(untrusted: rule.fact))",
                indent: 3)
        }
        text.line(
            "Risk \(DisplayText(untrusted: verdict.risk.level.rawValue)), \(verdict.risk.score) of 100:", indent: 3)
        for factor in verdict.risk.factors {
            text.line("\(DisplayText(untrusted: factor.name)) \(factor.weight)", indent: 5)
        }
        if verdict.risk.factors.isEmpty { text.append(" nothing raises it") }
        text.line("Policy \(DisplayText(untrusted: verdict.policyVersion))", .dim, indent: 3)
        if let now {
            text.line("With the policy in force now:", indent: 3)
            now.append(to: &text, indent: 5)
        }
        return CommandResult(text)
    }

    private static func effect(_ effect: Effect) -> DisplayText {
        switch effect {
        case .deny: "denied, because"
        case .ask: "a person is asked, because"
        case .allow: "allowed without asking, because"
        }
    }
}
