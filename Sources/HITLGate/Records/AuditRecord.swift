public import HITLCore

extension RequestHistory {
    /// The audit record: one line of what is exported, in the form that `docs/formats/audit-record.md` gives.
    ///
    /// Absent facts are `null`, so that every line has the same members.
    public var auditRecord: JSONValue {
        guard let call else { return .null }
        return [
            "eventId": id.map { .string($0.description) } ?? .null,
            "number": request.map { .integer($0.number) } ?? .null,
            "timestamp": openedAt.map { .string($0.timestamp) } ?? .null,
            "sessionId": .string(call.origin.session),
            "action": [
                "tool": .string(call.tool),
                "args": call.content == .erased ? .null : .object(call.arguments),
                "directory": call.directory.map(JSONValue.string) ?? .null,
                "digest": digest.map { .string($0.description) } ?? .null,
            ],
            "context": [
                "agent": .string(call.origin.agent),
                "lineage": .array(call.origin.lineage.map(JSONValue.string)),
                "provider": .null,
                "model": .null,
                "aiConfidence": call.claims.confidence.map(JSONValue.number) ?? .null,
                "statedReason": call.claims.reason.map(JSONValue.string) ?? .null,
                "userId": (operatorName ?? requester?.name).map(JSONValue.string) ?? .null,
            ],
            "policy": policy,
            "review": review,
            "outcome": outcome,
        ]
    }

    private var policy: JSONValue {
        guard let verdict else { return .null }
        return [
            "effect": .string(verdict.effect.rawValue),
            "rules": .array(verdict.rules.map { .string($0.name) }),
            "version": .string(verdict.policyVersion),
            "risk": [
                "level": .string(verdict.risk.level.rawValue),
                "score": .integer(verdict.risk.score),
                "factors": .array(verdict.risk.factors.map { .string($0.name) }),
            ],
        ]
    }

    private var review: JSONValue {
        var given: Review?
        var reason: String?
        var actor = Principal.desk.actor
        switch status {
        case .approved(let review)?, .rejected(let review)?:
            given = review
            reason = review.reason
            actor = review.reviewer.actor
        case .withdrawn(let principal, let why)?:
            reason = why
            actor = principal.actor
        case .superseded(let number)?: reason = "superseded by request \(number)"
        case nil: actor = "policy"
        case .pending?, .expired?: break
        }
        let approved: JSONValue =
            switch decision {
            case "approved", "allowed", "ungated": true
            case "pending": .null
            default: false
            }
        return [
            "approved": approved,
            "decision": .string(decision),
            "reason": reason.map(JSONValue.string) ?? .null,
            "conditions": .array((given?.conditions ?? []).map(JSONValue.string)),
            "reviewer": given.map { .string($0.reviewer.name) } ?? .null,
            "decidedAt": decidedAt.map { .string($0.timestamp) } ?? .null,
            "shownAt": given?.shownAt.map { .string($0.timestamp) } ?? .null,
            "reviewDuration": waited.map { .integer($0.count) } ?? .null,
            "escalationLevel": 1,
            "actor": decision == "pending" ? .null : .string(actor),
            "decidedBy": decidedBy.map { .string($0.rawValue) } ?? .null,
            "hiddenLines": given?.hiddenLines.map { .integer($0) } ?? .null,
            "signature": given?.signature?.json ?? .null,
        ]
    }

    /// What is not known is neither a success nor none.
    private func success(_ status: Outcome.Status) -> JSONValue {
        switch status {
        case .unknown: .null
        case .failed: false
        case .succeeded: true
        }
    }

    private var outcome: JSONValue {
        guard let finished else {
            return started == nil
                ? .null
                : [
                    "status": "running", "success": .null, "summary": .null, "executionTime": .null, "result": .null,
                ]
        }
        return [
            "status": .string(rolledBack == nil ? finished.value.status.rawValue : "rolled_back"),
            "success": success(finished.value.status),
            "summary": finished.value.summary.map(JSONValue.string) ?? .null,
            "executionTime": finished.value.executionTime.map { .integer($0.count) } ?? .null,
            "result": finished.value.result ?? .null,
        ]
    }
}
