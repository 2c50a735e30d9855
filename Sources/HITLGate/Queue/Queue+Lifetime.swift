import HITLCore
import HITLLedger
import HITLPlatform

extension Queue {
    // MARK: Restart

    /// Takes over what the last desk left: requests that nobody decided, and calls that had started,
    /// of which nobody can say any more whether they happened.
    func restore(_ isThere: (Principal) -> Bool) async throws(EventLedgerError) {
        var doubtful: [Event] = []
        for (subject, brief) in try ledger.unfinished() {
            if case .request(let number) = subject { lastNumber = max(lastNumber, number) }
            switch (subject, brief) {
            case (.request(let number), .pending(let waiting)): insert(number, waiting)
            case (.request(let number), .extended(let deadline)):
                guard let request = try ledger.history(of: subject).request else {
                    throw .unavailable("Request \(number) was extended and never opened. Run `hitl audit verify`.")
                }
                insert(number, Brief.Waiting(request.withDeadline(deadline)))
            case (_, .started):
                if let call = try inheritance(subject, isThere) {
                    inheritedCalls.append(call)
                } else {
                    doubtful.append(.finished(subject: subject, .interrupted))
                }
            // Its requester may come for it.
            case (_, .approved): break
            case (.call, .pending), (.call, .extended): break
            }
        }
        arm()
        // In parts, because a write looks at each claim beside all others of it.
        for start in stride(from: 0, to: doubtful.count, by: 256) {
            try await ledger.append(Array(doubtful[start..<min(start + 256, doubtful.count)]))
        }
    }

    /// A started call whose requester carries it out and is still there to say what comes of it.
    private func inheritance(
        _ subject: Subject, _ isThere: (Principal) -> Bool
    ) throws(EventLedgerError) -> Inherited? {
        let history = try ledger.history(of: subject)
        guard let call = history.call, call.performer == .requester, let requester = history.requester,
            isThere(requester)
        else { return nil }
        return Inherited(subject: subject, tool: call.tool, requester: requester)
    }

    // MARK: Shutdown

    /// How the desk ends: whose requests are withdrawn, and why.
    struct Closure {
        let sessions: Set<ByteKey>
        let reason: String
    }

    /// Takes no more requests and decisions, withdraws those of the given sessions and lets go of everybody
    /// else, whose requests stay pending for the next desk. What is being written comes to its end first.
    public func close(withdrawing sessions: Set<String>, reason: String) async {
        guard self.closure == nil else { return }
        let closure = Closure(sessions: Set(sessions.map(ByteKey.init)), reason: reason)
        self.closure = closure
        sleeper?.task.cancel()
        sleeper = nil
        await allWritten()
        // All at once, so that they share their syncs.
        await withTaskGroup(of: Void.self) { group in
            for key in seats.keys { group.addTask { await self.dismiss(key, closure) } }
        }
        observers.finish()
    }

    private func dismiss(_ key: Int, _ closure: Closure) async {
        guard let number = seats[key], let waiter = pending[number]?.waiter, waiter.key == key else { return }
        let answer = await turnAway(waiter.request, closure)
        // Where it was withdrawn it has heard so.
        guard let former = pending[number]?.waiter, former.key == key else { return }
        pending[number]?.presence = former.request.attendance == .detached ? .detached : .gone
        self.answer(former, answer)
    }

    /// What a requester hears of a desk that is closing.
    func turnAway(_ request: ApprovalRequest, _ closure: Closure) async -> Answer {
        var refusal = Refusal.deskClosing
        if closure.sessions.contains(ByteKey(request.call.origin.session)) {
            do {
                refusal = Refusal(
                    try await apply(.withdraw(by: .desk, reason: closure.reason), to: request.number).request.status)
            } catch {
                // It cannot be written, so it stays pending for the next desk.
            }
        }
        return Answer(
            decision: .refused(refusal), call: request.call, digest: request.digest, subject: .request(request.number))
    }
}

extension Outcome {
    /// For a call that had started when its desk ended.
    static let interrupted = Outcome(
        status: .unknown, summary: "the desk ended while it ran; nobody knows whether it happened")
}
