/// A dictionary for numbers that are given out in ascending order, such as those of requests.
///
/// A hash table keeps up to three places for one that is taken. Here keys and values stand in order, so that a hundred
/// thousand of them take little more room than they are long; what is removed leaves a gap until there are more gaps
/// than values.
///
///     keys    3   4   5   7   9        binary search; a new key is nearly always the greatest
///     values  a   –   c   –   e        `4` and `7` were removed
package struct AscendingTable<Value> {
    private var keys: ContiguousArray<Int64> = []
    private var values: ContiguousArray<Value?> = []
    package private(set) var count = 0

    /// So many gaps are left alone, however few values there are.
    private static var spareGaps: Int { 64 }

    package init() {}

    package subscript(key: Int64) -> Value? {
        get {
            let place = place(of: key)
            return isTaken(place, by: key) ? values[place] : nil
        }
        set {
            let place = place(of: key)
            switch (isTaken(place, by: key), newValue) {
            case (true, let value):
                count += (value == nil ? 0 : 1) - (values[place] == nil ? 0 : 1)
                values[place] = value
            case (false, let value?):
                keys.insert(key, at: place)
                values.insert(value, at: place)
                count += 1
            case (false, nil): return
            }
            if newValue == nil { closeGaps() }
        }
        // In place where it only changes what is there.
        _modify {
            let place = place(of: key)
            guard isTaken(place, by: key), values[place] != nil else {
                var value: Value?
                yield &value
                if value != nil { self[key] = value }
                return
            }
            yield &values[place]
            guard values[place] == nil else { return }
            count -= 1
            closeGaps()
        }
    }

    @discardableResult
    package mutating func removeValue(forKey key: Int64) -> Value? {
        let value = self[key]
        if value != nil { self[key] = nil }
        return value
    }

    /// In ascending order.
    package func map<Mapped>(_ body: (Int64, Value) -> Mapped) -> [Mapped] {
        var mapped: [Mapped] = []
        mapped.reserveCapacity(count)
        for (key, value) in zip(keys, values) {
            if let value { mapped.append(body(key, value)) }
        }
        return mapped
    }

    /// The first place whose key is not smaller.
    private func place(of key: Int64) -> Int {
        if let last = keys.last, last < key { return keys.count }
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func isTaken(_ place: Int, by key: Int64) -> Bool { place < keys.count && keys[place] == key }

    private mutating func closeGaps() {
        guard keys.count > 2 * count + Self.spareGaps else { return }
        var kept = AscendingTable()
        kept.keys.reserveCapacity(count)
        kept.values.reserveCapacity(count)
        for (key, value) in zip(keys, values) {
            guard let value else { continue }
            kept.keys.append(key)
            kept.values.append(value)
        }
        kept.count = count
        self = kept
    }
}

extension AscendingTable: Sendable where Value: Sendable {}
