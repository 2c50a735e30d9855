import HITLConsole
import HITLCore
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl audit checkpoint`: signs what is in the ledger.
struct AuditCheckpoint {
    private let arguments: Arguments
    private let since: Int64?

    init(_ arguments: Arguments, _ words: [String]) throws(UsageError) {
        if let word = words.first { throw .superfluous(argument: word, command: "hitl audit checkpoint") }
        self.arguments = arguments
        since = try arguments.count("continues").map(Int64.init)
    }

    func run() -> ExitCode {
        switch Place.find(file: arguments.text("config")).flatMap({ $0.readLedger() }) {
        case .failure(let failure): return failure.report()
        case .success(let ledger): return run(ledger)
        }
    }

    private func run(_ ledger: Ledger) -> ExitCode {
        let signed: SignedCheckpoint
        let key: NoteVerifier?
        var exported: String
        // What is damaged is not signed: others would vouch for it.
        switch blocking({ await Audit.verification(of: ledger) }) {
        case .failure(let failure): return failure.report()
        case .success(let found):
            if let damage = found.failures.first {
                return Failure(.ledger, "Nothing was signed: \(damage) See: hitl audit verify").report()
            }
        }
        do throws(LedgerError) {
            signed = try ledger.checkpoint()
            key = try ledger.logKey()
            exported = signed.note.description
            if let since {
                guard let proof = try ledger.prover(at: signed).consistency(since: since) else {
                    return Failure(
                        .failed, "The ledger has \(signed.size) entries, so it cannot continue one of \(since)."
                    ).report()
                }
                exported = CheckpointRequest(old: since, proof: proof, checkpoint: signed).description
            }
        } catch {
            return Failure(.ledger, error.description).report()
        }
        let file = arguments.text("export")
        if let file, let failure = AuditFile.write(exported, to: file) { return failure.report() }
        if file == "-" { return .done }
        if arguments.has("json") {
            Output.standard(
                JSONValue.members([
                    "origin": .string(signed.checkpoint.origin), "size": .integer(signed.size),
                    "root": .string(Base64.encode(signed.root.bytes)),
                    "key": key.map { .string($0.description) } ?? .null, "checkpoint": .string(exported),
                ]).printable + "\n")
            return .done
        }
        var text = StyledText(
            "The checkpoint of \(signed.size) \(signed.size == 1 ? "entry" as DisplayText : "entries") is signed.",
            .good)
        text.line("Root: \(DisplayText(untrusted: Base64.encode(signed.root.bytes)))", indent: 3)
        if let key { text.wholeLine("Key: \(DisplayText(untrusted: key.description))", indent: 3) }
        if let file { text.line("Written to \(DisplayText(untrusted: file))", indent: 3) }
        Output.standard(text.rendered(for: Output.presentation(of: 1)))
        return .done
    }
}
