public import HITLCore
import HITLLedger

/// What the ledger says of one request or one ruled call: a projection of its entries.
public struct RequestHistory: Sendable, Equatable {
    public struct Moment<Value: Sendable & Equatable>: Sendable, Equatable {
        public let value: Value
        public let at: WallTime
    }

    public let subject: Subject
    /// As it stands; nil for a call that a rule decided.
    public private(set) var request: ApprovalRequest?
    public private(set) var ruled: Event.Ruled?
    /// How it ended as a request; nil for a ruled call or an unknown subject.
    public private(set) var status: Status?
    public private(set) var openedAt: WallTime?
    public private(set) var decidedAt: WallTime?
    public private(set) var waited: Milliseconds?
    public private(set) var started: WallTime?
    public private(set) var finished: Moment<Outcome>?
    /// The call that undid this one.
    public private(set) var rolledBack: Moment<Subject>?
    /// Who sat at the desk whose session the call belongs to; set where all entries are gone through.
    public internal(set) var operatorName: String?
    /// The entry that records that content of this was erased; nil where all of it is there.
    public private(set) var erasedBy: Int64?
    /// Where the first entry about it stands.
    public private(set) var sequence: Int64 = 0

    init(subject: Subject, entries: [Entry]) throws(EventLedgerError) {
        self.subject = subject
        for entry in entries {
            let at = WallTime(milliseconds: entry.time)
            if sequence == 0 { sequence = entry.sequence }
            if let removal = entry.removedBy { erasedBy = removal }
            switch try EventLedger.event(of: entry) {
            case .opened(let opened):
                request = opened.request
                status = .pending
                openedAt = at
            case .extended(_, let deadline):
                request = request.map { $0.withDeadline(deadline) }
            case .closed(let closed):
                status = closed.status
                request = request?.with(status: closed.status)
                decidedAt = at
                waited = closed.waited
            case .ruled(let ruled):
                self.ruled = ruled
                openedAt = at
                decidedAt = at
            case .started: started = at
            case .finished(_, let outcome): finished = Moment(value: outcome, at: at)
            case .rolledBack(_, let successor): rolledBack = Moment(value: successor, at: at)
            case .attempted, .granted, .revoked, .sessionStarted, .sessionEnded, .mended, .erased, .purged: break
            }
        }
    }

    public var call: ToolCall? { request?.call ?? ruled?.call }
    public var verdict: Verdict? { request?.verdict ?? ruled?.verdict }
    public var digest: CallDigest? { request?.digest ?? ruled?.digest }
    public var id: RequestID? { request?.id ?? ruled?.id }
    public var requester: Principal? { request?.requester ?? ruled?.requester }

    /// The contract's word for how it was decided: a status, or `allowed`, `denied`, `ungated`.
    public var decision: String {
        if let status { return status.word }
        return ruled?.decision ?? "unknown"
    }
}

extension Event.Ruled {
    /// The contract's word for it.
    var decision: String {
        switch verdict.effect {
        case .allow: verdict.rules.contains(where: \.isUngated) ? "ungated" : "allowed"
        case .deny: "denied"
        case .ask: "pending"
        }
    }
}
