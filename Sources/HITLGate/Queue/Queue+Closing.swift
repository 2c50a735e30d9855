public import HITLCore
import HITLLedger
import HITLPlatform

/// A request as it closed, and who carries the call out where it may run.
struct Closing {
    enum Handover {
        /// It does not run, or not yet: the requester has still to come for the approval.
        case nobody
        /// The requester was there and has the answer.
        case requester
        /// It was started for whoever reviewed it, because nobody else was there.
        case reviewer
    }

    let request: ApprovalRequest
    let handover: Handover
}

/// Whether a reviewer would carry out a call of `hitl`'s own tools whose requester is gone.
enum Standby { case none, reviewer }

extension Queue {
    // MARK: Deciding

    func review(
        _ number: Int64, _ review: Review, shown: CallDigest?, standby: Standby
    ) async throws(ReviewError) -> Closing {
        try checkOpen()
        var request = try open(number)
        if review.answer == .approve { try checkRunnable(request, by: review.reviewer) }
        let now = steady.now
        guard case .close = try request.apply(.review(review, shown: shown), at: now) else {
            return Closing(request: request, handover: .nobody)
        }
        return try await close(try await signed(request, at: now), standby)
    }

    /// Secrets are in memory only. After a restart a call with some can run where its requester, who has them, carries
    /// it out or comes back with them, and nowhere else.
    private func checkRunnable(_ request: ApprovalRequest, by reviewer: Principal) throws(ReviewError) {
        guard request.status == .pending, request.call.content == .redacted, request.call.performer == .desk else {
            return
        }
        throw .notEligible(
            reviewer,
            because: "the secrets in it were kept in memory only and are gone with the desk that had them; reject it, "
                + "and let its agent ask again")
    }

    /// Takes a request back.
    ///
    /// - Returns: the request as it closed: withdrawn, or `expired` where that was too late.
    public func withdraw(
        _ number: Int64, by principal: Principal, reason: String
    ) async throws(ReviewError) -> ApprovalRequest {
        try checkOpen()
        return try await apply(.withdraw(by: principal, reason: reason), to: number).request
    }

    /// What a desk that closes has not decided stays for the next one.
    func checkOpen() throws(ReviewError) {
        guard closure == nil else { throw .deskClosing }
    }

    func apply(
        _ input: ApprovalRequest.Input, to number: Int64, standby: Standby = .none
    ) async throws(ReviewError) -> Closing {
        var request = try open(number)
        switch try request.apply(input, at: steady.now) {
        case .close: return try await close(request, standby)
        case .waitUntil(let deadline):
            try await writing(about: number, [.extended(request: number, deadline: deadline)])
            guard pending[number] != nil else { throw .alreadyClosed(try status(of: number)) }
            pending[number]?.deadline = deadline
            pending[number]?.waiter?.request = request
            watch(number, deadline)
            observers.tell(.extended(number, deadline: deadline))
        case .keepWaiting: break
        }
        return Closing(request: request, handover: .nobody)
    }

    // MARK: Closing

    /// Writes how the request closed, then tells everybody. Where the call may run and somebody is
    /// there to run it, `started` is claimed in the same write: one sync for both.
    @discardableResult
    func close(_ request: ApprovalRequest, _ standby: Standby = .none) async throws(ReviewError) -> Closing {
        let number = request.number
        let starter = starter(of: request, standby)
        // The clock of the desk that opened it may have been ahead of ours.
        let waited = max(steady.now - request.openedAt, Milliseconds(0))
        var events: [Event] = [.closed(Event.Closed(request, waited: waited))]
        if starter != .nobody { events += Event.start(of: request.call, .request(number), request.digest) }
        try await writing(about: number, events)

        usage.close(number, as: request.status)
        // The requester first: it waits.
        let waiter = pending[number]?.waiter
        let decision = decision(on: request, starter)
        if let waiter, let decision { answer(waiter, decision) }
        _ = forget(number)
        defer { observers.tell(.closed(request)) }
        guard let waiter else { return Closing(request: request, handover: starter) }
        // It came while that was written, too late for `started` to be written with it.
        if decision == nil { answer(waiter, await collect(request)) }
        return Closing(request: request, handover: .requester)
    }

    /// Nil where an approval has still to be collected.
    private func decision(on request: ApprovalRequest, _ starter: Closing.Handover) -> Decision? {
        switch (request.status, starter) {
        case (.approved(let review), .requester), (.approved(let review), .reviewer): .permitted(.review(review))
        case (.approved, .nobody): nil
        case (.pending, _), (.rejected, _), (.expired, _), (.withdrawn, _), (.superseded, _):
            .refused(Refusal(request.status))
        }
    }

    /// Who starts an approved call, as far as one can tell before it is written that it was approved.
    private func starter(of request: ApprovalRequest, _ standby: Standby) -> Closing.Handover {
        switch request.status {
        case .pending, .rejected, .expired, .withdrawn, .superseded: return .nobody
        case .approved: break
        }
        switch (pending[request.number]?.presence, request.call.performer, standby) {
        case (.here?, _, _): return .requester
        case (.gone?, .desk, .reviewer), (.detached?, .desk, .reviewer): return .reviewer
        case (.gone?, _, _), (.detached?, _, _), (nil, _, _): return .nobody
        }
    }

    /// Appends what one request is about.
    ///
    /// - Throws: `alreadyClosed` when somebody else closed it first, `notRecorded` when it could not be written;
    ///   the request is then as it was.
    @discardableResult
    func writing(about number: Int64, _ events: [Event]) async throws(ReviewError) -> [Entry] {
        pending[number]?.writes += 1
        let failure: EventLedgerError
        do throws(EventLedgerError) {
            let entries = try await write(events)
            pending[number]?.writes -= 1
            return entries
        } catch {
            failure = error
        }
        pending[number]?.writes -= 1
        switch failure {
        case .claimed:
            // The winner of this desk, if it was one of ours, is on its way and answers the requester. If none
            // is, another desk on the same ledger has won.
            if pending[number]?.writes == 0 { await adopt(number) }
            throw .alreadyClosed(try status(of: number))
        case .unavailable, .unreadable:
            releaseIfLeft(number)
            throw .notRecorded(because: failure.description)
        }
    }

    /// Takes over how another desk on this ledger closed a request.
    private func adopt(_ number: Int64) async {
        let history: RequestHistory
        do { history = try ledger.history(of: .request(number)) } catch {
            // It is not known what it became. Whoever decides next meets the claim again.
            releaseIfLeft(number)
            return
        }
        guard let request = history.request, request.status != .pending else { return }
        let entry = forget(number)
        usage.close(number, as: request.status)
        observers.tell(.closed(request))
        guard let waiter = entry?.waiter else { return }
        answer(waiter, await collect(request))
    }

    // MARK: Editing

    /// Replaces a request by one with another call. The requester goes on waiting, now for the new one.
    ///
    /// - Throws: `notEligible` where the policy denies the new call; the old request then stays.
    func supersede(
        _ number: Int64, with call: ToolCall, digest: CallDigest, verdict: Verdict, by reviewer: Principal,
        hold: UsageBook.Hold? = nil
    ) async throws(ReviewError) -> ApprovalRequest {
        try checkOpen()
        var old = try open(number)
        guard !reviewer.isSame(as: old.requester) else { throw .ownRequest(old.requester) }
        guard call.content == .whole, old.call.content == .whole else {
            throw .notEligible(reviewer, because: "the secrets in it are gone, so it cannot be edited")
        }
        switch verdict.effect {
        case .deny:
            let names = verdict.rules.map { "`\($0.name)`" }.joined(separator: ", ")
            throw .notEligible(reviewer, because: "the policy denies the edited call (\(names))")
        case .ask, .allow: break
        }
        let new: ApprovalRequest
        do {
            new = try newRequest(
                call, digest: digest, verdict: verdict, from: old.requester, old.attendance, id: nil, supersedes: number
            )
        } catch {
            throw .notRecorded(because: error.description)
        }
        guard case .close(.superseded) = try old.apply(.supersede(by: new.number), at: steady.now) else {
            try await close(old)
            throw .alreadyClosed(old.status)
        }
        let waited = max(steady.now - old.openedAt, Milliseconds(0))
        let entries = try await writing(
            about: number, [.opened(Event.Opened(new)), .closed(Event.Closed(old, waited: waited))])
        usage.give(hold, to: new.number)
        await move(old, to: new, openingDigest(in: entries))
        return new
    }

    private func move(_ old: ApprovalRequest, to new: ApprovalRequest, _ opening: Digest?) async {
        let presence = forget(old.number)?.presence ?? .gone
        usage.close(old.number, as: old.status)
        reserve(for: new.call)
        insert(new, presence)
        observers.tell(.closed(old))
        observers.tell(.opened(new))
        guard case .here(let waiter) = presence else { return }
        waiter.request = new
        waiter.opening = opening
        seats[waiter.key] = new.number
        if waiter.hasLeft { await requesterLeft(waiter.key) }
    }
}
