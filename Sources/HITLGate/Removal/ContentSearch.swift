import HITLCore

/// Looks for a text in records, as canonical JSON spells it.
struct ContentSearch {
    private let needle: [UInt8]

    init(_ text: String) {
        needle = JSONValue.string(text).canonical.dropFirst().dropLast().map(Self.folded)
    }

    func occurs(in record: [UInt8]) -> Bool {
        guard let first = needle.first, record.count >= needle.count else { return false }
        return record.withUnsafeBufferPointer { record in
            var place = 0
            while place + needle.count <= record.count {
                if Self.folded(record[place]) == first,
                    needle.indices.allSatisfy({ Self.folded(record[place + $0]) == needle[$0] })
                {
                    return true
                }
                place += 1
            }
            return false
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
