/// One rule of a policy: when it applies and what it then does.
///
/// An object for the reason that a call is one: there may be thousands, in several lists.
public final class Rule: Sendable, Equatable {
    /// What a rule does with a call that it matches, as in a policy file; the strictest first.
    public enum Action: String, Sendable, CaseIterable {
        case block
        case requireApproval = "require_approval"
        /// Obligations without an effect of their own.
        case redact, warn, log
        case allow

        /// nil where the action leaves the effect to other rules.
        public var effect: Effect? {
            switch self {
            case .block: .deny
            case .requireApproval: .ask
            case .redact, .warn, .log: nil
            case .allow: .allow
            }
        }
    }

    public let name: String
    /// Where it is written: `hitl.yaml:12:5`.
    public let source: String
    public let when: Condition
    public let action: Action
    public let severity: Severity?
    /// For people, in the words of whoever wrote the rule.
    public let message: String?
    /// How long a request may wait, instead of the policy's time.
    public let timeout: Milliseconds?
    /// What must be fulfilled for the verdict on a call that it matches.
    public let obligations: Set<Obligation>
    public let enabled: Bool

    public init(
        name: String, source: String, when: Condition, action: Action, severity: Severity? = nil,
        message: String? = nil, timeout: Milliseconds? = nil, obligations: Set<Obligation> = [], enabled: Bool = true
    ) {
        self.name = name
        self.source = source
        self.when = when
        self.action = action
        self.severity = severity
        self.message = message
        self.timeout = timeout
        self.obligations = obligations
        self.enabled = enabled
    }

    /// Compared by bytes, as names of rules are.
    public static func == (left: Rule, right: Rule) -> Bool {
        if left === right { return true }
        return left.name.utf8.elementsEqual(right.name.utf8) && left.source.utf8.elementsEqual(right.source.utf8)
            && left.when == right.when && left.action == right.action && left.severity == right.severity
            && (left.message == nil) == (right.message == nil)
            && (left.message ?? "").utf8.elementsEqual((right.message ?? "").utf8) && left.timeout == right.timeout
            && left.obligations == right.obligations && left.enabled == right.enabled
    }

    /// What the rule does, without where it is written: the same rules in another file are the same policy.
    public var form: JSONValue {
        .members([
            "action": .string(action.rawValue), "enabled": enabled ? nil : false,
            "message": message.map(JSONValue.string), "name": .string(name),
            "obligations": obligations.isEmpty
                ? nil : .array(Obligation.allCases.filter(obligations.contains).map { .string($0.rawValue) }),
            "severity": severity.map { .string($0.rawValue) }, "timeout": timeout.map { .integer($0.count) },
            "when": when.form,
        ])
    }

    /// The one order in which rules are listed: the strictest first, then as they are written, then by what they say.
    static func listed(_ rules: [Rule]) -> [Rule] {
        rules.map { (rank: $0.rank, rule: $0) }.sorted { left, right in
            if left.rank != right.rank { return left.rank.lexicographicallyPrecedes(right.rank) }
            return left.rule.form.canonical.lexicographicallyPrecedes(right.rule.form.canonical)
        }.map(\.rule)
    }

    /// Bytes whose order is the order of action, source and name.
    private var rank: [UInt8] {
        var bytes: [UInt8] = [action.rank]
        bytes.reserveCapacity(64)
        source.appendNaturally(to: &bytes)
        bytes.append(0)
        name.appendNaturally(to: &bytes)
        return bytes
    }
}

extension Rule.Action {
    fileprivate var rank: UInt8 {
        switch self {
        case .block: 0
        case .requireApproval: 1
        case .redact: 2
        case .warn: 3
        case .log: 4
        case .allow: 5
        }
    }
}

extension String {
    /// With the length before each run of digits, so that line 9 comes before line 10.
    fileprivate func appendNaturally(to bytes: inout [UInt8]) {
        var digits: [UInt8] = []
        func finish() {
            guard !digits.isEmpty else { return }
            bytes.append(0x30)
            bytes.append(UInt8(clamping: digits.count))
            bytes.append(contentsOf: digits)
            digits = []
        }
        for byte in utf8 {
            if (0x30...0x39).contains(byte) {
                digits.append(byte)
            } else {
                finish()
                bytes.append(byte)
            }
        }
        finish()
    }
}
