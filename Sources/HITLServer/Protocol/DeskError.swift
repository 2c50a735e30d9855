package import HITLCore
import HITLPlatform

/// Why the desk did not do what a client asked for.
package enum DeskError: Error, Sendable, Equatable {
    // What was sent.
    case notJSON(JSONError)
    case notARequest(String)
    case unknownMethod(String)
    case parameters(method: String, String)
    case unknownMember(method: String, String)
    case lineTooLong(limit: Int)
    case cutOff
    case tooManyConnections(limit: Int)
    case tooManyAtOnce(limit: Int)

    // Asking.
    case otherUser(uid: UInt32)
    case unknownRequester(String)
    case idInUse(String)
    case keyInUse
    case tooManyPending(limit: Int)
    case alreadyStarted
    case noPermit(String)
    case ledgerUnavailable(String)
    case deskClosing

    // Deciding.
    case notSigned(String)
    case mayNotDecide(Objection)
    case tooManyAttempts
    case unknownRequest(String)
    case alreadyClosed(Closed)
    case ownRequest
    case notEligible(String)
    case reasonRequired(Review.Answer)
    case digestMismatch(shown: CallDigest, current: CallDigest)
    case editingForbidden
    case notRunning
    case noCommands

    /// What a request became before somebody else's answer came.
    package struct Closed: Sendable, Equatable {
        package let number: Int64
        package let status: Status
        package let at: WallTime?

        package init(number: Int64, status: Status, at: WallTime?) {
            self.number = number
            self.status = status
            self.at = at
        }
    }
}

extension DeskError {
    /// The stable word for programs, `error.data.kind`.
    package var kind: String {
        switch self {
        case .notJSON: "notJSON"
        case .notARequest: "notARequest"
        case .unknownMethod: "unknownMethod"
        case .parameters: "parameters"
        case .unknownMember: "unknownMember"
        case .lineTooLong: "lineTooLong"
        case .cutOff: "cutOff"
        case .tooManyConnections: "tooManyConnections"
        case .tooManyAtOnce: "tooManyAtOnce"
        case .otherUser: "otherUser"
        case .unknownRequester: "unknownRequester"
        case .idInUse: "idInUse"
        case .keyInUse: "keyInUse"
        case .tooManyPending: "tooManyPending"
        case .alreadyStarted: "alreadyStarted"
        case .noPermit: "noPermit"
        case .ledgerUnavailable: "ledgerUnavailable"
        case .deskClosing: "deskClosing"
        case .notSigned: "notSigned"
        case .mayNotDecide: "mayNotDecide"
        case .tooManyAttempts: "tooManyAttempts"
        case .unknownRequest: "unknownRequest"
        case .alreadyClosed: "alreadyClosed"
        case .ownRequest: "ownRequest"
        case .notEligible: "notEligible"
        case .reasonRequired: "reasonRequired"
        case .digestMismatch: "digestMismatch"
        case .editingForbidden: "editingForbidden"
        case .notRunning: "notRunning"
        case .noCommands: "noCommands"
        }
    }

    /// JSON-RPC's own codes where they say it, else one for each side of the desk.
    var code: Int {
        switch self {
        case .notJSON, .lineTooLong, .cutOff: -32700
        case .notARequest: -32600
        case .unknownMethod, .noCommands: -32601
        case .parameters, .unknownMember: -32602
        case .tooManyConnections, .tooManyAtOnce, .tooManyPending, .deskClosing: -32001
        case .otherUser, .unknownRequester, .mayNotDecide, .tooManyAttempts: -32002
        case .idInUse, .keyInUse, .alreadyStarted, .noPermit: -32003
        case .ledgerUnavailable, .notSigned: -32004
        case .unknownRequest, .alreadyClosed, .ownRequest, .notEligible, .reasonRequired, .digestMismatch,
            .editingForbidden, .notRunning:
            -32005
        }
    }

    /// One sentence: what, and what to do next. Text of clients in it is escaped by whoever shows it.
    package var message: String {
        switch self {
        case .notJSON(let error): "The line is not JSON: \(error)."
        case .notARequest(let why): "The line is not a JSON-RPC 2.0 request: \(why)."
        case .unknownMethod(let method): "There is no method `\(method)`."
        case .parameters(let method, let sentence): "`\(method)`: \(sentence)."
        case .unknownMember(let method, let name): "`\(method)` knows no member `\(name)`."
        case .lineTooLong(let limit): "The line is longer than \(limit) bytes."
        case .cutOff: "The last line has no line feed, so it may be cut off and is not taken."
        case .tooManyConnections(let limit): "The desk has \(limit) connections, which is its limit."
        case .tooManyAtOnce(let limit): "This connection waits for \(limit) answers, which is its limit."
        case .otherUser(let uid): "This desk belongs to another user; uid \(uid) can neither ask nor decide here."
        case .unknownRequester(let why): "It cannot be told for which agent this is asked: \(why)."
        case .idInUse(let id): "This connection uses the id `\(id)` already."
        case .keyInUse: "Another call was asked for with this key."
        case .tooManyPending(let limit): "This agent has \(limit) requests pending, which is its limit."
        case .alreadyStarted: "The permit for this call was taken before; it does not run twice."
        case .noPermit(let id): "This connection holds no permit for `\(id)`."
        case .ledgerUnavailable(let because): "Nothing is decided while the ledger cannot be used: \(because)"
        case .notSigned(let because): "Nothing was decided, because it could not be signed: \(because)"
        case .deskClosing: "The desk is closing; a request that is pending stays so for the next desk."
        case .mayNotDecide(let objection): objection.sentence
        case .tooManyAttempts: "Too many attempts to decide without the right to; the connection is closed."
        case .unknownRequest(let name): "There is no request `\(name)`."
        case .alreadyClosed(let closed): closed.sentence
        case .ownRequest: "Nobody decides on a request of their own."
        case .notEligible(let because): "This reviewer cannot decide here: \(because)."
        case .reasonRequired(.approve): "Approving needs a reason."
        case .reasonRequired(.reject): "Rejecting needs a reason."
        case .digestMismatch(let shown, let current):
            "The call is not the one that was shown: shown \(shown), now \(current)."
        case .editingForbidden: "Arguments may not be edited here."
        case .notRunning: "Nothing of this runs."
        case .noCommands: "This desk runs no commands for others."
        }
    }

    var json: JSONValue {
        var data: [JSONObject.Member] = []
        if case .alreadyClosed(let closed) = self {
            if let at = closed.at { data.append(.init("at", .string(at.timestamp))) }
            data.append(.init("kind", .string(kind)))
            data.append(.init("number", .integer(closed.number)))
            data.append(.init("status", closed.status.json))
        } else {
            data.append(.init("kind", .string(kind)))
        }
        return ["code": .integer(code), "data": .object(JSONObject(data)), "message": .string(message)]
    }
}

extension DeskError.Closed {
    /// `Request 7 was already approved by alice at 2026-01-01T14:30:00.000Z.`
    fileprivate var sentence: String {
        let who =
            switch status {
            case .approved(let review), .rejected(let review): " by \(review.reviewer.name)"
            case .withdrawn(let principal, let reason): " by \(principal.name) (\(reason))"
            case .superseded(let successor): " by request \(successor)"
            case .expired, .pending: ""
            }
        let when = at.map { " at \($0.timestamp)" } ?? ""
        return "Request \(number) was already \(status.word)\(who)\(when)."
    }
}

extension DeskError {
    /// A refusal that is no decision: nobody said no, the desk could not ask. Nil for the decisions.
    init?(notADecision refusal: Refusal) {
        switch refusal {
        case .tooManyPending(let limit): self = .tooManyPending(limit: limit)
        case .ledgerUnavailable(let because): self = .ledgerUnavailable(because)
        case .alreadyStarted: self = .alreadyStarted
        case .idInUse: self = .keyInUse
        case .deskClosing: self = .deskClosing
        case .denied, .rejected, .expired, .withdrawn, .superseded: return nil
        }
    }
}
