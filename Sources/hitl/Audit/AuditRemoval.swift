import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl audit erase`, `retention` and `purge`: what they take out of the ledger is taken out by the desk, once a person
/// has approved it there.
enum AuditRemoval {
    static func erase(_ arguments: Arguments, _ words: [String]) -> ExitCode {
        var words = ["erase"] + words
        for name in ["containing", "reason"] {
            for text in arguments.texts(name) { words.append("--\(name)=\(text)") }
        }
        for name in ["linked", "preview", "json"] where arguments.has(name) { words.append("--" + name) }
        return DeskCommand.run(words)
    }

    static func retention(_ place: Place, json: Bool) -> ExitCode {
        let retention = place.configuration.auditRetention.value
        guard let floor = retention.milliseconds else {
            if json {
                Output.standard(JSONValue.members(["retention": "forever"]).printable + "\n")
            } else {
                Output.standard(RemovalText.keptForEver.rendered(for: Output.presentation(of: 1)))
            }
            return .done
        }
        return place.readLedger().code { ledger in
            report(ledger, floor).code { report in
                if json {
                    Output.standard(report.json(retention: retention.text, request: nil).printable + "\n")
                } else {
                    Output.standard(
                        RemovalText.retention(report, kept: retention.text).rendered(for: Output.presentation(of: 1)))
                }
                return .done
            }
        }
    }

    /// Exports what is to be removed, and has the desk ask for it.
    static func purge(_ arguments: Arguments, _ place: Place) throws(UsageError) -> ExitCode {
        guard let file = arguments.text("output"), file != "-" else {
            throw .missing(argument: "--output", command: "hitl audit purge")
        }
        guard let floor = place.configuration.auditRetention.value.milliseconds else {
            return retention(place, json: arguments.has("json"))
        }
        return place.readLedger().code { ledger in
            report(ledger, floor).code { report in
                guard report.entries > 0 else { return retention(place, json: arguments.has("json")) }
                return export(ledger, through: report.removable, to: file).code { digest in
                    var words = ["purge", "--exported=\(digest)"]
                    if let reason = arguments.text("reason") { words.append("--reason=\(reason)") }
                    if arguments.has("json") { words.append("--json") }
                    return DeskCommand.run(words)
                }
            }
        }
    }

    private static func report(_ ledger: Ledger, _ floor: Milliseconds) -> Result<RetentionReport, Failure> {
        do throws(EventLedgerError) {
            return .success(try Records(ledger).retention(floor: floor, now: Clocks.system.wall()))
        } catch {
            return .failure(Failure(.ledger, error.description))
        }
    }

    /// The documented export, and its digest: what is recorded of it.
    private static func export(_ ledger: Ledger, through last: Int64, to file: String) -> Result<String, Failure> {
        var bytes = ExportFormat.jsonl.header
        do throws(EventLedgerError) {
            try Records(ledger).forEach(in: RecordScope(through: last)) { history throws(EventLedgerError) in
                bytes += ExportFormat.jsonl.line(of: history, product: Version.text)
            }
        } catch {
            return .failure(Failure(.ledger, error.description))
        }
        if let failure = AuditFile.write(String(decoding: bytes, as: UTF8.self), to: file) { return .failure(failure) }
        return .success(HITLLedger.Digest(hashing: bytes).hex)
    }
}

extension Result where Failure == hitl.Failure {
    fileprivate func code(_ body: (Success) -> ExitCode) -> ExitCode {
        switch self {
        case .failure(let failure): failure.report()
        case .success(let value): body(value)
        }
    }
}
