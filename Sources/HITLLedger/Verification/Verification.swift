/// What verification found.
public struct Verification: Sendable, Equatable {
    /// Of the entries that were checked: all that were committed when it began.
    public var head: Head

    /// The newest head that was written down or signed, here or elsewhere, and that the chain still has.
    public var protected: Head?

    /// What was signed of it, here or elsewhere.
    public var checkpoints: VerifiedCheckpoints

    /// What does not hold; the chain first, then indexes, then lists. Empty: the ledger is intact.
    public var failures: [VerificationFailure]

    /// What has been taken out of it, each as a record says.
    public var removed = RemovedEntries()

    /// Heads from elsewhere that no longer vouch for every entry before them, oldest first.
    public var weakened: [WeakenedHead] = []

    /// The key that records are sealed with, where it is not here: then indexes were not checked.
    public private(set) var sealedWith: String?

    public init(
        head: Head, protected: Head?, checkpoints: VerifiedCheckpoints = VerifiedCheckpoints(),
        failures: [VerificationFailure]
    ) {
        self.head = head
        self.protected = protected
        self.checkpoints = checkpoints
        self.failures = failures
    }

    mutating func setSealedAside() {
        for failure in failures {
            guard case .sealed(_, let key) = failure else { continue }
            sealedWith = key
        }
        failures.removeAll { if case .sealed = $0 { true } else { false } }
    }

    /// How many of the newest entries no head covers: cutting them off would not be noticed.
    public var notYetProtected: Int64 {
        head.size - (protected?.size ?? 0)
    }
}
