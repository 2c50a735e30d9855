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
                    name: "requireApproval", source: part.source.description, matcher: .toolNamed(part.value),
                    effect: .ask))
        }
        for part in dangerousActions.value.parts {
            rules.append(
                Rule(
                    name: "dangerousActions", source: part.source.description, matcher: .toolWord(part.value),
                    effect: .ask))
        }
        switch confidenceThreshold.value {
        case .unset: break
        case .below(let threshold):
            rules.append(
                Rule(
                    name: "confidenceThreshold", source: confidenceThreshold.source.description,
                    matcher: .confidenceBelow(threshold), effect: .ask))
        }
        switch autoApproveThreshold.value {
        case .never: break
        case .none:
            rules.append(
                Rule(
                    name: "autoApproveThreshold", source: autoApproveThreshold.source.description,
                    matcher: .provenReadOnly, effect: .allow))
        }
        return rules
    }

    /// In one order, so that one policy has one digest.
    private var obligations: [Obligation] { Obligation.allCases.filter(requireReason.value.contains) }
}

extension Rule {
    /// What the rule does, without where it is written: the same rules in another file are the same policy.
    fileprivate var form: JSONValue {
        .members(["effect": .string(effect.rawValue), "name": .string(name), "when": matcher.form])
    }
}

extension Rule.Matcher {
    fileprivate var form: JSONValue {
        switch self {
        case .toolNamed(let names): .members(["toolNamed": .array(names.map { .string($0) })])
        case .toolWord(let words): .members(["toolWord": .array(words.map { .string($0) })])
        case .confidenceBelow(let threshold):
            .members(["confidenceBelow": JSONNumber("\(threshold)").map { .number($0) } ?? .string("\(threshold)")])
        case .provenReadOnly: "provenReadOnly"
        case .gateFiles: "gateFiles"
        case .anyCall: "anyCall"
        }
    }
}
