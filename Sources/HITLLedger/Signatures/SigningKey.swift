import CCrypto

/// An Ed25519 private key (RFC 8032).
///
/// `public` is derived from the seed, never taken from a file: a pair that does not fit would sign what nobody can
/// check, and leaks the key where two public keys are used with one seed.
public struct SigningKey: Sendable {
    /// 32 bytes; whoever has them signs in the owner's name.
    package let seed: [UInt8]
    public let verifying: VerifyingKey
    private let prepared: PreparedKey

    /// Nil unless `seed` is 32 bytes.
    public init?(seed: [UInt8]) {
        guard seed.count == Int(HITL_ED25519_SEED_BYTES) else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(HITL_ED25519_PUBLIC_BYTES))
        guard let handle = hitl_ed25519_key_new(seed, &bytes) else { return nil }
        prepared = PreparedKey(handle)
        guard let key = VerifyingKey(bytes: bytes) else { return nil }
        self.seed = seed
        verifying = key
    }

    /// A new key, from the kernel's randomness.
    package static func random() throws(LedgerError) -> SigningKey {
        guard let key = try SigningKey(seed: Randomness.bytes(Int(HITL_ED25519_SEED_BYTES))) else {
            throw .cryptography("an Ed25519 key could not be made")
        }
        return key
    }

    /// 64 bytes. Throws only where libcrypto cannot work at all.
    public func sign(_ message: [UInt8]) throws(LedgerError) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Int(HITL_ED25519_SIGNATURE_BYTES))
        guard hitl_ed25519_sign(prepared.handle, message, message.count, &signature) == 1 else {
            throw .cryptography("an Ed25519 signature could not be made")
        }
        return signature
    }
}

/// libcrypto's form of a private key.
///
/// Unchecked, because libcrypto lets any number of threads sign with one key: nobody changes it once it is made.
private final class PreparedKey: @unchecked Sendable {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { hitl_ed25519_key_free(handle) }
}

/// An Ed25519 public key.
public struct VerifyingKey: Sendable, Hashable {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// Nil unless `bytes` are 32. That they are a point of the curve is checked at the first verification.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Int(HITL_ED25519_PUBLIC_BYTES) else { return nil }
        self.bytes = bytes
    }

    public func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        signature.count == Int(HITL_ED25519_SIGNATURE_BYTES)
            && hitl_ed25519_verify(bytes, message, message.count, signature) == 1
    }
}
