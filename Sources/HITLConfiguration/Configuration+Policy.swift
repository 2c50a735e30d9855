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
            "askInsteadOfBlock": askInsteadOfBlock.value.isEmpty
                ? nil : .array(askInsteadOfBlock.value.map(JSONValue.string)),
            "obligations": .array(obligations.map { .string($0.rawValue) }),
            "rules": .array(rules.map(\.form)),
            "timeout": timeout.value.duration.map { .integer($0.count) } ?? .null,
        ])
        return Policy(
            rules: rules, obligations: requireReason.value, timeout: timeout.value.duration,
            version: "sha256:" + sha256(form.canonical), askInsteadOfBlock: askInsteadOfBlock.value)
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
        // git runs programs that a repository names, so that even its reading commands only read where they are confined.
        if autoApproveThreshold.value != .never {
            rules.append(
                Rule(
                    name: "confinedReads", source: autoApproveThreshold.source.description,
                    when: Condition([.readsWithin(.readOnly)]), action: .allow,
                    obligations: [Confinement.readOnly.obligation]))
        }
        // What needs no network gets none: of two obligations the narrower holds.
        if let widest = autoApproveSandboxed.value.confinement {
            for confinement in Confinement.allCases where confinement > .readOnly && confinement <= widest {
                rules.append(
                    Rule(
                        name: "autoApproveSandboxed", source: autoApproveSandboxed.source.description,
                        when: Condition([.harmlessWithin(confinement)]), action: .allow,
                        obligations: [confinement.obligation]))
            }
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
