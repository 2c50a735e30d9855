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
        return redacted(request, redaction.with(redaction.values(in: request.call)))
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
            guard let redaction = remembering(opened.call, opened.verdict, .request(opened.number)) else {
                return event
            }
            return .opened(Event.Opened(redacted(opened.request, redaction)))
        case .ruled(let ruled):
            guard let redaction = remembering(ruled.call, ruled.verdict, .call(ruled.id)) else { return event }
            return .ruled(
                Event.Ruled(
                    id: ruled.id, call: redaction.redacted(ruled.call), digest: ruled.digest,
                    verdict: redaction.redacted(ruled.verdict), requester: ruled.requester))
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
            return .finished(subject: subject, shown(outcome, of: subject))
        case .attempted(let principal, let what):
            return .attempted(by: principal, what: redaction(nil)?.redacted(what) ?? what)
        case .extended, .started, .rolledBack, .granted, .revoked, .mended, .sessionStarted, .sessionEnded: return event
        }
    }

    private func redacted(_ request: ApprovalRequest, _ redaction: Redaction) -> ApprovalRequest {
        let (call, verdict) = (redaction.redacted(request.call), redaction.redacted(request.verdict))
        return call === request.call && verdict === request.verdict ? request : request.with(call, verdict)
    }

    private func remembering(_ call: ToolCall, _ verdict: Verdict, _ subject: Subject) -> Redaction? {
        guard let redaction = redaction(verdict) else { return nil }
        let found = redaction.values(in: call)
        guard !found.isEmpty else { return redaction }
        values.withLock { $0[subject] = found }
        return redaction.with(found)
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
