/// Something that happened to a request or a call. The ledger is a list of these and nothing else.
public enum Event: Sendable, Equatable {
    case opened(Opened)
    case extended(request: Int64, deadline: WallTime)
    case closed(Closed)
    /// A call that a rule decided, without a person.
    case ruled(Ruled)
    case started(subject: Subject, digest: CallDigest)
    case finished(subject: Subject, Outcome)
    /// What `subject` did was undone by another call.
    case rolledBack(subject: Subject, by: Subject)
    /// Somebody tried what they may not: an agent that decides, an unknown number.
    case attempted(by: Principal, what: String)
    /// A person's standing permission, in force from here.
    case granted(Grant)
    /// The grant that was given with that request is over.
    case revoked(grant: Int64, by: Principal)
    case sessionStarted(Session)
    case sessionEnded(id: String)
    /// A person had the ledger mended: what an unfinished append had left was taken off its end.
    case mended(Mended)
    /// What a person approved to be erased is erased from here on.
    case erased(Erased)
    /// Entries whose time was over are removed from here on.
    case purged(Purged)

    public struct Opened: Sendable, Equatable {
        public let number: Int64
        public let id: RequestID
        public let call: ToolCall
        public let digest: CallDigest
        public let verdict: Verdict
        public let requester: Principal
        public let attendance: Attendance
        public let openedAt: WallTime
        public let deadline: WallTime?
        public let supersedes: Int64?

        public init(_ request: ApprovalRequest) {
            number = request.number
            id = request.id
            call = request.call
            digest = request.digest
            verdict = request.verdict
            requester = request.requester
            attendance = request.attendance
            openedAt = request.openedAt
            deadline = request.deadline
            supersedes = request.supersedes
        }

        /// The request as it was when it was opened.
        public var request: ApprovalRequest {
            ApprovalRequest(
                number: number, id: id, call: call, digest: digest, verdict: verdict, requester: requester,
                attendance: attendance, openedAt: openedAt, deadline: deadline, supersedes: supersedes)
        }
    }

    public struct Closed: Sendable, Equatable {
        public let request: Int64
        public let tool: String
        public let performer: Performer
        public let status: Status
        public let digest: CallDigest
        /// From opening to closing.
        public let waited: Milliseconds

        /// How `request` ended, `waited` after it was opened.
        public init(_ request: ApprovalRequest, waited: Milliseconds) {
            self.init(
                request: request.number, tool: request.call.tool, performer: request.call.performer,
                status: request.status, digest: request.digest, waited: waited)
        }

        package init(
            request: Int64, tool: String, performer: Performer, status: Status, digest: CallDigest, waited: Milliseconds
        ) {
            self.request = request
            self.tool = tool
            self.performer = performer
            self.status = status
            self.digest = digest
            self.waited = waited
        }
    }

    public struct Ruled: Sendable, Equatable {
        public let id: RequestID
        public let call: ToolCall
        public let digest: CallDigest
        public let verdict: Verdict
        public let requester: Principal

        public init(id: RequestID, call: ToolCall, digest: CallDigest, verdict: Verdict, requester: Principal) {
            self.id = id
            self.call = call
            self.digest = digest
            self.verdict = verdict
            self.requester = requester
        }
    }

    /// The bytes of an append that was never finished or acknowledged, which were taken off.
    public struct Mended: Sendable, Equatable {
        /// The entry that they followed.
        public let after: Int64
        public let bytes: Int64
        /// SHA-256 of them, and the name of the file beside the ledger that has them.
        public let digest: String
        public let file: String
        public let principal: Principal

        public init(after: Int64, bytes: Int64, digest: String, file: String, by principal: Principal) {
            self.after = after
            self.bytes = bytes
            self.digest = digest
            self.file = file
            self.principal = principal
        }
    }

    public struct Session: Sendable, Equatable {
        public let id: String
        public let operatorName: String
        public let agent: String
        public let gated: Gated

        public enum Gated: String, Sendable { case gated, ungated }

        public init(id: String, operatorName: String, agent: String, gated: Gated) {
            self.id = id
            self.operatorName = operatorName
            self.agent = agent
            self.gated = gated
        }
    }
}

/// What an event is about: a request, which people know by its number, or a call that a rule decided.
public enum Subject: Sendable, Hashable, CustomStringConvertible {
    case request(Int64)
    case call(RequestID)

    /// `7`, `evt_7a9f2c1b04d35e68`
    public var description: String {
        switch self {
        case .request(let number): String(number)
        case .call(let id): id.description
        }
    }

    public init?(_ text: String) {
        if let id = RequestID(text) {
            self = .call(id)
        } else if let number = Int64(text), number > 0, String(number).utf8.elementsEqual(text.utf8) {
            self = .request(number)
        } else {
            return nil
        }
    }
}
