import HITLCore
package import HITLGate
import HITLPlatform
package import HITLTerminal

/// Tells the operator what happens in the queue, above the line being typed, whole and once each.
package final class Announcer: Sendable {
    private let desk: Desk
    private let reader: any LineReader
    private let notices: Notices
    /// After each change has been announced.
    private let told: @Sendable (QueueChange) -> Void
    private let marks = Locked<(reached: Int, waiting: [(Int, CheckedContinuation<Void, Never>)])>((0, []))

    package init(
        _ desk: Desk, _ reader: any LineReader, _ notices: Notices,
        told: @escaping @Sendable (QueueChange) -> Void
    ) {
        self.desk = desk
        self.reader = reader
        self.notices = notices
        self.told = told
    }

    /// Runs until the queue closes.
    package func run(_ changes: AsyncStream<QueueChange>) async {
        for await change in changes {
            switch change {
            // An edit made here shows the new request itself.
            case .opened(let request) where desk.edits.takeNew(request): break
            case .opened(let request): await announce(request)
            case .extended: break
            case .closed(let request): announceClosing(request)
            case .finished(let subject, let tool, let outcome): announce(outcome, of: tool, subject)
            case .overflowed(let agent, let limit):
                notices.post(
                    AgentNoticeView.text(
                        [agent], "asks for more than \(limit) things at once; what is over that is refused.",
                        isWarning: true))
            case .mark(let number): reach(number)
            }
            told(change)
        }
        reach(.max)
    }

    /// Returns when everything that the queue told before it was asked has been announced.
    package func caughtUp(_ queue: Queue) async {
        let mark = await queue.mark()
        await withCheckedContinuation { continuation in
            let now = marks.withLock { marks -> Bool in
                if marks.reached >= mark { return true }
                marks.waiting.append((mark, continuation))
                return false
            }
            if now { continuation.resume() }
        }
    }

    private func reach(_ mark: Int) {
        let due = marks.withLock { marks in
            marks.reached = max(marks.reached, mark)
            defer { marks.waiting.removeAll { $0.0 <= mark } }
            return marks.waiting.filter { $0.0 <= mark }.map(\.1)
        }
        for continuation in due { continuation.resume() }
    }

    // MARK: Requests

    private func announce(_ whole: ApprovalRequest) async {
        let request = desk.shown(whole)
        // Known without the queue, which would have to stop for it, but where an edit opened it.
        let requester =
            request.supersedes == nil
            ? (request.attendance == .connected ? .connected : .detached)
            : await desk.gate?.queue.requesterOf(request.number)
        var text = StyledText()
        text.append(.arrived, .accent)
        text.append("New request \(request.number):", .accent)
        var whole = StyledText()
        RequestView(request, requester: requester, now: desk.now).appendWhole(to: &whole, naming: .byNumber)
        let hidden = text.append(whole, fitting: reader.presentation, of: request.number)
        text.newLine()
        let (shown, clocks) = (desk.shown, desk.clocks)
        notices.post(text) { drawn in
            // What was cut has not been shown, and cannot be approved before it was.
            guard case .at(let instant) = drawn else { return }
            guard hidden == 0 else { return shown.showPart(of: request.number, hidden: hidden) }
            shown.show(request, at: instant, wall: clocks.wall())
        }
        reader.bell()
        reader.notify(title: "hitl", body: "Request \(request.number): \(DisplayText(untrusted: request.call.tool))")
    }

    // MARK: What became of them

    private func announceClosing(_ request: ApprovalRequest) {
        desk.shown.forget(request.number)
        let tool = DisplayText(untrusted: request.call.tool)
        var text = StyledText()
        switch request.status {
        case .pending, .superseded: return
        case .approved(let review), .rejected(let review):
            guard Self.isFromElsewhere(review.reviewer) else { return }
            text.append(request.status.word == "approved" ? .approved : .rejected)
            text.append("Request \(request.number), \(tool), was \(DecisionText.status(request.status)).")
        case .expired:
            text.append(.expired)
            text.append(
                "Request \(request.number), \(tool), expired: nobody decided in time. It did not run.", .warning)
        case .withdrawn(let by, let reason):
            guard by.role == .agent || by.role == .gate || Self.isFromElsewhere(by) else { return }
            text.append("Request \(request.number), \(tool), was withdrawn: \(DisplayText(untrusted: reason)).", .dim)
        }
        notices.post(text)
    }

    /// What was decided at this terminal has been reported by the command that did it.
    private static func isFromElsewhere(_ reviewer: Principal) -> Bool {
        reviewer.channel == "socket" || reviewer.channel == "callback"
    }

    private func announce(_ outcome: Outcome, of tool: String, _ subject: Subject) {
        guard case .request(let number) = subject, desk.outcomes.takeForAnnouncement(number) else { return }
        notices.post(
            StyledText(
                "Request \(number), \(DisplayText(untrusted: tool)): \(DecisionText.outcome(outcome))"
                    + (outcome.summary.map { ": \(DisplayText(untrusted: $0))" as DisplayText } ?? ""),
                outcome.status == .succeeded ? .plain : .warning))
    }
}

extension StyledText {
    /// Appends `other`, whole in a stream. On a screen, an announcement that pushes everything else away helps nobody:
    /// beyond a few screens of rows, be they one endless argument, it is its head and tail with what is between them
    /// counted.
    ///
    /// - Returns: how many rows are missing.
    fileprivate mutating func append(_ other: StyledText, fitting screen: Presentation, of number: Int64) -> Int {
        let rows = other.inRows(for: screen)
        guard let room = screen.rows.map({ max($0 * 3, 60) }), rows.lines.count > room else {
            append(linesOf: other)
            return 0
        }
        let head = room * 2 / 3
        let tail = room - head
        let hidden = rows.lines.count - head - tail
        append(linesOf: rows.lines(0..<head))
        newLine(indent: 3)
        append(.ellipsis, .warning)
        append(" \(hidden) lines hidden: /hitl show \(number) shows all of it ", .warning)
        append(.ellipsis, .warning)
        append(linesOf: rows.lines((rows.lines.count - tail)..<rows.lines.count))
        return hidden
    }
}
