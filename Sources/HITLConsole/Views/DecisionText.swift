package import HITLCore
package import HITLTerminal

/// How something that happened is put in one or two lines.
package enum DecisionText {
    /// `approved by alice (human@tty)`, for people who come too late.
    package static func status(_ status: Status) -> DisplayText {
        switch status {
        case .pending: "pending"
        case .approved(let review): "approved by \(reviewer(review))"
        case .rejected(let review): "rejected by \(reviewer(review))"
        case .expired: "expired: nobody decided in time"
        case .withdrawn(_, let reason): "withdrawn: \(DisplayText(untrusted: reason))"
        case .superseded(let number): "superseded by request \(number)"
        }
    }

    private static func reviewer(_ review: Review) -> DisplayText {
        "\(DisplayText(untrusted: review.reviewer.name)) (\(DisplayText(untrusted: review.reviewer.actor)))"
    }

    /// The line under an approval: what became of the call.
    package static func outcome(_ outcome: Outcome) -> DisplayText {
        switch outcome.status {
        case .succeeded: "Execution completed successfully"
        case .failed: "Execution failed"
        case .unknown: "Outcome unknown"
        }
    }

    /// What a refused review is told.
    package static func error(_ error: ReviewError, number: Int64, at decidedAt: String? = nil) -> DisplayText {
        switch error {
        case .alreadyClosed(let status):
            "Request \(number) was already \(self.status(status))\(decidedAt.map { ", \(DisplayText(untrusted: $0))" } ?? "")."
        case .unknownRequest(let name): "There is no request \(DisplayText(untrusted: name))."
        case .ownRequest: "Request \(number) is your own: nobody reviews what they asked for."
        case .notEligible(_, let because): "You may not decide request \(number): \(DisplayText(untrusted: because))."
        case .reasonRequired(.approve): "Approving needs a reason here: add `--reason \"why\"`."
        case .reasonRequired(.reject): "Rejecting needs a reason here: add `--reason \"why\"`."
        case .digestMismatch: "Request \(number) is not what was shown. Nothing was decided: look at it again."
        case .editingForbidden:
            "Arguments may not be changed here (`allowArgumentModification` is off). Reject it and say what you would accept."
        case .notRunning: "Request \(number) is not running."
        case .notRecorded(let because):
            "Nothing was decided, because it could not be recorded: \(DisplayText(untrusted: because))"
        case .notSigned(let because):
            "Nothing was decided, because it could not be signed: \(DisplayText(untrusted: because))"
        case .deskClosing: "The desk is closing, so nothing was decided: request \(number) is left to the next desk."
        }
    }
}
