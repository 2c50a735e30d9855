import CCrypto

/// A key for AES-256-GCM (NIST SP 800-38D): hides bytes and notices any change to them or to what they are bound to.
public struct SealingKey: Sendable {
    private let bytes: [UInt8]

    /// Nil unless `bytes` are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Int(HITL_AES_KEY_BYTES) else { return nil }
        self.bytes = bytes
    }

    /// A random nonce of 12 bytes, the ciphertext, and a tag of 16 bytes, one after the other.
    ///
    /// - Parameter context: what the bytes belong to; they open only beside the same.
    public func seal(_ plain: [UInt8], for context: [UInt8]) throws(LedgerError) -> [UInt8] {
        let nonce = try Randomness.bytes(Int(HITL_GCM_NONCE_BYTES))
        var sealed = [UInt8](repeating: 0, count: plain.count + Int(HITL_GCM_TAG_BYTES))
        guard hitl_aes256gcm_seal(bytes, nonce, context, context.count, plain, plain.count, &sealed) == 1 else {
            throw .cryptography("bytes could not be encrypted")
        }
        return nonce + sealed
    }

    /// Nil where key, context or bytes are not the ones that were sealed.
    public func open(_ sealed: [UInt8], for context: [UInt8]) -> [UInt8]? {
        let count = sealed.count - Int(HITL_GCM_NONCE_BYTES) - Int(HITL_GCM_TAG_BYTES)
        guard count >= 0 else { return nil }
        let body = Array(sealed.dropFirst(Int(HITL_GCM_NONCE_BYTES)))
        var plain = [UInt8](repeating: 0, count: count)
        guard hitl_aes256gcm_open(bytes, sealed, context, context.count, body, count, &plain) == 1 else { return nil }
        return plain
    }
}
