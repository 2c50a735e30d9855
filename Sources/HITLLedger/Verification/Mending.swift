/// What a person can do about a ledger that is not as it should be. Nothing is mended by itself.
public enum Mending: String, Sendable {
    /// Nobody was told of what is there: it is taken off, and that is recorded.
    case takingOff = "hitl audit repair"
    /// Something that was acknowledged is gone or changed: the ledger is kept as it is, and another begun.
    case settingAside = "hitl audit repair --set-aside"

    /// What helps against all of these; nil where neither does.
    public init?(_ failures: [VerificationFailure]) {
        let all = failures.compactMap(\.mending)
        guard let first = all.first else { return nil }
        self = all.contains(.settingAside) ? .settingAside : first
    }
}

extension VerificationFailure {
    public var mending: Mending? {
        switch self {
        case .torn: .takingOff
        case .changed, .missing, .reordered, .unexpected, .cut, .rewritten, .unreadableHeads, .forked,
            .cutBelowCheckpoint, .unreadableCheckpoints, .missingCheckpoint, .unreadable, .structure, .notARecord,
            .removedUnrecorded, .index, .list, .claimedTwice, .unresolved, .tally:
            .settingAside
        // What is given may be wrong, and what is derived is derived again; a removal is ended by the next desk.
        case .checkpoint, .foreignCheckpoint, .logKey, .tree, .outline, .sealed, .notYetRemoved: nil
        }
    }
}
