import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `hitl audit repair`: takes what an unfinished append has left off the end of a file ledger, and records it.
enum AuditRepair {
    static func run(_ place: Place) -> ExitCode {
        guard place.storage == .file else {
            return Failure(
                .failed,
                "The ledger `\(place.ledgerPath)` is a database, which takes unfinished appends back by itself."
            ).report()
        }
        let sealing: RecordSealing
        switch place.sealing() {
        case .failure(let failure): return failure.report()
        case .success(let found): sealing = found
        }
        if case .success(let ledger) = place.readLedger() {
            do throws(LedgerError) {
                if let loss = try ledger.lostHead() {
                    return Failure(
                        .ledger,
                        "\(loss) Those had been acknowledged, and no repair brings them back: nothing was changed. Keep a copy as it is."
                    ).report()
                }
            } catch {
                return Failure(error).report()
            }
        }
        do throws(LedgerError) {
            let (ledger, tails) = try Ledger.openMended(
                path: place.ledgerPath, indexer: EventIndex.index(of:), clock: SystemClock.wallMilliseconds,
                sealing: sealing)
            defer { ledger.close() }
            let principal = Principal(role: .person, name: place.account.name, channel: "shell")
            var count = 0
            for tail in tails {
                let event = Event.mended(
                    .init(after: tail.after, bytes: tail.bytes, digest: tail.digest.hex, file: tail.file, by: principal)
                )
                switch blocking({ await record(event, in: ledger) }) {
                case .success(false): continue
                case .success(true): break
                case .failure(let failure): return failure.report()
                }
                count += 1
                Output.standard(
                    "\(tail.bytes) bytes after entry \(tail.after) were taken off, and are in `\(tail.file)` beside the ledger.\n"
                )
            }
            if count == 0 { Output.standard("Nothing is to be mended.\n") }
            return .done
        } catch {
            return Failure(error).report()
        }
    }

    /// False where it is recorded already.
    private static func record(_ event: Event, in ledger: Ledger) async -> Result<Bool, Failure> {
        do {
            try await EventLedger(ledger).append([event])
            return .success(true)
        } catch .claimed {
            return .success(false)
        } catch {
            return .failure(Failure(.ledger, error.description))
        }
    }
}
