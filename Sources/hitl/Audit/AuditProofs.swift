import HITLConsole
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform
import HITLTerminal

/// `hitl audit verify --proof`: what a proof proves, to somebody who trusts the log's key.
struct AuditProofs {
    let files: [String]
    let keys: [NoteVerifier]
    let config: String?

    private struct Finding {
        let file: String
        let result: Result<(entry: EntryBytes, checkpoint: Checkpoint), NoteError>

        var holds: Bool {
            switch result {
            case .success: true
            case .failure: false
            }
        }
    }

    func run(json: Bool) -> ExitCode {
        var findings: [Finding] = []
        for file in files {
            let bytes: [UInt8]
            switch AuditFile.read(file) {
            case .failure(let failure): return failure.report()
            case .success(let read): bytes = read
            }
            do throws(NoteError) {
                let proof = try TreeProof(bytes)
                var trust = CheckpointTrust(origin: proof.checkpoint.checkpoint.origin, keys: keys)
                if trust.log.isEmpty { trust.log = ownKey(for: proof.checkpoint.checkpoint.origin) }
                guard !trust.log.isEmpty else {
                    return Failure(
                        .failed,
                        """
                        `\(file)` is of the log `\(proof.checkpoint.checkpoint.origin)`, whose key is not known here: it \
                        proves nothing without. Give the key with --key.
                        """
                    ).report()
                }
                let entry = try proof.entry(trusting: trust)
                findings.append(Finding(file: file, result: .success((entry, proof.checkpoint.checkpoint))))
            } catch {
                findings.append(Finding(file: file, result: .failure(error)))
            }
        }
        if json {
            Output.standard(JSONValue.array(findings.map(Self.json)).printable + "\n")
        } else {
            for finding in findings { Output.standard(Self.text(finding).rendered(for: Output.presentation(of: 1))) }
        }
        return findings.allSatisfy { $0.holds } ? .done : .ledger
    }

    /// Of the ledger that is here, where the proof is of that one.
    private func ownKey(for origin: String) -> [NoteVerifier] {
        guard case .success(let ledger) = Place.find(file: config).flatMap({ $0.readLedger() }),
            ledger.origin.utf8.elementsEqual(origin.utf8)
        else { return [] }
        defer { ledger.close() }
        do throws(LedgerError) { return try ledger.logKey().map { [$0] } ?? [] } catch { return [] }
    }

    private static func text(_ finding: Finding) -> StyledText {
        let file = DisplayText(untrusted: finding.file)
        switch finding.result {
        case .failure(let error):
            return StyledText("`\(file)` \(DisplayText(untrusted: error.description)).", .bad)
        case .success((let entry, let checkpoint)):
            var text = StyledText("`\(file)` proves entry \(entry.sequence).", .good)
            text.line("Log: \(DisplayText(untrusted: checkpoint.origin)), of \(checkpoint.size) entries", indent: 3)
            guard entry.erasedLeaf == nil else {
                text.line("What it contained was erased.", .warning, indent: 3)
                return text
            }
            text.line(
                "Appended: \(DisplayText(untrusted: WallTime(milliseconds: entry.time).timestamp))", indent: 3)
            text.line(
                "Record: \(DisplayText(untrusted: String(decoding: entry.record, as: UTF8.self)))", indent: 3)
            return text
        }
    }

    private static func json(_ finding: Finding) -> JSONValue {
        switch finding.result {
        case .failure(let error):
            return .members([
                "file": .string(finding.file), "holds": .bool(false), "reason": .string(error.description),
            ])
        case .success((let entry, let checkpoint)):
            return .members([
                "file": .string(finding.file), "holds": .bool(true), "entry": .integer(entry.sequence),
                "origin": .string(checkpoint.origin), "size": .integer(checkpoint.size),
                "time": .string(WallTime(milliseconds: entry.time).timestamp),
                "record": .string(String(decoding: entry.record, as: UTF8.self)),
            ])
        }
    }
}
