import HITLCore
import HITLPlatform

extension Queue {
    // MARK: Coming back

    /// The request that was opened before with that id, under the number that it now has; nil where
    /// there is none. Waits where somebody is opening it at this moment.
    func known(_ id: RequestID, digest: CallDigest) async throws(Refusal) -> ApprovalRequest? {
        guard closure == nil else { throw .deskClosing }
        while opening[id] != nil {
            await withCheckedContinuation { opening[id, default: []].append($0) }
        }
        let original: ApprovalRequest
        let current: ApprovalRequest
        do {
            guard let found = try ledger.request(opened: id) else { return nil }
            original = found
            current = try successor(of: found)
        } catch {
            throw .ledgerUnavailable(because: error.description)
        }
        guard original.digest == digest else { throw .idInUse }
        return current
    }

    /// What edits have made of a request; itself where it was not edited.
    private func successor(of request: ApprovalRequest) throws(EventLedgerError) -> ApprovalRequest {
        var request = request
        while pending[request.number] == nil,
            case .superseded(let number)? = try ledger.history(of: .request(request.number)).status,
            let next = try ledger.history(of: .request(number)).request
        {
            request = next
        }
        return request
    }

    /// A requester comes back for a request that it opened before: it waits on, or hears what was decided.
    func rejoin(_ request: ApprovalRequest, opened: @Sendable (ApprovalRequest) -> Void) async -> Admission {
        if pending[request.number] != nil { return await seat(for: request) { opened(request) } }
        opened(request)
        return .answered(await collect(request))
    }

    /// What a request that is closed means for its requester. An approval is handed out once: whoever
    /// comes again finds the call started.
    func collect(_ request: ApprovalRequest) async -> Answer {
        let subject = Subject.request(request.number)
        func answer(_ decision: Decision) -> Answer {
            Answer(decision: decision, call: request.call, digest: request.digest, subject: subject)
        }
        // An edit of a call with secrets, after a restart: nobody has its bytes any more.
        guard request.call.content == .whole else {
            return answer(
                .refused(.ledgerUnavailable(because: "the secrets of request \(subject) are gone; ask again")))
        }
        do {
            let history = try ledger.history(of: subject)
            switch history.status {
            case .approved(let review):
                guard history.started == nil else { return answer(.refused(.alreadyStarted)) }
                try await write(Event.start(of: request.call, subject, request.digest))
                return answer(.permitted(.review(review)))
            case .pending, nil:
                return answer(.refused(.ledgerUnavailable(because: "request \(subject) is not open here")))
            case let status?: return answer(.refused(Refusal(status)))
            }
        } catch .claimed {
            return answer(.refused(.alreadyStarted))
        } catch {
            return answer(.refused(.ledgerUnavailable(because: error.description)))
        }
    }

    // MARK: Leaving

    /// A requester's task was cancelled: nobody is there to carry the call out, so it is withdrawn. One that
    /// had left before and only came to look leaves its request as it was.
    func requesterLeft(_ key: Int, _ reason: String? = nil) async {
        guard let number = seats[key], let entry = pending[number], let waiter = entry.waiter, waiter.key == key else {
            return
        }
        if entry.attendance == .detached {
            pending[number]?.presence = .detached
            answer(waiter, .refused(.withdrawn(by: waiter.request.requester, reason: "it is not waited for any more")))
            return
        }
        waiter.hasLeft = true
        if let reason { waiter.leaving = reason }
        do {
            let reason = "\(waiter.request.call.origin.agent) \(waiter.leaving)"
            _ = try await apply(.withdraw(by: .desk, reason: reason), to: number)
        } catch {
            // Where somebody else closed it, they answer, or an edit looks at `hasLeft`. Where it could not
            // be written, it did not happen.
            releaseIfLeft(number)
        }
    }

    /// The request stays pending with nobody there, because that its requester left could not be recorded.
    func releaseIfLeft(_ number: Int64) {
        guard let entry = pending[number], entry.writes == 0, let waiter = entry.waiter, waiter.hasLeft else { return }
        pending[number]?.presence = .gone
        answer(waiter, .refused(.ledgerUnavailable(because: "the withdrawal could not be recorded")))
    }
}

/// Whoever cancels the task of a requester that lives on says here why: `took it back`.
package enum Leaving {
    @TaskLocal package static var reason: String?
}

extension Event {
    /// What is written when a permitted call starts. A call whose requester does not say what comes of it
    /// ends for the record at once: nobody will ever know more.
    static func start(of call: ToolCall, _ subject: Subject, _ digest: CallDigest) -> [Event] {
        switch call.performer {
        case .unobserved: [.started(subject: subject, digest: digest), .finished(subject: subject, .unobserved)]
        case .requester, .desk: [.started(subject: subject, digest: digest)]
        }
    }
}

extension Outcome {
    /// Of a call that its requester carries out without a word about it.
    static let unobserved = Outcome(
        status: .unknown, summary: "not observed: its requester does not say what came of it")
}

extension Principal {
    /// The gate itself, where it is what ends a request.
    static let desk = Principal(role: .gate, name: "hitl", channel: "desk")
}

extension Refusal {
    /// What a status that is not `approved` means for the call. An approval is no refusal; asking for
    /// one is a mistake of the caller, which the answer cannot turn into a permission.
    init(_ status: Status) {
        switch status {
        case .rejected(let review): self = .rejected(review)
        case .expired: self = .expired
        case .withdrawn(let principal, let reason): self = .withdrawn(by: principal, reason: reason)
        case .superseded(let number): self = .superseded(by: number)
        case .pending, .approved: self = .alreadyStarted
        }
    }
}
