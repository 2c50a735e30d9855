import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl audit verify`, `export`, `checkpoint`, `prove`, `witness`: work on the ledger, with or without a desk.
enum Audit {
    static let program = Program(
        definition: CommandDefinition(
            "audit", .program, summary: "check the ledger, prove what is in it, or export it",
            discussion: """
                verify reads the whole ledger and says whether every entry is there, unchanged and in its place, whether \
                every index agrees with its record, and whether anything was cut off or rewritten since a checkpoint was \
                last signed; then that every decision of a person is what that person signed (see hitl keys). It names the \
                first entry that is wrong and ends with 7. With --proof it checks proofs \
                instead, and needs no ledger.

                export prints one line of JSON for each request and each call that a rule decided, and signs a \
                checkpoint, so that a later verify notices if anything up to here is cut off.

                checkpoint signs what is in the ledger: its size and the root of its Merkle tree, as a C2SP checkpoint. \
                Give it to somebody who would notice another one. One is also signed at the end of every session and \
                every 4,096 entries.

                prove writes a C2SP proof that one entry is in the ledger, with the entry's bytes. Whoever has the \
                ledger's public key can check it, without the ledger. A request is proved by its decision.

                witness co-signs checkpoints of other ledgers, each after proof that it continues the one that was seen \
                last, and so keeps a ledger from having two histories.
                """,
            positionals: [
                .init(
                    "WHAT", .word(Work.allCases.map(\.rawValue)), doc: "verify, export, checkpoint, prove or witness"),
                .init(
                    "ID", .text, .any,
                    doc: "of prove: a request's number or id, or entry:N; of witness: files with checkpoints"),
            ],
            options: [
                .init(
                    "against", "HEAD", .file, repeats: true,
                    doc: "of verify: a file with a checkpoint, or SIZE:HASH, that was kept elsewhere"),
                .init("proof", "FILE", .file, repeats: true, doc: "of verify: check this proof instead of the ledger"),
                .init(
                    "key", "KEY", repeats: true,
                    doc: "a public key to trust, as checkpoint prints it: of the ledger, or of a witness"),
                .init("reviewers", "FILE", .file, doc: "of verify: reviewers' keys to know beside those that are trusted"),
                .init("require-signatures", doc: "of verify: also decisions from before the first signature need one"),
                .init("continues", "SIZE", doc: "of checkpoint: with proof that it continues that many entries"),
                .init("export", "FILE", .file, doc: "of checkpoint: write it to a file; - is standard output"),
                .init(
                    "checkpoint", "FILE", .file,
                    doc: "of prove: the checkpoint to prove it by, for one with cosignatures"),
                .init("format", "FORMAT", .word(["jsonl"]), doc: "of the export: jsonl"),
                .init("output", "FILE", .file, doc: "write to a file instead of standard output"),
                .init("since", "WHEN", .moment, doc: "export only what was asked since then"),
                .init("config", "FILE", .file, doc: "the configuration that names the ledger"),
                .init("json", doc: "print what was found as one JSON document"),
            ],
            examples: [
                .init("hitl audit verify", "is the ledger intact?"),
                .init("hitl audit checkpoint --export today.checkpoint", "what was signed, to keep elsewhere"),
                .init("hitl audit verify --against today.checkpoint", "is it still the one that was signed?"),
                .init("hitl audit prove 3 --output 3.tlog-proof", "proof of the decision on request 3"),
                .init("hitl audit verify --proof 3.tlog-proof --key hitl/ledger/…", "checks it, anywhere"),
                .init("hitl audit export --format jsonl > decisions.jsonl", "everything, one request a line"),
            ]),
        run: run)

    private enum Work: String, CaseIterable {
        case verify, export, checkpoint, prove, witness

        /// All read a configuration.
        func takes(_ option: String) -> Bool {
            let own =
                switch self {
                case .verify: ["against", "proof", "key", "reviewers", "require-signatures", "json"]
                case .export: ["format", "output", "since", "json"]
                case .checkpoint: ["continues", "export", "json"]
                case .prove: ["checkpoint", "output", "json"]
                case .witness: ["key", "output", "json"]
                }
            return option == "config" || own.contains(option)
        }
    }

    private static func run(_ arguments: Arguments) throws(UsageError) -> ExitCode {
        guard let work = Work(rawValue: arguments.positionals[0]) else {
            throw .badValue(
                arguments.positionals[0], of: "hitl audit", expected: "verify, export, checkpoint, prove or witness")
        }
        for option in program.definition.options where arguments.has(option.name) && !work.takes(option.name) {
            throw .unknownOption("--" + option.name, command: "audit \(work.rawValue)", nearest: nil)
        }
        let words = Array(arguments.positionals.dropFirst())
        switch work {
        case .verify: return try AuditVerify(arguments, words).run()
        case .checkpoint: return try AuditCheckpoint(arguments, words).run()
        case .prove: return try AuditProve(arguments, words).run()
        case .witness: return try AuditWitness(arguments, words).run()
        case .export:
            if let word = words.first { throw .superfluous(argument: word, command: "audit export") }
            return try export(arguments)
        }
    }

    // MARK: Export

    private static func export(_ arguments: Arguments) throws(UsageError) -> ExitCode {
        let since = try arguments.moment("since", now: Clocks.system.wall())
        if let format = arguments.text("format"), format != "jsonl" {
            throw .badValue(format, of: "--format", expected: "jsonl")
        }
        switch Place.find(file: arguments.text("config")).flatMap({ $0.readLedger() }) {
        case .failure(let failure): return failure.report()
        case .success(let ledger): return export(ledger, since: since, to: arguments.text("output"))
        }
    }

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
