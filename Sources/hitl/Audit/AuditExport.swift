import Glibc
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `hitl audit export`: the audit record, one request a line, in memory bounded by one page of the ledger.
enum AuditExport {
    static func run(_ arguments: Arguments, _ ledger: Ledger, since: WallTime?) throws(UsageError) -> ExitCode {
        let name = arguments.text("format") ?? ExportFormat.jsonl.rawValue
        guard let format = ExportFormat(rawValue: name) else {
            let known = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badValue(name, of: "--format", expected: "one of \(known)")
        }
        let stream: FileStream
        do { stream = try FileStream(arguments.text("output")) } catch {
            return Failure(.failed, "The export cannot be written: \(error). Choose another file.").report()
        }
        var count = 0
        var hasFailed = false
        do {
            try stream.write(format.header)
            let progress = ExportProgress()
            defer { progress.end() }
            try Records(ledger).forEach(since: since) { history throws(EventLedgerError) in
                count += 1
                progress.count(count)
                do { try stream.write(format.line(of: history, product: Version.text)) } catch {
                    hasFailed = true
                    throw .unavailable("The export cannot be written: \(error)")
                }
            }
            try stream.finish()
            let head = try ledger.rememberHead()
            Output.error("\(count) \(count == 1 ? "record" : "records"); head \(head.size):\(head.hash.hex)\n")
            return .done
        } catch let error as LedgerError {
            return Failure(.ledger, error.description).report()
        } catch let error as EventLedgerError where !hasFailed {
            return Failure(.ledger, error.description).report()
        } catch {
            return Failure(.failed, "\(error)").report()
        }
    }
}

/// On a terminal, while the document goes elsewhere.
private struct ExportProgress {
    private let isShown = isatty(2) == 1 && isatty(1) != 1

    func count(_ records: Int) {
        if isShown, records % 10_000 == 0 { Output.error("\r\(records) records") }
    }

    func end() {
        if isShown { Output.error("\r\u{1B}[K") }
    }
}
