/// An entry as its leaf has it: what is hashed of it (`docs/formats/ledger.md` §2).
package struct EntryBytes: Sendable, Equatable {
    package let sequence: Int64
    package let time: Int64
    package let previous: Digest
    package let record: [UInt8]

    package init(_ entry: Entry) {
        sequence = entry.sequence
        time = entry.time
        previous = entry.previous
        record = entry.record
    }

    /// Nil for less than the bytes of an empty record.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= 48, let previous = Digest(bytes: Array(bytes[16..<48])) else { return nil }
        sequence = Self.number(bytes[0..<8])
        time = Self.number(bytes[8..<16])
        self.previous = previous
        record = Array(bytes[48...])
    }

    package var bytes: [UInt8] {
        [sequence, time].flatMap { number in withUnsafeBytes(of: number.bigEndian) { Array($0) } }
            + previous.bytes + record
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }
}
