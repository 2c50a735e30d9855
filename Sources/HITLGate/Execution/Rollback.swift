public import HITLCore

/// Why a call cannot be undone.
public enum RollbackError: Error, Equatable, Sendable {
    case unknownCall
    /// It did not run, or failed, or nobody knows whether it happened: there is nothing certain to undo.
    case notSucceeded
    case alreadyRolledBack(by: Subject)
    /// Nothing was kept that would undo it.
    case nothingKept
    case refused(Refusal)
}

extension Gate {
    /// Whether what a call did can still be undone.
    ///
    /// - Returns: its history, for whoever builds the compensating call.
    public func undoable(_ subject: Subject) throws(RollbackError) -> RequestHistory {
        let history: RequestHistory
        do throws(EventLedgerError) { history = try ledger.history(of: subject) } catch {
            throw .refused(.ledgerUnavailable(because: error.description))
        }
        guard history.call != nil else { throw .unknownCall }
        guard history.finished?.value.status == .succeeded else { throw .notSucceeded }
        if let rolledBack = history.rolledBack { throw .alreadyRolledBack(by: rolledBack.value) }
        return history
    }

    /// Asks for a compensating call. It is a call like any other: it is judged, shown, waits for a
    /// decision, and can be undone itself.
    public func rollBack(
        _ subject: Subject, with call: ToolCall, from requester: Principal
    ) async throws(RollbackError) -> ApprovalRequest {
        _ = try undoable(subject)
        do throws(Refusal) { return try await post(call.undoing(subject), from: requester) } catch {
            throw .refused(error)
        }
    }
}
