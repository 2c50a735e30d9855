/// What the rows say of a list: the sum of the hashes of its pairs of key and place, in whatever order they come.
struct ListSum {
    private(set) var sum: UInt64 = 0
    private let runLength: Int64

    /// Of the run that is being read, which is listed when it is full.
    private var keys: Set<ByteKey> = []

    /// - Parameter runLength: how many entries a place stands for.
    init(runLength: Int64 = 1) {
        self.runLength = runLength
    }

    /// Every entry in order; what has no key is in no list.
    mutating func add(_ key: String?, at sequence: Int64) {
        if runLength == 1 {
            if let key { sum &+= Self.fingerprint(ByteKey(key), sequence) }
            return
        }
        if let key { keys.insert(ByteKey(key)) }
        guard sequence % runLength == 0 else { return }
        for key in keys { sum &+= Self.fingerprint(key, Self.place(of: sequence, runLength)) }
        keys.removeAll(keepingCapacity: true)
    }

    static func place(of sequence: Int64, _ runLength: Int64) -> Int64 {
        runLength == 1 ? sequence : (sequence - 1) / runLength
    }

    /// The first entry of a place.
    static func first(of place: Int64, _ runLength: Int64) -> Int64 {
        runLength == 1 ? place : place * runLength + 1
    }

    private static func fingerprint(_ key: ByteKey, _ place: Int64) -> UInt64 {
        key.withBytes { fingerprint($0, place) }
    }

    /// Seeded at random in every process.
    static func fingerprint(_ key: UnsafeRawBufferPointer, _ place: Int64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bytes: key)
        hasher.combine(place)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
