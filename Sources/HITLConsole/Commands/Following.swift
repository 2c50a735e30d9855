package import HITLCore
package import HITLGate
package import HITLTerminal

/// `hitl history --follow` and `hitl status --follow`: what there is, and then what comes, one after the other.
///
/// As JSON it is one document a line: of a decided request or call as in `history --json`, and again where its outcome
/// comes later; of a pending one as in `status --json`.
package struct Following {
    private enum What { case decisions(Records.Query), pending }

    private let what: What
    private let json: Bool

    /// Nil where the words do not ask for it.
    package init?(_ words: [String], now: WallTime) throws(UsageError) {
        let rest = words.dropFirst()
        switch words.first {
        case HistoryCommand.definition.name?:
            let arguments = try Arguments(rest, for: HistoryCommand.definition)
            guard arguments.has("follow") else { return nil }
            guard arguments.text("request") == nil else { throw .contradiction("--follow", "--request") }
            what = .decisions(try HistoryCommand(arguments, now: now).query)
            json = arguments.has("json")
        case StatusCommand.definition.name?:
            let arguments = try Arguments(rest, for: StatusCommand.definition)
            guard arguments.has("follow") else { return nil }
            what = .pending
            json = arguments.has("json")
        default: return nil
        }
    }

    /// What there is already.
    package func beginning(
        _ records: Records, now: WallTime, for presentation: Presentation
    ) throws(EventLedgerError) -> String {
        switch what {
        case .decisions(let query):
            return try records.history(query).map { decided($0, now, presentation) }.joined()
        case .pending:
            return try records.pending().map { pending($0, now, presentation) }.joined()
        }
    }

    /// What came of it; empty where it is not asked for.
    package func text(
        of news: Records.News, in records: Records, now: WallTime, for presentation: Presentation
    ) throws(EventLedgerError) -> String {
        switch (what, news) {
        case (.decisions(let query), .decided(let history)):
            return try matches(history, query, in: records) ? decided(history, now, presentation) : ""
        case (.decisions(let query), .ended(let history)):
            return try matches(history, query, in: records) ? ended(history, presentation) : ""
        case (.pending, .opened(let history)):
            // One that is decided already by the time that it is read is not pending.
            guard history.status == .pending, let request = history.request else { return "" }
            return pending(request, now, presentation)
        case (.pending, .decided(let history)) where history.request != nil:
            return decided(history, now, presentation)
        case (.decisions, .opened), (.pending, .decided), (.pending, .ended): return ""
        }
    }

    private func matches(
        _ history: RequestHistory, _ query: Records.Query, in records: Records
    ) throws(EventLedgerError) -> Bool {
        if let tool = query.tool, history.call?.tool.utf8.elementsEqual(tool.utf8) != true { return false }
        if let decision = query.decision, history.decision != decision { return false }
        guard let text = query.text else { return true }
        return try records.has(text, about: history.subject)
    }

    private func decided(_ history: RequestHistory, _ now: WallTime, _ presentation: Presentation) -> String {
        if json { return history.json.printable + "\n" }
        var text = StyledText()
        HistoryView(history, now: now).appendItem(to: &text)
        return text.rendered(for: presentation) + "\n"
    }

    private func ended(_ history: RequestHistory, _ presentation: Presentation) -> String {
        if json { return history.json.printable + "\n" }
        var text = StyledText()
        HistoryView(history, now: .init(milliseconds: 0)).appendEnd(to: &text)
        return text.rendered(for: presentation) + "\n"
    }

    private func pending(_ request: ApprovalRequest, _ now: WallTime, _ presentation: Presentation) -> String {
        let one = PendingRequest(request: request, requester: nil)
        if json { return one.json.printable + "\n" }
        var text = StyledText()
        RequestView(request, now: now).appendItem(to: &text)
        return text.rendered(for: presentation) + "\n"
    }
}

extension CommandDefinition.Option {
    package static let json = CommandDefinition.Option("json", doc: "print the same facts as one JSON document")

    /// Of whatever asks a desk, or is one.
    package static let socket = CommandDefinition.Option("socket", "PATH", .file, doc: "where the desk listens")

    /// In the loop nothing is to be followed: it announces what comes.
    package static let follow = CommandDefinition.Option(
        "follow", doc: "from another terminal: go on with what comes, until Ctrl-C; with --json one document a line")
}

extension CommandResult {
    static let followedElsewhere = CommandResult.failure(
        "`--follow` is for another terminal: this one says by itself what comes.")
}
