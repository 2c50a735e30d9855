import Glibc
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl audit verify`: the whole ledger, or proofs without one.
struct AuditVerify {
    private let arguments: Arguments
    private let heads: [Head]
    private let checkpointFiles: [String]
    private let keys: [NoteVerifier]

    init(_ arguments: Arguments, _ words: [String]) throws(UsageError) {
        if let word = words.first { throw .superfluous(argument: word, command: "audit verify") }
        self.arguments = arguments
        var (heads, files): ([Head], [String]) = ([], [])
        for text in arguments.texts("against") {
            if let head = Head(text.replacing(":", with: " ")) {
                heads.append(head)
            } else if access(text, F_OK) == 0 {
                files.append(text)
            } else {
                throw .badValue(text, of: "--against", expected: "a file with a checkpoint, or SIZE:HASH")
            }
        }
        self.heads = heads
        checkpointFiles = files
        keys = try AuditKeys.read(arguments)
        if arguments.has("proof"), arguments.has("against") { throw .contradiction("--proof", "--against") }
    }

    func run() -> ExitCode {
        let proofs = arguments.texts("proof")
        if !proofs.isEmpty {
            return AuditProofs(files: proofs, keys: keys, config: arguments.text("config")).run(
                json: arguments.has("json"))
        }
        var checkpoints: [SignedCheckpoint] = []
        for file in checkpointFiles {
            switch AuditFile.read(file).flatMap({ AuditFile.checkpoint($0, in: file) }) {
            case .failure(let failure): return failure.report()
            case .success(let checkpoint): checkpoints.append(checkpoint)
            }
        }
        switch Place.find(file: arguments.text("config")).flatMap({ $0.readLedger() }) {
        case .failure(let failure): return failure.report()
        case .success(let ledger): return verify(ledger, against: checkpoints)
        }
    }

    private func verify(_ ledger: Ledger, against checkpoints: [SignedCheckpoint]) -> ExitCode {
        let verification: Verification
        let (heads, keys) = (heads, keys)
        let found: Result<Verification, Failure> = blocking {
            do throws(LedgerError) {
                return .success(
                    try await ledger.verify(
                        against: heads, checkpoints: checkpoints, keys: keys, progress: Self.progress()))
            } catch {
                return .failure(Failure(.ledger, error.description))
            }
        }
        switch found {
        case .failure(let failure): return failure.report()
        case .success(let found): verification = found
        }
        if isatty(2) == 1 { Output.error("\r\u{1B}[K") }
        if arguments.has("json") {
            Output.standard(verification.json.printable + "\n")
        } else {
            Output.standard(verification.text.rendered(for: Output.presentation(of: 1)))
        }
        return verification.failures.isEmpty ? .done : .ledger
    }

    /// On a terminal, every 50,000 entries.
    private static func progress() -> @Sendable (VerificationProgress) -> Void {
        guard isatty(2) == 1 else { return { _ in } }
        return { progress in
            if progress.checked % 50_000 == 0 {
                Output.error("\rchecked \(progress.checked) of \(progress.size) entries")
            }
        }
    }
}

extension Verification {
    fileprivate var text: StyledText {
        guard failures.isEmpty else {
            var text = StyledText("The ledger is damaged:", .bad)
            for failure in failures {
                text.line(DisplayText(untrusted: failure.description), .bad, indent: 3)
            }
            return text
        }
        var text = StyledText(
            "The ledger is intact: \(head.size) \(head.size == 1 ? "entry" as DisplayText : "entries").", .good)
        text.line("Head: \(head.size):\(DisplayText(untrusted: head.hash.hex))", indent: 3)
        if let last = checkpoints.last {
            let how: DisplayText =
                switch checkpoints.signatures {
                case .checked: "all signed by its key"
                case .notChecked: "whose signatures were not checked: give the key with --key"
                }
            text.line(
                "Checkpoints: \(checkpoints.count), \(how); the last is of \(last) \(last == 1 ? "entry" as DisplayText : "entries").",
                indent: 3)
        }
        if notYetProtected > 0 {
            text.line(
                "The newest \(notYetProtected) are not yet protected: if they were cut off, nobody would notice. `hitl audit checkpoint` signs them.",
                indent: 3)
        }
        return text
    }

    fileprivate var json: JSONValue {
        let signedBy: JSONValue =
            switch checkpoints.signatures {
            case .checked(let keys): .array(keys.map { .string($0) })
            case .notChecked: .null
            }
        return .members([
            "intact": .bool(failures.isEmpty),
            "entries": .integer(head.size),
            "head": .string("\(head.size):\(head.hash.hex)"),
            "notYetProtected": .integer(notYetProtected),
            "checkpoints": .members([
                "count": .integer(Int64(checkpoints.count)),
                "last": checkpoints.last.map { .integer($0) } ?? .null,
                "signedBy": signedBy,
            ]),
            "failures": .array(failures.map { .string($0.description) }),
        ])
    }
}
