/// What a store is to put in the place of records.
package enum Replacement: Sendable {
    /// Of these entries; their indexes stay as they are.
    case records([(sequence: Int64, record: [UInt8])])

    /// Of all entries up to this one, oldest first, each with this record and an index that says nothing but `kind`.
    case prefix(through: Int64, record: [UInt8], kind: String)

    /// Nil: it stays as it is.
    func record(of sequence: Int64) -> [UInt8]? {
        switch self {
        case .records(let records):
            var (low, high) = (0, records.count)
            while low < high {
                let middle = (low + high) / 2
                if records[middle].sequence < sequence { low = middle + 1 } else { high = middle }
            }
            return low < records.count && records[low].sequence == sequence ? records[low].record : nil
        case .prefix(let last, let record, _): return sequence <= last ? record : nil
        }
    }

    func isAbout(_ sequences: ClosedRange<Int64>) -> Bool {
        switch self {
        case .records(let records): records.contains { sequences.contains($0.sequence) }
        case .prefix(let last, _, _): sequences.lowerBound <= last
        }
    }
}
