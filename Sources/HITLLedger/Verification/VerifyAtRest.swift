extension Ledger {
    /// Verifies, and again where nothing is wrong but that something is not taken out yet, once it is: the owner may be
    /// taking it out at this moment, and what it is through with is no damage. An owner that was stopped never will, so it
    /// is not waited for longer than `patience`.
    ///
    /// - Parameter verify: one of the ways to verify this ledger.
    package func verifyAtRest(
        patience: Duration = .seconds(2), _ verify: () async throws(LedgerError) -> Verification
    ) async throws(LedgerError) -> Verification {
        let end = ContinuousClock.now + patience
        var found = try await verify()
        while let waiting = found.lastNotYetRemoved, ContinuousClock.now < end {
            if try entry(at: waiting)?.removedBy != nil {
                found = try await verify()
            } else {
                do { try await Task.sleep(for: .milliseconds(20)) } catch { return found }
            }
        }
        return found
    }
}

extension Verification {
    /// The last entry that is to be taken out and is there, where nothing else is wrong.
    fileprivate var lastNotYetRemoved: Int64? {
        var last: Int64?
        for failure in failures {
            guard case .notYetRemoved(let sequence, _) = failure else { return nil }
            last = max(last ?? 0, sequence)
        }
        return last
    }
}
