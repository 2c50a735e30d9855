import HITLConfiguration
package import HITLCore
import HITLGate
import HITLTerminal

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
            .json,
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
            return CommandResult(RemovalText.keptForEver, json: json ? .some(["retention": "forever"]) : .none)
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
