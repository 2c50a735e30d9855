import Glibc
import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl audit verify` and its like: work on the ledger, with or without a desk. One file for each in `Audit/`.
enum Audit {
    static let program = Program(
        definition: CommandDefinition(
            "audit", .program, summary: "check the ledger, prove what is in it, export it, or report on it",
            discussion: """
                verify reads the whole ledger and says whether every entry is there, unchanged and in its place, whether \
                every index agrees with its record, and whether anything was cut off or rewritten since a checkpoint was \
                last signed; then that every decision of a person is what that person signed (see hitl keys). It names the \
                first entry that is wrong and ends with 7. With --proof it checks proofs instead, and needs no ledger.

                export prints one line for each request and each call that a rule decided, as JSON, CSV, OCSF or CEF, and \
                signs a checkpoint, so that a later verify notices if anything up to here is cut off.

                report tells people what was asked, decided and done in one session, the latest unless another is \
                named, or since a time: whether the ledger is intact, counts, and each decision with its reason and \
                outcome. It ends with 7 where the ledger is damaged.

                checkpoint signs what is in the ledger: its size and the root of its Merkle tree, as a C2SP checkpoint. \
                Give it to somebody who would notice another one. One is also signed at the end of every session and \
                every 4,096 entries.

                prove writes a C2SP proof that one entry is in the ledger, with the entry's bytes. Whoever has the \
                ledger's public key can check it, without the ledger. A request is proved by its decision.

                witness co-signs checkpoints of other ledgers, each after proof that it continues the one that was seen \
                last, and so keeps a ledger from having two histories.

                repair takes the bytes of an append that a crash cut short, and that nobody was told of, off the end of a \
                ledger of files, keeps them beside it, and records that. A ledger that lost entries, or has others than were \
                signed, is opened by no desk and mended by nothing; with --set-aside it is kept under another name as it is, \
                and a new one begins, whose first entry says so.

                erase asks the desk to take the contents of requests out of the ledger, of those that are named and those \
                in which a text occurs; --preview lists them. retention says what need not be kept any longer, and purge \
                exports that to a file and asks the desk to remove it. Both are requests that a person has to approve. \
                All hashes stay: verify finds the ledger intact, and says what was erased and removed.
                """,
            positionals: [
                .init("WHAT", .word(Work.allCases.map(\.rawValue)), doc: Work.listed),
                .init(
                    "ID", .text, .any,
                    doc:
                        "of prove: a request's number or id, or entry:N; of erase: requests; of witness: files with checkpoints"
                ),
            ],
            options: [
                .init(
                    "against", "HEAD", .file, repeats: true,
                    doc: "of verify: a file with a checkpoint, or SIZE:HASH, that was kept elsewhere"),
                .init("proof", "FILE", .file, repeats: true, doc: "of verify: check this proof instead of the ledger"),
                .init(
                    "key", "KEY", repeats: true,
                    doc: "a public key to trust, as checkpoint prints it: of the ledger, or of a witness"),
                .init(
                    "reviewers", "FILE", .file, doc: "of verify: reviewers' keys to know beside those that are trusted"),
                .init("require-signatures", doc: "of verify: also decisions from before the first signature need one"),
                .init("continues", "SIZE", doc: "of checkpoint: with proof that it continues that many entries"),
                .init("export", "FILE", .file, doc: "of checkpoint: write it to a file; - is standard output"),
                .init(
                    "checkpoint", "FILE", .file,
                    doc: "of prove: the checkpoint to prove it by, for one with cosignatures"),
                .init(
                    "format", "FORMAT",
                    .word(ExportFormat.allCases.map(\.rawValue) + ReportFormat.allCases.map(\.rawValue)),
                    doc: "of export: jsonl, csv, ocsf or cef; of report: text, markdown or html"),
                .init("output", "FILE", .file, doc: "write to a file instead of standard output"),
                .init("since", "WHEN", .moment, doc: "of export and report: only what was asked since then"),
                .init("session", "ID", .text, doc: "of report: the session, of a desk or an agent"),
                .init("set-aside", doc: "of repair: keep a damaged ledger under another name, and begin a new one"),
                .init("containing", "TEXT", repeats: true, doc: "of erase: all requests in which the text occurs"),
                .init("linked", doc: "of erase: also what these replaced or undid, and what replaced or undid them"),
                .init("reason", "TEXT", doc: "of erase and purge: why, for the record"),
                .init("preview", doc: "of erase: list what would be erased, and ask for nothing"),
                .init("config", "FILE", .file, doc: "the configuration that names the ledger"),
                .init(
                    "json",
                    doc: "of verify, checkpoint, prove, witness, erase, retention and purge: print one JSON document"),
            ],
            examples: [
                .init("hitl audit verify", "is the ledger intact?"),
                .init("hitl audit checkpoint --export today.checkpoint", "what was signed, to keep elsewhere"),
                .init("hitl audit verify --against today.checkpoint", "is it still the one that was signed?"),
                .init("hitl audit prove 3 --output 3.tlog-proof", "proof of the decision on request 3"),
                .init("hitl audit verify --proof 3.tlog-proof --key hitl/ledger/…", "checks it, anywhere"),
                .init("hitl audit export --format jsonl > decisions.jsonl", "everything, one request a line"),
                .init("hitl audit repair --set-aside", "keep what is damaged, and go on with a new ledger"),
                .init("hitl audit erase --containing anna@example.com --preview", "where that address occurs"),
                .init("hitl audit purge --output old.jsonl", "what need not be kept, exported, then removed"),
                .init("hitl audit report --format html --output report.html", "the latest session, as a page"),
            ]),
        run: run)

    private enum Work: String, CaseIterable {
        case verify, export, report, checkpoint, prove, witness, repair, erase, retention, purge

        static let listed =
            "verify, export, report, checkpoint, prove, witness, repair, erase, retention or purge"

        /// All read a configuration.
        func takes(_ option: String) -> Bool {
            let own: [String] =
                switch self {
                case .verify: ["against", "proof", "key", "reviewers", "require-signatures", "json"]
                case .export: ["format", "output", "since"]
                case .report: ["format", "output", "since", "session"]
                case .repair: ["set-aside"]
                case .erase: ["containing", "linked", "reason", "preview", "json"]
                case .retention: ["json"]
                case .purge: ["output", "reason", "json"]
                case .checkpoint: ["continues", "export", "json"]
                case .prove: ["checkpoint", "output", "json"]
                case .witness: ["key", "output", "json"]
                }
            return option == "config" || own.contains(option)
        }
    }

    private static func run(_ arguments: Arguments) throws(UsageError) -> ExitCode {
        guard let work = Work(rawValue: arguments.positionals[0]) else {
            throw .badValue(arguments.positionals[0], of: "hitl audit", expected: Work.listed)
        }
        for option in program.definition.options where arguments.has(option.name) && !work.takes(option.name) {
            // What is exported is JSON unless it is asked for in another form.
            let nearest = work == .export && option.name == "json" ? "--format jsonl" : nil
            throw .unknownOption("--" + option.name, command: "hitl audit \(work.rawValue)", nearest: nearest)
        }
        let words = Array(arguments.positionals.dropFirst())
        switch work {
        case .verify: return try AuditVerify(arguments, words).run()
        case .checkpoint: return try AuditCheckpoint(arguments, words).run()
        case .prove: return try AuditProve(arguments, words).run()
        case .witness: return try AuditWitness(arguments, words).run()
        case .erase: return AuditRemoval.erase(arguments, words)
        case .export, .report, .repair, .retention, .purge: break
        }
        if let word = words.first { throw .superfluous(argument: word, command: "hitl audit \(work.rawValue)") }
        let since = try arguments.moment("since", now: Clocks.system.wall())
        let place: Place
        switch Place.find(file: arguments.text("config")) {
        case .failure(let failure): return failure.report()
        case .success(let found): place = found
        }
        switch work {
        case .repair: return AuditRepair.run(place, settingAside: arguments.has("set-aside"))
        case .retention: return AuditRemoval.retention(place, json: arguments.has("json"))
        case .purge: return try AuditRemoval.purge(arguments, place)
        default: break
        }
        switch place.readLedger() {
        case .failure(let failure): return failure.report()
        case .success(let ledger):
            return work == .report
                ? try AuditReportCommand.run(arguments, ledger, since: since)
                : try AuditExport.run(arguments, ledger, since: since)
        }
    }

    static func verification(of ledger: Ledger) async -> Result<Verification, Failure> {
        do throws(LedgerError) {
            return .success(
                try await ledger.verifyAtRest { () async throws(LedgerError) in try await ledger.verify() })
        } catch {
            return .failure(Failure(.ledger, error.description))
        }
    }
}
