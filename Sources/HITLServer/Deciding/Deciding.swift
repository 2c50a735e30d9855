import HITLCore
import HITLGate

extension DeskConnection {
    /// `approve` and `reject`: the same review that a person gives at the desk's own prompt.
    func review(_ answer: Review.Answer, _ object: JSONObject) async throws(DeskError) -> JSONValue {
        let parameters = try Parameters(
            object, of: answer.rawValue, knowing: ["request", "reason", "conditions", "digest"])
        let name = try parameters.required("request", try parameters.request("request"))
        let reason = try parameters.name("reason", within: 65536)
        let conditions = try parameters.texts("conditions") ?? []
        let shown = try parameters.name("digest").map { CallDigest($0) }

        let request = try await openRequest(name)
        do throws(Objection) {
            try desk.authority.checkMayDecide(peer, on: request)
        } catch {
            throw await refuse(error, what: "\(answer.rawValue) \(name.text)")
        }
        let review = Review(
            answer: answer, reviewer: desk.authority.reviewer, reason: reason, conditions: conditions)
        do throws(ReviewError) {
            let closed = try await desk.gate.review(request.number, review, shown: shown, executor: desk.executor)
            guard closed.status == .expired else { return decided(closed) }
            throw .alreadyClosed(.expired)
        } catch {
            throw reviewError(error, request.number)
        }
    }

    private func decided(_ request: ApprovalRequest) -> JSONValue {
        [
            "digest": .string(request.digest.description), "number": .integer(request.number),
            "status": .string(request.status.word), "tool": .string(request.call.tool),
        ]
    }

    /// The open request that a client names. To name one that does not exist is an attempt too.
    func openRequest(_ name: RequestName) async throws(DeskError) -> ApprovalRequest {
        let number: Int64
        switch name {
        case .number(let given): number = given
        case .id(let id):
            do throws(EventLedgerError) {
                guard let request = try desk.gate.ledger.request(opened: id) else { throw .unavailable("") }
                number = request.number
            } catch {
                throw await refuse(.unknownRequest(id.description), what: "a decision on the unknown request \(id)")
            }
        }
        do throws(ReviewError) {
            return try await desk.gate.queue.open(number)
        } catch {
            if case .unknownRequest = error {
                throw await refuse(.unknownRequest(name.text), what: "a decision on the unknown request \(number)")
            }
            throw reviewError(error, number)
        }
    }

    /// What the state machine says, with what a client needs to know of it.
    func reviewError(_ error: ReviewError, _ number: Int64) -> DeskError {
        switch error {
        case .alreadyClosed(let status): .alreadyClosed(.init(number: number, status: status, at: decidedAt(number)))
        case .unknownRequest(let name): .unknownRequest(name)
        case .ownRequest: .ownRequest
        case .notEligible(_, let because): .notEligible(because)
        case .reasonRequired(let answer): .reasonRequired(answer)
        case .digestMismatch(let shown, let current): .digestMismatch(shown: shown, current: current)
        case .editingForbidden: .editingForbidden
        case .notRunning: .notRunning
        case .notRecorded(let because): .ledgerUnavailable(because)
        case .notSigned(let because): .notSigned(because)
        case .deskClosing: .deskClosing
        }
    }

    /// Nil where the ledger does not say; that it is closed is known without.
    private func decidedAt(_ number: Int64) -> WallTime? {
        do throws(EventLedgerError) { return try desk.gate.ledger.history(of: .request(number)).decidedAt } catch {
            return nil
        }
    }
}
