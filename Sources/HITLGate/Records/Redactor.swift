package import HITLCore
import HITLLedger
import HITLPlatform

/// What stands between calls and everything that outlives them or leaves the desk: records, views, other programs.
///
/// The values that were found in a call are remembered until it has ended, in memory only, so that they are taken out
/// of what a person says about it and of what comes of it, too.
public final class Redactor: Sendable {
    private let digest: @Sendable (ArraySlice<UInt8>) -> String
    private let isOn: @Sendable () -> Bool
    private let values = Locked<[Subject: [Redaction.Value]]>([:])
    /// A request is recorded, shown and told to others within a moment, and looked through once.
    private let recent = Locked<[Taken]>([])

    private struct Taken {
        let call: ToolCall
        let verdict: Verdict
        let depth: Redaction.Depth
        let without: (call: ToolCall, verdict: Verdict)
        let found: [Redaction.Value]
    }

    private static let recentLimit = 8

    /// - Parameters:
    ///   - key: never in the ledger: with it short values could be guessed from their digests.
    ///   - isOn: asked each time, because an operator may change it.
    public init(key: [UInt8], isOn: @escaping @Sendable () -> Bool = { true }) {
        digest = { value in String(KeyedDigest.hmac(key: key, Array("secret ".utf8) + value).hex.prefix(12)) }
        self.isOn = isOn
    }

    /// For ledgers that are only read: what is in them was redacted when it was written.
    public static let none = Redactor(key: [], isOn: { false })

    // MARK: Shown

    /// The request as people see it.
    package func shown(_ request: ApprovalRequest) -> ApprovalRequest {
        guard request.call.content == .whole, let redaction = redaction(request.verdict) else { return request }
        return redacted(request, redaction).request
    }

    package func shown(_ call: ToolCall, _ verdict: Verdict? = nil) -> ToolCall {
        redaction(verdict)?.redacted(call) ?? call
    }

    package func shown(_ outcome: Outcome, of subject: Subject) -> Outcome {
        redaction(nil)?.with(known(of: subject)).redacted(outcome) ?? outcome
    }

    /// What an agent says.
    package func shown(_ text: String) -> String { redaction(nil)?.redacted(text) ?? text }

    /// What a person says about a request, before it is signed and recorded.
    func said(_ review: Review, about request: Int64) -> Review {
        guard let redaction = redaction(nil)?.with(known(of: .request(request))) else { return review }
        return Review(
            answer: review.answer, reviewer: review.reviewer, reason: review.reason.map { redaction.redacted($0) },
            conditions: review.conditions.map { redaction.redacted($0) }, shownAt: review.shownAt,
            hiddenLines: review.hiddenLines, signature: review.signature)
    }

    // MARK: Recorded

    /// The event as it may be written.
    func recorded(_ event: Event) -> Event {
        switch event {
        case .opened(let opened):
            guard let redaction = redaction(opened.verdict) else { return event }
            let (request, values) = redacted(opened.request, redaction)
            remember(values, of: .request(opened.number))
            return .opened(Event.Opened(request))
        case .ruled(let ruled):
            guard let redaction = redaction(ruled.verdict) else { return event }
            let taken = taken(from: ruled.call, ruled.verdict, redaction)
            remember(taken.found, of: .call(ruled.id))
            return .ruled(
                Event.Ruled(
                    id: ruled.id, call: taken.without.call, digest: ruled.digest, verdict: taken.without.verdict,
                    requester: redaction.with(taken.found).redacted(ruled.requester)))
        case .closed(let closed):
            switch closed.status {
            case .approved, .pending: break
            case .rejected, .expired, .superseded: forget(.request(closed.request))
            case .withdrawn(let principal, let reason):
                defer { forget(.request(closed.request)) }
                let redaction = redaction(nil)?.with(known(of: .request(closed.request)))
                let said = Status.withdrawn(by: principal, reason: redaction?.redacted(reason) ?? reason)
                return .closed(
                    Event.Closed(
                        request: closed.request, tool: closed.tool, performer: closed.performer, status: said,
                        digest: closed.digest, waited: closed.waited))
            }
            return event
        case .finished(let subject, let outcome):
            defer { forget(subject) }
            return .finished(subject: subject, keyed(shown(outcome, of: subject)))
        case .attempted(let principal, let what):
            return .attempted(by: principal, what: redaction(nil)?.redacted(what) ?? what)
        case .extended, .started, .rolledBack, .granted, .revoked, .mended, .erased, .purged, .sessionStarted,
            .sessionEnded:
            return event
        }
    }

    /// A plain digest of what was written would let short contents be tried until one fits.
    private func keyed(_ outcome: Outcome) -> Outcome {
        guard isOn(), case .object(let result)? = outcome.result, let plain = result["sha256"]?.string else {
            return outcome
        }
        let members = result.members.map { member in
            member.name.utf8.elementsEqual("sha256".utf8)
                ? JSONObject.Member("digest", .string("keyed:" + digest(Array(plain.utf8)[...]))) : member
        }
        guard JSONObject(members)["digest"] != nil, result["digest"] == nil else { return outcome }
        return Outcome(
            status: outcome.status, summary: outcome.summary, result: .object(JSONObject(members)),
            executionTime: outcome.executionTime)
    }

    private func redacted(
        _ request: ApprovalRequest, _ redaction: Redaction
    ) -> (request: ApprovalRequest, values: [Redaction.Value]) {
        let taken = taken(from: request.call, request.verdict, redaction)
        let (call, verdict) = taken.without
        let requester = redaction.with(taken.found).redacted(request.requester)
        let isSame = call === request.call && verdict === request.verdict && requester == request.requester
        return (isSame ? request : request.with(call, verdict, requester: requester), taken.found)
    }

    private func taken(from call: ToolCall, _ verdict: Verdict, _ redaction: Redaction) -> Taken {
        let known = recent.withLock { recent in
            recent.first { $0.call === call && $0.verdict === verdict && $0.depth == redaction.depth }
        }
        if let known { return known }
        let (without, found) = redaction.redacting(call)
        let taken = Taken(
            call: call, verdict: verdict, depth: redaction.depth,
            without: (without, redaction.with(found).redacted(verdict)), found: found)
        recent.withLock { recent in
            if recent.count == Self.recentLimit { recent.removeFirst() }
            recent.append(taken)
        }
        return taken
    }

    /// A requester has brought the bytes of its call again.
    func remember(_ request: ApprovalRequest) {
        guard let redaction = redaction(request.verdict) else { return }
        remember(redaction.values(in: request.call), of: .request(request.number))
    }

    private func remember(_ found: [Redaction.Value], of subject: Subject) {
        guard !found.isEmpty else { return }
        values.withLock { $0[subject] = found }
    }

    /// nil where nothing is to be taken out.
    private func redaction(_ verdict: Verdict?) -> Redaction? {
        let isDemanded = verdict?.demands(.redact) ?? false
        guard isDemanded || isOn() else { return nil }
        return Redaction(isDemanded ? .everything : .identifying, digest: digest)
    }

    private func known(of subject: Subject) -> [Redaction.Value] { values.withLock { $0[subject] ?? [] } }

    private func forget(_ subject: Subject) { _ = values.withLock { $0.removeValue(forKey: subject) } }
}
