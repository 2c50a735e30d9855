public import HITLCore
public import HITLLedger
import HITLPlatform

/// The open requests, in review order, and who waits for them.
///
/// A request is in the ledger before anyone sees it, and its end is in the ledger before anyone
/// acts on it. Between an actor's two halves of a write others may come in; that two of them never
/// both succeed is the ledger's business (`closed/<number>` can be claimed once), not a lock's.
///
/// What may come in between, and who then does what:
///
///     two decisions        the one whose claim holds answers the requester; the others are told
///     a requester comes    it sits down and hears what comes of the write; where nobody had been
///                          there to start the call, it collects the approval itself
///     a requester leaves   it withdraws, which loses against the write or wins against it
///     an edit              the requester moves to the new number, also one that has just left
///     the desk closes      it waits for what is being written, then lets go of everybody
public actor Queue {
    /// What a blocked requester gets: the decision, and which call it is about (an edit makes another).
    public struct Answer: Sendable {
        public let decision: Decision
        public let call: ToolCall
        public let digest: CallDigest
        public let subject: Subject?
    }

    public struct Limits: Sendable {
        public let pendingPerAgent: Int

        public init(pendingPerAgent: Int = 50) {
            self.pendingPerAgent = pendingPerAgent
        }
    }

    let ledger: EventLedger
    nonisolated let usage = UsageBook()
    let steady: SteadyClock
    let clocks: Clocks
    /// Signs what reviewers decide; nil where decisions carry no signatures.
    let signer: (any Signer)?
    private let randomID: @Sendable () -> RequestID
    private let limits: Limits

    var pending = AscendingTable<Pending>()
    /// Where each blocked requester's request is now.
    var seats: [Int: Int64] = [:]
    private var lastKey = 0
    private var agents = InternTable()
    private var pendingPerAgent: [Interned: Int] = [:]
    /// Agents that were told they ask too much, since they last did not.
    private var overLimit: Set<Interned> = []
    var lastNumber: Int64
    /// Identities of requests that are being written, and who waits for that.
    var opening: [RequestID: [CheckedContinuation<Void, Never>]] = [:]
    private var writing = 0
    private var untilWritten: [CheckedContinuation<Void, Never>] = []

    var deadlines = Deadlines()
    var sleeper: (due: WallTime, task: Task<Void, Never>)?
    var observers = Observers()
    var lastMark = 0
    var closure: Closure?

    var running: [Subject: Running] = [:]
    nonisolated let performing = Locked<[Subject: Performing]>([:])
    var inheritedCalls: [Inherited] = []
    var stopsAll = false
    var untilIdle: [CheckedContinuation<Void, Never>] = []
    var outcomeWaiters: [Subject: [Int: CheckedContinuation<Outcome?, Never>]] = [:]
    var nextWaiter = 0
    var recentOutcomes: [(subject: Subject, outcome: Outcome)] = []

    public init(
        ledger: Ledger, clocks: Clocks, limits: Limits = Limits(), signer: (any Signer)? = nil,
        randomID: @escaping @Sendable () -> RequestID
    ) async throws(EventLedgerError) {
        try await self.init(
            events: EventLedger(ledger), clocks: clocks, limits: limits, signer: signer, randomID: randomID)
    }

    /// - Parameter isThere: whether a requester still runs that a former desk gave a permit to. It may yet say what came
    ///   of its call; of all others nobody knows.
    public init(
        events: EventLedger, clocks: Clocks, limits: Limits = Limits(), signer: (any Signer)? = nil,
        randomID: @escaping @Sendable () -> RequestID, isThere: @Sendable (Principal) -> Bool = { _ in false }
    ) async throws(EventLedgerError) {
        ledger = events
        steady = SteadyClock(clocks)
        self.clocks = clocks
        self.limits = limits
        self.signer = signer
        self.randomID = randomID
        lastNumber = try events.lastNumber()
        try await restore(isThere)
    }

    // MARK: Opening

    /// Opens a request, shows it and waits until it is closed.
    ///
    /// When the task is cancelled the request is withdrawn, also where an edit has given it another number.
    ///
    /// - Parameters:
    ///   - id: chosen by a requester that may have to ask again after it lost the desk. Asking again with the
    ///     same id and the same call is one request; with another call it is refused.
    ///   - opened: told, before the wait, which request the call became.
    nonisolated func admit(
        _ call: ToolCall, digest: CallDigest, verdict: Verdict, from requester: Principal, id: RequestID? = nil,
        hold: UsageBook.Hold? = nil, opened: @Sendable (ApprovalRequest) -> Void = { _ in }
    ) async -> Answer {
        let admission = await enter(
            call, digest: digest, verdict: verdict, from: requester, id: id, hold: hold, opened: opened)
        switch admission {
        case .answered(let answer): return answer
        case .seated(let seat):
            // Not on the actor, which whoever is answered would have to get hold of before it goes on.
            return await withTaskCancellationHandler {
                await seat.answer()
            } onCancel: {
                let reason = Leaving.reason
                Task { await self.requesterLeft(seat.key, reason) }
            }
        }
    }

    private func enter(
        _ call: ToolCall, digest: CallDigest, verdict: Verdict, from requester: Principal, id: RequestID?,
        hold: UsageBook.Hold?, opened: @Sendable (ApprovalRequest) -> Void
    ) async -> Admission {
        do {
            if let id, let request = try await known(id, digest: digest) {
                // It counts since it was opened.
                usage.release(hold)
                let whole = request.digest == digest ? request.with(call, request.verdict) : request
                ledger.redactor.remember(whole)
                return await rejoin(whole, opened: opened)
            }
            let (request, opening) = try await open(
                call, digest: digest, verdict: verdict, from: requester, .connected, id: id, hold)
            return await seat(for: request, opening) {
                opened(request)
                observers.tell(.opened(request))
            }
        } catch {
            usage.release(hold)
            return .answered(Answer(decision: .refused(error), call: call, digest: digest, subject: nil))
        }
    }

    /// Opens a request that nobody waits for; the requester comes back for the answer.
    func post(
        _ call: ToolCall, digest: CallDigest, verdict: Verdict, from requester: Principal, hold: UsageBook.Hold?
    ) async throws(Refusal) -> ApprovalRequest {
        let request: ApprovalRequest
        do throws(Refusal) {
            request = try await open(
                call, digest: digest, verdict: verdict, from: requester, .detached, id: nil, hold
            ).request
        } catch {
            usage.release(hold)
            throw error
        }
        observers.tell(.opened(request))
        return request
    }

    private func open(
        _ call: ToolCall, digest: CallDigest, verdict: Verdict, from requester: Principal, _ attendance: Attendance,
        id: RequestID?, _ hold: UsageBook.Hold?
    ) async throws(Refusal) -> (request: ApprovalRequest, opening: Digest?) {
        guard closure == nil else { throw .deskClosing }
        let agent = agents.intern(call.origin.agent)
        guard pendingPerAgent[agent, default: 0] < limits.pendingPerAgent else {
            // Once, until it is below the limit again: a flood must not fill the ledger either.
            if overLimit.insert(agent).inserted {
                observers.tell(.overflowed(agent: call.origin.agent, limit: limits.pendingPerAgent))
                await ledger.note(
                    .attempted(by: requester, what: "more than \(limits.pendingPerAgent) requests at once"))
            }
            throw .tooManyPending(limit: limits.pendingPerAgent)
        }
        // Counted before the write, because a flood does not wait for it.
        reserve(agent)
        let request: ApprovalRequest
        let entries: [Entry]
        do throws(EventLedgerError) {
            request = try newRequest(call, digest: digest, verdict: verdict, from: requester, attendance, id: id)
            guard opening[request.id] == nil else { throw .claimed(request.id.description) }
            opening[request.id] = []
            defer { settleOpening(request.id) }
            entries = try await write([.opened(Event.Opened(request))])
            usage.give(hold, to: request.number)
            insert(request, attendance == .detached ? .detached : .gone)
        } catch .claimed {
            release(agent)
            throw .idInUse
        } catch {
            release(agent)
            throw .ledgerUnavailable(because: error.description)
        }
        return (request, openingDigest(in: entries))
    }

    /// With a number that no request of this ledger has. The newest record need not have the greatest,
    /// because requests that are opened at the same time are written in any order.
    func newRequest(
        _ call: ToolCall, digest: CallDigest, verdict: Verdict, from requester: Principal, _ attendance: Attendance,
        id: RequestID?, supersedes: Int64? = nil
    ) throws(EventLedgerError) -> ApprovalRequest {
        repeat { lastNumber += 1 } while try ledger.hasRecords(of: .request(lastNumber))
        let now = steady.now
        return ApprovalRequest(
            number: lastNumber, id: id ?? randomID(), call: call, digest: digest, verdict: verdict,
            requester: requester, attendance: attendance, openedAt: now, deadline: verdict.timeout.map { now + $0 },
            supersedes: supersedes)
    }

    private func settleOpening(_ id: RequestID) {
        for waiting in opening.removeValue(forKey: id) ?? [] { waiting.resume() }
    }

    // MARK: Waiting

    /// Where the requester hears how the request, or what an edit makes of it, is closed.
    ///
    /// - Parameters:
    ///   - opening: what is signed of the record with which it was opened, where that is known.
    ///   - seated: called once the requester would hear of a decision.
    func seat(for request: ApprovalRequest, _ opening: Digest? = nil, seated: () -> Void) async -> Admission {
        if let closure { return .answered(await turnAway(request, closure)) }
        lastKey += 1
        let seat = Seat(key: lastKey)
        sit(Waiter(seat, request: request, opening: opening))
        seated()
        return .seated(seat)
    }

    private func sit(_ waiter: Waiter) {
        let number = waiter.request.number
        guard let entry = pending[number] else {
            seats[waiter.key] = number
            answer(waiter, .refused(.ledgerUnavailable(because: "request \(number) is not open")))
            return
        }
        // A connection that is already dead may not have been noticed yet; the newer one counts.
        if let former = entry.waiter { answer(former, .refused(.deskClosing)) }
        pending[number]?.presence = .here(waiter)
        seats[waiter.key] = number
    }

    /// Ends a requester's wait, which nobody else does: a seat is given up once.
    func answer(_ waiter: Waiter, _ decision: Decision) {
        answer(
            waiter,
            Answer(
                decision: decision, call: waiter.request.call, digest: waiter.request.digest,
                subject: .request(waiter.request.number)))
    }

    func answer(_ waiter: Waiter, _ answer: Answer) {
        guard seats.removeValue(forKey: waiter.key) != nil else { return }
        waiter.seat.give(answer)
    }

    // MARK: Keeping

    func insert(_ request: ApprovalRequest, _ presence: Pending.Presence) {
        let waiting = Brief.Waiting(request)
        pending[request.number] = Pending(waiting, agent: agents.intern(waiting.agent), presence: presence)
        if let deadline = request.deadline { watch(request.number, deadline) }
    }

    func insert(_ number: Int64, _ waiting: Brief.Waiting) {
        let agent = agents.intern(waiting.agent)
        pending[number] = Pending(waiting, agent: agent, presence: waiting.attendance == .detached ? .detached : .gone)
        reserve(agent)
        if let deadline = waiting.deadline { deadlines.add(number, due: deadline) }
    }

    func forget(_ number: Int64) -> Pending? {
        guard let entry = pending.removeValue(forKey: number) else { return nil }
        release(entry.agent)
        deadlines.sweep(pending: pending.count) { pending[$0] != nil }
        return entry
    }

    func reserve(_ agent: Interned) { pendingPerAgent[agent, default: 0] += 1 }

    private func release(_ agent: Interned) {
        let left = pendingPerAgent[agent, default: 1] - 1
        pendingPerAgent[agent] = left > 0 ? left : nil
        if left < limits.pendingPerAgent { overLimit.remove(agent) }
    }

    func reserve(for call: ToolCall) { reserve(agents.intern(call.origin.agent)) }

    // MARK: Writing

    /// Appends, and lets a desk that closes know when nothing is being written any more.
    @discardableResult
    func write(_ events: [Event]) async throws(EventLedgerError) -> [Entry] {
        writing += 1
        defer {
            writing -= 1
            if writing == 0 {
                for waiting in untilWritten { waiting.resume() }
                untilWritten = []
            }
        }
        return try await ledger.append(events)
    }

    func allWritten() async {
        guard writing > 0 else { return }
        await withCheckedContinuation { untilWritten.append($0) }
    }
}
