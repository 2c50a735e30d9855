extension Verdict {
    public var json: JSONValue {
        .members([
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

    public init(json value: JSONValue) throws(RecordError) {
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
            timeout: record["timeout"]?.integer.map(Milliseconds.init), policyVersion: try record.text("version"))
    }
}

extension RuleReference {
    public var json: JSONValue {
        .members(["fact": .string(fact), "name": .string(name), "source": .string(source)])
    }

    init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "rule")
        self.init(name: try record.text("name"), source: try record.text("source"), fact: try record.text("fact"))
    }
}

extension Risk {
    public var json: JSONValue {
        .members([
            "factors": .array(factors.map { .members(["name": .string($0.name), "weight": .integer($0.weight)]) }),
            "level": .string(level.rawValue), "score": .integer(score),
        ])
    }

    init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "risk")
        self.init(
            factors: try record.array("factors").map { value throws(RecordError) in
                let factor = try RecordReader(value, "factor")
                return Factor(name: try factor.text("name"), weight: Int(try factor.integer("weight")))
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
            "reason": reason.map(JSONValue.string),
            "reviewer": reviewer.json,
            "shownAt": shownAt.map { .integer($0.milliseconds) },
        ])
    }

    public init(json value: JSONValue) throws(RecordError) {
        let record = try RecordReader(value, "review")
        guard let answer = Answer(rawValue: try record.text("answer")) else { throw .unknownWord("answer") }
        self.init(
            answer: answer, reviewer: try Principal(json: try record.value("reviewer")),
            reason: record["reason"]?.string, conditions: try record.texts("conditions"),
            shownAt: record["shownAt"]?.integer.map(WallTime.init(milliseconds:)))
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
