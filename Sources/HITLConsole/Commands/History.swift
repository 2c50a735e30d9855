package import HITLCore
import HITLGate
import HITLTerminal

package struct HistoryCommand: Command {
    package static let words = [
        "approved", "rejected", "expired", "withdrawn", "superseded", "allowed", "denied", "ungated",
    ]

    package static let definition = CommandDefinition(
        "history", .desk, summary: "list decisions, newest last",
        discussion: """
            The history is the ledger's: it outlives the session and the machine's restart. --grep looks through all that \
            is recorded of a request: arguments, reasons, conditions, outcomes. Secrets were masked before, so they are \
            not found.
            """,
        options: [
            .init("last", "N", .count, doc: "the newest N (20 where nothing else narrows it)"),
            .init("tool", "T", .tool, doc: "only this tool"),
            .init("decision", "D", .word(words), doc: "only decisions of this kind: \(words.joined(separator: ", "))"),
            .init("since", "WHEN", .moment, doc: "since a date, a time or a duration ago: 2026-01-31, 2h"),
            .init("grep", "TEXT", .text, doc: "only what has this text in a record about it, letter by letter"),
            .init("request", "N", .request, doc: "one request, with everything that is known of it"),
            .follow,
            .json,
        ],
        examples: [
            .init("/hitl history --last 5", "the five newest decisions"),
            .init("hitl history --follow --json", "every decision as it is made, and its outcome, one document a line"),
            .init("/hitl history --tool deleteFile --decision rejected --since 7d", "deletions rejected this week"),
            .init("/hitl history --grep invoice-881 --last 3", "the three newest that speak of it"),
        ])

    let query: Records.Query
    private let follows: Bool
    private let request: ShowCommand?
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        let since = try arguments.moment("since", now: now)
        let decision = arguments.text("decision")
        if let decision, !Self.words.contains(decision) {
            throw .badValue(decision, of: "--decision", expected: Self.words.joined(separator: ", "))
        }
        let last = try arguments.count("last")
        query = Records.Query(
            last: last ?? (since == nil ? 20 : nil), tool: arguments.text("tool"), decision: decision, since: since,
            text: try arguments.text("grep").map { text throws(UsageError) in
                guard !text.isEmpty else { throw .badValue(text, of: "--grep", expected: "a text to look for") }
                return text
            })
        let json = arguments.has("json")
        self.json = json
        follows = arguments.has("follow")
        request = try arguments.text("request").map { text throws(UsageError) in
            guard RequestName(text) != nil else {
                throw .badValue(text, of: "--request", expected: "the number of a request, such as 3")
            }
            let words = [text] + (json ? ["--json"] : [])
            return try ShowCommand(try Arguments(words, for: ShowCommand.definition), now: now)
        }
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        if follows { return .followedElsewhere }
        if let request { return await request.run(in: desk, for: `operator`) }
        let found: [RequestHistory]
        do { found = try desk.records.history(query) } catch { return desk.ledgerFailure(error) }
        if json { return CommandResult(StyledText(), json: .members(["history": .array(found.map(\.json))])) }
        guard !found.isEmpty else {
            guard query.last != 0 else { return CommandResult("None was asked for: `--last 0`.") }
            let isNarrowed = query.tool != nil || query.decision != nil || query.since != nil || query.text != nil
            return CommandResult(isNarrowed ? "No decision in the history matches." : "No decisions in the history.")
        }

        var text = StyledText()
        text.append(.history)
        text.append("HITL History (\(found.count)):")
        let now = desk.clocks.wall()
        for history in found {
            text.newLine()
            HistoryView(history, now: now).appendItem(to: &text)
        }
        return CommandResult(text)
    }
}
