/// The open question to people: may this call run?
///
/// A value with one mutating function; whoever holds it does what the returned transition says.
///
///     open ──► pending ──┬─ approve  ─► approved
///                        ├─ reject   ─► rejected
///                        ├─ deadline ─► expired
///                        ├─ withdraw ─► withdrawn
///                        └─ edit     ─► superseded
///     anything later: alreadyClosed(status)
public struct ApprovalRequest: Sendable, Equatable {
    public let number: Int64
    public let id: RequestID
    public let call: ToolCall
    public let digest: CallDigest
    public let verdict: Verdict
    public let requester: Principal
    public let attendance: Attendance
    public let openedAt: WallTime
    /// The request that this one replaces with other arguments.
    public let supersedes: Int64?
    public private(set) var deadline: WallTime?
    public private(set) var status: Status

    public init(
        number: Int64, id: RequestID, call: ToolCall, digest: CallDigest, verdict: Verdict, requester: Principal,
        attendance: Attendance, openedAt: WallTime, deadline: WallTime?, supersedes: Int64? = nil,
        status: Status = .pending
    ) {
        self.number = number
        self.id = id
        self.call = call
        self.digest = digest
        self.verdict = verdict
        self.requester = requester
        self.attendance = attendance
        self.openedAt = openedAt
        self.deadline = deadline
        self.supersedes = supersedes
        self.status = status
    }

    public enum Input: Sendable, Equatable {
        /// `shown` is the digest of what the reviewer looked at; nil where the channel cannot say.
        case review(Review, shown: CallDigest?)
        case deadlineReached
        case withdraw(by: Principal, reason: String)
        case supersede(by: Int64)
        case extend(to: WallTime)
    }

    /// What whoever drives the machine has to do.
    public enum Transition: Sendable, Equatable {
        /// Record that the request closed, then tell everybody who waits.
        case close(Status)
        /// Record the new deadline and wait for it instead.
        case waitUntil(WallTime)
        /// Nothing: it was a timer of a deadline that has since moved, or an extension to a moment before it.
        case keepWaiting
    }

    /// - Throws: `ReviewError`; the request is then as it was.
    public mutating func apply(_ input: Input, at now: WallTime) throws(ReviewError) -> Transition {
        guard status == .pending else { throw .alreadyClosed(status) }
        // A review that arrives with or after the deadline is too late even where no timer has fired:
        // the machine may have slept.
        if let deadline, now >= deadline { return close(.expired) }

        switch input {
        case .deadlineReached: return .keepWaiting
        case .withdraw(let principal, let reason): return close(.withdrawn(by: principal, reason: reason))
        case .supersede(let number): return close(.superseded(by: number))
        case .extend(let later):
            // More time, never less.
            if let deadline, later <= deadline { return .keepWaiting }
            deadline = later
            return .waitUntil(later)
        case .review(let review, let shown):
            guard !review.reviewer.isSame(as: requester) else { throw .ownRequest(requester) }
            if let shown, shown != digest { throw .digestMismatch(shown: shown, current: digest) }
            switch review.answer {
            case .reject:
                guard review.givesReason || !verdict.obligations.contains(.reasonToReject) else {
                    throw .reasonRequired(.reject)
                }
                return close(.rejected(review))
            case .approve:
                guard review.givesReason || !verdict.obligations.contains(.reasonToApprove) else {
                    throw .reasonRequired(.approve)
                }
                return close(.approved(review))
            }
        }
    }

    /// The same request with the deadline that it was given later.
    public func withDeadline(_ deadline: WallTime) -> ApprovalRequest {
        var request = self
        request.deadline = deadline
        return request
    }

    /// The same request about a call from which something was taken out.
    package func with(_ call: ToolCall, _ verdict: Verdict, requester: Principal? = nil) -> ApprovalRequest {
        ApprovalRequest(
            number: number, id: id, call: call, digest: digest, verdict: verdict,
            requester: requester ?? self.requester,
            attendance: attendance, openedAt: openedAt, deadline: deadline, supersedes: supersedes, status: status)
    }

    /// The same request as it stands in the end.
    package func with(status: Status) -> ApprovalRequest {
        var request = self
        request.status = status
        return request
    }

    private mutating func close(_ final: Status) -> Transition {
        status = final
        return .close(final)
    }
}

/// How the requester waits for the answer.
public enum Attendance: String, Sendable {
    /// It is connected and blocked; when it goes away the request is withdrawn.
    case connected
    /// It asked and left, and comes back for the answer.
    case detached
}

/// Why a review, a withdrawal or an edit was not taken. The request is as it was.
public enum ReviewError: Error, Equatable, Sendable {
    case alreadyClosed(Status)
    case unknownRequest(String)
    case ownRequest(Principal)
    case notEligible(Principal, because: String)
    case reasonRequired(Review.Answer)
    case digestMismatch(shown: CallDigest, current: CallDigest)
    case editingForbidden
    case notRunning
    /// The decision could not be written, so it was not made.
    case notRecorded(because: String)
    /// The reviewer's key could not sign it, so it was not made.
    case notSigned(because: String)
    /// What is not decided now is left to the next desk.
    case deskClosing
}

/// The identity of a call or request that no other has: 64 random bits.
///
/// `evt_7a9f2c1b04d35e68` in text.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
    public let bits: UInt64

    public init(bits: UInt64) {
        self.bits = bits
    }

    public init?(_ text: String) {
        guard text.utf8.count == 20, text.utf8.starts(with: "evt_".utf8),
            let bits = UInt64(text.dropFirst(4), radix: 16),
            RequestID(bits: bits).description.utf8.elementsEqual(text.utf8)
        else { return nil }
        self.bits = bits
    }

    public var description: String {
        let digits = String(bits, radix: 16)
        return "evt_" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
