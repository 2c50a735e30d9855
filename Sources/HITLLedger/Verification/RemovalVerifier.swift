/// Holds what is missing of entries against the records that let it be taken out.
///
/// In memory: one digest for each entry that was erased, and a few numbers for those that are gone.
struct RemovalVerifier: Sendable {
    private struct Left {
        let by: Int64
        let digest: Digest
    }

    /// What is left of entries, until the entry that each names is reached.
    private var left: [Int64: Left] = [:]
    private var erased: Int64 = 0

    /// Those of which something is left, ascending, by the entry that records it.
    private var places: [Int64: [Int64]] = [:]

    /// Nothing is left of the entries up to this one.
    private var clearedThrough: Int64 = 0

    /// The first and the last of them that name an entry, until that is reached. There are two at most where a later
    /// removal, which goes over an earlier one again, was stopped.
    private var cleared: [Int64: ClosedRange<Int64>] = [:]
    private var found: [VerificationFailure] = []

    /// - Parameter left: the hash of the entry with what is left of it; nil where nothing is.
    mutating func found(_ sequence: Int64, by: Int64, left digest: Digest?) {
        if let digest {
            left[sequence] = Left(by: by, digest: digest)
            places[by, default: []].append(sequence)
        } else if sequence == clearedThrough + 1 {
            clearedThrough = sequence
            cleared[by] = (cleared[by]?.lowerBound ?? sequence)...sequence
        } else {
            found.append(.removedUnrecorded(sequence: sequence))
        }
    }

    mutating func read(_ removes: Removes, at sequence: Int64) {
        switch removes {
        case .nothing: return
        case .contents(let contents):
            for removed in contents where removed.sequence > clearedThrough && removed.sequence < sequence {
                guard let rest = left[removed.sequence] else {
                    found.append(.notYetRemoved(sequence: removed.sequence, by: sequence))
                    continue
                }
                guard rest.by == sequence, rest.digest == removed.left else { continue }
                left[removed.sequence] = nil
                erased += 1
            }
        case .prefix(let last):
            guard last < sequence else { return }
            if let range = cleared[sequence], range.upperBound <= last { cleared[sequence] = nil }
            if clearedThrough < last { found.append(.notYetRemoved(sequence: clearedThrough + 1, by: sequence)) }
        }
    }

    /// Once all entries were read.
    var failures: [VerificationFailure] {
        found
            + (Array(left.keys) + cleared.values.map(\.lowerBound)).sorted().prefix(100)
            .map { .removedUnrecorded(sequence: $0) }
    }

    var removed: RemovedEntries {
        var removed = RemovedEntries()
        (removed.erased, removed.purgedThrough, removed.places) = (erased, clearedThrough, places)
        return removed
    }
}
