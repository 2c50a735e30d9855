import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl audit verify`, `hitl audit export`: work on the ledger, with or without a desk.
enum Audit {
    static let program = Program(
        definition: CommandDefinition(
            "audit", .program, summary: "check the ledger, or export it",
            discussion: """
                verify reads the whole ledger and says whether every entry is there, unchanged and in its place, whether \
                every index agrees with its record, and whether anything was cut off since a head was last written \
                down. It names the first entry that is wrong and ends with 7.

                export prints one line of JSON for each request and each call that a rule decided, and writes the \
                ledger's head down, so that a later verify notices if anything up to here is cut off.
                """,
            positionals: [.init("verify|export", .word(["verify", "export"]), doc: "check it, or print it")],
            options: [
                .init(
                    "against", "SIZE:HASH", repeats: true,
                    doc: "a head that was noted elsewhere; may be given several times"),
                .init("format", "FORMAT", .word(["jsonl"]), doc: "of the export: jsonl"),
                .init("output", "FILE", .file, doc: "write the export to a file instead of standard output"),
                .init("since", "WHEN", .moment, doc: "export only what was asked since then"),
                .init("config", "FILE", .file, doc: "the configuration that names the ledger"),
                .init("json", doc: "print what verify found as one JSON document"),
            ],
            examples: [
                .init("hitl audit verify", "is the ledger intact?"),
                .init("hitl audit export --format jsonl > decisions.jsonl", "everything, one request a line"),
            ]),
        run: run)

    private static func run(_ arguments: Arguments) throws(UsageError) -> ExitCode {
        let now = Clocks.system.wall()
        let since = try arguments.moment("since", now: now)
        if let format = arguments.text("format"), format != "jsonl" {
            throw .badValue(format, of: "--format", expected: "jsonl")
        }
        var heads: [Head] = []
        for text in arguments.texts("against") {
            guard let head = Head(text.replacing(":", with: " ")) else {
                throw .badValue(text, of: "--against", expected: "SIZE:HASH, as export prints it")
            }
            heads.append(head)
        }
        guard let work = Work(rawValue: arguments.positionals[0]) else {
            throw .badValue(arguments.positionals[0], of: "hitl audit", expected: "verify or export")
        }
        let ledger: Ledger
        switch Place.find(file: arguments.text("config")).flatMap({ $0.readLedger() }) {
        case .failure(let failure): return failure.report()
        case .success(let opened): ledger = opened
        }
        switch work {
        case .verify: return verify(ledger, heads, json: arguments.has("json"))
        case .export: return export(ledger, since: since, to: arguments.text("output"))
        }
    }

    private enum Work: String { case verify, export }

    // MARK: Verify

    private static func verify(_ ledger: Ledger, _ heads: [Head], json: Bool) -> ExitCode {
        let verification: Verification
        switch blocking({ await Self.verification(of: ledger, heads) }) {
        case .failure(let failure): return failure.report()
        case .success(let found): verification = found
        }
        if isatty(2) == 1 { Output.error("\r\u{1B}[K") }
        if json {
            Output.standard(verification.json.printable + "\n")
        } else {
            Output.standard(text(verification).rendered(for: Output.presentation(of: 1)))
        }
        return verification.failures.isEmpty ? .done : .ledger
    }

    private static func verification(of ledger: Ledger, _ heads: [Head]) async -> Result<Verification, Failure> {
        do { return .success(try await ledger.verify(against: heads, progress: progress())) } catch {
            return .failure(Failure(.ledger, error.description))
        }
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

    private static func text(_ verification: Verification) -> StyledText {
        guard verification.failures.isEmpty else {
            var text = StyledText("The ledger is damaged:", .bad)
            for failure in verification.failures {
                text.line(DisplayText(untrusted: failure.description), .bad, indent: 3)
            }
            return text
        }
        var text = StyledText(
            "The ledger is intact: \(verification.head.size) \(verification.head.size == 1 ? "entry" as DisplayText : "entries").",
            .good)
        text.line("Head: \(verification.head.size):\(DisplayText(untrusted: verification.head.hash.hex))", indent: 3)
        if verification.notYetProtected > 0 {
            text.line(
                "The newest \(verification.notYetProtected) are not yet protected: if they were cut off, nobody would notice. `hitl audit export` writes the head down.",
                indent: 3)
        }
        return text
    }

    // MARK: Export

    private static func export(_ ledger: Ledger, since: WallTime?, to path: String?) -> ExitCode {
        let sink: Sink
        do { sink = try Sink(path) } catch {
            return Failure(.failed, "The export cannot be written: \(error). Choose another file.").report()
        }
        var count = 0
        do {
            try Records(ledger).forEach { history throws(EventLedgerError) in
                if let since, let openedAt = history.openedAt, openedAt < since { return }
                count += 1
                do { try sink.write(history.auditRecord.canonical + [UInt8(ascii: "\n")]) } catch {
                    throw .unavailable("The export cannot be written: \(error)")
                }
            }
            try sink.finish()
            let head = try ledger.rememberHead()
            Output.error("\(count) \(count == 1 ? "record" : "records"); head \(head.size):\(head.hash.hex)\n")
            return .done
        } catch let error as LedgerError {
            return Failure(.ledger, error.description).report()
        } catch {
            return Failure(.failed, "\(error)").report()
        }
    }

    /// Where an export goes: a stream, written in large pieces.
    private final class Sink {
        private let descriptor: Int32
        private let owns: Bool
        private var buffer: [UInt8] = []

        init(_ path: String?) throws(SystemError) {
            guard let path else {
                (descriptor, owns) = (1, false)
                return
            }
            descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            owns = true
            guard descriptor >= 0 else { throw SystemError(errno, path) }
        }

        func write(_ bytes: [UInt8]) throws(SystemError) {
            buffer += bytes
            if buffer.count > 1 << 16 { try flush() }
        }

        func finish() throws(SystemError) {
            try flush()
            if owns, close(descriptor) != 0 { throw SystemError(errno, "close") }
        }

        private func flush() throws(SystemError) {
            var rest = buffer[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if written < 0 {
                    if errno == EINTR { continue }
                    throw SystemError(errno, "write")
                }
                rest = rest.dropFirst(written)
            }
            buffer = []
        }
    }
}

extension Verification {
    fileprivate var json: JSONValue {
        .members([
            "intact": .bool(failures.isEmpty),
            "entries": .integer(head.size),
            "head": .string("\(head.size):\(head.hash.hex)"),
            "notYetProtected": .integer(notYetProtected),
            "failures": .array(failures.map { .string($0.description) }),
        ])
    }
}
