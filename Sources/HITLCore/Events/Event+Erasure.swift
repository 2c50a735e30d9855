extension Event {
    /// What a record says of its own erasure.
    ///
    /// The hashes of an entry stay when its content goes. So that nobody finds the content from them by trying, a record
    /// that has something to erase also has a salt that nobody can guess, and that goes with it.
    public enum Commitment: Sendable, Equatable {
        case none
        /// 32 lower-case hexadecimal digits.
        case salted(String)
        /// The content is gone; SHA-256 of the record as it was, in 64 hexadecimal digits.
        case erased(was: String)
    }

    /// The record with its commitment.
    public func record(_ commitment: Commitment) -> [UInt8] {
        guard case .object(var object) = json else { return record }
        switch commitment {
        case .none: return record
        case .salted(let salt): object["salt"] = .string(salt)
        case .erased(let digest): object["was"] = .string(digest)
        }
        return JSONValue.object(object).canonical
    }

    /// Whether the event holds what an agent, a requester or a reviewer said in words of their own.
    public var hasContent: Bool {
        switch self {
        case .opened(let opened): opened.call.content != .erased
        case .ruled(let ruled): ruled.call.content != .erased
        case .closed(let closed):
            switch closed.status {
            case .approved(let review), .rejected(let review): review.reason != nil || !review.conditions.isEmpty
            case .withdrawn: true
            case .pending, .expired, .superseded: false
            }
        case .finished(_, let outcome): outcome.summary != nil || outcome.result != nil
        case .attempted: true
        case .extended, .started, .rolledBack, .granted, .revoked, .sessionStarted, .sessionEnded, .mended, .erased,
            .purged:
            false
        }
    }

    /// The event without its content: that it happened, when, to which request, by which tool and who decided how is
    /// left, and so is all that its index is made of.
    public func erased(sha256: ([UInt8]) -> String) -> Event {
        switch self {
        case .opened(let opened):
            let request = opened.request
            return .opened(
                Opened(
                    ApprovalRequest(
                        number: request.number, id: request.id, call: request.call.erased, digest: request.digest,
                        verdict: request.verdict.erased, requester: request.requester, attendance: request.attendance,
                        openedAt: request.openedAt, deadline: request.deadline, supersedes: request.supersedes)))
        case .ruled(let ruled):
            return .ruled(
                Ruled(
                    id: ruled.id, call: ruled.call.erased, digest: ruled.digest, verdict: ruled.verdict.erased,
                    requester: ruled.requester))
        case .closed(let closed):
            let status: Status =
                switch closed.status {
                case .approved(let review): .approved(review.erased(sha256: sha256))
                case .rejected(let review): .rejected(review.erased(sha256: sha256))
                case .withdrawn(let principal, _): .withdrawn(by: principal, reason: Self.erasedText)
                case .pending, .expired, .superseded: closed.status
                }
            return .closed(
                Closed(
                    request: closed.request, tool: closed.tool, performer: closed.performer, status: status,
                    digest: closed.digest, waited: closed.waited))
        case .finished(let subject, let outcome):
            return .finished(
                subject: subject,
                Outcome(status: outcome.status, summary: Self.erasedText, executionTime: outcome.executionTime))
        case .attempted(let principal, _): return .attempted(by: principal, what: Self.erasedText)
        case .extended, .started, .rolledBack, .granted, .revoked, .sessionStarted, .sessionEnded, .mended, .erased,
            .purged:
            return self
        }
    }

    /// Stands where a text was that has to be there.
    public static let erasedText = "erased"
}

extension ToolCall {
    fileprivate var erased: ToolCall {
        ToolCall(
            tool: tool, kind: kind, arguments: JSONObject(), origin: origin, performer: performer,
            compensates: compensates, content: .erased)
    }
}

extension Verdict {
    /// A rule's fact quotes the call.
    fileprivate var erased: Verdict {
        Verdict(
            effect: effect,
            rules: rules.map {
                RuleReference(
                    name: $0.name, source: $0.source, fact: Event.erasedText, action: $0.action, message: $0.message,
                    isUndecided: $0.isUndecided)
            },
            risk: risk, severity: severity, obligations: obligations, timeout: timeout, charges: charges,
            policyVersion: policyVersion)
    }
}

extension Event.Commitment {
    init(_ value: JSONValue) throws(RecordError) {
        guard let object = value.object else { throw .notAnObject("event") }
        switch (object["salt"], object["was"]) {
        case (nil, nil): self = .none
        case (.string(let salt)?, nil) where Self.isHexadecimal(salt, count: 32): self = .salted(salt)
        case (nil, .string(let digest)?) where Self.isHexadecimal(digest, count: 64): self = .erased(was: digest)
        default: throw .notCanonical
        }
    }

    private static func isHexadecimal(_ text: String, count: Int) -> Bool {
        text.utf8.count == count
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
