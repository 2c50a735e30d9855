import HITLPlatform

/// What a requester holds once it has asked.
enum Admission: Sendable {
    case answered(Queue.Answer)
    case seated(Seat)
}

/// Where one requester waits, and hears one answer, which may be there before it sits down.
final class Seat: Sendable {
    private enum State {
        case empty
        case taken(CheckedContinuation<Queue.Answer, Never>)
        case answered(Queue.Answer)
    }

    /// Who it is, whatever becomes of its request.
    let key: Int
    private let state = Locked(State.empty)

    init(key: Int) { self.key = key }

    /// The first answer counts.
    func give(_ answer: Queue.Answer) {
        let waiting = state.withLock { state -> CheckedContinuation<Queue.Answer, Never>? in
            switch state {
            case .empty:
                state = .answered(answer)
                return nil
            case .taken(let continuation):
                state = .answered(answer)
                return continuation
            case .answered: return nil
            }
        }
        waiting?.resume(returning: answer)
    }

    /// For the one requester, once.
    func answer() async -> Queue.Answer {
        await withCheckedContinuation { continuation in
            let given = state.withLock { state -> Queue.Answer? in
                if case .answered(let answer) = state { return answer }
                state = .taken(continuation)
                return nil
            }
            if let given { continuation.resume(returning: given) }
        }
    }
}
