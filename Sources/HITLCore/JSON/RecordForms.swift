extension Verdict {
    public var json: JSONValue {
        .members([
            "charges": charges.isEmpty ? nil : .array(charges.map(\.json)),
            "effect": .string(effect.rawValue),
            "obligations": obligations.isEmpty
                ? nil : .array(obligations.map(\.rawValue).sorted().map(JSONValue.string)),
            "risk": risk.json,
            "rules": .array(rules.map(\.json)),
            "severity": .string(severity.rawValue),
            "timeout": timeout.map { .integer($0.count) },
            "version": .string(policyVersion),
        ])
    }

    public convenience init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "verdict")
        guard let effect = Effect(rawValue: try record.text("effect")) else { throw .unknownWord("effect") }
        guard let severity = Severity(rawValue: try record.text("severity")) else { throw .unknownWord("severity") }
        var obligations: Set<Obligation> = []
        for word in try record.texts("obligations") {
            guard let obligation = Obligation(rawValue: word) else { throw .unknownWord("obligations") }
            obligations.insert(obligation)
        }
        self.init(
            effect: effect,
            rules: try record.array("rules").map { value throws(RecordError) in try RuleReference(json: value) },
            risk: try Risk(json: try record.value("risk")), severity: severity, obligations: obligations,
            timeout: record["timeout"]?.integer.map(Milliseconds.init),
            charges: try record["charges"].map { value throws(RecordError) in try Charge.list(value) } ?? [],
            policyVersion: try record.text("version"))
    }
}

extension Charge {
    var json: JSONValue {
        .members([
            "amount": .string(amount.description), "most": .string(key.limit.most.description),
            "of": key.limit.argument.map { .string($0.description) }, "per": .string(key.limit.scope.rawValue),
            "rule": .string(key.rule), "subject": key.subject.map(JSONValue.string),
            "within": .integer(key.limit.within.count),
        ])
    }

    init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "charge")
        guard let amount = ExactDecimal(try record.text("amount")) else { throw .unknownWord("amount") }
        guard let most = ExactDecimal(try record.text("most")) else { throw .unknownWord("most") }
        guard let scope = UsageLimit.Scope(rawValue: try record.text("per")) else { throw .unknownWord("per") }
        var measure = UsageLimit.Measure.calls
        if record["of"] != nil {
            guard let argument = ArgumentPath(try record.text("of")) else { throw .unknownWord("of") }
            measure = .sum(of: argument)
        }
        self.init(
            key: UsageKey(
                rule: try record.text("rule"),
                limit: UsageLimit(
                    measure, most: most, within: Milliseconds(try record.integer("within")), scope: scope),
                subject: record["subject"]?.string),
            amount: amount)
    }

    fileprivate static func list(_ value: JSONValue) throws(RecordError) -> [Charge] {
        guard let elements = value.array else { throw .missing("charges") }
        return try elements.map { element throws(RecordError) in try Charge(json: element) }
    }
}

extension UsageLimit {
    fileprivate var argument: ArgumentPath? { if case .sum(let argument) = measure { argument } else { nil } }
}

extension RuleReference {
    /// What most rules do, and records of the first version do not say, is left out: they ask, and were decided.
    public var json: JSONValue {
        .members([
            "action": action == .requireApproval ? nil : .string(action.rawValue), "fact": .string(fact),
            "message": message.map(JSONValue.string), "name": .string(name), "source": .string(source),
            "undecided": isUndecided ? true : nil,
        ])
    }

    init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "rule")
        var action = Rule.Action.requireApproval
        if record["action"] != nil {
            guard let known = Rule.Action(rawValue: try record.text("action")) else { throw .unknownWord("action") }
            action = known
        }
        self.init(
            name: try record.text("name"), source: try record.text("source"), fact: try record.text("fact"),
            action: action, message: record["message"]?.string, isUndecided: record["undecided"] == .bool(true))
    }

    /// Those in a desk's answer, which may be of another version: what cannot be read of one is left out.
    package static func list(in answer: JSONValue?) -> [RuleReference] {
        (answer?.array ?? []).compactMap { rule in
            guard let rule = rule.object, let name = rule["name"]?.string else { return nil }
            return RuleReference(
                name: name, source: rule["source"]?.string ?? "", fact: rule["fact"]?.string ?? "it matched",
                action: rule["action"]?.string.flatMap(Rule.Action.init) ?? .requireApproval,
                message: rule["message"]?.string, isUndecided: rule["undecided"] == .bool(true))
        }
    }
}

extension Risk {
    public var json: JSONValue {
        .members([
            "factors": .array(factors.map { .members(["name": .string($0.name), "weight": .integer($0.weight)]) }),
            "level": .string(level.rawValue), "reversibility": reversibility.map { .string($0.rawValue) },
            "score": .integer(score),
        ])
    }

    init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "risk")
        self.init(
            factors: try record.array("factors").map { value throws(RecordError) in
                let factor = try RecordReader(value, "factor")
                return Factor(name: try factor.text("name"), weight: Int(try factor.integer("weight")))
            },
            reversibility: try record["reversibility"].map { value throws(RecordError) in
                guard let known = value.string.flatMap(Reversibility.init) else { throw .unknownWord("reversibility") }
                return known
            })
    }
}

extension Principal {
    public var json: JSONValue {
        .members(["channel": .string(channel), "name": .string(name), "role": .string(role.rawValue)])
    }

    public init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "principal")
        guard let role = Role(rawValue: try record.text("role")) else { throw .unknownWord("role") }
        self.init(role: role, name: try record.text("name"), channel: try record.text("channel"))
    }
}

extension Review {
    public var json: JSONValue {
        .members([
            "answer": .string(answer.rawValue),
            "conditions": conditions.isEmpty ? nil : .array(conditions.map(JSONValue.string)),
            "hiddenLines": hiddenLines.map { .integer($0) },
            "reason": reason.map(JSONValue.string),
            "reviewer": reviewer.json,
            "said": said,
            "salt": salt,
            "shownAt": shownAt.map { .integer($0.milliseconds) },
            "signature": signature?.json,
        ])
    }

    private var salt: JSONValue? {
        guard case .salted(let salt) = words else { return nil }
        return .string(salt)
    }

    private var said: JSONValue? {
        guard case .erased(let digest) = words else { return nil }
        return .string(digest)
    }

    public init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "review")
        guard let answer = Answer(rawValue: try record.text("answer")) else { throw .unknownWord("answer") }
        let words: Words =
            if let digest = record["said"]?.string {
                .erased(digest: digest)
            } else if let salt = record["salt"]?.string {
                .salted(salt)
            } else {
                .plain
            }
        self.init(
            answer: answer, reviewer: try Principal(json: try record.value("reviewer")),
            reason: record["reason"]?.string, conditions: try record.texts("conditions"),
            shownAt: record["shownAt"]?.integer.map(WallTime.init(milliseconds:)),
            hiddenLines: record["hiddenLines"]?.integer.flatMap { Int(exactly: $0) },
            signature: try record["signature"].map(DecisionSignature.init(json:)), words: words)
    }
}

extension DecisionSignature {
    public var json: JSONValue {
        ["at": .integer(at.milliseconds), "key": .string(key), "value": .string(value)]
    }

    public init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "signature")
        self.init(
            key: try record.text("key"), at: WallTime(milliseconds: try record.integer("at")),
            value: try record.text("value"))
    }
}

extension Outcome {
    public var json: JSONValue {
        .members([
            "executionTime": executionTime.map { .integer($0.count) },
            "result": result,
            "status": .string(status.rawValue),
            "summary": summary.map(JSONValue.string),
        ])
    }

    public init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "outcome")
        guard let status = Status(rawValue: try record.text("status")) else { throw .unknownWord("status") }
        self.init(
            status: status, summary: record["summary"]?.string, result: record["result"],
            executionTime: record["executionTime"]?.integer.map(Milliseconds.init))
    }
}
