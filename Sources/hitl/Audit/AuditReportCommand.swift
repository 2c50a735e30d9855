import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `hitl audit report`: a session, or what was asked since a time, for people to read.
///
/// The ledger is read twice, to count and to list, so that the report may be longer than memory.
enum AuditReportCommand {
    static func run(_ arguments: Arguments, _ ledger: Ledger, since: WallTime?) throws(UsageError) -> ExitCode {
        let name = arguments.text("format") ?? ReportFormat.text.rawValue
        guard let format = ReportFormat(rawValue: name) else {
            let known = ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badValue(name, of: "--format", expected: "one of \(known)")
        }
        let session = arguments.text("session")
        if session != nil, since != nil { throw .contradiction("--session", "--since") }

        let verification: Verification
        switch blocking({ await Audit.verification(of: ledger) }) {
        case .failure(let failure): return failure.report()
        case .success(let found): verification = found
        }
        do {
            let records = Records(ledger)
            guard let (subject, scope) = try subject(of: session, since: since, in: records) else {
                return Failure(
                    .failed, session.map { "The ledger has no session `\($0)`." } ?? "The ledger has no session yet."
                ).report()
            }
            var statistics = Statistics()
            do {
                try records.forEach(in: scope) { history throws(EventLedgerError) in statistics.count(history) }
            } catch {
                // What is wrong stands at the top of the report, and where its timeline ends.
                guard !verification.failures.isEmpty else { throw error }
            }
            statistics.finish()
            if case .agentSession = subject, statistics.all.total == 0 {
                return Failure(.failed, "The ledger has no session `\(session ?? "")`.").report()
            }
            let report = AuditReport(
                subject: subject, ledger: ledger.path, madeAt: Clocks.system.wall(), verification: verification,
                statistics: statistics)
            try write(report, format.form, scope, records, to: arguments.text("output"))
        } catch let error as EventLedgerError {
            return Failure(.ledger, error.description).report()
        } catch {
            return Failure(.failed, "The report cannot be written: \(error). Choose another file.").report()
        }
        return verification.failures.isEmpty ? .done : .ledger
    }

    private static func subject(
        of session: String?, since: WallTime?, in records: Records
    ) throws(EventLedgerError) -> (AuditReport.Subject, RecordScope)? {
        if let since { return (.since(since), RecordScope(since: since)) }
        if let run = try records.deskRun(session) { return (.run(run), run.scope) }
        guard let session else { return nil }
        return (.agentSession(session), RecordScope(agentSession: session))
    }

    private static func write(
        _ report: AuditReport, _ form: any ReportForm, _ scope: RecordScope, _ records: Records, to path: String?
    ) throws {
        let stream = try FileStream(path)
        try stream.write(Array(form.opening(report).utf8))
        var count = 0
        var failure: SystemError?
        var unreadable: EventLedgerError?
        do throws(EventLedgerError) {
            try records.forEach(in: scope) { history throws(EventLedgerError) in
                guard failure == nil, history.call != nil else { return }
                count += 1
                do throws(SystemError) {
                    try stream.write(Array(form.line(ReportedDecision(history)).utf8))
                } catch {
                    failure = error
                }
            }
        } catch {
            unreadable = error
        }
        if let failure { throw failure }
        try stream.write(Array(form.closing(count: count, unreadable: unreadable?.description).utf8))
        try stream.finish()
    }
}
