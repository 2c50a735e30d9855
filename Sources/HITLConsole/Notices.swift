import HITLPlatform
package import HITLTerminal

/// What is said unasked: announcements, and the agents' words. Held back while a command runs, so that
/// its answer follows the line that was typed and nothing stands between.
package final class Notices: Sendable {
    private struct Notice {
        let text: StyledText
        let drawn: @Sendable (Drawn) -> Void
    }

    private let reader: any LineReader
    private let held = Locked<[Notice]?>(nil)

    package init(_ reader: any LineReader) {
        self.reader = reader
    }

    package func post(_ text: StyledText, drawn: @escaping @Sendable (Drawn) -> Void = { _ in }) {
        let now = held.withLock { held in
            guard held != nil else { return true }
            held?.append(Notice(text: text, drawn: drawn))
            return false
        }
        if now { reader.post(text, drawn: drawn) }
    }

    func hold() {
        held.withLock { if $0 == nil { $0 = [] } }
    }

    func release() {
        let waiting = held.withLock { held in
            defer { held = nil }
            return held ?? []
        }
        for notice in waiting { reader.post(notice.text, drawn: notice.drawn) }
    }
}
