public import HITLCore
public import HITLLedger

/// The enforcement point: every call of every agent goes through `rule(on:from:)`, and nothing else
/// makes a `Permit`.
public struct Gate: Sendable {
    public let queue: Queue
    public let ledger: EventLedger
    public let grants: GrantBook
    let policy: @Sendable () -> Policy
    let digest: @Sendable (ToolCall) -> CallDigest
    let randomID: @Sendable () -> RequestID
    let clocks: Clocks
    private let ruleDurability: Durability
    let assessor: RiskAssessor

    /// - Parameters:
    ///   - policy: the one in force; asked for each call, because an operator may change settings.
    ///   - digest: keyed, so that records do not give short secrets away.
    ///   - ruleDurability: whether a call that a rule allows waits until that is synced. What a person decides
    ///     always does.
    public init(
        queue: Queue, ledger: EventLedger, clocks: Clocks, policy: @escaping @Sendable () -> Policy,
        digest: @escaping @Sendable (ToolCall) -> CallDigest, randomID: @escaping @Sendable () -> RequestID,
        ruleDurability: Durability = .written, assessor: RiskAssessor = RiskAssessor()
    ) {
        self.assessor = assessor
        self.queue = queue
        self.ledger = ledger
        self.clocks = clocks
        grants = GrantBook(clocks)
        self.policy = policy
        self.digest = digest
        self.randomID = randomID
        self.ruleDurability = ruleDurability
    }

    /// The spine: a call comes in, a ruling goes out, and between them the decision is in the ledger.
    ///
    /// Blocks for as long as people take. When the task is cancelled the request is withdrawn.
    ///
    /// - Parameters:
    ///   - id: see `Queue.admit`.
    ///   - patience: how long the requester waits, where that is shorter than the policy's time.
    ///   - opened: told, before the wait, which request the call became.
    public func rule(
        on call: ToolCall, from requester: Principal, id: RequestID? = nil, within patience: Milliseconds? = nil,
        opened: @Sendable (ApprovalRequest) -> Void = { _ in }
    ) async -> Ruling {
        let (verdict, hold) = judge(call, holds: true) { grants.answer($0.within(patience), to: call) }
        let call = call.confined(by: verdict)
        let digest = digest(call)

        let answer =
            switch verdict.effect {
            case .deny: await record(.refused(.denied(by: verdict.rules)), call, digest, verdict, requester)
            case .ask:
                await queue.admit(
                    call, digest: digest, verdict: verdict, from: requester, id: id, hold: hold, opened: opened)
            case .allow: await record(.permitted(.rules(verdict.rules)), call, digest, verdict, requester, hold)
            }

        switch (answer.decision, answer.subject) {
        case (.refused(let refusal), let subject): return .refused(.init(refusal: refusal, subject: subject))
        case (.permitted(let grounds), let subject?):
            return .permitted(Permit(answer.call, digest: answer.digest, subject: subject, grounds: grounds))
        case (.permitted, nil): return .refused(.init(refusal: .ledgerUnavailable(because: "no record"), subject: nil))
        }
    }

    /// Opens a request that nobody waits for. Whoever carries the call out comes back with the same id.
    ///
    /// It asks also where a rule would allow the call: a rule's permit is for who waits for it.
    ///
    /// - Throws: why nothing was opened; `denied` is in the ledger like any other denial.
    public func post(
        _ call: ToolCall, from requester: Principal, within patience: Milliseconds? = nil
    ) async throws(Refusal) -> ApprovalRequest {
        let (verdict, hold) = judge(call, holds: true) { $0.within(patience) }
        let call = call.confined(by: verdict)
        let digest = digest(call)
        switch verdict.effect {
        case .deny:
            let denied = Refusal.denied(by: verdict.rules)
            guard case .refused(let refusal) = await record(.refused(denied), call, digest, verdict, requester).decision
            else { throw denied }
            throw refusal
        case .ask, .allow:
            return try await queue.post(call, digest: digest, verdict: verdict, from: requester, hold: hold)
        }
    }

    /// What policy and risk say of a call, without asking or recording anything.
    public func judge(_ call: ToolCall) -> Verdict { judge(call, holds: false) { $0 }.verdict }

    /// - Parameters:
    ///   - holds: whether the call counts from here on for rules with a limit.
    ///   - answer: what a grant or the requester's patience makes of the verdict.
    func judge(
        _ call: ToolCall, holds: Bool, _ answer: (Verdict) -> Verdict
    ) -> (verdict: Verdict, hold: UsageBook.Hold?) {
        let now = clocks.wall()
        var context = assessor.context(of: call, at: now)
        let policy = policy()
        guard policy.longestLimit != nil else { return (answer(policy.evaluate(call, in: context)), nil) }
        return queue.usage.judge(at: now, holds: holds) { usage in
            context.usage = usage
            return answer(policy.evaluate(call, in: context))
        }
    }

    /// Every rule of the policy in force, matched or not, for a call by the clock of `time`.
    public func explain(_ call: ToolCall, at time: WallTime) -> [Explanation] {
        policy().explain(call, in: assessor.context(of: call, at: time))
    }

    /// Rules for what people approved again and again among these decisions. Nothing applies them.
    public func suggestions(from decisions: [RequestHistory]) -> [Suggestion] {
        Suggester(policy(), assessor).suggestions(from: decisions)
    }

    /// A decision nobody can prove is not a decision: written before the permit can exist.
    private func record(
        _ decision: Decision, _ call: ToolCall, _ digest: CallDigest, _ verdict: Verdict, _ requester: Principal,
        _ hold: UsageBook.Hold? = nil
    ) async -> Queue.Answer {
        let subject = Subject.call(randomID())
        guard case .call(let id) = subject else { preconditionFailure("a ruled call is named by its id") }
        var events: [Event] = [
            .ruled(.init(id: id, call: call, digest: digest, verdict: verdict, requester: requester))
        ]
        if case .permitted = decision { events += Event.start(of: call, subject, digest) }
        do {
            try await ledger.append(events, durability: ruleDurability)
            return Queue.Answer(decision: decision, call: call, digest: digest, subject: subject)
        } catch {
            queue.usage.release(hold)
            return Queue.Answer(
                decision: .refused(.ledgerUnavailable(because: error.description)), call: call, digest: digest,
                subject: nil)
        }
    }
}
