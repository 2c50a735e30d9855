public import HITLCore
public import HITLLedger

/// The open requests, in review order, and who waits for them.
///
/// A request is in the ledger before anyone sees it, and its end is in the ledger before anyone
/// acts on it. Between an actor's two halves of a write others may come in; that two of them never
/// both succeed is the ledger's business (`closed/<number>` can be claimed once), not a lock's.
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
    let steady: SteadyClock
    let clocks: Clocks
    private let randomID: @Sendable () -> RequestID
    private let limits: Limits

    private var pending: [Int64: Pending] = [:]
    private var agents = InternTable()
    private var pendingPerAgent: [Interned: Int] = [:]
    private var lastNumber: Int64
    private var deadlines = Deadlines()
    private var sleeper: (due: WallTime, task: Task<Void, Never>)?
    private var observers = Observers()
    private var closing = false
    private var lastMark = 0
    var running: [Subject: Running] = [:]
    var outcomeWaiters: [Subject: [Int: CheckedContinuation<Outcome?, Never>]] = [:]
    var nextWaiter = 0
    var recentOutcomes: [(subject: Subject, outcome: Outcome)] = []

    public init(
        ledger: Ledger, clocks: Clocks, limits: Limits = Limits(), randomID: @escaping @Sendable () -> RequestID
    ) async throws(EventLedgerError) {
        self.ledger = EventLedger(ledger)
        steady = SteadyClock(clocks)
        self.clocks = clocks
        self.limits = limits
        self.randomID = randomID
        lastNumber = try self.ledger.lastNumber()
        try await restore()
    }

    // MARK: Opening

    /// Opens a request, shows it and waits until it is closed.
    ///
    /// - Parameter id: chosen by a requester that may have to ask again after it lost the desk. Asking
    ///   again with the same id and the same call is one request; with another call it is refused.
    public func admit(
        _ call: ToolCall, digest: CallDigest, verdict: Verdict, from requester: Principal, id: RequestID? = nil,
        opened: @Sendable (ApprovalRequest) -> Void = { _ in }
    ) async -> Answer {
        func refused(_ refusal: Refusal) -> Answer {
            Answer(decision: .refused(refusal), call: call, digest: digest, subject: nil)
        }
        if let id {
            switch known(id, digest: digest) {
            case .unknown: break
            case .unreadable(let because): return refused(.ledgerUnavailable(because: because))
            case .anotherCall: return refused(.idInUse)
            case .request(let request):
                opened(request)
                return await rejoin(request)
            }
        }
        do {
            let request = try await open(call, digest: digest, verdict: verdict, from: requester, .connected, id: id)
            return await wait(for: request, opened: opened)
        } catch {
            return refused(error)
        }
    }

    /// Opens a request that nobody waits for; the requester comes back with `answer(to:)`.
    public func post(
        _ call: ToolCall, digest: CallDigest, verdict: Verdict, from requester: Principal
    ) async throws(Refusal) -> ApprovalRequest {
        let request = try await open(call, digest: digest, verdict: verdict, from: requester, .detached, id: nil)
        insert(request, .detached)
        observers.tell(.opened(request))
        return request
    }

    private func open(
        _ call: ToolCall, digest: CallDigest, verdict: Verdict, from requester: Principal, _ attendance: Attendance,
        id: RequestID?
    ) async throws(Refusal) -> ApprovalRequest {
        guard !closing else { throw .deskClosing }
        let agent = agents.intern(call.origin.agent)
        guard pendingPerAgent[agent, default: 0] < limits.pendingPerAgent else {
            await ledger.note(.attempted(by: requester, what: "more than \(limits.pendingPerAgent) requests at once"))
            throw .tooManyPending(limit: limits.pendingPerAgent)
        }
        // Counted before the write, because a flood does not wait for it.
        pendingPerAgent[agent, default: 0] += 1
        let request = newRequest(call, digest: digest, verdict: verdict, from: requester, attendance, id: id)
        do {
            try await ledger.append([.opened(Event.Opened(request))])
        } catch {
            pendingPerAgent[agent, default: 1] -= 1
            throw .ledgerUnavailable(because: error.description)
        }
        return request
    }

    private func newRequest(
        _ call: ToolCall, digest: CallDigest, verdict: Verdict, from requester: Principal, _ attendance: Attendance,
        id: RequestID?, supersedes: Int64? = nil
    ) -> ApprovalRequest {
        lastNumber += 1
        let now = steady.now
        return ApprovalRequest(
            number: lastNumber, id: id ?? randomID(), call: call, digest: digest, verdict: verdict,
            requester: requester, attendance: attendance, openedAt: now, deadline: verdict.timeout.map { now + $0 },
            supersedes: supersedes)
    }

    private func wait(for request: ApprovalRequest, opened: @Sendable (ApprovalRequest) -> Void) async -> Answer {
        let number = request.number
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                insert(request, .here(Waiter(request: request, answer: continuation)))
                opened(request)
                observers.tell(.opened(request))
            }
        } onCancel: {
            Task { await self.requesterLeft(number, id: request.id) }
        }
    }

    private func insert(_ request: ApprovalRequest, _ presence: Pending.Presence) {
        pending[request.number] = Pending(
            severity: request.verdict.severity, performer: request.call.performer, attendance: request.attendance,
            agent: agents.intern(request.call.origin.agent), openedAt: request.openedAt, deadline: request.deadline,
            id: request.id, presence: presence)
        if let deadline = request.deadline { watch(request.number, deadline) }
    }

    // MARK: Asking again

    private enum Known {
        case unknown
        case unreadable(because: String)
        case anotherCall
        case request(ApprovalRequest)
    }

    private func known(_ id: RequestID, digest: CallDigest) -> Known {
        do {
            guard let request = try ledger.request(opened: id) else { return .unknown }
            return request.digest == digest ? .request(request) : .anotherCall
        } catch {
            return .unreadable(because: error.description)
        }
    }

    /// A requester comes back for a request that it opened before.
    private func rejoin(_ request: ApprovalRequest) async -> Answer {
        let number = request.number
        func answer(_ decision: Decision) -> Answer {
            Answer(decision: decision, call: request.call, digest: request.digest, subject: .request(number))
        }
        if var entry = pending[number] {
            // A connection that is already dead may not have been noticed yet; the newer one counts.
            if case .here(let former) = entry.presence {
                former.answer.resume(returning: answer(.refused(.deskClosing)))
            }
            return await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    entry.presence = .here(Waiter(request: request, answer: continuation))
                    pending[number] = entry
                }
            } onCancel: {
                Task { await self.requesterLeft(number, id: request.id) }
            }
        }
        do {
            let history = try ledger.history(of: .request(number))
            switch history.status {
            case .approved(let review):
                guard request.call.performer == .requester else { return answer(.permitted(.review(review))) }
                guard history.started == nil else { return answer(.refused(.alreadyStarted)) }
                try await ledger.append([.started(subject: .request(number), digest: request.digest)])
                return answer(.permitted(.review(review)))
            case let status?: return answer(.refused(Refusal(status)))
            case nil: return answer(.refused(.ledgerUnavailable(because: "no record of request \(number)")))
            }
        } catch .claimed {
            return answer(.refused(.alreadyStarted))
        } catch {
            return answer(.refused(.ledgerUnavailable(because: error.description)))
        }
    }

    private func requesterLeft(_ number: Int64, id: RequestID) async {
        var number = number
        // After an edit it waits under another number.
        while pending[number] == nil, case .superseded(let successor)? = try? status(of: number) { number = successor }
        guard let entry = pending[number], case .here(let waiter) = entry.presence else { return }
        let gone = Principal(role: .gate, name: "hitl", channel: "desk")
        let reason = "\(waiter.request.call.origin.agent) is gone"
        _ = try? await apply(.withdraw(by: gone, reason: reason), to: number)
    }

    // MARK: Closing

    /// A request as it closed, and whether anybody was there to hear it.
    struct Closing {
        enum Collected { case byNobody, byRequester }

        let request: ApprovalRequest
        let collected: Collected
    }

    func review(_ number: Int64, _ review: Review, shown: CallDigest?) async throws(ReviewError) -> Closing {
        try await apply(.review(review, shown: shown), to: number)
    }

    public func withdraw(
        _ number: Int64, by principal: Principal, reason: String
    ) async throws(ReviewError) -> ApprovalRequest {
        try await apply(.withdraw(by: principal, reason: reason), to: number).request
    }

    private func apply(_ input: ApprovalRequest.Input, to number: Int64) async throws(ReviewError) -> Closing {
        var request = try open(number)
        switch try request.apply(input, at: steady.now) {
        case .close: break
        case .waitUntil(let deadline):
            try await record([.extended(request: number, deadline: deadline)])
            pending[number]?.deadline = deadline
            watch(number, deadline)
            observers.tell(.extended(number, deadline: deadline))
            return Closing(request: request, collected: .byNobody)
        case .keepWaiting: return Closing(request: request, collected: .byNobody)
        }
        return Closing(request: request, collected: try await close(request))
    }

    /// Writes how the request closed, then tells everybody. Where the call may run and somebody is
    /// there to run it, `started` is claimed in the same write: one sync for both.
    @discardableResult
    private func close(_ request: ApprovalRequest) async throws(ReviewError) -> Closing.Collected {
        let number = request.number
        var events: [Event] = [.closed(Event.Closed(request, waited: steady.now - request.openedAt))]
        let startsNow = request.startsWhenApproved && pending[number]?.canStart == true
        if startsNow { events.append(.started(subject: .request(number), digest: request.digest)) }
        do {
            try await ledger.append(events)
        } catch .claimed {
            forget(number)
            throw .alreadyClosed(try status(of: number))
        } catch {
            throw .notRecorded(because: error.description)
        }
        let entry = forget(number)
        observers.tell(.closed(request))
        switch entry?.presence {
        case .here(let waiter)?:
            waiter.answer.resume(
                returning: Answer(
                    decision: request.decision, call: request.call, digest: request.digest, subject: .request(number)))
            return .byRequester
        case .gone?, .detached?, nil: return .byNobody
        }
    }

    @discardableResult
    private func forget(_ number: Int64) -> Pending? {
        guard let entry = pending.removeValue(forKey: number) else { return nil }
        pendingPerAgent[entry.agent, default: 1] -= 1
        return entry
    }

    /// Replaces a request by one with another call. The requester goes on waiting, now for the new one.
    public func supersede(
        _ number: Int64, with call: ToolCall, digest: CallDigest, verdict: Verdict, by reviewer: Principal
    ) async throws(ReviewError) -> ApprovalRequest {
        var old = try open(number)
        guard !reviewer.isSame(as: old.requester) else { throw .ownRequest(old.requester) }
        let new = newRequest(
            call, digest: digest, verdict: verdict, from: old.requester, old.attendance, id: nil, supersedes: number)
        guard case .close(.superseded) = try old.apply(.supersede(by: new.number), at: steady.now) else {
            try await close(old)
            throw .alreadyClosed(old.status)
        }
        do {
            try await ledger.append([
                .opened(Event.Opened(new)), .closed(Event.Closed(old, waited: steady.now - old.openedAt)),
            ])
        } catch .claimed {
            throw .alreadyClosed(try status(of: number))
        } catch {
            throw .notRecorded(because: error.description)
        }
        let presence = pending.removeValue(forKey: number)?.presence ?? .gone
        switch presence {
        case .here(let waiter): insert(new, .here(Waiter(request: new, answer: waiter.answer)))
        case .gone, .detached: insert(new, presence)
        }
        observers.tell(.closed(old))
        observers.tell(.opened(new))
        return new
    }

    private func record(_ events: [Event]) async throws(ReviewError) {
        do { try await ledger.append(events) } catch { throw .notRecorded(because: error.description) }
    }

    // MARK: Looking

    /// The open request of that number, whole.
    public func open(_ number: Int64) throws(ReviewError) -> ApprovalRequest {
        guard let entry = pending[number] else { throw .alreadyClosed(try status(of: number)) }
        if case .here(let waiter) = entry.presence, waiter.request.deadline == entry.deadline { return waiter.request }
        guard let request = try read(number).request else { throw .unknownRequest(String(number)) }
        return request
    }

    private func status(of number: Int64) throws(ReviewError) -> Status {
        guard let status = try read(number).status else { throw .unknownRequest(String(number)) }
        return status
    }

    private func read(_ number: Int64) throws(ReviewError) -> RequestHistory {
        do { return try ledger.history(of: .request(number)) } catch {
            throw .notRecorded(because: error.description)
        }
    }

    /// One line of what waits.
    public struct Waiting: Sendable, Equatable {
        public enum Requester: Sendable { case connected, detached, orphaned }

        public let number: Int64
        public let severity: Severity
        public let openedAt: WallTime
        public let deadline: WallTime?
        public let requester: Requester
        public let performer: Performer
    }

    /// What waits, in no order: a few words each, without reading one record.
    public var waiting: [Waiting] {
        pending.map { number, entry in
            Waiting(
                number: number, severity: entry.severity, openedAt: entry.openedAt, deadline: entry.deadline,
                requester: entry.requester, performer: entry.performer)
        }
    }

    public var pendingCount: Int { pending.count }

    public func requesterOf(_ number: Int64) -> Waiting.Requester? { pending[number]?.requester }

    /// The queue's time, which requests' ages and deadlines are measured by.
    public var now: WallTime { steady.now }

    /// All changes from now on. The stream ends when the queue closes.
    public func changes() -> AsyncStream<QueueChange> {
        let (stream, continuation) = AsyncStream.makeStream(of: QueueChange.self)
        let key = observers.add(continuation)
        continuation.onTermination = { _ in Task { await self.removeObserver(key) } }
        return stream
    }

    private func removeObserver(_ key: Int) { observers.remove(key) }

    func tell(_ change: QueueChange) { observers.tell(change) }

    /// Sends observers a mark, greater than all before, behind everything they were told so far.
    public func mark() -> Int {
        lastMark += 1
        observers.tell(.mark(lastMark))
        return lastMark
    }

    // MARK: Time

    public func extend(_ number: Int64, by duration: Milliseconds) async throws(ReviewError) -> WallTime {
        let request = try open(number)
        let later = max(request.deadline ?? steady.now, steady.now) + duration
        _ = try await apply(.extend(to: later), to: number)
        return later
    }

    private func watch(_ number: Int64, _ deadline: WallTime) {
        deadlines.add(number, due: deadline)
        arm()
    }

    private func arm() {
        guard let next = deadlines.next, !closing else { return }
        if let sleeper, sleeper.due <= next { return }
        sleeper?.task.cancel()
        let moment = steady.monotonic(at: next)
        sleeper = (
            next,
            Task { [clocks] in
                do { try await clocks.sleep(moment) } catch { return }
                await self.expireDue()
            }
        )
    }

    private func expireDue() async {
        sleeper = nil
        let due = deadlines.popDue(at: steady.now)
        await withTaskGroup(of: Void.self) { group in
            for number in due { group.addTask { await self.expire(number) } }
        }
        arm()
    }

    private func expire(_ number: Int64) async {
        do {
            _ = try await apply(.deadlineReached, to: number)
        } catch .notRecorded {
            // It cannot be written that it expired. It is not decided either: the state machine
            // refuses every review after the deadline, and the next second tries again.
            deadlines.add(number, due: steady.now + .seconds(1))
        } catch {
            return
        }
    }

    // MARK: Restart and shutdown

    /// Takes over what the last desk left: requests that nobody decided, and calls that had started,
    /// of which nobody can say any more whether they happened.
    private func restore() async throws(EventLedgerError) {
        var doubtful: [Event] = []
        for (number, brief) in try ledger.unfinished() {
            switch (number, brief) {
            case (.request(let number), .pending(let waiting)): insert(number, waiting)
            case (.request(let number), .extended(let deadline)):
                guard let request = try ledger.history(of: .request(number)).request else { continue }
                insert(number, Brief.Waiting(request))
                pending[number]?.deadline = deadline
                watch(number, deadline)
            case (.request, .approved), (.call, .approved): break
            case (let subject, .started):
                doubtful.append(.finished(subject: subject, .interrupted))
            case (.call, .pending), (.call, .extended): break
            }
        }
        if !doubtful.isEmpty { try await ledger.append(doubtful) }
    }

    private func insert(_ number: Int64, _ waiting: Brief.Waiting) {
        let agent = agents.intern(waiting.agent)
        pending[number] = Pending(
            severity: waiting.severity, performer: waiting.performer, attendance: waiting.attendance, agent: agent,
            openedAt: waiting.openedAt, deadline: waiting.deadline, id: waiting.id,
            presence: waiting.attendance == .detached ? .detached : .gone)
        pendingPerAgent[agent, default: 0] += 1
        if let deadline = waiting.deadline { watch(number, deadline) }
    }

    /// Takes no more requests, withdraws those of the given sessions and lets go of everybody else,
    /// whose requests stay pending for the next desk.
    public func close(withdrawing sessions: Set<String>, reason: String) async {
        closing = true
        sleeper?.task.cancel()
        let gate = Principal(role: .gate, name: "hitl", channel: "desk")
        for (number, entry) in pending {
            guard case .here(let waiter) = entry.presence else { continue }
            if sessions.contains(waiter.request.call.origin.session) {
                _ = try? await apply(.withdraw(by: gate, reason: reason), to: number)
            } else {
                pending[number]?.presence = .gone
                waiter.answer.resume(
                    returning: Answer(
                        decision: .refused(.deskClosing), call: waiter.request.call, digest: waiter.request.digest,
                        subject: .request(number)))
            }
        }
        observers.finish()
    }
}

extension Pending {
    fileprivate var requester: Queue.Waiting.Requester {
        switch presence {
        case .here: .connected
        case .detached: .detached
        case .gone: .orphaned
        }
    }

    /// Whether somebody is there to carry the call out now: the desk always, a requester while it waits.
    fileprivate var canStart: Bool {
        switch (performer, presence) {
        case (.desk, _): true
        case (.requester, .here): true
        case (.requester, .gone), (.requester, .detached), (.unobserved, _): false
        }
    }
}

extension ApprovalRequest {
    fileprivate var startsWhenApproved: Bool {
        switch status {
        case .approved: call.performer != .unobserved
        case .pending, .rejected, .expired, .withdrawn, .superseded: false
        }
    }

    fileprivate var decision: Decision {
        switch status {
        case .approved(let review): .permitted(.review(review))
        case .pending, .rejected, .expired, .withdrawn, .superseded: .refused(Refusal(status))
        }
    }
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

extension Outcome {
    /// For a call that had started when its desk ended.
    static let interrupted = Outcome(
        status: .unknown, summary: "the desk ended while it ran; nobody knows whether it happened")
}
