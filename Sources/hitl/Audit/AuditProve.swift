import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl audit prove`: a proof of one entry that stands alone.
struct AuditProve {
    private let arguments: Arguments
    private let name: Name

    private enum Name {
        case request(RequestName)
        case entry(Int64)
    }

    init(_ arguments: Arguments, _ words: [String]) throws(UsageError) {
        guard let word = words.first else { throw .missing(argument: "ID", command: "hitl audit prove") }
        if words.count > 1 { throw .superfluous(argument: words[1], command: "hitl audit prove") }
        self.arguments = arguments
        if word.utf8.starts(with: "entry:".utf8), let sequence = Int64(word.dropFirst(6)), sequence > 0 {
            name = .entry(sequence)
        } else if let request = RequestName(word) {
            name = .request(request)
        } else {
            throw .badValue(word, of: "hitl audit prove", expected: "a request's number or id, or entry:N")
        }
    }

    func run() -> ExitCode {
        switch Place.find(file: arguments.text("config")).flatMap({ $0.readLedger() }) {
        case .failure(let failure): return failure.report()
        case .success(let ledger):
            do throws(Failure) { return try run(ledger) } catch { return error.report() }
        }
    }

    private func run(_ ledger: Ledger) throws(Failure) -> ExitCode {
        let sequence = try sequence(in: ledger)
        let checkpoint = try checkpoint(of: ledger, for: sequence)
        let key: NoteVerifier?
        let proof: TreeProof?
        do throws(LedgerError) {
            key = try ledger.logKey()
            proof = try ledger.prover(at: checkpoint).inclusion(of: sequence)
        } catch {
            throw Failure(.ledger, error.description)
        }
        guard let proof else {
            throw Failure(.failed, "The checkpoint is of \(checkpoint.size) entries, and this is entry \(sequence).")
        }
        let file = arguments.text("output")
        if !arguments.has("json") || file != nil, let failure = AuditFile.write(proof.description, to: file) {
            throw failure
        }
        if arguments.has("json") {
            Output.standard(
                JSONValue.members([
                    "entry": .integer(sequence), "size": .integer(checkpoint.size),
                    "origin": .string(checkpoint.checkpoint.origin),
                    "key": key.map { .string($0.description) } ?? .null, "proof": .string(proof.description),
                ]).printable + "\n")
        } else if let file, file != "-" {
            var text = StyledText("`\(DisplayText(untrusted: file))` proves entry \(sequence).", .good)
            if let key { text.wholeLine("Check it with --key \(DisplayText(untrusted: key.description))", indent: 3) }
            Output.standard(text.rendered(for: Output.presentation(of: 1)))
        }
        return .done
    }

    /// The newest one that is there, or one of now where that is older than the entry.
    private func checkpoint(of ledger: Ledger, for sequence: Int64) throws(Failure) -> SignedCheckpoint {
        if let file = arguments.text("checkpoint") {
            let given = try AuditFile.read(file).flatMap { AuditFile.checkpoint($0, in: file) }.get()
            guard given.checkpoint.origin.utf8.elementsEqual(ledger.origin.utf8) else {
                throw Failure(.failed, "`\(file)` is a checkpoint of another ledger.")
            }
            return given
        }
        do throws(LedgerError) {
            let newest = try ledger.signedCheckpoints().max { $0.size < $1.size }
            if let newest, newest.size >= sequence { return newest }
            return try ledger.checkpoint()
        } catch {
            throw Failure(.ledger, error.description)
        }
    }

    private func sequence(in ledger: Ledger) throws(Failure) -> Int64 {
        do {
            switch name {
            case .entry(let sequence):
                guard try sequence <= ledger.head.size else {
                    throw Failure(.failed, "The ledger has no entry \(sequence).")
                }
                return sequence
            case .request(let request):
                guard let sequence = try EventLedger(ledger).entry(about: request.subject) else {
                    throw Failure(.failed, "The ledger has no request `\(request.text)`.")
                }
                return sequence
            }
        } catch let failure as Failure {
            throw failure
        } catch let error as LedgerError {
            throw Failure(error)
        } catch {
            throw Failure(.ledger, "\(error)")
        }
    }
}

extension RequestName {
    fileprivate var subject: Subject {
        switch self {
        case .number(let number): .request(number)
        case .id(let id): .call(id)
        }
    }
}
