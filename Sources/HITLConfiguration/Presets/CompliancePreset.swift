import HITLCore

/// A regulation whose demands on the record and on reviews can be met by settings.
///
/// A preset gives values to what nobody else has set, and refuses a configuration that is weaker than it demands. It
/// makes nobody compliant: what it stands for is in `docs/formats/policy.md`.
package enum CompliancePreset: String, Sendable, CaseIterable {
    case hipaa, soc2, gdpr, sox
    case euAIAct = "eu-ai-act"

    /// One setting that it takes over.
    struct Demand: Sendable {
        enum Bound: Sendable {
            /// This value and no other.
            case exactly
            /// No longer than so.
            case duration(atMost: Milliseconds)
            /// All of these words, more are welcome.
            case including([String])
            /// One of these words, the strictest first.
            case oneOf([String])
            /// For ever, or so many days.
            case days(atLeast: Int64)
        }

        let key: String
        /// As it would stand in YAML, a list in flow form; nil where the default meets it.
        let value: Node.Content?
        let bound: Bound
    }

    var demands: [Demand] { Self.review + own }

    /// What all of them ask of a review: the gate is on, whoever decides says why, and silence is never a yes.
    private static let review = [
        flag("hitl.enabled", true), flag("hitl.auditLogging", true), flag("hitl.autoApproveOnTimeout", false),
        Demand(
            key: "hitl.requireReason", value: words(["approve", "reject"]), bound: .including(["approve", "reject"])),
        Demand(
            key: "hitl.timeout", value: .scalar("15m", .plain), bound: .duration(atMost: Milliseconds.minutes(60))),
    ]

    private var own: [Demand] {
        switch self {
        // 45 CFR 164.312 (audit controls, integrity, encryption), 164.316(b)(2): six years.
        case .hipaa:
            [
                Self.flag("security.redactSensitiveData", true), Self.flag("security.encryptAuditLogs", true),
                Self.kept(years: 6),
            ]
        // CC6.1, CC7.2: access and monitoring; the observation window of a Type II report is at most a year.
        case .soc2: [Self.flag("security.encryptAuditLogs", true), Self.kept(years: 1)]
        // Articles 5(1)(c) and (f), 25, 32; 5(2): to be shown for as long as data is processed.
        case .gdpr: [Self.flag("security.redactSensitiveData", true)]
        // Sections 302, 404, 802: seven years, and no entry may be lost.
        case .sox:
            [
                Demand(key: "audit.durability", value: .scalar("strict", .plain), bound: .exactly),
                Demand(
                    key: "policy.autoApproveThreshold", value: nil, bound: .oneOf(["never", "none"])),
                Self.kept(years: 7),
            ]
        // Articles 14 (human oversight), 19 and 26(6): logs for at least six months.
        case .euAIAct:
            [
                Demand(
                    key: "policy.autoApproveThreshold", value: nil, bound: .oneOf(["never", "none", "low"])),
                Demand(key: "audit.retention", value: nil, bound: .days(atLeast: 183)),
            ]
        }
    }

    private static func flag(_ key: String, _ value: Bool) -> Demand {
        Demand(key: key, value: .scalar(value ? "true" : "false", .plain), bound: .exactly)
    }

    private static func words(_ words: [String]) -> Node.Content {
        .list(words.map { Node(.scalar($0, .plain)) })
    }

    private static func kept(years: Int64) -> Demand {
        Demand(key: "audit.retention", value: nil, bound: .days(atLeast: years * 365))
    }
}

extension CompliancePreset.Demand {
    /// - Parameter value: what is in force, in its form as JSON.
    func isMet(by value: JSONValue) -> Bool {
        switch bound {
        case .exactly: self.value.map { value == Self.json($0) } ?? true
        case .duration(let most): value.integer.map { $0 <= most.count } ?? false
        case .including(let words): words.allSatisfy { value.array?.contains(.string($0)) ?? false }
        case .oneOf(let words): value.string.map(words.contains) ?? false
        case .days(let least): value.string == "forever" || (value.integer ?? 0) >= least * 86_400_000
        }
    }

    /// In words that follow the key: ``must be `true` ``.
    var words: String {
        switch bound {
        case .exactly: "must be \(quoted(value.map { Self.json($0).string ?? Self.json($0).canonicalText } ?? ""))"
        case .duration(let most): "must be at most \(quoted(most.text))"
        case .including(let words): "must have \(Fault.alternatives(words).replacingEach(" or ", with: " and "))"
        case .oneOf(let words): "must be \(Fault.alternatives(words))"
        case .days(let least): "must be at least \(quoted("\(least)d")) or `forever`"
        }
    }

    private static func json(_ content: Node.Content) -> JSONValue {
        guard case .scalar(let text, _) = content else { return .null }
        return text == "true" ? .bool(true) : text == "false" ? .bool(false) : .string(text)
    }
}

extension Configuration {
    /// Puts the demands of presets in force where a configuration begins, before anything else has a say.
    mutating func begin(with presets: [CompliancePreset]) {
        for preset in presets {
            for demand in preset.demands {
                guard let value = demand.value, let key = ConfigurationKey.named(demand.key), key.isAvailable else {
                    continue
                }
                let reading = Reading(Node(value), from: .preset(preset.rawValue))
                key.assign(reading.root, &self)
            }
        }
    }

    /// What contradicts the presets in force, each where it is written.
    var contradictions: [(source: Source, fault: Fault)] {
        compliance.value.flatMap { preset in
            preset.demands.compactMap { demand -> (Source, Fault)? in
                guard let key = ConfigurationKey.named(demand.key), let value = key.value(self),
                    !demand.isMet(by: value.json)
                else { return nil }
                let source = value.sources.first ?? .fallback
                return (
                    source,
                    .refused(
                        "\(quoted(key.name)) is \(quoted(value.text)); with `compliance: \(preset.rawValue)` it \(demand.words)"
                    )
                )
            }
        }
    }

    /// What a preset demands and this version cannot do: said, not passed over.
    var unmetDemands: [Diagnostic] {
        compliance.value.flatMap { preset in
            preset.demands.compactMap { demand in
                guard demand.value != nil, let key = ConfigurationKey.named(demand.key), !key.isAvailable else {
                    return nil
                }
                return Diagnostic(
                    compliance.source,
                    .refused(
                        "`compliance: \(preset.rawValue)` demands \(quoted(key.name)), which is not available in this version"
                    ))
            }
        }
    }
}

extension Form where Value == [CompliancePreset] {
    static let presets = Form(
        "a list of hipaa, soc2, gdpr, sox, eu-ai-act",
        read: { field, _ in
            guard !field.isNull else { return [] }
            let chosen = field.list(of: "presets") { element in
                element.choice(CompliancePreset.allCases.map(\.rawValue)).flatMap(CompliancePreset.init)
            }
            return chosen.map { chosen in CompliancePreset.allCases.filter(chosen.contains) }
        },
        json: { .array($0.map { .string($0.rawValue) }) })
}
