import HITLCore

/// An unfinished request as the queue keeps it: a few words, whatever the call's size.
///
/// The call itself stays in the ledger. Only where somebody waits connected is the whole request
/// kept, because then the caller's bytes are in memory anyway.
struct Pending {
    let severity: Severity
    let performer: Performer
    let attendance: Attendance
    let agent: Interned
    let openedAt: WallTime
    var deadline: WallTime?
    let id: RequestID
    var presence: Presence

    /// Whether the requester is there to hear the answer.
    enum Presence {
        /// It was connected, and the desk was restarted or the agent died without a word.
        case gone
        /// It asked and left on purpose.
        case detached
        case here(Waiter)
    }
}

/// A requester that is blocked, with the request it waits for.
final class Waiter: Sendable {
    let request: ApprovalRequest
    let answer: CheckedContinuation<Queue.Answer, Never>

    init(request: ApprovalRequest, answer: CheckedContinuation<Queue.Answer, Never>) {
        self.request = request
        self.answer = answer
    }
}

/// The place of a string in a table: agents are few, requests are many.
struct Interned: Hashable {
    let place: Int32
}

struct InternTable {
    private var places: [String: Int32] = [:]
    private var strings: [String] = []

    mutating func intern(_ string: String) -> Interned {
        if let place = places[string] { return Interned(place: place) }
        let place = Int32(strings.count)
        strings.append(string)
        places[string] = place
        return Interned(place: place)
    }

    subscript(interned: Interned) -> String { strings[Int(interned.place)] }
}
