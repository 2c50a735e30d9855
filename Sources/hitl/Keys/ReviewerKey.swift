import Glibc
import HITLConfiguration
import HITLCore
import HITLGate
import HITLLedger
import HITLPlatform

/// The key that signs what the operator decides, wherever it is.
enum ReviewerKey: Sendable {
    case file(SigningKey)
    case agent(SSHAgent, VerifyingKey)

    var verifying: VerifyingKey {
        switch self {
        case .file(let key): key.verifying
        case .agent(_, let key): key
        }
    }

    nonisolated(nonsending) func sign(_ message: [UInt8]) async throws(SigningFailure) -> [UInt8] {
        switch self {
        case .file(let key):
            do { return try key.sign(message) } catch { throw SigningFailure(error.description) }
        case .agent(let agent, let key):
            do { return try await agent.sign(message, with: key) } catch { throw SigningFailure("\(error)") }
        }
    }

    // MARK: Finding

    static func ownPath(_ state: String) -> String { state + "/keys/signing" }

    /// The key that a setting names. An own one is made where it is missing.
    static func load(
        _ source: Configuration.SigningKeySource, state: String, reviewer: String
    ) async throws(SigningFailure) -> ReviewerKey {
        switch source {
        case .own: .file(try own(state, reviewer))
        case .file(let path): .file(try file(path))
        case .agent(let name): try await inAgent(name)
        case .off: throw SigningFailure("signing is off (`security.signingKey`).")
        }
    }

    /// The own key as it is; nil where there is none that can be read.
    static func ownKey(_ state: String) -> VerifyingKey? {
        do { return try file(ownPath(state)).verifying } catch { return nil }
    }

    private static func own(_ state: String, _ reviewer: String) throws(SigningFailure) -> SigningKey {
        let path = ownPath(state)
        if access(path, F_OK) != 0, errno == ENOENT { return try make(state, reviewer) }
        return try file(path)
    }

    /// Makes the own key, in the place of any that is there.
    static func make(_ state: String, _ reviewer: String) throws(SigningFailure) -> SigningKey {
        do {
            let key = try SigningKey.random()
            try PrivateDirectory.prepare(state + "/keys")
            try PrivateFile.write(
                try OpenSSHKeyFile(key, comment: "\(reviewer) hitl").bytes(), to: ownPath(state))
            return key
        } catch {
            throw SigningFailure("no key can be made: \(error)")
        }
    }

    private static func file(_ path: String) throws(SigningFailure) -> SigningKey {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try PrivateFile.read(path, limit: 1 << 16) } catch {
            throw SigningFailure("the key `\(path)` cannot be read: \(error).")
        }
        do throws(OpenSSHKeyFile.Flaw) { return try OpenSSHKeyFile(bytes).key } catch {
            switch error {
            case .encrypted:
                throw SigningFailure(
                    "the key `\(path)` has a passphrase: add it to ssh-agent and set `security.signingKey: agent`.")
            case .notEd25519(let type): throw SigningFailure("the key `\(path)` is of type `\(type)`, not ssh-ed25519.")
            case .notAKeyFile: throw SigningFailure("`\(path)` is no OpenSSH private key.")
            case .damaged: throw SigningFailure("the key `\(path)` is damaged.")
            }
        }
    }

    private static func inAgent(_ name: String?) async throws(SigningFailure) -> ReviewerKey {
        guard let path = Process.environment["SSH_AUTH_SOCK"], !path.isEmpty else {
            throw SigningFailure("SSH_AUTH_SOCK names no ssh-agent.")
        }
        let agent = SSHAgent(path: path)
        let found: [SSHAgent.Identity]
        do { found = try await agent.identities() } catch { throw SigningFailure("\(error)") }
        guard let name else {
            guard found.count <= 1 else {
                throw SigningFailure(
                    "ssh-agent has \(found.count) Ed25519 keys: name one, `security.signingKey: agent:\(found[0].key.name)`."
                )
            }
            guard let only = found.first else {
                throw SigningFailure("ssh-agent has no Ed25519 key, or is locked: see `ssh-add -l`.")
            }
            return .agent(agent, only.key)
        }
        guard let match = found.first(where: { $0.key.name.utf8.elementsEqual(name.utf8) }) else {
            throw SigningFailure("ssh-agent does not have the key `\(name)`, or is locked: see `ssh-add -l`.")
        }
        return .agent(agent, match.key)
    }
}
