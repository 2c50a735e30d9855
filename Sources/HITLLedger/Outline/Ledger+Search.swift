import CSQLite

extension Ledger {
    /// The sequences of the entries in `range` whose record has these bytes, newest first. What they say is believed
    /// only once the entry was read.
    package func sequences(having text: [UInt8], in range: ClosedRange<Int64>) throws(LedgerError) -> [Int64] {
        guard sealing.hasKeys || text.isEmpty else { return try matches(text, in: range) }
        return try found(in: range) { next, limit throws(LedgerError) in
            try entries(from: next, limit: limit, briefs: .omitted).map { ($0.sequence, $0.holds(text)) }
        }
    }
}

extension LedgerReading {
    package func matches(_ text: [UInt8], in range: ClosedRange<Int64>) throws(LedgerError) -> [Int64] {
        try found(in: range) { next, limit throws(LedgerError) in
            try entries(from: next, limit: limit).map { ($0.sequence, $0.holds(text)) }
        }
    }
}

extension Entry {
    fileprivate func holds(_ text: [UInt8]) -> Bool { record.withUnsafeBytes { $0.contains(text) } }
}

extension StoredEntry {
    fileprivate func holds(_ text: [UInt8]) -> Bool { record.withUnsafeBytes { $0.contains(text) } }
}

/// Goes through a range page by page.
///
/// - Returns: the sequences of what a page says is a match, newest first.
private func found(
    in range: ClosedRange<Int64>,
    _ page: (_ next: Int64, _ limit: Int) throws(LedgerError) -> [(sequence: Int64, isMatch: Bool)]
) throws(LedgerError) -> [Int64] {
    var found: [Int64] = []
    var next = range.lowerBound
    while next <= range.upperBound {
        let entries = try page(next, Int(min(range.upperBound - next + 1, 512)))
        guard let last = entries.last else { break }
        for entry in entries where entry.isMatch { found.append(entry.sequence) }
        next = last.sequence + 1
    }
    return found.reversed()
}

extension UnsafeRawBufferPointer {
    func contains(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { text in hitl_has_bytes(baseAddress, count, text.baseAddress, text.count) != 0 }
    }
}
