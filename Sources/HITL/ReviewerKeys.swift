import HITLPlatform

/// The keys with which a program's reviewers sign what they decide.
///
///     let gate = try await ToolGate(
///         ledger: .file("/var/lib/shop/ledger.db"),
///         signer: ReviewerKeys(["Ada": try .file("/var/lib/shop/ada.key")]), reviewCallback: askTheShiftLead)
///
/// Each decision is then in the ledger with an Ed25519 signature over the request, exactly what was asked, the answer, its
/// reason and the time (`docs/formats/records.md`, §6). Who has no key here decides nothing: the request goes on waiting.
///
/// Keys in the program's own memory say who decided as far as the program is believed. For keys that it does not have, as
/// in a token or another process, conform to `Signer`.
public struct ReviewerKeys: Signer {
    private let keys: [ByteKey: SigningKey]

    /// - Parameter keys: by the names that `ReviewAnswer`, `approve` and `reject` give. Names are compared by their bytes.
    public init(_ keys: [String: SigningKey]) {
        self.keys = Dictionary(keys.map { (ByteKey($0.key), $0.value) }) { first, _ in first }
    }

    public func signer(for reviewer: Principal) -> (any Signer)? {
        keys[ByteKey(reviewer.name)].map(OneKey.init)
    }

    /// Signs nothing by itself: it is `signer(for:)` that knows whose key is asked for.
    nonisolated(nonsending) public func sign(
        _ statement: @Sendable (_ key: String) -> [UInt8]
    ) async throws(SigningFailure) -> (key: String, bytes: [UInt8]) {
        throw SigningFailure("nobody's key was asked for.")
    }

    /// Whose signatures `ToolGate.verifySignatures` is to believe.
    public var known: [KnownKey] { keys.map { KnownKey(reviewer: $0.key.text, key: $0.value.verifying) } }

    private struct OneKey: Signer {
        let key: SigningKey

        nonisolated(nonsending) func sign(
            _ statement: @Sendable (_ key: String) -> [UInt8]
        ) async throws(SigningFailure) -> (key: String, bytes: [UInt8]) {
            let name = key.verifying.name
            do { return (name, try key.sign(statement(name))) } catch { throw SigningFailure(error.description) }
        }
    }
}

extension SigningKey {
    /// The key in an OpenSSH private key file of its owner's alone (`ssh-keygen -t ed25519`, without a passphrase). Where
    /// there is no file, a new key is made there, with mode 0600.
    ///
    /// - Throws: `HITLError.signing` with why it cannot be used: other users can read it, another type, a passphrase.
    public static func file(_ path: String) throws(HITLError) -> SigningKey {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try PrivateFile.read(path, limit: 1 << 16) } catch {
            guard case .notFound = error.reason else { throw .signing("The key `\(path)` cannot be read: \(error).") }
            return try make(path)
        }
        return try key(in: bytes, of: path)
    }

    private static func make(_ path: String) throws(HITLError) -> SigningKey {
        do {
            let key = try SigningKey.random()
            try PrivateFile.write(try OpenSSHKeyFile(key, comment: "hitl").bytes(), to: path)
            return key
        } catch {
            throw .signing("The key `\(path)` cannot be made: \(error).")
        }
    }

    private static func key(in bytes: [UInt8], of path: String) throws(HITLError) -> SigningKey {
        do throws(OpenSSHKeyFile.Flaw) { return try OpenSSHKeyFile(bytes).key } catch {
            switch error {
            case .encrypted:
                throw .signing("The key `\(path)` has a passphrase. Take one without, or conform to `Signer`.")
            case .notEd25519(let type): throw .signing("The key `\(path)` is of type `\(type)`, not ssh-ed25519.")
            case .notAKeyFile: throw .signing("`\(path)` is no OpenSSH private key.")
            case .damaged: throw .signing("The key `\(path)` is damaged.")
            }
        }
    }
}
