import HITLPlatform
package import HITLTerminal

/// What is said unasked: announcements, and the agents' words. Held back while a command runs, so that
/// its answer follows the line that was typed and nothing stands between.
package final class Notices: Sendable {
    private struct Notice {
        let text: StyledText
        let drawn: @Sendable (Drawn) -> Void
    }

    private enum State {
        case open
        case held([Notice])
        case closed
    }

    private let reader: any LineReader
    private let state = Locked(State.open)

    package init(_ reader: any LineReader) {
        self.reader = reader
    }

    package func post(_ text: StyledText, drawn: @escaping @Sendable (Drawn) -> Void = { _ in }) {
        let now = state.withLock { state in
            switch state {
            case .open: return true
            case .held(let notices):
                state = .held(notices + [Notice(text: text, drawn: drawn)])
                return false
            case .closed:
                return false
            }
        }
        if now { reader.post(text, drawn: drawn) }
    }

    func hold() {
        state.withLock { state in
            if case .open = state { state = .held([]) }
        }
    }

    func release() {
        let waiting = state.withLock { state -> [Notice] in
            guard case .held(let notices) = state else { return [] }
            state = .open
            return notices
        }
        for notice in waiting { reader.post(notice.text, drawn: notice.drawn) }
    }

    /// Nothing is said unasked any more.
    package func close() {
        state.withLock { $0 = .closed }
    }
}
