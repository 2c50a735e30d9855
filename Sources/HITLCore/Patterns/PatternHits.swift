/// Which patterns of a set occur in what was scanned.
struct PatternHits: Sendable {
    private var words: [UInt64]
    private(set) var ids: [Int32] = []

    init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    mutating func insert(_ id: Int32) {
        guard !contains(id) else { return }
        words[Int(id >> 6)] |= 1 << UInt64(id & 63)
        ids.append(id)
    }

    func contains(_ id: Int32) -> Bool { words[Int(id >> 6)] & (1 << UInt64(id & 63)) != 0 }

    /// As cheap as what it held.
    mutating func removeAll() {
        for id in ids { words[Int(id >> 6)] = 0 }
        ids.removeAll(keepingCapacity: true)
    }
}
