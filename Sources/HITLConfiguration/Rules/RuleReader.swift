import HITLCore

/// Reads `policy.rules` and `hitl.customRules`: what each rule says, and whether its examples come out as they say.
struct RuleReader {
    let paths: Paths

    private static let keys = [
        "name", "when", "action", "severity", "message", "timeout", "sandbox", "enabled", "examples",
    ]

    /// - Returns: nil where something is wrong, which is then reported with its place.
    func rules(_ field: Field) -> [Rule]? {
        // As bytes: canonically equivalent names are two.
        var names: Set<[UInt8]> = []
        var isSound = true
        let rules = field.list(of: "rules") { element -> Rule? in
            guard let rule = rule(element) else {
                isSound = false
                return nil
            }
            if !names.insert(Array(rule.name.utf8)).inserted {
                element.report(
                    .refused(
                        "the name \(quoted(rule.name)) is another rule's; what it counts and its records would be mixed up"
                    ))
                isSound = false
            }
            return rule
        }
        return isSound ? rules : nil
    }

    private func rule(_ field: Field) -> Rule? {
        let before = field.reading.diagnostics.count
        guard let map = field.map(Self.keys) else { return nil }
        let name = map.required("name").flatMap(name)
        let action = map.required("action")?.choice(Rule.Action.allCases.map(\.rawValue)).flatMap(Rule.Action.init)
        let severity = map["severity"]?.choice(Severity.allCases.map(\.rawValue)).flatMap(Severity.init)
        let message = map["message"]?.string()
        let timeout = map["timeout"]?.duration()
        let enabled = map["enabled"]?.bool()
        let sandbox = map["sandbox"].flatMap { confinement($0, action) }
        let condition = map["when"].flatMap { ConditionReader(paths: paths, action: action ?? .block).condition($0) }
        guard let name, let action, field.reading.diagnostics.count == before else { return nil }
        let rule = Rule(
            name: name, source: field.source.description, when: condition ?? .anyCall, action: action,
            severity: severity, message: message, timeout: timeout, obligations: sandbox.map { [$0.obligation] } ?? [],
            enabled: enabled ?? true)
        if let examples = map["examples"] { ExampleReader(rule: rule).check(examples) }
        return field.reading.diagnostics.count == before ? rule : nil
    }

    private func confinement(_ field: Field, _ action: Rule.Action?) -> Confinement? {
        if let action, action != .allow, action != .requireApproval {
            field.report(
                .refused("only a call that may run can be confined; `sandbox` goes with `allow` or `require_approval`"))
        }
        return field.choice(Confinement.allCases.map(\.rawValue)).flatMap(Confinement.init)
    }

    private func name(_ field: Field) -> String? {
        guard let name = field.string() else { return nil }
        guard !name.isEmpty, visible(name).utf8.elementsEqual(name.utf8) else {
            field.report(.refused("a rule's name is text without characters that cannot be seen"))
            return nil
        }
        return name
    }
}
