package import HITLCore
package import HITLGate

/// What an agent is told of a call that did not run: that it did not, that this is no error, who or
/// what decided, why, and what would be accepted.
///
/// The one wording for all agents; adapters put `sentence` or `json` into the form of their protocol.
package struct RefusalNotice: Sendable, Equatable {
    package let refusal: Refusal
    package let tool: String
    /// The request that was decided; nil where nobody was asked.
    package let request: Int64?
    /// The number that the agent's own call had, where an edit replaced it.
    package let proposedAs: Int64?

    package init(refusal: Refusal, tool: String, request: Int64?, proposedAs: Int64? = nil) {
        self.refusal = refusal
        self.tool = tool
        self.request = request
        self.proposedAs = proposedAs == request ? nil : proposedAs
    }

    package init(_ refused: Ruling.Refused, tool: String, proposedAs: Int64?) {
        self.init(refusal: refused.refusal, tool: tool, request: refused.subject?.number, proposedAs: proposedAs)
    }

    package var sentence: String { "`\(tool)` was not executed: \(because) \(next)" }

    /// `{"decision":"rejected","error":false,"executed":false,"message":"…","reason":"…","request":1,"by":"alice","tool":"…"}`
    package var json: JSONValue {
        .members([
            "executed": false,
            "error": false,
            "decision": .string(decision),
            "tool": .string(tool),
            "request": request.map(JSONValue.integer),
            "by": decider.map(JSONValue.string),
            "reason": reason.map(JSONValue.string),
            "message": .string(sentence),
        ])
    }

    /// One word for programs.
    package var decision: String {
        switch refusal {
        case .denied: "denied"
        case .rejected: "rejected"
        case .expired: "expired"
        case .withdrawn: "withdrawn"
        case .superseded: "superseded"
        case .tooManyPending: "too_many_pending"
        case .ledgerUnavailable: "not_recordable"
        case .alreadyStarted: "already_started"
        case .idInUse: "id_in_use"
        case .deskClosing: "desk_closing"
        }
    }

    /// Who decided, where it was somebody.
    package var decider: String? {
        switch refusal {
        case .rejected(let review): review.reviewer.name
        case .withdrawn(let principal, _): principal.name
        case .denied, .expired, .superseded, .tooManyPending, .ledgerUnavailable, .alreadyStarted, .idInUse,
            .deskClosing:
            nil
        }
    }

    /// In the words of who decided or who wrote the rule, where there are any.
    package var reason: String? {
        switch refusal {
        case .denied(let rules): Self.messages(of: rules)
        case .rejected(let review): review.reason
        case .withdrawn(_, let reason): reason
        case .expired, .superseded, .tooManyPending, .ledgerUnavailable, .alreadyStarted, .idInUse,
            .deskClosing:
            nil
        }
    }

    private var because: String {
        switch refusal {
        case .denied(let rules):
            "the policy does not allow it (\(Self.list(rules))); nobody was asked."
                + (Self.messages(of: rules).map { " It says: \"\($0)\"." } ?? "")
        case .rejected(let review):
            "\(review.reviewer.name) rejected \(question), "
                + (review.reason.map { "with the reason \"\($0)\"." } ?? "without a reason.")
        case .expired: "nobody decided \(question) in time."
        case .withdrawn(let principal, let reason): "\(question) was withdrawn by \(principal.name): \(reason)."
        case .superseded(let successor): "\(question) was replaced by request \(successor)."
        case .tooManyPending(let limit):
            "\(limit) requests of yours are waiting already, which is the most there may be."
        // The cause is for the operator: it may name files of the gate, which are no agent's business.
        case .ledgerUnavailable:
            "the decision cannot be recorded at the moment, and what cannot be recorded does not run."
        case .alreadyStarted: "this very call was started before, and nothing runs twice."
        case .idInUse: "its id belongs to another call."
        case .deskClosing: "the desk is closing, so nobody can decide."
        }
    }

    private var next: String {
        switch refusal {
        case .denied:
            "This is no error, and asking again changes nothing; a call that the rule does not cover may be allowed."
        case .rejected(let review):
            "This is a decision and no error: do not ask for the same again; "
                + (review.reason == nil
                    ? "ask what would be accepted." : "a call that meets the reason may be accepted.")
        case .expired, .withdrawn:
            "This is neither a rejection nor an error: ask again only if it is still needed."
        case .superseded: "This is no error: what becomes of the other request is told there."
        case .tooManyPending: "This is no error: ask again when some of them are decided."
        case .ledgerUnavailable: "Nothing is wrong with the call: the operator has to mend the ledger first."
        case .alreadyStarted: "This is no error: look at what the first one did before you ask for anything like it."
        case .idInUse: "Ask again under an id of its own."
        case .deskClosing: "This is no error: ask again when a desk is running."
        }
    }

    /// `request 2`, with where it came from if the agent knows it under another number.
    private var question: String {
        switch (request, proposedAs) {
        case (let request?, let proposed?):
            "request \(request) (your request \(proposed) with arguments that the operator edited)"
        case (let request?, nil): "request \(request)"
        case (nil, _): "the request"
        }
    }

    private static func list(_ rules: [RuleReference]) -> String {
        let names = rules.map { "rule `\($0.name)`: \($0.fact)" }
        return names.isEmpty ? "no rule is named" : names.joined(separator: "; ")
    }

    /// Of rules that deny: what others say is for whoever is asked.
    private static func messages(of rules: [RuleReference]) -> String? {
        let messages = rules.filter { $0.action.effect == .deny }.compactMap(\.message)
        return messages.isEmpty ? nil : messages.joined(separator: "; ")
    }
}
