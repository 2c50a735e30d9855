/// The rules in force. Their order is irrelevant: all are evaluated and the strictest effect holds.
public struct Policy: Sendable {
    public let rules: [Rule]
    public let obligations: Set<Obligation>
    public let timeout: Milliseconds?
    /// Digest of the rules and settings.
    public let version: String

    public init(rules: [Rule], obligations: Set<Obligation> = [], timeout: Milliseconds?, version: String) {
        self.rules = rules
        self.obligations = obligations
        self.timeout = timeout
        self.version = version
    }

    /// - Returns: the least permissive effect among the rules that match; *ask* where none does.
    public func evaluate(_ call: ToolCall, risk: Risk) -> Verdict {
        var effect: Effect?
        var matched: [RuleReference] = []
        for rule in rules + Self.floor {
            guard let fact = rule.match(call, risk: risk) else { continue }
            effect = effect.map { min($0, rule.effect) } ?? rule.effect
            matched.append(RuleReference(name: rule.name, source: rule.source, fact: fact))
        }
        if matched.isEmpty {
            matched = [RuleReference(name: "default", source: "built-in", fact: "no rule covers the call")]
        }
        return Verdict(
            effect: effect ?? .ask, rules: matched, risk: risk, obligations: obligations, timeout: timeout,
            policyVersion: version)
    }

    /// What no configuration lifts.
    private static let floor = [
        Rule(name: "self-protection", source: "built-in", matcher: .gateFiles, effect: .deny)
    ]

    /// For calls of an agent that runs without the gate: they are recorded and allowed, except what the floor denies.
    public static func ungated(version: String) -> Policy {
        Policy(
            rules: [Rule(name: ungatedRule.name, source: ungatedRule.source, matcher: .anyCall, effect: .allow)],
            timeout: nil, version: version)
    }

    fileprivate static let ungatedRule = (name: "ungated", source: "the loop runs without --enable-hitl")
}

extension RuleReference {
    /// Whether it is the one of a loop without the gate, and not one that somebody called so.
    package var isUngated: Bool {
        name.utf8.elementsEqual(Policy.ungatedRule.name.utf8)
            && source.utf8.elementsEqual(Policy.ungatedRule.source.utf8)
    }
}
