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
        let answer = state.withLock { state in
            if case .held(let notices) = state { state = .held(notices + [Notice(text: text, drawn: drawn)]) }
            return state
        }
        switch answer {
        case .open: reader.post(text, drawn: drawn)
        case .held: break
        case .closed: drawn(.never)
        }
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
