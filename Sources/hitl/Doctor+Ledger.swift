import Glibc
import HITLConfiguration
import HITLConsole
import HITLGate
import HITLLedger
import HITLPlatform
import HITLServer

extension Doctor {
    /// What a moment shows, and no more than that is claimed.
    static func ledger(_ place: Place) -> [Finding] {
        guard access(place.ledgerPath, F_OK) == 0 else {
            if let left = [".heads", ".checkpoints"].first(where: { access(place.ledgerPath + $0, F_OK) == 0 }) {
                return [
                    Finding(
                        .missing,
                        "Ledger: `\(place.ledgerPath)` is gone. Put a backup in its place: what was signed of it is in `\(left)`",
                        mend: Mending.settingAside.rawValue)
                ]
            }
            return [Finding(.good, "Ledger: none yet; the first desk makes `\(place.ledgerPath)`")]
        }
        let ledger: Ledger
        switch place.readLedger() {
        case .failure(let failure): return [Finding(.missing, "Ledger: \(failure.message)", mend: "hitl audit verify")]
        case .success(let found): ledger = found
        }
        defer { ledger.close() }
        do throws(LedgerError) {
            let looked = try ledger.look()
            if let flaw = looked.flaw {
                return [
                    Finding(
                        .missing, "Ledger: `\(place.ledgerPath)`: \(flaw.sentence)",
                        mend: flaw.mending?.rawValue ?? "hitl audit verify")
                ]
            }
            let entries = "\(looked.size) \(looked.size == 1 ? "entry" : "entries")"
            return [
                Finding(
                    .good,
                    """
                    Ledger: `\(place.ledgerPath)`, \(entries). The last \(looked.checked) hold together, and it is as long \
                    as when it was last signed; `hitl audit verify` checks all
                    """)
            ]
        } catch {
            var mend = "hitl audit verify"
            if case .logKey(let path, _) = error { mend = "put `\(path)` back" }
            return [Finding(.missing, "Ledger: \(error)", mend: mend)]
        }
    }

    /// The key that decisions are signed with, those that count, and those that records are sealed with.
    static func keys(_ place: Place) -> [Finding] {
        let state = place.configuration.paths.state
        var findings = [signing(place, state)]
        do throws(KeyRing.Problem) {
            let ring = try KeyRing(state: state)
            let revoked = ring.entries.count { $0.revokedAt != nil }
            if !ring.entries.isEmpty {
                findings.append(
                    Finding(.good, "Reviewers' keys: \(ring.entries.count) known, \(revoked) of them revoked"))
            }
        } catch {
            findings.append(Finding(.missing, "Reviewers' keys: \(error)", mend: "hitl keys list"))
        }
        switch place.sealing() {
        case .failure(let failure):
            findings.append(
                Finding(
                    .missing, "Sealing: \(failure.message)", mend: "put the key back that `security.auditKeys` names"))
        case .success(let sealing) where sealing.current != nil:
            findings.append(Finding(.good, "Sealing: records are encrypted, and their key is here"))
        case .success:
            if place.configuration.encryptAuditLogs.value {
                findings.append(Finding(.good, "Sealing: records are encrypted; the first desk makes the key"))
            }
        }
        return findings
    }

    private static func signing(_ place: Place, _ state: String) -> Finding {
        let source = place.configuration.signingKey.value
        switch source {
        case .off:
            return Finding(.warning, "Signing: off; decisions are not signed", mend: "security: { signingKey: own }")
        case .own where access(ReviewerKey.ownPath(state), F_OK) != 0 && errno == ENOENT:
            return Finding(.good, "Signing: no key yet; the first desk makes one")
        case .own, .file, .agent: break
        }
        let loaded: Result<ReviewerKey, SigningFailure> = blocking {
            do throws(SigningFailure) {
                return .success(try await ReviewerKey.load(source, state: state, reviewer: place.account.name))
            } catch {
                return .failure(error)
            }
        }
        switch loaded {
        case .failure(let failure): return Finding(.missing, "Signing: \(failure.description)", mend: "hitl keys list")
        case .success(let key):
            let entry = try? KeyRing(state: state).entry(key.verifying)
            if entry?.revokedAt != nil {
                return Finding(
                    .missing, "Signing: your key \(key.verifying.name) was revoked", mend: "hitl keys new --replace")
            }
            return Finding(.good, "Signing: with \(key.verifying.name)")
        }
    }

    /// Who else could read or change what lies in the state directory and beside the ledger, and where a desk listens.
    static func permissions(_ place: Place) -> [Finding] {
        let state = place.configuration.paths.state
        let sockets = place.desk().paths.compactMap { path in
            path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) }
        }
        let looked =
            ([state, state + "/keys"] + sockets).map { ($0, UInt32(0o700)) } + place.ledgerFiles.map { ($0, 0o600) }
        var findings: [Finding] = []
        var count = 0
        for (path, mode) in looked {
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            count += 1
            let found = status.st_mode & 0o777
            if status.st_uid != place.account.uid {
                findings.append(
                    Finding(.missing, "Permissions: `\(path)` belongs to the user with id \(status.st_uid)"))
            } else if found & ~mode & 0o077 != 0 {
                findings.append(
                    Finding(
                        found & 0o022 != 0 ? .missing : .warning,
                        "Permissions: others can \(found & 0o022 != 0 ? "change" : "read") `\(path)` (mode 0\(String(found, radix: 8)))",
                        mend: "chmod \(String(mode, radix: 8)) '\(path)'"))
            }
        }
        guard findings.isEmpty else { return findings }
        return count == 0 ? [] : [Finding(.good, "Permissions: \(count) files and directories are yours alone")]
    }
}
