import HITLCore
import HITLGate

/// What an operator's program is told of a change: the record that the ledger has of it.
struct EventForm {
    enum Kind: String, CaseIterable {
        case opened, extended, closed, finished

        /// Nil for what is no news.
        init?(_ change: QueueChange) {
            switch change {
            case .opened: self = .opened
            case .extended: self = .extended
            case .closed: self = .closed
            case .finished: self = .finished
            case .overflowed, .mark: return nil
            }
        }
    }

    let json: JSONValue

    /// Nil for what is no news.
    init?(_ change: QueueChange) {
        switch change {
        case .opened(let request): json = Event.opened(Event.Opened(request)).json
        case .extended(let number, let deadline): json = Event.extended(request: number, deadline: deadline).json
        case .closed(let request):
            json = [
                "digest": .string(request.digest.description), "performer": .string(request.call.performer.rawValue),
                "request": .integer(request.number), "status": request.status.json, "tool": .string(request.call.tool),
                "type": "closed",
            ]
        case .finished(let subject, let tool, let outcome):
            guard case .object(var event) = Event.finished(subject: subject, outcome).json else { return nil }
            event["tool"] = .string(tool)
            json = .object(event)
        case .overflowed, .mark: return nil
        }
    }
}
