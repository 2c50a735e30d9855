import HITLConfiguration
package import HITLCore
import HITLGate
import HITLTerminal

package struct EraseCommand: Command {
    package static let definition = CommandDefinition(
        "erase", .desk, summary: "erase what requests contain from the ledger, by an approved request",
        discussion: """
            Arguments, reasons, conditions and results of the requests go for good; that there was a call, when, by which \
            tool, and who decided how stays. Every hash, proof and signature holds as before, and says that something was \
            erased. It opens a request, and nothing is erased before a person approves that. Requests that are not \
            finished are not erased. An edit makes a new request with much of the same: requests that are linked so are \
            named, and erased together with --linked. What sinks, exports and backups were given is not reached; nothing \
            is erased as long as copies of the ledger's records lie beside it, which are named.
            """,
        positionals: [.init("ID", .request, .any, doc: "number or id of a request, or of a call that a rule decided")],
        options: [
            .init(
                "containing", "TEXT", repeats: true,
                doc: "all requests in whose records the text occurs, for example an e-mail address"),
            .init("linked", doc: "also what these replaced or undid, and what replaced or undid them"),
            .init("reason", "TEXT", doc: "why, for the record; not what is erased"),
            .init("preview", doc: "list what would be erased, and ask for nothing"),
            .json,
        ],
        examples: [
            .init("/hitl erase 12 --preview", "what would be erased of request 12"),
            .init("/hitl erase --containing anna@example.com --reason \"GDPR 17\"", "everything with this address"),
        ])

    private let names: [RequestName]
    private let texts: [String]
    private let reason: String?
    private let includesLinked: Bool
    private let isPreview: Bool
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        names = arguments.positionals.isEmpty ? [] : try arguments.requests()
        texts = arguments.texts("containing")
        reason = arguments.text("reason")
        includesLinked = arguments.has("linked")
        isPreview = arguments.has("preview")
        json = arguments.has("json")
        if names.isEmpty, texts.isEmpty {
            throw .missing(argument: "ID or --containing TEXT", command: Self.definition.typed)
        }
        for text in texts where text.utf8.count < 3 {
            throw .badValue(text, of: "--containing", expected: "at least three bytes")
        }
        // The reason is kept.
        if let reason, texts.contains(where: { reason.lowercased().parts(between: $0.lowercased()).count > 1 }) {
            throw .badValue(reason, of: "--reason", expected: "a text without what is to be erased")
        }
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        let plan: ErasurePlan
        do {
            var subjects: [Subject] = []
            for name in names {
                guard let found = try desk.history(of: name) else { return await desk.unknownRequest(name) }
                subjects.append(found.subject)
            }
            plan = try desk.records.erasure(of: subjects, containing: texts, includingLinked: includesLinked)
        } catch {
            return desk.ledgerFailure(error)
        }
        if isPreview || plan.items.isEmpty || !plan.copies.isEmpty {
            return CommandResult(
                RemovalText.preview(plan), json: json ? .some(plan.json(request: nil)) : .none,
                exit: plan.items.isEmpty || !isPreview ? .failed : .done)
        }
        guard let gate = desk.gate else { return .failure(Desk.noDeskText, .noDesk) }
        let call = RecordKeeping.call(toErase: plan, reason: reason, session: desk.session.id)
        return await RemovalText.ask(call, of: gate, `operator`, plan: RemovalText.preview(plan)) { number in
            json ? .some(plan.json(request: number)) : .none
        }
    }
}
