import HITLPlatform

/// Which calls ask a person. What no list allows asks.
public struct ToolRules: Sendable {
    /// Names of tools that need nobody.
    public var allowed: [String]
    /// Names of tools that ask even where another list allows them.
    public var requireApproval: [String]
    /// Words of a tool's name that make it ask: `delete` for `deleteFile` and `delete_file`, not for `undeleted`.
    public var dangerousActions: [String]
    /// How long a request may wait; nil is for ever.
    public var timeout: Milliseconds?
    public var requireReason: Set<Obligation>
    public var allowArgumentModification: Bool
    /// How many requests may be open at once; one more is refused.
    public var maxPending: Int

    public init(
        allowed: [String] = [], requireApproval: [String] = [], dangerousActions: [String] = [],
        timeout: Milliseconds? = .minutes(5), requireReason: Set<Obligation> = [],
        allowArgumentModification: Bool = true, maxPending: Int = 50
    ) {
        self.allowed = allowed
        self.requireApproval = requireApproval
        self.dangerousActions = dangerousActions
        self.timeout = timeout
        self.requireReason = requireReason
        self.allowArgumentModification = allowArgumentModification
        self.maxPending = maxPending
    }

    var policy: Policy {
        let rules = [
            Rule(name: "allowed", source: "program", when: .toolNamed(allowed), action: .allow),
            Rule(
                name: "requireApproval", source: "program", when: .toolNamed(requireApproval), action: .requireApproval),
            Rule(
                name: "dangerousActions", source: "program", when: .toolWord(dangerousActions), action: .requireApproval
            ),
        ]
        let description: JSONValue = [
            "allowed": .array(allowed.map(JSONValue.string)),
            "requireApproval": .array(requireApproval.map(JSONValue.string)),
            "dangerousActions": .array(dangerousActions.map(JSONValue.string)),
        ]
        return Policy(
            rules: rules, obligations: requireReason, timeout: timeout,
            version: "sha256:" + Digest(hashing: description.canonical).hex)
    }
}
