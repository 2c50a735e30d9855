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
            try Records(ledger).forEach { history throws(EventLedgerError) in
                if let since, let openedAt = history.openedAt, openedAt < since { return }
                count += 1
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
