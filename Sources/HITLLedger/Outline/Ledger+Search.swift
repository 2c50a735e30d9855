import CSQLite

extension Ledger {
    /// The sequences of the entries in `range` whose record has these bytes, newest first. What they say is believed
    /// only once the entry was read.
    package func sequences(having text: [UInt8], in range: ClosedRange<Int64>) throws(LedgerError) -> [Int64] {
        guard !sealing.hasKeys, !text.isEmpty else {
            var found: [Int64] = []
            var next = range.lowerBound
            while next <= range.upperBound {
                let page = try entries(
                    from: next, limit: Int(min(range.upperBound - next + 1, 512)), briefs: .omitted)
                guard let last = page.last else { break }
                for entry in page where entry.record.withUnsafeBytes({ $0.contains(text) }) {
                    found.append(entry.sequence)
                }
                next = last.sequence + 1
            }
            return found.reversed()
        }
        return try matches(text, in: range)
    }
}

extension LedgerReading {
    package func matches(_ text: [UInt8], in range: ClosedRange<Int64>) throws(LedgerError) -> [Int64] {
        var found: [Int64] = []
        var next = range.lowerBound
        while next <= range.upperBound {
            let page = try entries(from: next, limit: Int(min(range.upperBound - next + 1, 512)))
            guard let last = page.last else { break }
            for entry in page where entry.record.withUnsafeBytes({ $0.contains(text) }) {
                found.append(entry.sequence)
            }
            next = last.sequence + 1
        }
        return found.reversed()
    }
}

extension UnsafeRawBufferPointer {
    func contains(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { text in hitl_has_bytes(baseAddress, count, text.baseAddress, text.count) != 0 }
    }
}
