import CCrypto

/// SHA-256 of contents that need not be in memory as a whole.
struct ContentDigest {
    private var state = hitl_sha256_state()
    private(set) var byteCount = 0

    init() { hitl_sha256_init(&state) }

    mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { hitl_sha256_update(&state, $0.baseAddress, $0.count) }
        byteCount += bytes.count
    }

    /// 64 hexadecimal digits in lower case.
    mutating func finish() -> String {
        var digest = [UInt8](repeating: 0, count: Int(HITL_SHA256_BYTES))
        hitl_sha256_final(&state, &digest)
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func of(_ bytes: [UInt8]) -> String {
        var digest = ContentDigest()
        digest.update(bytes)
        return digest.finish()
    }
}
