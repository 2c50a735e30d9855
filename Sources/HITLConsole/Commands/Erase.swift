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
            finished are not erased. What sinks, exports and backups were given is not reached.
            """,
        positionals: [.init("ID", .request, .any, doc: "number or id of a request, or of a call that a rule decided")],
        options: [
            .init(
                "containing", "TEXT", repeats: true,
                doc: "all requests in whose records the text occurs, for example an e-mail address"),
            .init("reason", "TEXT", doc: "why, for the record; not what is erased"),
            .init("preview", doc: "list what would be erased, and ask for nothing"),
            .init("json", doc: "print the same facts as one JSON document"),
        ],
        examples: [
            .init("/hitl erase 12 --preview", "what would be erased of request 12"),
            .init("/hitl erase --containing anna@example.com --reason \"GDPR 17\"", "everything with this address"),
        ])

    private let names: [RequestName]
    private let texts: [String]
    private let reason: String?
    private let isPreview: Bool
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        names = arguments.positionals.isEmpty ? [] : try arguments.requests()
        texts = arguments.texts("containing")
        reason = arguments.text("reason")
        isPreview = arguments.has("preview")
        json = arguments.has("json")
        if names.isEmpty, texts.isEmpty {
            throw .missing(argument: "ID or --containing TEXT", command: Self.definition.typed)
        }
        for text in texts where text.utf8.count < 3 {
            throw .badValue(text, of: "--containing", expected: "at least three bytes")
        }
        // The reason is kept.
        if let reason, texts.contains(where: { reason.lowercased().contains($0.lowercased()) }) {
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
            plan = try desk.records.erasure(of: subjects, containing: texts)
        } catch {
            return desk.ledgerFailure(error)
        }
        if isPreview || plan.items.isEmpty {
            return CommandResult(
                RemovalText.preview(plan), json: json ? .some(plan.json(request: nil)) : .none,
                exit: plan.items.isEmpty ? .failed : .done)
        }
        guard let gate = desk.gate else { return .failure(Desk.noDeskText, .noDesk) }
        let call = RecordKeeping.call(toErase: plan, reason: reason, session: desk.session.id)
        return await RemovalText.ask(call, of: gate, `operator`, plan: RemovalText.preview(plan)) { number in
            json ? .some(plan.json(request: number)) : .none
        }
    }
}

package struct PurgeCommand: Command {
    package static let definition = CommandDefinition(
        "purge", .desk, summary: "remove entries that need not be kept any longer, by an approved request",
        discussion: """
            Removes the oldest entries whose time is over (audit.retention), up to the first request that goes on after \
            them or is not finished. Their hashes stay, so that checkpoints and proofs of all later entries hold. It opens \
            a request, and nothing is removed before a person approves that. What is removed has to be exported before: \
            hitl audit purge --output FILE does both.
            """,
        options: [
            .init("exported", "SHA256", doc: "the digest of the export of what is to be removed"),
            .init("reason", "TEXT", doc: "why, for the record"),
            .init("preview", doc: "say what would be removed, and ask for nothing"),
            .init("json", doc: "print the same facts as one JSON document"),
        ],
        examples: [.init("/hitl purge --preview", "what need not be kept any longer")])

    private let export: String?
    private let reason: String?
    private let isPreview: Bool
    private let json: Bool

    package init(_ arguments: Arguments, now: WallTime) throws(UsageError) {
        export = arguments.text("exported")
        reason = arguments.text("reason")
        isPreview = arguments.has("preview")
        json = arguments.has("json")
        if let export, export.utf8.count != 64 || !export.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) {
            throw .badValue(export, of: "--exported", expected: "a SHA-256 in 64 lower-case hexadecimal digits")
        }
        if export == nil, !isPreview { throw .missing(argument: "--exported", command: Self.definition.typed) }
    }

    package func run(in desk: Desk, for operator: Operator) async -> CommandResult {
        let retention = desk.configuration.auditRetention.value
        guard let floor = retention.milliseconds else {
            return CommandResult(
                "Entries are kept for ever: audit.retention.", json: json ? .some(["retention": "forever"]) : .none)
        }
        let report: RetentionReport
        do { report = try desk.records.retention(floor: floor, now: desk.clocks.wall()) } catch {
            return desk.ledgerFailure(error)
        }
        let text = RemovalText.retention(report, kept: retention.text)
        guard !isPreview, report.entries > 0, let export else {
            return CommandResult(
                text, json: json ? .some(report.json(retention: retention.text, request: nil)) : .none,
                exit: isPreview || report.entries > 0 ? .done : .failed)
        }
        guard let gate = desk.gate else { return .failure(Desk.noDeskText, .noDesk) }
        let call = RecordKeeping.call(
            toPurge: report, floor: floor, export: export, reason: reason, session: desk.session.id)
        return await RemovalText.ask(call, of: gate, `operator`, plan: text) { number in
            json ? .some(report.json(retention: retention.text, request: number)) : .none
        }
    }
}
