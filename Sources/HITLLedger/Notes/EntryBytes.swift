/// An entry as its leaf has it: what is hashed of it (`docs/formats/ledger.md` §2).
package struct EntryBytes: Sendable, Equatable {
    package let sequence: Int64
    package let time: Int64
    package let previous: Digest
    package let record: [UInt8]

    /// All else is gone but the leaf hash.
    package let erasedLeaf: Digest?

    private static let erasedPrefix = Array("hitl erased leaf v1\n".utf8)

    package init(_ entry: Entry) {
        erasedLeaf = entry.removedBy == nil ? nil : entry.hash
        sequence = entry.sequence
        time = entry.time
        previous = entry.previous
        record = entry.record
    }

    /// Nil for less than the bytes of an empty record.
    ///
    /// - Parameter index: where the leaf is, for one of which nothing else is told.
    package init?(_ bytes: [UInt8], at index: Int64 = 0) {
        if bytes.count == Self.erasedPrefix.count + Digest.byteCount, bytes.starts(with: Self.erasedPrefix) {
            erasedLeaf = Digest(bytes: Array(bytes.suffix(Digest.byteCount)))
            (sequence, time, previous, record) = (index + 1, 0, .zero, [])
            return
        }
        erasedLeaf = nil
        guard bytes.count >= 48, let previous = Digest(bytes: Array(bytes[16..<48])) else { return nil }
        sequence = Self.number(bytes[0..<8])
        time = Self.number(bytes[8..<16])
        self.previous = previous
        record = Array(bytes[48...])
    }

    package var leaf: Digest { erasedLeaf ?? Merkle.leaf(bytes) }

    package var bytes: [UInt8] {
        if let erasedLeaf { return Self.erasedPrefix + erasedLeaf.bytes }
        return [sequence, time].flatMap { number in withUnsafeBytes(of: number.bigEndian) { Array($0) } }
            + previous.bytes + record
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }
}
