/// Derives every index from its record again, and holds columns, lists and tables against it.
struct IndexVerifier {
    private let snapshot: any LedgerSnapshot
    private let indexer: Indexer
    private let sealing: RecordSealing
    private let identity: [UInt8]

    /// Reads one entry apart from the rows, of which an erased one needs time and the hash before.
    private let entry: @Sendable (Int64) throws(LedgerError) -> StoredEntry?

    /// What the records say of lists and tables. In memory: what is open at one time, the pairs of kind
    /// and label, and a sum for each list.
    fileprivate struct Derived {
        var sums: Sums
        var unresolved: [ByteKey: Unresolved] = [:]
        var tallies: [TallyKey: Int64] = [:]
        var removals = RemovalVerifier()
    }

    fileprivate struct Sums {
        var claim = ListSum()
        var subject = ListSum()
        var kind: ListSum
        var label: ListSum
    }

    init(
        _ snapshot: any LedgerSnapshot, indexer: @escaping Indexer, sealing: RecordSealing, identity: [UInt8],
        entry: @escaping @Sendable (Int64) throws(LedgerError) -> StoredEntry?
    ) {
        self.entry = entry
        self.snapshot = snapshot
        self.indexer = indexer
        self.sealing = sealing
        self.identity = identity
    }

    /// What was found, and what has been taken out of the ledger as its records say.
    struct Findings: Sendable {
        var failures: [VerificationFailure] = []
        var removed = RemovedEntries()
    }

    func run(progress: (Int64) -> Void) throws(LedgerError) -> Findings {
        var derived = Derived(
            sums: Sums(
                kind: ListSum(runLength: snapshot.runLength(of: .kind)),
                label: ListSum(runLength: snapshot.runLength(of: .label))))
        var failure: VerificationFailure?
        var last: Int64 = 0
        do throws(LedgerError) {
            try snapshot.scanIndex { row in
                last = row.sequence
                let record = Array(row.record)
                let removed = RemovedRecord(record)
                guard let index = indexer(record) else {
                    if case .missing(let key) = sealing.open(removed?.left ?? record, in: identity) {
                        failure = .sealed(sequence: row.sequence, key: key)
                    } else {
                        failure = .notARecord(sequence: row.sequence)
                    }
                    return false
                }
                if let column = IndexVerifier.difference(row, index) {
                    failure = .index(sequence: row.sequence, column: column)
                    return false
                }
                derived.add(index, at: row.sequence)
                if let removed {
                    var left: Digest?
                    if let stored = removed.left, case .record(let open) = sealing.open(stored, in: identity) {
                        do throws(LedgerError) { left = try entry(row.sequence)?.hash(leaving: open) } catch {
                            failure = .unreadable(after: row.sequence - 1, error.description)
                            return false
                        }
                        if left == nil { failure = .missing(sequence: row.sequence - 1) }
                        guard failure == nil else { return false }
                    }
                    derived.removals.found(row.sequence, by: removed.by, left: left)
                } else {
                    derived.removals.read(index.removes, at: row.sequence)
                }
                if row.sequence % progressStep == 0 { progress(row.sequence) }
                return true
            }
            if let failure { return Findings(failures: [failure]) }
            var failures =
                try derived.removals.failures + lists(derived) + unresolved(derived) + tallies(derived)
            // Says nothing more where a list is wrong already.
            if failures.isEmpty, let flaw = try snapshot.flaw() { failures.append(.structure(flaw)) }
            progress(last)
            return Findings(failures: failures, removed: derived.removals.removed)
        } catch .damaged(_, .structure(let sentence)) {
            return Findings(failures: [.unreadable(after: last, sentence)])
        }
    }

    private static func difference(_ row: borrowing IndexRow, _ index: Index) -> IndexColumn? {
        if !same(row.claim, index.claim) { return .claim }
        if !same(row.subject, index.subject) { return .subject }
        if !same(row.kind, index.kind) { return .kind }
        if !same(row.label, index.label) { return .label }
        if row.standing != index.standing.code.rawValue { return .standing }
        return nil
    }

    private static func same(_ stored: UnsafeRawBufferPointer?, _ text: String?) -> Bool {
        guard let stored, let text else { return stored == nil && text == nil }
        return ByteKey(text).withBytes { $0.hasBytes(of: stored) }
    }

    // MARK: - Lists

    private func lists(_ derived: Derived) throws(LedgerError) -> [VerificationFailure] {
        var failures: [VerificationFailure] = []
        let sums = derived.sums
        for (list, sum) in [
            (IndexColumn.claim, sums.claim.sum), (.subject, sums.subject.sum), (.kind, sums.kind.sum),
            (.label, sums.label.sum),
        ] {
            if let failure = try check(list, sum: sum) { failures.append(failure) }
        }
        return failures
    }

    /// A list is right when it has the same pairs of key and place as the rows and is in order. The
    /// pairs are compared by the sum of their hashes, which are seeded at random in every process.
    private func check(_ list: IndexColumn, sum: UInt64) throws(LedgerError) -> VerificationFailure? {
        let length = snapshot.runLength(of: list)
        var failure: VerificationFailure?
        var found: UInt64 = 0
        var key: [UInt8] = []
        var place: Int64 = 0
        var isFirst = true
        try snapshot.scanList(list) { nextKey, next in
            let isSame = !isFirst && key.withUnsafeBytes { $0.hasBytes(of: nextKey) }
            if isSame, list == .claim {
                failure = .claimedTwice(key: String(decoding: key, as: UTF8.self), first: place, second: next)
            } else if isSame ? next <= place : !isFirst && !key.lexicographicallyPrecedes(nextKey) {
                failure = .list(list, sequence: ListSum.first(of: next, length))
            }
            guard failure == nil else { return false }
            found &+= ListSum.fingerprint(nextKey, next)
            if !isSame { key = Array(nextKey) }
            place = next
            isFirst = false
            return true
        }
        if let failure { return failure }
        return found == sum ? nil : .list(list, sequence: try firstWrong(in: list))
    }

    /// Only asked of a list that is wrong, so it may remember all of it.
    private func firstWrong(in list: IndexColumn) throws(LedgerError) -> Int64 {
        let length = snapshot.runLength(of: list)
        var listed: [UInt64: Int64] = [:]
        try snapshot.scanList(list) { key, place in
            listed[ListSum.fingerprint(key, place)] = place
            return true
        }
        // The keys of the present run, which it is listed with once.
        var seen: Set<UInt64> = []
        var missing: Int64?
        try snapshot.scanIndex { row in
            let place = ListSum.place(of: row.sequence, length)
            if length == 1 || row.sequence % length == 1 { seen = [] }
            guard row.sequence <= snapshot.size / length * length, let key = row.key(of: list),
                seen.insert(ListSum.fingerprint(key, place)).inserted
            else { return true }
            if listed.removeValue(forKey: ListSum.fingerprint(key, place)) == nil, missing == nil {
                missing = row.sequence
            }
            return true
        }
        return missing ?? listed.values.min().map { ListSum.first(of: $0, length) } ?? 0
    }

    // MARK: - Tables

    private func unresolved(_ derived: Derived) throws(LedgerError) -> [VerificationFailure] {
        var recorded = derived.unresolved
        var failures: [VerificationFailure] = []
        for found in try snapshot.unresolved() {
            let expected = recorded.removeValue(forKey: ByteKey(found.subject))
            if expected != found {
                failures.append(.unresolved(subject: found.subject, recorded: expected, found: found))
            }
        }
        for missing in recorded.values.sorted(by: { $0.sequence < $1.sequence }) {
            failures.append(.unresolved(subject: missing.subject, recorded: missing, found: nil))
        }
        return failures
    }

    private func tallies(_ derived: Derived) throws(LedgerError) -> [VerificationFailure] {
        var recorded = derived.tallies
        var failures: [VerificationFailure] = []
        for found in try snapshot.tallies() {
            let key = TallyKey(kind: found.kind, label: found.label)
            let expected = recorded.removeValue(forKey: key) ?? 0
            if expected != found.count {
                failures.append(
                    .tally(kind: found.kind, label: found.label, recorded: expected, found: found.count))
            }
        }
        for (key, count) in recorded.sorted(by: { $0.key < $1.key }) {
            failures.append(.tally(kind: key.kind.text, label: key.label?.text, recorded: count, found: 0))
        }
        return failures
    }
}

extension IndexVerifier.Derived {
    fileprivate mutating func add(_ index: Index, at sequence: Int64) {
        sums.claim.add(index.claim, at: sequence)
        sums.subject.add(index.subject, at: sequence)
        sums.kind.add(index.kind, at: sequence)
        sums.label.add(index.label, at: sequence)
        tallies[TallyKey(index), default: 0] += 1
        guard let subject = index.subject else { return }
        switch index.standing {
        case .unchanged: break
        case .open(let brief):
            unresolved[ByteKey(subject)] = Unresolved(subject: subject, sequence: sequence, brief: brief)
        case .settled: unresolved[ByteKey(subject)] = nil
        }
    }
}

extension IndexRow {
    fileprivate func key(of list: IndexColumn) -> UnsafeRawBufferPointer? {
        switch list {
        case .claim: claim
        case .subject: subject
        case .kind: kind
        case .label: label
        case .standing: nil
        }
    }
}
