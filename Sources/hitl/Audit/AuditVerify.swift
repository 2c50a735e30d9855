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
        if let word = words.first { throw .superfluous(argument: word, command: "hitl audit verify") }
        self.arguments = arguments
        var (heads, files): ([Head], [String]) = ([], [])
        for text in arguments.texts("against") {
            if let head = Head(text.replacingEach(":", with: " ")) {
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
        let found = Place.find(file: arguments.text("config")).flatMap { place in place.readLedger().map { (place, $0) }
        }
        switch found {
        case .failure(let failure): return failure.report()
        case .success(let (place, ledger)):
            do throws(Failure) {
                let signatures = try SignatureCheck(
                    place, file: arguments.text("reviewers"), demanded: arguments.has("require-signatures"))
                return verify(ledger, against: checkpoints, signatures)
            } catch {
                return error.report()
            }
        }
    }

    private func verify(
        _ ledger: Ledger, against checkpoints: [SignedCheckpoint], _ check: SignatureCheck
    ) -> ExitCode {
        var verification: Verification
        let (heads, keys) = (heads, keys)
        let found: Result<Verification, Failure> = blocking {
            do throws(LedgerError) {
                return .success(
                    try await ledger.verifyAtRest { () async throws(LedgerError) in
                        try await ledger.verify(
                            against: heads, checkpoints: checkpoints, keys: keys, progress: Self.progress())
                    })
            } catch {
                return .failure(Failure(.ledger, error.description))
            }
        }
        switch found {
        case .failure(let failure): return failure.report()
        case .success(let found): verification = found
        }
        // Where entries are damaged, what was signed cannot be told either.
        var signatures: SignatureFindings?
        if verification.failures.isEmpty, verification.sealedWith == nil {
            switch blocking({ await check.run(on: ledger) }) {
            case .failure(let failure): return failure.report()
            case .success(let found): signatures = found
            }
            do throws(LedgerError) {
                if let wrong = try ledger.wrongOutline(Records.outlines, progress: Self.outlineProgress()) {
                    verification.failures.append(wrong)
                }
            } catch {
                return Failure(.ledger, error.description).report()
            }
        }
        if isatty(2) == 1 { Output.error("\r\u{1B}[K") }
        if arguments.has("json") {
            Output.standard(verification.json(signatures).printable + "\n")
        } else {
            Output.standard(verification.text(signatures).rendered(for: Output.presentation(of: 1)))
        }
        return verification.failures.isEmpty && signatures?.failed ?? 0 == 0 ? .done : .ledger
    }

    private static func outlineProgress() -> (Int64) -> Void {
        guard isatty(2) == 1 else { return { _ in } }
        // A few times a second.
        return { if $0 % 65_536 == 0 { Output.error("\r\u{1B}[Kchecked what is derived of \($0) entries") } }
    }

    /// On a terminal. Told some ten times a second.
    private static func progress() -> @Sendable (VerificationProgress) -> Void {
        guard isatty(2) == 1 else { return { _ in } }
        return { progress in
            Output.error("\rchecked \(progress.checked) of \(progress.size) entries")
        }
    }
}

extension Verification {
    fileprivate func text(_ signatures: SignatureFindings?) -> StyledText {
        guard failures.isEmpty else {
            var text = StyledText("The ledger is damaged:", .bad)
            for failure in failures {
                text.line(DisplayText(untrusted: failure.description), .bad, indent: 3)
            }
            if failures.contains(where: { if case .logKey = $0 { true } else { false } }) {
                text.line(
                    "Put that key back. If it is lost, move the files `.key` and `.checkpoints` beside the ledger away: the next checkpoint begins with a new one."
                )
            }
            if Mending(failures) == .settingAside {
                text.line(
                    "No repair brings that back. Put a backup in its place, or `\(Self.settingAside)` keeps the ledger as it is and begins a new one."
                )
            }
            return text
        }
        let entries = Self.entries(head.size)
        var text =
            signatures?.failed ?? 0 == 0
            ? StyledText("The ledger is intact: \(entries).", .good)
            : StyledText("The chain of \(entries) is whole, and decisions are not as they were signed:", .bad)
        signatures?.appendFailures(to: &text)
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
        signatures?.appendCount(to: &text)
        if removed.erased > 0 {
            text.line("Erased: the contents of \(Self.entries(removed.erased))", indent: 3)
        }
        if removed.purgedThrough > 0 {
            text.line("Removed under retention: \(Self.entries(removed.purgedThrough))", indent: 3)
        }
        for removal in signatures?.removals ?? [] {
            let what: DisplayText =
                switch removal.what {
                case .contents(let count): "contents of \(Self.entries(Int64(count)))"
                case .entries(let last): "entries up to \(last)"
                }
            text.line(
                "\(DisplayText(untrusted: removal.at.timestamp)): \(what), approved by \(DisplayText(untrusted: removal.principal.name)) as request \(removal.request)",
                .dim, indent: 6)
        }
        for weakened in weakened(signatures) {
            let (first, last) = (weakened.entries.lowerBound, weakened.entries.upperBound)
            text.line(
                "The head of \(weakened.head.size) says nothing of entries \(first) to \(last) any more: the contents of entry \(weakened.erased) were erased, and no key that is known signed that (entry \(weakened.recordedBy)). A checkpoint from then, given with --against, does.",
                .warning, indent: 3)
        }
        if let key = sealedWith {
            text.line(
                "Its records are sealed with the key `\(DisplayText(untrusted: key))`, which is not here: indexes and signatures were not checked.",
                .warning, indent: 3)
        }
        if notYetProtected > 0 {
            text.line(
                "The newest \(notYetProtected) are not yet protected: if they were cut off, nobody would notice. `hitl audit checkpoint` signs them.",
                indent: 3)
        }
        return text
    }

    private static let settingAside = DisplayText(untrusted: Mending.settingAside.rawValue)

    /// Those that no signature makes up for.
    private func weakened(_ signatures: SignatureFindings?) -> [WeakenedHead] {
        weakened.filter { signatures?.vouchedRemovals.contains($0.recordedBy) != true }
    }

    private static func entries(_ count: Int64) -> DisplayText {
        "\(count) \(count == 1 ? "entry" as DisplayText : "entries")"
    }

    fileprivate func json(_ signatures: SignatureFindings?) -> JSONValue {
        let wrong = failures.map(\.description) + (signatures?.failures ?? []).map(\.description)
        let signedBy: JSONValue =
            switch checkpoints.signatures {
            case .checked(let keys): .array(keys.map { .string($0) })
            case .notChecked: .null
            }
        return .members([
            "intact": .bool(wrong.isEmpty),
            "entries": .integer(head.size),
            "head": .string("\(head.size):\(head.hash.hex)"),
            "notYetProtected": .integer(notYetProtected),
            "checkpoints": .members([
                "count": .integer(Int64(checkpoints.count)),
                "last": checkpoints.last.map { .integer($0) } ?? .null,
                "signedBy": signedBy,
            ]),
            "erased": .integer(removed.erased),
            "removedThrough": .integer(removed.purgedThrough),
            "weakenedHeads": .array(
                weakened(signatures).map { weakened in
                    [
                        "head": .string("\(weakened.head.size):\(weakened.head.hash.hex)"),
                        "erased": .integer(weakened.erased), "recordedBy": .integer(weakened.recordedBy),
                        "from": .integer(weakened.entries.lowerBound),
                        "through": .integer(weakened.entries.upperBound),
                    ]
                }),
            "failures": .array(wrong.map(JSONValue.string)),
            "mend": Mending(failures).map { .string($0.rawValue) } ?? .null,
            "sealedWith": sealedWith.map { .string($0) } ?? .null,
            "signatures": signatures?.json ?? .null,
        ])
    }
}
