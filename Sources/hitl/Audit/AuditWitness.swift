import HITLConfiguration
import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl audit witness`: co-signs checkpoints of other ledgers.
struct AuditWitness {
    private let arguments: Arguments
    private let files: [String]
    private let keys: [NoteVerifier]

    init(_ arguments: Arguments, _ words: [String]) throws(UsageError) {
        guard !words.isEmpty else { throw .missing(argument: "FILE", command: "hitl audit witness") }
        if words.count > 1, arguments.has("output") { throw .contradiction("--output", "several files") }
        self.arguments = arguments
        files = words
        keys = try AuditKeys.read(arguments)
    }

    private struct Finding {
        let file: String
        let result: Result<SignedCheckpoint, WitnessError>
    }

    func run() -> ExitCode {
        let place: Place
        switch Place.find(file: arguments.text("config")) {
        case .failure(let failure): return failure.report()
        case .success(let found): place = found
        }
        let witness: Witness
        do throws(WitnessError) {
            witness = try Witness(directory: place.configuration.paths.state + "/witness")
        } catch {
            return Failure(.failed, error.description).report()
        }
        var findings: [Finding] = []
        for file in files {
            switch AuditFile.read(file) {
            case .failure(let failure): return failure.report()
            case .success(let bytes): findings.append(Finding(file: file, result: cosign(bytes, by: witness)))
            }
        }
        return report(findings, by: witness.signer.verifier)
    }

    private func cosign(_ bytes: [UInt8], by witness: Witness) -> Result<SignedCheckpoint, WitnessError> {
        do throws(WitnessError) {
            let request: CheckpointRequest
            do throws(NoteError) { request = try CheckpointRequest(bytes) } catch { throw .note(error) }
            let seconds = Clocks.system.wall().milliseconds / 1000
            return .success(try witness.cosign(request, keys: keys, at: seconds))
        } catch {
            return .failure(error)
        }
    }

    private func report(_ findings: [Finding], by witness: NoteVerifier) -> ExitCode {
        var exit = ExitCode.done
        for finding in findings {
            guard case .failure(let error) = finding.result else { continue }
            if case .forked = error { exit = .ledger } else if exit == .done { exit = .failed }
        }
        if arguments.has("json") {
            Output.standard(
                JSONValue.members([
                    "witness": .string(witness.description), "checkpoints": .array(findings.map(Self.json)),
                ]).printable + "\n")
            return exit
        }
        for finding in findings {
            switch finding.result {
            case .success(let checkpoint):
                if let failure = AuditFile.write(checkpoint.note.description, to: arguments.text("output")) {
                    return failure.report()
                }
                Output.error("cosigned by \(witness)\n")
            case .failure(let error):
                Output.complaint(
                    StyledText(DisplayText.block(untrusted: "`\(finding.file)` is not cosigned. \(error)"), indent: 0))
            }
        }
        return exit
    }

    private static func json(_ finding: Finding) -> JSONValue {
        switch finding.result {
        case .success(let checkpoint):
            return .members([
                "file": .string(finding.file), "cosigned": .bool(true),
                "origin": .string(checkpoint.checkpoint.origin), "size": .integer(checkpoint.size),
                "checkpoint": .string(checkpoint.note.description),
            ])
        case .failure(let error):
            return .members([
                "file": .string(finding.file), "cosigned": .bool(false), "reason": .string(error.description),
            ])
        }
    }
}
