/// What is found without reading records: derived from them when a file ledger is opened, and as it grows.
struct FileIndex: Sendable {
    struct Place: Sendable {
        let segment: Int32
        let length: Int32
        let offset: Int64
    }

    private(set) var places: [Place] = []
    private(set) var hashes: [Digest] = []
    private(set) var claims: [ByteKey: Int] = [:]

    /// Claims that were made before; an intact ledger has none.
    private(set) var repeatedClaims: [(key: ByteKey, place: Int)] = []
    private(set) var subjects: [ByteKey: [Int]] = [:]
    private(set) var kinds: [ByteKey: [Int]] = [:]
    private(set) var labels: [ByteKey: [Int]] = [:]
    private(set) var unresolved: [ByteKey: Unresolved] = [:]
    private(set) var tallies: [TallyKey: Int64] = [:]

    var count: Int { places.count }

    /// - Parameter index: nil where the bytes are no record; it is in no list then, which verification finds.
    mutating func append(_ place: Place, hash: Digest, index: Index?) {
        let number = places.count
        places.append(place)
        hashes.append(hash)
        guard let index else { return }
        kinds[ByteKey(index.kind), default: []].append(number)
        tallies[TallyKey(index), default: 0] += 1
        if let claim = index.claim.map(ByteKey.init) {
            if claims[claim] == nil { claims[claim] = number } else { repeatedClaims.append((claim, number)) }
        }
        if let label = index.label { labels[ByteKey(label), default: []].append(number) }
        guard let subject = index.subject else { return }
        subjects[ByteKey(subject), default: []].append(number)
        switch index.standing {
        case .unchanged: break
        case .open(let brief):
            unresolved[ByteKey(subject)] = Unresolved(subject: subject, sequence: Int64(number) + 1, brief: brief)
        case .settled: unresolved[ByteKey(subject)] = nil
        }
    }

    var sortedTallies: [Tally] {
        tallies.sorted { $0.key < $1.key }
            .map { Tally(kind: $0.key.kind.text, label: $0.key.label?.text, count: $0.value) }
    }

    var sortedUnresolved: [Unresolved] { unresolved.values.sorted { $0.sequence < $1.sequence } }

    /// The entries of a list, by key and then by number.
    func list(_ column: IndexColumn) -> [(key: ByteKey, places: [Int])] {
        let lists: [ByteKey: [Int]]
        switch column {
        case .claim:
            var all = claims.mapValues { [$0] }
            for (key, place) in repeatedClaims { all[key, default: []].append(place) }
            lists = all
        case .subject: lists = subjects
        case .kind: lists = kinds
        case .label: lists = labels
        case .standing: lists = [:]
        }
        return lists.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
