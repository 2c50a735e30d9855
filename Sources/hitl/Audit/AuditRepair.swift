import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// `hitl audit repair`: takes what an unfinished append has left off the end of a file ledger, and records it; or sets a
/// damaged ledger aside, and begins the one that records that.
enum AuditRepair {
    static func run(_ place: Place, settingAside: Bool) -> ExitCode {
        let sealing: RecordSealing
        switch place.sealing() {
        case .failure(let failure): return failure.report()
        case .success(let found): sealing = found
        }
        return settingAside ? setAside(place, sealing) : mend(place, sealing)
    }

    private static func mend(_ place: Place, _ sealing: RecordSealing) -> ExitCode {
        guard place.storage == .file else {
            return Failure(
                .failed,
                """
                The ledger `\(place.ledgerPath)` is a database, which takes unfinished appends back by itself. One that is \
                damaged is kept, and another begun, with --set-aside.
                """
            ).report()
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

    /// Only what is damaged: a ledger that is whole, and one that a key or a moment's patience would open, stay. A desk
    /// looks at the newest entries alone before it opens one, so what it opens is verified here.
    private static func setAside(_ place: Place, _ sealing: RecordSealing) -> ExitCode {
        do throws(LedgerError) {
            let ledger = try open(place, sealing)
            defer { ledger.close() }
            switch blocking({ await Audit.verification(of: ledger) }) {
            case .failure(let failure): return failure.report()
            case .success(let found):
                guard !found.failures.isEmpty else {
                    return Failure(
                        .failed, "The ledger `\(place.ledgerPath)` is intact: nothing is set aside."
                    ).report()
                }
            }
        } catch {
            switch error {
            case .damaged, .lost, .notALedger, .logKey: break
            default: return Failure(error).report()
            }
        }
        do throws(LedgerError) {
            let old = try Ledger.setAside(path: place.ledgerPath)
            let ledger = try open(place, sealing)
            defer { ledger.close() }
            let event = Event.mended(
                .init(
                    after: 0, bytes: old.bytes, digest: old.digest.hex, file: old.file,
                    by: Principal(role: .person, name: place.account.name, channel: "shell")))
            if case .failure(let failure) = blocking({ await record(event, in: ledger) }) { return failure.report() }
            try ledger.rememberHead()
            Output.standard(
                """
                The ledger is kept as it is, as `\(old.file)` and what goes with it. A new one has begun at \
                `\(place.ledgerPath)`, and its first entry says so.

                """)
            return .done
        } catch {
            return Failure(error).report()
        }
    }

    private static func open(_ place: Place, _ sealing: RecordSealing) throws(LedgerError) -> Ledger {
        try Ledger.open(
            path: place.ledgerPath, storage: place.storage, indexer: EventIndex.index(of:),
            clock: SystemClock.wallMilliseconds, sealing: sealing)
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
