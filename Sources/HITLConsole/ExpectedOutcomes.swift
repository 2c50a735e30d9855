import HITLPlatform

/// Whose outcome who reports: the command that approved, or an announcement later. Never both, never neither.
///
/// The outcome reaches both, in any order, so each leaves word for the other:
///
///     command waits ── announcer comes ──► leaves it to the command, and notes that it came
///                   ── command reports ──► the announcer, when it comes, says nothing
///                   ── command gives up ─► the announcer, when it comes, announces
package final class ExpectedOutcomes: Sendable {
    private enum Report {
        case awaited(announcerCame: Bool)
        /// By the command, before the announcer heard of it.
        case made
        case leftToAnnouncer
    }

    private let reports = Locked<[Int64: Report]>([:])

    /// The command that is about to approve reports the outcome.
    func expect(_ number: Int64) {
        reports.withLock { $0[number] = .awaited(announcerCame: false) }
    }

    /// The command has the outcome and reports it.
    func reported(_ number: Int64) {
        reports.withLock { reports in
            guard case .awaited(announcerCame: false)? = reports[number] else { return reports[number] = nil }
            reports[number] = .made
        }
    }

    /// The command has waited long enough.
    ///
    /// - Returns: whether the outcome came at that very moment, so that the command reports it after all.
    func leave(_ number: Int64) -> Bool {
        reports.withLock { reports in
            guard case .awaited(announcerCame: true)? = reports[number] else {
                reports[number] = .leftToAnnouncer
                return false
            }
            reports[number] = nil
            return true
        }
    }

    /// Nothing will run, or nobody will hear of it.
    func drop(_ number: Int64) {
        reports.withLock { $0[number] = nil }
    }

    /// Whether an outcome that has come is to be announced: it is where no command reports it.
    package func takeForAnnouncement(_ number: Int64) -> Bool {
        reports.withLock { reports in
            switch reports[number] {
            case .awaited?:
                reports[number] = .awaited(announcerCame: true)
                return false
            case .made?:
                reports[number] = nil
                return false
            case .leftToAnnouncer?, nil:
                reports[number] = nil
                return true
            }
        }
    }
}
