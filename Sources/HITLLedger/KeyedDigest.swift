/// HMAC-SHA-256 (RFC 2104, FIPS 198-1).
///
/// What a record says about a short secret is a keyed digest: without the key nobody can try all
/// passwords of eight letters against it.
public enum KeyedDigest {
    /// A key of any length; 32 random bytes are right.
    public static func hmac(key: [UInt8], _ bytes: [UInt8]) -> Digest {
        key.withUnsafeBytes { key in bytes.withUnsafeBytes { Digest(keyedBy: key, hashing: $0) } }
    }
}
