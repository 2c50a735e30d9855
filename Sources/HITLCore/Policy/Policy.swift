/// The rules in force. Their order is irrelevant: all are evaluated and the strictest effect holds.
///
/// Making one arranges its rules, which takes time in proportion to them; copies are free.
public struct Policy: Sendable {
    public var rules: [Rule] { arrangement.rules }
    public var obligations: Set<Obligation> { arrangement.obligations }
    public var timeout: Milliseconds? { arrangement.timeout }
    /// Digest of the rules and settings.
    public var version: String { arrangement.version }

    /// How far back rules with a limit look; nil where there is none.
    package var longestLimit: Milliseconds? { arrangement.index.usages.map(\.within).max() }

    private let arrangement: Arrangement

    public init(rules: [Rule], obligations: Set<Obligation> = [], timeout: Milliseconds?, version: String) {
        self.init(rules: rules, obligations: obligations, timeout: timeout, version: version, analyses: true)
    }

    package init(
        rules: [Rule], obligations: Set<Obligation>, timeout: Milliseconds?, version: String, analyses: Bool = true,
        askInsteadOfBlock: [String] = []
    ) {
        arrangement = Arrangement(
            rules: rules, obligations: obligations, timeout: timeout, version: version, analyses: analyses,
            askInsteadOfBlock: askInsteadOfBlock)
    }

    /// These rules and one more.
    package func adding(_ rule: Rule) -> Policy {
        Policy(
            rules: rules + [rule], obligations: obligations, timeout: timeout, version: version,
            analyses: arrangement.analyses, askInsteadOfBlock: arrangement.askInsteadOfBlock)
    }

    /// What all copies share.
    final class Arrangement: Sendable {
        let rules: [Rule]
        let obligations: Set<Obligation>
        let timeout: Milliseconds?
        let version: String
        /// Whether what the built-in analysis refuses is denied. Not where an agent runs without the gate.
        let analyses: Bool
        /// Factors whose refusals by the analysis are questions here, unless they are of the floor.
        let askInsteadOfBlock: [String]
        /// With the floor, in the order in which rules are listed; the disabled ones too.
        let listed: [Rule]
        let index: RuleIndex
        let scratch: Scratch<EvaluationRoom>

        init(
            rules: [Rule], obligations: Set<Obligation>, timeout: Milliseconds?, version: String, analyses: Bool,
            askInsteadOfBlock: [String]
        ) {
            self.askInsteadOfBlock = askInsteadOfBlock
            self.rules = rules
            self.obligations = obligations
            self.timeout = timeout
            self.version = version
            self.analyses = analyses
            listed = Rule.listed(rules + Policy.floor)
            let index = RuleIndex(listed)
            self.index = index
            scratch = Scratch { EvaluationRoom(index) }
        }
    }

    /// - Returns: the least permissive effect among the rules that match; *ask* where none has one, and where a
    ///   rule cannot be decided.
    public func evaluate(_ call: ToolCall, in context: EvaluationContext) -> Verdict {
        let evaluation = Evaluation(arrangement: arrangement, call: call, context: context)
        return arrangement.scratch.use { room in
            evaluation.findMatches(in: &room)
            return verdict(evaluation, &room)
        }
    }

    /// With the facts that came with the call, and no clock.
    public func evaluate(_ call: ToolCall, risk: Risk) -> Verdict {
        evaluate(call, in: EvaluationContext(of: call, risk: risk))
    }

    private func verdict(_ evaluation: borrowing Evaluation, _ room: inout EvaluationRoom) -> Verdict {
        var effect: Effect?
        var severity = Severity(evaluation.context.risk.level)
        var waits: Milliseconds?
        var obligations = obligations
        var listed: [RuleReference] = []
        listed.reserveCapacity(room.matches.count + 1)
        for place in room.matches.indices {
            let match = room.matches[place]
            let entry = evaluation.index.entries[Int(match.rule)]
            let action = match.isClear ? entry.effect : .ask
            if let action { effect = effect.map { min($0, action) } ?? action }
            if let raised = entry.severity { severity = max(severity, raised) }
            if let timeout = entry.timeout { waits = waits.map { min($0, timeout) } ?? timeout }
            if entry.hasObligations { obligations.formUnion(evaluation.index.rules[Int(match.rule)].obligations) }
            listed.append(evaluation.reference(match, &room))
        }
        for finding in evaluation.context.findings where arrangement.analyses && finding.effect == .deny {
            let isLifted = !finding.isFloor && arrangement.askInsteadOfBlock.contains(finding.factor)
            effect = isLifted ? min(effect ?? .ask, .ask) : .deny
            if isLifted { severity = .critical }
            listed.append(.analysis(finding, isLifted: isLifted))
        }
        if obligations.confinement != nil, let obstacle = evaluation.context.confinementObstacle {
            // An obligation that cannot be met is left to a person, who is told so and then runs the call as it is.
            obligations.subtract(Confinement.allCases.map(\.obligation))
            effect = min(effect ?? .ask, .ask)
            listed.append(.unconfined(obstacle))
        }
        if effect == nil { listed.insert(.uncovered, at: 0) }
        return Verdict(
            effect: effect ?? .ask, rules: listed, risk: evaluation.context.risk, severity: severity,
            obligations: obligations, timeout: waits ?? timeout,
            charges: evaluation.index.counting.isEmpty ? [] : evaluation.charges(&room), policyVersion: version)
    }

    /// Every rule, matched or not, in the order in which they are listed, with what decided it. For people: it looks
    /// at each rule, however many there are.
    public func explain(_ call: ToolCall, in context: EvaluationContext) -> [Explanation] {
        let evaluation = Evaluation(arrangement: arrangement, call: call, context: context)
        let decided = arrangement.scratch.use { room in
            room.begin()
            return arrangement.index.entries.indices.map { evaluation.explanation(of: Int32($0), &room) }
        }
        var enabled = decided.makeIterator()
        return arrangement.listed.compactMap { rule in
            rule.enabled ? enabled.next() : Explanation(rule: rule, outcome: .disabled)
        }
    }

    /// What no configuration lifts.
    fileprivate static let floor = [
        Rule(name: "self-protection", source: "built-in", when: .gateFiles, action: .block)
    ]

    /// For calls of an agent that runs without the gate: they are recorded and allowed, except what the floor denies.
    public static func ungated(version: String) -> Policy {
        Policy(
            rules: [Rule(name: ungatedRule.name, source: ungatedRule.source, when: .anyCall, action: .allow)],
            obligations: [], timeout: nil, version: version, analyses: false)
    }

    fileprivate static let ungatedRule = (name: "ungated", source: "the loop runs without --enable-hitl")
}

extension RuleReference {
    /// Whether it is the one of a loop without the gate, and not one that somebody called so.
    package var isUngated: Bool {
        name.utf8.elementsEqual(Policy.ungatedRule.name.utf8)
            && source.utf8.elementsEqual(Policy.ungatedRule.source.utf8)
    }

    fileprivate static func analysis(_ finding: Finding, isLifted: Bool) -> RuleReference {
        RuleReference(
            name: "analysis", source: "built-in",
            fact: isLifted
                ? "\(finding.words); only `policy.askInsteadOfBlock: \(finding.factor)` leaves that to a person"
                : finding.words)
    }

    fileprivate static func unconfined(_ obstacle: String) -> RuleReference {
        RuleReference(
            name: "sandbox", source: "built-in", fact: "a rule wants it confined, and it cannot be: \(obstacle)")
    }

    fileprivate static let uncovered = RuleReference(
        name: "default", source: "built-in", fact: "no rule covers the call")
}
