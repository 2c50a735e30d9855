import HITLCore
import HITLLedger

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
    /// How many writes about the request are under way: decisions, edits, extensions.
    var writes: Int16 = 0

    /// Whether the requester is there to hear the answer.
    enum Presence {
        /// It was connected, and the desk was restarted or the agent died without a word.
        case gone
        /// It asked and left on purpose.
        case detached
        case here(Waiter)
    }

    var waiter: Waiter? {
        switch presence {
        case .gone, .detached: nil
        case .here(let waiter): waiter
        }
    }
}

extension Pending {
    init(_ waiting: Brief.Waiting, agent: Interned, presence: Presence) {
        self.init(
            severity: waiting.severity, performer: waiting.performer, attendance: waiting.attendance, agent: agent,
            openedAt: waiting.openedAt, deadline: waiting.deadline, id: waiting.id, presence: presence)
    }
}

/// A requester that is blocked. It belongs to the queue's actor and never leaves it.
final class Waiter {
    /// Who it is, whatever becomes of its request: an edit moves it to another number, and a
    /// requester that comes back takes the place of a former self.
    var key: Int { seat.key }
    let seat: Seat
    /// What it waits for.
    var request: ApprovalRequest
    /// SHA-256 of the record with which that was opened, where this desk wrote it.
    var opening: Digest?
    /// It was cancelled while something about its request was being written.
    var hasLeft = false
    /// What became of its requester then, for people: behind its name.
    var leaving = "is gone"

    init(_ seat: Seat, request: ApprovalRequest, opening: Digest?) {
        self.seat = seat
        self.request = request
        self.opening = opening
    }
}

/// The place of a string in a table: agents are few, requests are many.
struct Interned: Hashable {
    let place: Int32
}

struct InternTable {
    private var places: [ByteKey: Int32] = [:]

    mutating func intern(_ string: String) -> Interned {
        let key = ByteKey(string)
        if let place = places[key] { return Interned(place: place) }
        let place = Int32(places.count)
        places[key] = place
        return Interned(place: place)
    }
}
