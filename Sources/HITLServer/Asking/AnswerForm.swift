import HITLCore
import HITLGate
import HITLLedger

/// How a call was decided, for its requester.
struct AnswerForm {
    /// The client's own id, where the request has one on this connection.
    let id: String?
    let subject: Subject?
    let call: ToolCall
    let digest: CallDigest?
    let decided: Decided

    enum Decided {
        case review(Status)
        case rules(Effect, [RuleReference])
        case pending
    }

    /// The answer's word: a status, or `allowed` or `denied` where rules decided.
    var word: String {
        switch decided {
        case .review(let status): status.word
        case .rules(.allow, _): "allowed"
        case .rules(.deny, _): "denied"
        case .rules(.ask, _), .pending: "pending"
        }
    }

    var json: JSONValue {
        var review: Review?
        var reason: String?
        var successor: Int64?
        var rules: [RuleReference]?
        switch decided {
        case .review(.approved(let given)), .review(.rejected(let given)):
            review = given
            reason = given.reason
        case .review(.withdrawn(_, let why)): reason = why
        case .review(.superseded(let number)): successor = number
        case .rules(_, let matched): rules = matched
        case .review(.pending), .review(.expired), .pending: break
        }
        var number: Int64?
        var request: String?
        switch subject {
        case .request(let given)?: number = given
        case .call(let id)?: request = id.description
        case nil: break
        }
        return .members([
            "arguments": .object(call.arguments),
            "conditions": review.flatMap { $0.conditions.isEmpty ? nil : .array($0.conditions.map(JSONValue.string)) },
            "decision": .string(word),
            "digest": digest.map { .string($0.description) },
            "id": id.map(JSONValue.string),
            "number": number.map { .integer($0) },
            "reason": reason.map(JSONValue.string),
            "request": request.map(JSONValue.string),
            "reviewer": review.map { .string($0.reviewer.name) },
            "rules": rules.map { .array($0.map(\.json)) },
            "successor": successor.map { .integer($0) },
        ])
    }
}

extension EventLedger {
    /// Who decided on a subject and how: the one record that closed it.
    func decision(on subject: Subject) throws(DeskError) -> AnswerForm.Decided {
        let event: Event
        do {
            guard let entry = try ledger.claimed("closed/\(subject)") else { return .pending }
            event = try Event(record: entry.record)
        } catch let error as LedgerError {
            throw .ledgerUnavailable(error.description)
        } catch {
            throw .ledgerUnavailable("the record that closed `\(subject)` cannot be read; run `hitl audit verify`.")
        }
        switch event {
        case .closed(let closed): return .review(closed.status)
        case .ruled(let ruled): return .rules(ruled.verdict.effect, ruled.verdict.rules)
        case .opened, .extended, .started, .finished, .rolledBack, .attempted, .granted, .revoked,
            .sessionStarted, .sessionEnded, .mended, .erased, .purged:
            return .pending
        }
    }
}
