/// The hashes of the chain, as `docs/formats/ledger.md` §2 defines them.
enum Chain {
    /// Of the bytes before the record in a leaf: the prefix, sequence, time and previous hash.
    private static let headerCount = 1 + 8 + 8 + Digest.byteCount

    /// RFC 9162 §2.1.1: leaf hashes begin with 0x00 and node hashes with 0x01, so neither can pass for
    /// the other. Leaf = SHA-256(0x00 ‖ sequence ‖ time ‖ previous ‖ record); all before the record has
    /// a fixed length, so the concatenation has one reading.
    static func leaf(sequence: Int64, time: Int64, previous: Digest, record: UnsafeRawBufferPointer) -> Digest {
        withUnsafeTemporaryAllocation(byteCount: headerCount, alignment: 8) { header in
            header[0] = 0x00
            header.storeBytes(of: sequence.bigEndian, toByteOffset: 1, as: Int64.self)
            header.storeBytes(of: time.bigEndian, toByteOffset: 9, as: Int64.self)
            previous.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: header[17...]).copyMemory(from: $0) }
            return Digest(hashing: UnsafeRawBufferPointer(header), then: record)
        }
    }

    /// What stands for the entry before the first: it binds the ledger's identity and the version of
    /// the format into every hash, so that no part of one ledger fits into another.
    static func genesis(identity: [UInt8]) -> Digest {
        Digest(hashing: Array("hitl ledger v1\n".utf8) + identity)
    }
}
