package import HITLCore
package import HITLGate
package import HITLLedger

/// What a report says before its timeline.
package struct AuditReport: Sendable {
    package enum Subject: Sendable {
        case run(DeskRun)
        case agentSession(String)
        case since(WallTime)
    }

    package let subject: Subject
    package let ledger: String
    package let madeAt: WallTime
    package let verification: Verification
    package let statistics: Statistics

    package init(
        subject: Subject, ledger: String, madeAt: WallTime, verification: Verification, statistics: Statistics
    ) {
        self.subject = subject
        self.ledger = ledger
        self.madeAt = madeAt
        self.verification = verification
        self.statistics = statistics
    }
}

/// A form that a report is written in, piece by piece, so that its length is not bounded by memory.
package protocol ReportForm {
    /// Everything before the first line of the timeline.
    func opening(_ report: AuditReport) -> String

    /// One decision. Every text of an agent or a person in it is escaped for the form.
    func line(_ decision: ReportedDecision) -> String

    /// - Parameters:
    ///   - count: of the lines.
    ///   - unreadable: why the timeline ends before its end, where it does.
    func closing(count: Int, unreadable: String?) -> String
}

package enum ReportFormat: String, Sendable, CaseIterable {
    case text, markdown, html

    package var form: any ReportForm {
        switch self {
        case .text: TextReport()
        case .markdown: MarkdownReport()
        case .html: HTMLReport()
        }
    }
}

/// One line of the timeline: what was asked, what was decided by whom and why, and what came of it. Nothing is escaped
/// yet.
package struct ReportedDecision: Sendable {
    let time: String
    /// The number, or the id of a call that a rule decided.
    let name: String
    let agent: String
    let tool: String
    let arguments: String
    let risk: String
    let decision: String
    /// Through what it was decided, and who did.
    let decidedBy: String
    let reason: String?
    let conditions: [String]
    let waited: String?
    let outcome: String?

    /// Longer arguments are cut; the export has them whole.
    static let longestArguments = 400

    package init(_ history: RequestHistory) {
        let record = history.auditRecord
        time = history.openedAt?.timestamp ?? "?"
        name = history.request.map { String($0.number) } ?? history.id?.description ?? "?"
        agent = history.call?.origin.agent ?? "?"
        tool = history.call?.tool ?? "?"
        let arguments = JSONValue.object(history.call?.arguments ?? JSONObject([])).canonicalText
        self.arguments =
            arguments.utf8.count <= Self.longestArguments
            ? arguments : String(decoding: arguments.utf8.prefix(Self.longestArguments - 3), as: UTF8.self) + "..."
        risk = history.verdict?.risk.level.rawValue ?? "?"
        decision = history.decision
        let actor = record.at("review", "actor")?.string
        decidedBy =
            switch (record.at("review", "reviewer")?.string, actor) {
            case (let reviewer?, let actor?): "\(reviewer) (\(actor))"
            case (nil, let actor?): actor
            case (_, nil): "nobody yet"
            }
        let rules = history.verdict?.rules.map(\.name).joined(separator: ", ")
        reason = record.at("review", "reason")?.string ?? (history.ruled == nil ? nil : rules.map { "rule \($0)" })
        conditions = record.at("review", "conditions")?.array?.compactMap(\.string) ?? []
        waited = history.waited.map(\.precise)
        let summary = record.at("outcome", "summary")?.string
        outcome = record.at("outcome", "status")?.string.map { status in
            summary.map { "\(status): \($0)" } ?? status
        }
    }
}
