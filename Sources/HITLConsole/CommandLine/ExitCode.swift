import HITLCore

/// How a command ended, for the shell. Part of the interface: the numbers are in the manual and stay.
package enum ExitCode: Int32, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
    case rejected = 3
    /// Expired or withdrawn: nobody decided.
    case undecided = 4
    case denied = 5
    case noDesk = 6
    /// The ledger is damaged or cannot be written.
    case ledger = 7
    case pending = 75
    /// A gated command did not run.
    case notRun = 125
}

extension ExitCode {
    /// Of a decision that was not taken.
    static func of(_ error: ReviewError) -> ExitCode {
        switch error {
        case .notRecorded, .notSigned: .ledger
        case .deskClosing: .noDesk
        case .alreadyClosed, .unknownRequest, .ownRequest, .notEligible, .reasonRequired, .digestMismatch,
            .editingForbidden, .notRunning:
            .failed
        }
    }
}
