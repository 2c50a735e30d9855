package import HITLCore

extension Configuration {
    /// The rules that the configuration stands for.
    ///
    /// Whether the gate is on at all is not part of it: `policy explain` answers as if it were.
    ///
    /// - Parameter sha256: the digest of bytes in lowercase hexadecimal.
    package func policy(sha256: ([UInt8]) -> String) -> Policy {
        let form = JSONValue.members([
            "allowArgumentModification": .bool(allowArgumentModification.value),
            "obligations": .array(obligations.map { .string($0.rawValue) }),
            "rules": .array(rules.map(\.form)),
            "timeout": timeout.value.duration.map { .integer($0.count) } ?? .null,
        ])
        return Policy(
            rules: rules, obligations: requireReason.value, timeout: timeout.value.duration,
            version: "sha256:" + sha256(form.canonical))
    }

    private var rules: [Rule] {
        var rules: [Rule] = []
        for part in requireApproval.value.parts {
            rules.append(
                Rule(
                    name: "requireApproval", source: part.source.description, when: .toolNamed(part.value),
                    action: .requireApproval))
        }
        for part in dangerousActions.value.parts {
            rules.append(
                Rule(
                    name: "dangerousActions", source: part.source.description, when: .toolWord(part.value),
                    action: .requireApproval))
        }
        switch confidenceThreshold.value {
        case .unset: break
        case .below(let threshold):
            rules.append(
                Rule(
                    name: "confidenceThreshold", source: confidenceThreshold.source.description,
                    when: .confidenceBelow(ExactDecimal("\(threshold)") ?? 1), action: .requireApproval))
        }
        switch autoApproveThreshold.value {
        case .never: break
        case .none: rules.append(approving(.provenReadOnly))
        case .low: rules.append(approving(.riskAtMost(.low)))
        case .medium: rules.append(approving(.riskAtMost(.medium)))
        }
        if let level = autoRejectThreshold.value.level {
            rules.append(
                Rule(
                    name: "autoRejectThreshold", source: autoRejectThreshold.source.description,
                    when: Condition([.riskAtLeast(level)]), action: .block))
        }
        return rules + contentPatterns.value.rules + customRules.value.rules + policyRules.value.rules
    }

    private func approving(_ clause: Condition.Clause) -> Rule {
        Rule(
            name: "autoApproveThreshold", source: autoApproveThreshold.source.description, when: Condition([clause]),
            action: .allow)
    }

    /// In one order, so that one policy has one digest.
    private var obligations: [Obligation] { Obligation.allCases.filter(requireReason.value.contains) }
}
